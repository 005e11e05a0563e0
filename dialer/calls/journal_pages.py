"""Reads records out of the pages of a SQLite file, where SQLite itself can no longer find them.

The format is https://www.sqlite.org/fileformat2.html: it has been the same since 2004. Nothing
here trusts the file: what does not add up is passed over.

Not for a file that is in use: closing it here would drop the locks that SQLite holds on it in
this process, https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_.
"""

import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

MAGIC = b"SQLite format 3\x00"

Value = int | float | str | bytes | None

_USUAL_PAGE = 4096
_PAGES = frozenset(1 << power for power in range(9, 17))
_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR = 0x0D, 0x0A, 0x02
_HEADER = 100  # of the file, on its first page
_LOG_HEADER, _FRAME_HEADER = 32, 24
_LOG_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
_LARGEST = 1 << 24  # bytes of a record: a note and the provider's record are far below
_WHOLE = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # serial types of integers, and their bytes


class Record(NamedTuple):
    """A row as it lies on a page; `row` is None where a table has no row numbers."""

    row: int | None
    values: tuple[Value, ...]


class _Unreadable(Exception):
    """What should be a record does not add up."""


class Pages:
    """A database file page by page, as its write-ahead log leaves them. A context manager.

    Raises OSError where the file cannot be read at all.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._log: IO[bytes] | None = None
        self._in_log: dict[int, int] = {}
        try:
            header = self._file.read(_HEADER).ljust(_HEADER, b"\0")
            size = self._file.seek(0, 2)
            self._size = _page_size(header)
            self._usable = self._size - (header[20] if header.startswith(MAGIC) else 0)
            log = path.with_name(f"{path.name}-wal")
            if log.exists():
                self._log = log.open("rb")
                self._read_log()
        except BaseException:
            self._close()
            raise
        self.count = max(-(-size // self._size), *self._in_log, 0)
        """How many pages there are."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def records(
        self, number: int, widths: Collection[int], keyed: Collection[int] = ()
    ) -> Iterator[Record]:
        """The records on page `number`, from 1, that have one of `widths` columns.

        Those without row numbers, as of indexes, have one of `keyed` columns.
        """
        page = self._page(number)
        start = _HEADER if number == 1 else 0
        if len(page) < self._size:
            return
        kind = page[start]
        if kind not in (_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR):
            return
        cells = int.from_bytes(page[start + 3 : start + 5], "big")
        first = start + (12 if kind == _INDEX_INTERIOR else 8)
        if first + 2 * cells > self._size:
            return
        if kind != _TABLE_LEAF:
            widths = keyed
        if not widths:
            return
        for (at,) in struct.iter_unpack(">H", page[first : first + 2 * cells]):
            try:
                record = self._record(page, at, kind, widths)
            except (_Unreadable, IndexError, ValueError, struct.error):
                continue
            if record is not None:
                yield record

    def _record(self, page: bytes, at: int, kind: int, widths: Collection[int]) -> Record | None:
        if kind == _INDEX_INTERIOR:
            at += 4  # the page below
        length, at = _varint(page, at)
        row = None
        if kind == _TABLE_LEAF:
            row, at = _varint(page, at)
            row = row - (1 << 64) if row >= 1 << 63 else row
        if not 2 <= length <= _LARGEST:
            raise _Unreadable
        here = self._local(length, table=kind == _TABLE_LEAF)
        payload = page[at : at + here]
        if len(payload) < here:
            raise _Unreadable
        if here < length:
            # Most records that go on elsewhere are the search index's: they need not be read.
            if not _has_width(payload, widths):
                return None
            payload += self._overflow(page, at + here, length - here)
        types = _types(payload)
        if len(types.kinds) not in widths:
            return None
        return Record(row, tuple(_values(payload, types)))

    def _local(self, length: int, *, table: bool) -> int:
        """How many bytes of a record are on its own page."""
        usable = self._usable
        most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
        if length <= most:
            return length
        least = (usable - 12) * 32 // 255 - 23
        some = least + (length - least) % (usable - 4)
        return some if some <= most else least

    def _overflow(self, page: bytes, at: int, left: int) -> bytes:
        parts = []
        following = int.from_bytes(page[at : at + 4], "big")
        while left > 0:
            if not 2 <= following <= self.count:
                raise _Unreadable
            further = self._page(following)
            some = min(left, self._usable - 4)
            if len(further) < 4 + some:
                raise _Unreadable
            parts.append(further[4 : 4 + some])
            left -= some
            following = int.from_bytes(further[:4], "big")
        return b"".join(parts)

    def _page(self, number: int) -> bytes:
        file: IO[bytes] = self._file
        at = (number - 1) * self._size
        if self._log is not None and number in self._in_log:
            file, at = self._log, self._in_log[number]
        try:
            file.seek(at)
            page = file.read(self._size)
        except OSError:
            return b""  # the disk no longer reads it
        # A last page that is cut off: what is there of it is read, the rest counts as zeros.
        return page.ljust(self._size, b"\0") if page else page

    def _read_log(self) -> None:
        """Note where the committed pages of the write-ahead log are, the newest of each."""
        assert self._log is not None  # noqa: S101 - opened by the caller
        header = self._log.read(_LOG_HEADER)
        if len(header) < _LOG_HEADER:
            return
        magic, _, size, _, *salt = struct.unpack(">6I", header[:24])
        order = _LOG_MAGIC.get(magic)
        if order is None or size != self._size:
            return
        sums = _checksum(order, header[:24], (0, 0))
        if sums != struct.unpack(">2I", header[24:]):
            return
        pending: dict[int, int] = {}
        at = _LOG_HEADER
        while True:
            frame = self._log.read(_FRAME_HEADER + size)
            if len(frame) < _FRAME_HEADER + size:
                return
            number, committed, *rest = struct.unpack(">6I", frame[:_FRAME_HEADER])
            sums = _checksum(order, frame[:8] + frame[_FRAME_HEADER:], sums)
            if rest != [*salt, *sums]:
                return  # of an earlier round, or torn
            pending[number] = at + _FRAME_HEADER
            at += _FRAME_HEADER + size
            if committed:
                self._in_log |= pending
                pending.clear()

    def _close(self) -> None:
        self._file.close()
        if self._log is not None:
            self._log.close()


