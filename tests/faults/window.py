"""A process with Dialer's window that places calls, from its own side of the pipe."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

from dialer.calls.credentials import Credentials
from program.program import Program

SECONDS = 30.0
CREDENTIALS = Credentials("EXAMPLEKEY", "Xq7-the-secret-of-a-test-vB2")
_SCRIPT = Path(__file__).with_name("window_process.py")


class WindowProcess:
    """Calls one callee after the other, as it is told to. Use as a context manager.

    The program's `environ` says on which display; without one it is offscreen. `clock` says by
    how many seconds the wall clock is off.
    """

    def __init__(
        self,
        program: Program,
        *callees: str,
        credentials: Credentials = CREDENTIALS,
        clock: Path | None = None,
    ) -> None:
        environ = program.whole_environ
        if "DISPLAY" not in environ:
            environ["QT_QPA_PLATFORM"] = "offscreen"
        runtime = program.home.parent / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        put_off = ("--clock", str(clock)) if clock else ()
        self.process = subprocess.Popen(
            [*program.through, sys.executable, str(_SCRIPT), *put_off, *callees],
            env={"XDG_RUNTIME_DIR": str(runtime), **environ},
            cwd=program.home.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._say(json.dumps([credentials.api_key, credentials.api_secret]))

    def wait(self, line: str) -> None:
        """Wait until it says this line; no other may come before."""
        said = self.line()
        assert said == line, (said, self._ended_with())

    def call(self) -> None:
        """Have it type the next number and press Enter."""
        self._say("")

    def line(self) -> str:
        """The next line that it says."""
        assert self.process.stdout
        stuck = threading.Timer(SECONDS, self.process.kill)
        stuck.start()
        try:
            return self.process.stdout.readline().decode().rstrip("\n")
        finally:
            stuck.cancel()

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> tuple[int, str, str]:
        """Wait for its own end: exit code, and the rest of what it says."""
        try:
            out, err = self.process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"did not end in {SECONDS} s: {out!r} {err!r}") from None
        assert b"Traceback" not in err, err
        return self.process.returncode, out.decode(), err.decode()

    def close(self) -> tuple[int, str, str]:
        """Ask for its end, and wait for it."""
        self.signal(signal.SIGTERM)
        return self.end()

    def __enter__(self) -> "WindowProcess":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def _ended_with(self) -> object:
        return self.process.communicate() if self.process.poll() is not None else "it goes on"

    def _say(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
