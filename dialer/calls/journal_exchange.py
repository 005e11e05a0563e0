"""Puts another file in the journal's place; whatever ends that midway, the next start ends it well.

    journal.sqlite3.exchange    says under which name the present journal is kept
    journal.sqlite3.fresh       what takes its place

The present journal is renamed first, with its companions after it: from then on every program
that has it open finds that the journal is gone before it sends a call, and so none is written
into a file that nobody finds any more. Used by who holds the journal's lock.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_COMPANIONS = ("-wal", "-shm")
_MADE = "made"


def beside(path: Path, suffix: str) -> Path:
    """The file beside `path` whose name goes on with `suffix`."""
    return path.with_name(path.name + suffix)


def fresh_of(path: Path) -> Path:
    """Where the file is made that takes the place of the journal `path`."""
    return beside(path, ".fresh")


def begin(path: Path, aside: Path, *, made: bool) -> None:
    """Take the journal `path` out of its place, to be kept as `aside`. Raises OSError.

    `made` says that `fresh_of(path)` is whole already; else it is made out of `aside`, and
    again after an end midway.
    """
    mark = _mark(path)
    half = beside(mark, ".part")
    create_private(half)
    half.write_text(f"{aside.name}\n{_MADE if made else 'to be made'}\n", encoding="utf-8")
    sync(half)
    half.replace(mark)
    sync(path.parent)
    try:
        _move(path, aside)
    except OSError:
        # Windows moves no file that another program has open. All is as it was.
        if not aside.exists():
            mark.unlink(missing_ok=True)
        raise


def end(path: Path) -> None:
    """Put the fresh file, which is whole, into the journal's place. Raises OSError."""
    fresh_of(path).replace(path)
    sync(path.parent)
    _mark(path).unlink(missing_ok=True)


class Ended(NamedTuple):
    """An exchange that was ended midway, and is now at its end."""

    aside: Path
    made: bool
    """Whether the fresh file was whole before; else it was made out of what was set aside."""


def take_up(path: Path, make: Callable[[Path], None]) -> Ended | None:
    """Bring an exchange to its end that was ended midway; None where there is none.

    `make` makes the fresh file out of what was set aside. Raises OSError, and what `make` does.
    """
    try:
        name, _, state = _mark(path).read_text(encoding="utf-8").strip().partition("\n")
    except FileNotFoundError:
        return None
    aside, made = path.with_name(Path(name).name), state == _MADE
    if not aside.exists():
        if not path.exists():
            _mark(path).unlink()  # somebody took both away
            return None
        _move(path, aside)
    if path.exists():
        _mark(path).unlink()  # all was done but this
        return Ended(aside, made)
    _move_companions(path, aside)
    if not made:
        make(aside)
    end(path)
    return Ended(aside, made)


def is_under_way(path: Path) -> bool:
    """Whether an exchange was begun and not ended."""
    return _mark(path).exists()


def remove_companions(path: Path) -> None:
    """Take away what is left of a journal that is gone itself. Raises OSError."""
    for companion in _COMPANIONS:
        beside(path, companion).unlink(missing_ok=True)


def create_private(path: Path) -> None:
    """Create the file with owner-only rights, so that it is at no moment open to others."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def sync(path: Path) -> None:
    """Wait until a file, or what a folder says of its files, is on the disk. Raises OSError."""
    if path.is_dir():
        if os.name == "nt":
            return  # which opens no folders, and keeps their entries in order by itself
        flags = os.O_RDONLY
    else:
        flags = os.O_RDWR
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _move(path: Path, aside: Path) -> None:
    path.rename(aside)
    _move_companions(path, aside)
    sync(path.parent)


def _move_companions(path: Path, aside: Path) -> None:
    for companion in _COMPANIONS:
        with suppress(FileNotFoundError):
            beside(path, companion).rename(beside(aside, companion))


def _mark(path: Path) -> Path:
    return beside(path, ".exchange")