def version_of(path: Path) -> int | None:
    """The `user_version` in the file's first page; None where that is no longer legible."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(MAGIC):
        return None
    return int.from_bytes(header[60:64], "big")


class _Types(NamedTuple):
    kinds: list[int]
    body: int  # where the values begin


def _types(payload: bytes) -> _Types:
    body, at = _varint(payload, 0)
    if body > len(payload):
        raise _Unreadable
    kinds = []
    while at < body:
        kind = payload[at]
        at += 1
        if kind >= 0x80:
            kind, at = _varint(payload, at - 1)
        kinds.append(kind)
    if at != body:
        raise _Unreadable
    return _Types(kinds, body)


def _has_width(beginning: bytes, widths: Collection[int]) -> bool:
    """Whether a record that begins so may have one of `widths` columns."""
    body, _ = _varint(beginning, 0)
    # Headers of ours are short; one that is cut off here is nobody's.
    return body <= len(beginning) and len(_types(beginning).kinds) in widths


def _values(payload: bytes, types: _Types) -> Iterator[Value]:
    at = types.body
    for kind in types.kinds:
        if kind == 0:
            yield None
        elif kind in _WHOLE:
            yield int.from_bytes(_cut(payload, at, _WHOLE[kind]), "big", signed=True)
            at += _WHOLE[kind]
        elif kind == 7:
            yield float(struct.unpack(">d", _cut(payload, at, 8))[0])
            at += 8
        elif kind in (8, 9):
            yield kind - 8
        elif kind >= 12:
            length = (kind - 12) // 2
            raw = _cut(payload, at, length)
            yield raw.decode() if kind % 2 else raw
            at += length
        else:
            raise _Unreadable
    if at != len(payload):
        raise _Unreadable


def _cut(payload: bytes, at: int, length: int) -> bytes:
    part = payload[at : at + length]
    if len(part) < length:
        raise _Unreadable
    return part


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins at `at`, and where it ends."""
    value = 0
    for step in range(8):
        byte = data[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    return value << 8 | data[at + 8], at + 9


def _page_size(header: bytes) -> int:
    """The size that the file's header tells, or the usual one if that is no longer legible."""
    told = int.from_bytes(header[16:18], "big")
    told = 1 << 16 if told == 1 else told
    return told if header.startswith(MAGIC) and told in _PAGES else _USUAL_PAGE


def _checksum(order: str, data: bytes, sums: tuple[int, int]) -> tuple[int, int]:
    first, second = sums
    for one, other in struct.iter_unpack(f"{order}2I", data):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second
