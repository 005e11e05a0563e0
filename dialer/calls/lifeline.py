"""A lock that ends with the process that holds it, however that ends."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from dialer.calls.private import make_private_folder

if os.name == "nt":
    import msvcrt

    def _lock(file: IO[bytes], *, shared: bool) -> None:  # noqa: ARG001 - there is one kind only
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
else:
    import fcntl

    def _lock(file: IO[bytes], *, shared: bool) -> None:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


_TRIES = 100
_NAME = "[0-9a-f]" * 16
_RETRY_SECONDS = 0.01


class Lifeline:
    """Proof that a process lives: a file in `folder` that it keeps locked under a random name.

    The journal writes the name beside each call it begins. The system drops the lock when the
    process ends, by kill -9 too, and does not confuse a new process with an old one's number.
    Raises OSError where the folder cannot be written or knows no locks.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_private_folder(folder)
        for _ in range(_TRIES):
            self.name = secrets.token_hex(8)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            self._file: IO[bytes] = os.fdopen(os.open(folder / self.name, flags, 0o600), "wb")
            # Another process may look at the file, or sweep it away, before it is locked.
            with suppress(OSError):
                _lock(self._file, shared=False)
                if (folder / self.name).exists():
                    return
            self._file.close()
            with suppress(OSError):
                (folder / self.name).unlink()
        raise OSError("the folder does not keep locks")

    def holds(self, name: str) -> bool:
        """Whether the process behind `name` still lives, this one included."""
        return name == self.name or is_held(self._folder, name)

    def close(self) -> None:
        """Let go, and take the file away."""
        if not self._file.closed:
            if os.name == "nt":
                self._file.close()  # an open file cannot be taken away there
            with suppress(OSError):
                (self._folder / self.name).unlink()
            self._file.close()


def is_held(folder: Path, name: str) -> bool:
    """Whether some process holds the lifeline `name` in `folder`.

    One that is there and cannot be looked at counts as held: nobody is called dead on a guess.
    """
    try:
        file = (folder / name).open("r+b")
    except FileNotFoundError:
        return False
    except OSError:
        return True
    with file:
        try:
            _lock(file, shared=True)
        except OSError:
            return True
    return False


def any_held(folder: Path) -> bool:
    """Whether some process holds a lifeline in `folder`: a window that is open, or a call."""
    return any(is_held(folder, path.name) for path in folder.glob(_NAME))


def sweep(folder: Path) -> None:
    """Take away what processes left behind that ended without `close`."""
    for path in folder.glob(_NAME):
        if os.name == "nt":
            with suppress(OSError):
                path.unlink()  # which fails there while anybody has the file open
            continue
        # Taken away while locked, so that none is lost that is just being made.
        with suppress(OSError), path.open("r+b") as file:
            _lock(file, shared=False)
            path.unlink()


@contextmanager
def alone(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock file `path`, so that one process at a time does what follows.

    Waits up to `seconds` for another holder. Raises TimeoutError after that, another OSError
    where the file cannot be made or locked. The file stays: taking it away would let two in.
    """
    deadline = time.monotonic() + seconds
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        while True:
            try:
                _lock(file, shared=False)
                break
            except (BlockingIOError, PermissionError):  # as POSIX and Windows say "taken"
                if time.monotonic() >= deadline:
                    raise TimeoutError(f"{path} stays locked") from None
            time.sleep(_RETRY_SECONDS)
        yield
