"""Trying a case out with the real program, and judging what became of it."""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme

from dialer.calls.call import CallRecord, OutcomeKind
from doubles.faulty_server import Received
from faults.case import CALLEE, Case, Ground
from faults.secrets_seen import OF_KEY, OF_SECRET, on_disk, seen
from faults.tally import Tally
from program.program import KEY, SECRET, Ended, Program

AT_ONCE = 4
"""How many cases are tried at a time: most of them wait."""

PATIENCE = 90.0
"""Seconds that the program may take in all, on a machine that is busy with several cases."""

_PEAK = Path(__file__).with_name("peak.py")


@dataclass(frozen=True)
class Tried:
    """What became of a case."""

    ended: Ended
    rows: list[CallRecord]
    requests: list[Received]
    sent: int
    """On how many connections the server saw a byte of a request, read or not."""
    strangers_heard: int
    """How many servers saw a byte of a request that was not for them."""
    kept: list[bytes]
    """The names and contents of all that lies on disk afterwards."""
    open_to_others: list[str]
    """What of it others may read."""
    peak: int | None
    """MiB that the program used at its peak."""


def try_out(case: Case, folder: Path, environ: dict[str, str], authority: trustme.CA) -> Tried:
    """Start `dialer call` into the case, wait for its end and look at all it left."""
    (folder / "home").mkdir()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    program = Program(folder / "home/dialer", {**environ, "SSL_CERT_FILE": str(folder / "ca.pem")})
    peak = folder / "peak"
    if case.memory is not None:
        program.through = (sys.executable, "-S", str(_PEAK), str(peak))
    with case.arrange(Ground(program, folder, authority)) as scene:
        program.with_profile(scene.url, timeout=case.deadline)
        ended = program.start("call", CALLEE, "--json", *case.arguments).end_as_it_is(
            seconds=PATIENCE
        )
    server = scene.server
    return Tried(
        ended,
        program.calls(),
        server.requests if server else [],
        len(server.asked) if server else 0,
        sum(each.saw_request_bytes for each in scene.strangers),
        on_disk(folder),
        list(_open_to_others(program.home)),
        int(peak.read_text()) // 1024 if case.memory is not None else None,
    )


def judge(case: Case, tried: Tried, tally: Tally) -> None:
    """Compare what became of the case with what was promised."""
    promise, ended, rows = case.promise, tried.ended, tried.rows
    signs = [request.headers["sign"].encode() for request in tried.requests]
    places = [ended.out.encode(), ended.err.encode(), *tried.kept]
    tally.held(
        case.area,
        lost=1 if tried.sent and not rows else 0,
        twice=max(0, tried.sent - promise.sent, len(tried.requests) - promise.requests),
        let_in=tried.strangers_heard
        + seen(places, (*OF_SECRET, *OF_KEY, *signs))
        + len(tried.open_to_others),
    )
    assert "Traceback" not in ended.err, ended
    assert len(tried.requests) == promise.requests, ended
    assert all(_is_signed(request) for request in tried.requests)
    assert ended.code == promise.code, ended
    told: dict[str, Any] = json.loads(ended.out)
    for words in promise.says:
        assert words in told["message"], told
    assert (told["outcome"], told["recording_id"]) == (
        promise.outcome or OutcomeKind.NOT_SENT,
        promise.recording_id,
    )
    if promise.outcome is None:
        assert not rows
        assert told["call_id"] is None
    else:
        (row,) = rows
        assert row.outcome
        assert (row.outcome.kind, row.outcome.cause) == (promise.outcome, promise.cause)
        assert row.outcome.status == told["status"] == promise.status
        assert row.outcome.reason == told["reason"]
        if promise.outcome is OutcomeKind.REJECTED:
            assert told["reason"] == promise.reason
        assert row.outcome.recording_id == promise.recording_id
        assert (row.call_id, row.request.callee) == (told["call_id"], CALLEE)
    if case.memory is not None:
        assert tried.peak is not None
        assert tried.peak <= case.memory


def _is_signed(request: Received) -> bool:
    headers = request.headers
    signed = hashlib.md5((KEY + SECRET + headers["timestamp"]).encode(), usedforsecurity=False)
    return (headers["api-key"], headers["sign"]) == (KEY, signed.hexdigest())


def _open_to_others(home: Path) -> Iterator[str]:
    if os.name != "posix" or not home.exists():
        return
    for path in (home, *home.rglob("*")):
        if path.stat().st_mode & 0o077:
            yield str(path)


Start = Callable[[Case], Tried]


@contextmanager
def several_at_a_time(start: Start, ahead: Iterable[Case]) -> Iterator[Start]:
    """Have the cases `ahead` tried already when they are asked for; others are tried then."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tried: dict[str, Future[Tried]] = {str(case): pool.submit(start, case) for case in ahead}
        try:
            yield lambda case: tried[str(case)].result() if str(case) in tried else start(case)
        finally:
            for future in tried.values():
                future.cancel()
