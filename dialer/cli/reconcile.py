"""`dialer reconcile`: compare with the provider's records, and settle what is unknown."""

import argparse
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue

from dialer.calls.call import CallRecord
from dialer.calls.days import midnight, today
from dialer.calls.details import CallDetails
from dialer.calls.reading import EXCHANGE_SECONDS, PagePatience
from dialer.calls.reconcile import Comparison, compare
from dialer.calls.records import Records, RecordsError
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.calls.settle import SURELY_KEPT_MS
from dialer.cli.asking import add_where, ask, refuse
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.periods import since
from dialer.cli.say import answer, answer_json, complain, remark
from dialer.desktop.ending import asking_to_end
from dialer.settings.profile import Profile

__all__ = ["add_arguments", "refuse", "run"]

USUAL_DAYS = 7
"""The days with today that are compared where nothing is said."""

PAGE_PAUSE = 1.0
"""Seconds between two pages, to spare the provider."""

_OLDER = QT_TRANSLATE_NOOP(
    "dialer",
    "The provider keeps records for two months: what is older than {days} days is not compared.",
)
_STOPPED = QT_TRANSLATE_NOOP(
    "dialer", "The comparison was stopped. What was found until then is in the history."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    parser.add_argument(
        "--since",
        metavar="T",
        type=since,
        help=f"a date or a time; without it the last {USUAL_DAYS} days",
    )
    add_where(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.epilog = "Nothing is called. The provider keeps records for two months."


def run(options: argparse.Namespace, house: House) -> int:
    """Compare, and tell the differences."""
    now_ms = time.time_ns() // 1_000_000
    since_ms: int = options.since
    if options.since is None:
        since_ms = midnight(today() - timedelta(days=USUAL_DAYS - 1))
    if since_ms < now_ms - SURELY_KEPT_MS:
        remark(Sentence(_OLDER, days=SURELY_KEPT_MS // 86_400_000))

    def question(records: Records, profile: Profile) -> int:
        patience = PagePatience(EXCHANGE_SECONDS)
        go_on = _until_stopped(patience)
        try:
            found = compare(
                house.fates(),
                records,
                since_ms,
                now_ms,
                profile.name,
                patience=patience,
                now_ms=now_ms,
                go_on=go_on,
            )
        except RecordsError:
            if not patience.stopped():
                raise
            found = None
        if found is None:
            complain(Sentence(_STOPPED))
            return Exit.NOT_SENT
        if options.json:
            answer_json(
                {
                    "settled": [call.call_id for call in found.settled],
                    "missing_there": [_call_object(call) for call in found.missing_there],
                    "missing_here": [_record_object(record) for record in found.missing_here],
                }
            )
        else:
            _print(found)
        return Exit.DONE

    return ask(options, house, question)


def _until_stopped(patience: PagePatience) -> Callable[[int], bool]:
    """Make Ctrl+C and its like end the comparison; calling what is returned pauses."""
    # A queue, whose `put` is reentrant: a signal may come while a lock is held.
    wakings: SimpleQueue[None] = SimpleQueue()

    def stop(*_: object) -> None:
        patience.stop(0.0)
        wakings.put(None)

    for kind in asking_to_end():
        signal.signal(kind, stop)

    def go_on(_read: int) -> bool:
        with suppress(Empty):
            wakings.get(timeout=PAGE_PAUSE)
        return not patience.stopped()

    return go_on


def _print(found: Comparison) -> None:
    for title, calls in (
        ("Settled: found in the provider's records", found.settled),
        ("The provider shows no such call", found.missing_there),
    ):
        for number, call in enumerate(calls):
            if not number:
                answer(f"{title}:")
            recording_id = (call.outcome.recording_id if call.outcome else None) or "-"
            answer(f"  {_local(call.begun_at)}  {call.request.callee:<15}  {recording_id}")
    for number, record in enumerate(found.missing_here):
        if not number:
            answer("Not in this history:")
        begun = _local(record.submitted_at) if record.submitted_at is not None else "-"
        answer(f"  {begun:<19}  {record.callee or '-':<15}  {record.recording_id}")
    if found.more_here:
        answer(f"  … and {found.more_here} more")
    remark(
        f"{found.updated} calls got new details, {len(found.settled)} were settled,"
        f" {len(found.missing_there)} are missing there,"
        f" {len(found.missing_here) + found.more_here} are missing here."
    )


def _call_object(call: CallRecord) -> dict[str, str | None]:
    return {
        "call_id": call.call_id,
        "recording_id": call.outcome.recording_id if call.outcome else None,
        "callee": call.request.callee,
        "time": _utc(call.begun_at),
    }


def _record_object(record: CallDetails) -> dict[str, str | None]:
    return {
        "recording_id": record.recording_id,
        "callee": record.callee,
        "time": None if record.submitted_at is None else _utc(record.submitted_at),
    }


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


def _local(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000):%Y-%m-%d %H:%M:%S}"
