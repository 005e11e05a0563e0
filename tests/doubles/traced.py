"""What a program and all that it starts do, as the system sees it: strace, read back.

traced = Traced(folder)
process = subprocess.Popen([*traced.prefix, "dialer", …])
…  # until it has ended
assert all(secret not in start for start in traced.starts())
"""

import re
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SECONDS = 30.0

_CALLS = "execve,execveat,openat,open,creat,mkdir,mkdirat,bind,connect"
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_BORN = re.compile(
    r"(?:openat|open|creat|mkdir|mkdirat)\("
    r'(?:AT_FDCWD(?:<[^>]*>)?|\d+(?:<(?P<folder>[^>]*)>)?)?(?:, )?"(?P<path>(?:\\x[0-9a-f]{2})*)"'
    r"(?P<flags>[^)]*?)(?:, )?(?P<mode>0[0-7]*)?\) += (?:\d+|0)\b"
)
_BOUND = re.compile(r'bind\(.*sun_path="((?:\\x[0-9a-f]{2})*)".* = 0$')


def why_not() -> str | None:
    """Why nothing can be traced here, or None where it can."""
    if not sys.platform.startswith("linux"):
        return "strace is Linux's"
    return None if shutil.which("strace") else "needs strace (so is Debian's package named)"


@dataclass(frozen=True)
class Born:
    """A file or folder that was made, or was there, with the mode it was to be made with."""

    path: Path
    mode: int

    @property
    def is_private(self) -> bool:
        return not self.mode & 0o077


class Traced:
    """Keeps what is traced in `folder`, which must be there and be of use to nobody else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # The umask takes nothing away, so that every mode is the program's own doing. The tracer
        # steps aside (-D): the program keeps the number of the process that is started.
        self.prefix = (
            *("/bin/sh", "-c", 'umask 000; exec "$@"', "sh"),
            *("strace", "-D", "-ff", "-ttt", "-q", "-xx", "-v", "-y"),
            *("--seccomp-bpf", "-s", "1000000"),
            *("-e", f"trace={_CALLS}", "-e", "signal=none", "-o", str(folder / "of")),
        )

    def wait(self) -> None:
        """Wait until all that was traced has been written down."""
        deadline = time.monotonic() + SECONDS
        while not all(self._ended(file) for file in self._files()):
            assert time.monotonic() < deadline, "what is traced does not end"
            time.sleep(0.02)

    def starts(self) -> list[bytes]:
        """Arguments and environment of every program that was started."""
        lines = (line for line in self._lines() if line.startswith(("execve(", "execveat(")))
        return [b"\0".join(_texts(line)) for line in lines if line.endswith(" = 0")]

    def born(self) -> list[Born]:
        """The files and folders that could be made, each as it was asked for first."""
        found: dict[Path, Born] = {}
        for line in self._lines():
            match = _BORN.match(line)
            if match is None or match["mode"] is None:
                continue
            path = Path(_bytes(match["path"]).decode("utf-8", "replace"))
            if not path.is_absolute():
                path = Path(_bytes(match["folder"] or "").decode("utf-8", "replace"), path)
            found.setdefault(path, Born(path, int(match["mode"], 8)))
        return list(found.values())

    def sockets(self) -> list[bytes]:
        """The names of all local sockets that were listened at or could be; abstract ones too."""
        return [_bytes(match[1]) for line in self._lines() if (match := _BOUND.match(line))]

    def _files(self) -> list[Path]:
        return list(self._folder.iterdir())

    def _lines(self) -> Iterator[str]:
        """What was done, in the order in which it was done."""
        lines = (line for file in self._files() for line in file.read_text("ascii").splitlines())
        for line in sorted(lines):
            yield line.partition(" ")[2]

    @staticmethod
    def _ended(file: Path) -> bool:
        return (
            re.search(r"\+\+\+ (?:exited|killed)[^\n]*\n?\Z", file.read_text("ascii")) is not None
        )


def _bytes(hexadecimal: str) -> bytes:
    return bytes.fromhex(hexadecimal.replace("\\x", ""))


def _texts(line: str) -> list[bytes]:
    return [_bytes(text) for text in _TEXT.findall(line)]
