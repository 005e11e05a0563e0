"""Fetches a recording into a file: whole under its final name, or not there under it at all."""

import errno
import hashlib
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Event
from typing import BinaryIO

from dialer.calls.plain import plain
from dialer.calls.recording import FetchedRecording, RecordingError, RecordingTrouble
from dialer.calls.records import RecordingPlace
from dialer.provider.recording_kind import HEAD_SIZE, suffix_of, wave_size
from dialer.provider.recording_stream import Head, RecordingStream, StreamFault
from dialer.provider.resumption import Begun, Mismatch, begun_in

Progress = Callable[[int, int | None], None]
"""Told how many bytes have come, those of an earlier try too, and how many there are if known."""

_PROGRESS_S = 0.1
_LOOK_BYTES = 4 << 20
"""After how many bytes it is looked again whether the disk has room."""
_FULL = frozenset((errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)))
_NOT_THERE = frozenset((401, 403, 404, 410))
_RANGE_ANSWERS = frozenset((206, 416))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a download may take."""

    size: int = 1 << 30
    """The longest recording, in bytes."""
    reserve: int = 64 << 20
    """Bytes that stay free on the disk."""
    stall_s: float = 30.0
    """Seconds without a byte after which the host is given up."""


def part_of(target: Path, place: RecordingPlace | None = None) -> Path:
    """The working name of a recording that is to become `target`, in the same folder.

    Another one for each recording file: what came of one is never gone on from with another.
    """
    mark = ""
    if place is not None and place.file_id:
        mark = "." + hashlib.sha256(place.file_id.encode("utf-8", "replace")).hexdigest()[:16]
    return target.with_name(f"{target.name}{mark}.part")


def fetch(
    place: RecordingPlace,
    target: Path,
    progress: Progress = lambda _come, _all: None,
    cancel: Event | None = None,
    limits: Limits = Limits(),
) -> FetchedRecording:
    """Fetch a recording into `part_of(target, place)`, which nobody but its owner can read.

    What came in an earlier try is gone on from, where the host still has the same bytes at its
    beginning and end; else all is fetched anew. Blocks until the end, or half a second after
    `cancel` is set; `progress` is called on this thread, some ten times a second. One fetch for
    a target at a time. Raises RecordingError.
    """
    download = _Download(place, part_of(target, place), progress, cancel or Event(), limits)
    begun = begun_in(download.part)
    if begun is not None:
        with suppress(Mismatch):
            return download.run(begun)
    return download.run(None)


def keep(fetched: FetchedRecording, final: Path, *, replace: bool = False) -> Path:
    """Give a whole recording its final name, in the same folder, and return that.

    Over a file that is there only to `replace` it: else that is a RecordingError (EXISTS),
    after which another name can be tried. Raises RecordingError too where the disk refuses.
    """
    try:
        if replace:
            fetched.path.replace(final)
        else:
            _rename(fetched.path, final)
    except FileExistsError:
        trouble, why = RecordingTrouble.EXISTS, None
    except OSError as error:
        trouble, why = RecordingTrouble.DISK, error.strerror
    else:
        return final
    raise RecordingError(trouble, resumable=True, code=_brackets(why))


class _Download:
    def __init__(
        self, place: RecordingPlace, part: Path, progress: Progress, cancel: Event, limits: Limits
    ) -> None:
        self.part = part
        self._place = place
        self._progress = progress
        self._cancel = cancel
        self._limits = limits
        self._told_at = 0.0

    def run(self, begun: Begun | None) -> FetchedRecording:
        """Fetch all, or what is missing behind `begun`. Raises RecordingError and Mismatch."""
        try:
            return self._fetch(begun)
        except StreamFault as fault:
            trouble, why = fault.trouble, fault.detail
        except OSError as error:
            trouble, why = RecordingTrouble.DISK, error.strerror
            if error.errno in _FULL:
                trouble = RecordingTrouble.DISK_FULL
                self._give_room_back()
        # Raised outside: nothing hangs on it that was met on the way.
        raise self._error(trouble, why)

    def _fetch(self, begun: Begun | None) -> FetchedRecording:
        start = begun.asks_from if begun else 0
        with RecordingStream(self._place.url, start, self._cancel, self._limits.stall_s) as stream:
            answer = stream.head()
            pieces = stream.pieces()
            if begun is not None and answer.http_status in _RANGE_ANSWERS:
                total = begun.total(answer)
                self._refuse_too_much(begun.size, total)
                self._compare_beginning(begun)
                head, pieces = begun.head, begun.what_is_new(pieces)
            else:
                begun = None
                self._refuse_errors(answer)
                total = answer.length
                self._refuse_too_much(0, total)
                first = self._first(pieces)
                head, pieces = first[:HEAD_SIZE], chain((first,), pieces)
            suffix = self._suffix(head)
            size = begun.size if begun else 0
            with self._opened(size) as file:
                size = self._write(pieces, file, size, total)
        if total is None and not answer.ends_itself:
            total = wave_size(head)
        if total is not None and size < total:
            raise self._error(RecordingTrouble.CUT_OFF)
        self._progress(size, size)
        return FetchedRecording(self.part, suffix, size)

    def _compare_beginning(self, begun: Begun) -> None:
        """See that the host has the same recording. Raises Mismatch and StreamFault."""
        # Its end may be silence, which is alike in all recordings.
        with RecordingStream(self._place.url, 0, self._cancel, self._limits.stall_s) as stream:
            begun.compare_beginning(stream.head(), stream.pieces())

    def _write(self, pieces: Iterator[bytes], file: BinaryIO, size: int, total: int | None) -> int:
        """Write what comes, and return the file's size."""
        looks_at = size
        for piece in pieces:
            if size >= looks_at:
                # What others write takes room too, and not every host says how much is to come.
                self._refuse_full_disk(0)
                looks_at = size + _LOOK_BYTES
            file.write(piece)
            size += len(piece)
            if size > self._limits.size:
                self._give_room_back()
                raise self._error(RecordingTrouble.TOO_LARGE)
            now = time.monotonic()
            if now - self._told_at >= _PROGRESS_S:
                self._told_at = now
                self._progress(size, total)
        file.flush()
        # A name must not outlive what it stands for when power goes.
        os.fsync(file.fileno())
        return size

    def _opened(self, size: int) -> BinaryIO:
        """The working file, its owner's alone, at its end, with `size` bytes in it."""
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(self.part.lstat().st_mode):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        flags = os.O_WRONLY | os.O_CREAT
        for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):
            flags |= getattr(os, name, 0)
        handle = os.open(self.part, flags, 0o600)
        file = os.fdopen(handle, "wb")
        try:
            if sys.platform != "win32":
                os.fchmod(handle, 0o600)
            file.truncate(size)
            file.seek(size)
        except OSError:
            file.close()
            raise
        return file

    def _first(self, pieces: Iterator[bytes]) -> bytes:
        """The first bytes, enough of them to tell what they are if there are as many."""
        first = b""
        while len(first) < HEAD_SIZE and (piece := next(pieces, b"")):
            first += piece
        if not first:
            raise self._error(RecordingTrouble.EMPTY)
        return first

    def _suffix(self, head: bytes) -> str:
        suffix = suffix_of(head)
        if suffix is None:
            raise self._error(RecordingTrouble.NO_RECORDING)
        return suffix

    def _refuse_errors(self, answer: Head) -> None:
        status = answer.http_status
        if status == 200:
            return
        gone = status in _NOT_THERE
        raise self._error(
            RecordingTrouble.GONE if gone else RecordingTrouble.REFUSED, f"HTTP {status}"
        )

    def _refuse_too_much(self, size: int, total: int | None) -> None:
        """Refuse what is too large, or for which there is no room, before it is written."""
        if total is None:
            return
        if total > self._limits.size:
            raise self._error(RecordingTrouble.TOO_LARGE)
        self._refuse_full_disk(total - size)

    def _refuse_full_disk(self, needed: int) -> None:
        if shutil.disk_usage(self.part.parent).free - self._limits.reserve < needed:
            self._give_room_back()
            raise self._error(RecordingTrouble.DISK_FULL)

    def _give_room_back(self) -> None:
        with suppress(OSError):
            self.part.unlink()

    def _error(self, trouble: RecordingTrouble, why: str | None = None) -> RecordingError:
        resumable = begun_in(self.part) is not None
        return RecordingError(trouble, resumable=resumable, code=_brackets(why))


def _rename(part: Path, final: Path) -> None:
    """Rename without ever writing over `final`. Raises OSError."""
    if sys.platform == "win32":
        part.rename(final)  # refuses where `final` is there
        return
    try:
        os.link(part, final)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links: an empty file takes the name first.
        os.close(os.open(final, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            part.replace(final)
        except OSError:
            final.unlink()
            raise
    else:
        with suppress(OSError):  # it is kept, even if it keeps its working name too
            part.unlink()


def _brackets(why: str | None) -> str:
    return f"({plain(why, 200)})" if why else ""
