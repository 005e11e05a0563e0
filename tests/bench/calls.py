"""From Enter to the request received, and how long the UI thread stalls meanwhile."""

import json
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.figures import against, heading, line, middle, milliseconds, percentile, skipped
from bench.surroundings import Surroundings, end, missing, program, screen

STARTS = 3
"""How often the program is started for each way of connecting: each gives one first call."""

LATER = 4
"""Calls after the first in each start."""

SECONDS = 30.0
"""When a program that does not come to an end is given up."""

P99_MS, WORST_MS = 16.0, 33.0


def measure(surroundings: Surroundings, times: int) -> None:
    """Print the times of calls, then the stalls."""
    what = "(b) Enter to request received, loopback TLS"
    if find_spec("trustme") is None:
        skipped(what, "no trustme (the extra “test”)")
        return
    display = nullcontext(None) if missing("Xvfb") else screen()
    with _provider(surroundings) as provider, display as name:
        runs: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
        for _ in range(STARTS * times):
            for ahead, seen in runs.items():
                seen.append(_drive(surroundings, provider, name, ahead=ahead))
        floor = _floor(surroundings, provider)
    heading(f"{what}, medians", "first", "later")
    line("floor: requests.post, new connection", floor[0], middle(floor[1:]))
    for ahead, way in ((False, "dialer, new connection"), (True, "dialer, opened ahead")):
        first = [milliseconds(run["took"])[0] for run in runs[ahead]]
        later = [took for run in runs[ahead] for took in milliseconds(run["took"])[1:]]
        line(way, middle(first), middle(later))
    if name is None:
        print("  (offscreen: no Xvfb)")
    _print_stalls([run["gaps"] for run in (*runs[True], *runs[False])])


def _print_stalls(runs: list[dict[str, list[float]]]) -> None:
    print()
    heading("(d) gaps of a 5 ms timer on the UI thread", "p99", "worst", "usual worst")
    names = {
        "start": "from first paint until a call is possible",
        "first call": "the first call, from its first digit on",
        "later": "later calls",
        "idle": "nothing at all goes on",
    }
    for key, name in names.items():
        gaps = [milliseconds(run[key]) for run in runs]
        together = [gap for each in gaps for gap in each]
        usual = middle([max(each) for each in gaps])
        line(name, percentile(together, 0.99), max(together), usual)
    first = [gap for run in runs for gap in milliseconds(run["first call"])]
    against("first call, p99", percentile(first, 0.99), P99_MS, "ms")
    against("first call, worst", max(first), WORST_MS, "ms")


class Provider:
    """Takes every call, over TLS, and remembers when its request had come (time.monotonic)."""

    def __init__(self, tls: ssl.SSLContext, authority: Path, system_and_authority: Path) -> None:
        from doubles.faulty_server import HEAD, Behaviour, FaultyServer, Visit

        self.authority = authority
        self.trusted = system_and_authority
        self.came: list[float] = []
        self._lock = threading.Lock()

        def place(visit: Visit) -> None:
            if not visit.server.requests[-1].target.endswith("/voice/sendSip"):
                # What follows a call: the balance, its record.
                refused = b'{"status":"-24","reason":"not there"}'
                visit.send(HEAD + b"Content-Length: %d\r\n\r\n" % len(refused) + refused)
                return
            with self._lock:
                self.came.append(time.monotonic())
                number = len(self.came)
            body = b'{"status":"0","reason":"success","data":"%021d"}' % number
            visit.send(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)

        self._server = FaultyServer(Behaviour("places every call", place), tls)
        self.url = self._server.url

    def take(self) -> list[float]:
        """What came since the last time."""
        with self._lock:
            came, self.came[:] = list(self.came), []
        return came

    def close(self) -> None:
        self._server.close()


@contextmanager
def _provider(surroundings: Surroundings) -> Iterator[Provider]:
    import trustme

    from doubles.faulty_server import tls_for

    authority = trustme.CA()
    folder = surroundings.home()
    alone, trusted = folder / "authority.pem", folder / "trusted.pem"
    authority.cert_pem.write_to_path(str(alone))
    # With the system's own certificates, as on a user's computer: reading them takes its time.
    paths = ssl.get_default_verify_paths()
    if paths.cafile is not None:
        shutil.copy(paths.cafile, trusted)
    authority.cert_pem.write_to_path(str(trusted), append=True)
    provider = Provider(tls_for(authority), alone, trusted)
    try:
        yield provider
    finally:
        provider.close()


def _drive(
    surroundings: Surroundings, provider: Provider, display: str | None, *, ahead: bool
) -> dict[str, Any]:
    """Start the program once and have it call; what it saw, and how long each call took."""
    provider.take()
    home = surroundings.home()
    environment = surroundings.environment(home, display)
    environment |= {"SSL_CERT_FILE": str(provider.trusted), "DIALER_HOME": str(home)}
    arguments = [provider.url, "--calls", str(1 + LATER)] + (["--ahead"] if ahead else [])
    seen: dict[str, Any] = _said(surroundings, program("driven_window", *arguments), environment)
    seen["took"] = [
        came - entered for entered, came in zip(seen["entered"], provider.take(), strict=True)
    ]
    return seen


def _floor(surroundings: Surroundings, provider: Provider) -> list[float]:
    provider.take()
    environment = surroundings.environment(surroundings.home())
    arguments = [f"{provider.url}/voice/sendSip", str(provider.authority), str(1 + 4 * LATER)]
    begun: list[float] = _said(surroundings, program("bare_post", *arguments), environment)
    return milliseconds([came - at for at, came in zip(begun, provider.take(), strict=True)])


def libraries(surroundings: Surroundings, display: str) -> list[str]:
    """The modules of installed libraries that Dialer's idle window has imported."""
    home = surroundings.home()
    environment = surroundings.environment(home, display) | {"DIALER_HOME": str(home)}
    arguments = program("driven_window", "http://127.0.0.1:9", "--calls", "0")
    found: list[str] = _said(surroundings, arguments, environment)["libraries"]
    return found


def _said(surroundings: Surroundings, arguments: list[str], environment: dict[str, str]) -> Any:
    """Run a program and read the JSON that it prints. Raises subprocess.TimeoutExpired."""
    process = surroundings.start(arguments, environment, says=True)
    try:
        said, _ = process.communicate(timeout=SECONDS)
    finally:
        end(process)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    return json.loads(said)
