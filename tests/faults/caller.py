"""A process that places calls, from its own side of the pipe."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import dialer
from dialer.calls.credentials import Credentials

SECONDS = 30.0
COMMANDS = Path(__file__).with_name("caller_process.py")
"""Runs `dialer` commands, each in a house of its own."""

LINE = Path(__file__).with_name("line_process.py")
"""Places calls with one and the same line to the provider, as the window does."""


class CallerProcess:
    """Runs the commands that it is given, one after the other. Use as a context manager."""

    def __init__(self, home: Path, credentials: Credentials, script: Path = COMMANDS) -> None:
        taken = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, str(script)],
            env={
                **taken,
                "HOME": str(home),
                "DIALER_HOME": str(home),
                "PYTHONPATH": str(Path(dialer.__file__).parents[1]),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._say([credentials.api_key, credentials.api_secret])

    def run(self, *commands: Sequence[str]) -> None:
        """Hand over commands; they are run while this returns."""
        for command in commands:
            self._say(command)

    def line(self) -> str:
        """The next line on its standard output."""
        assert self.process.stdout
        return self.process.stdout.readline().decode().rstrip("\n")

    def no_more(self) -> None:
        """Let it end after what it has been given."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.stdin = None

    def end(self, seconds: float = SECONDS) -> tuple[int, str, str]:
        """Give it nothing more to do, and wait: exit code, stdout and stderr."""
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, out.decode(), err.decode()

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()
        self.process.communicate()

    def __enter__(self) -> "CallerProcess":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()

    def _say(self, value: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(value).encode() + b"\n")
        self.process.stdin.flush()
