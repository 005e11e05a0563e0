"""Going on with a download that was interrupted, where the host still has the same bytes.

A recording's address is a new one each time, so that a validator such as an ETag says nothing:
the first and the last bytes that came are asked for once more and compared.
"""

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dialer.provider.recording_kind import suffix_of
from dialer.provider.recording_stream import Head

OVERLAP = 4096
"""How many bytes are asked for once more, at the beginning and at the end of what came."""

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.ASCII)


class Mismatch(Exception):
    """What has come is not the beginning of what the host has now."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What has come of a recording in an earlier try."""

    size: int
    head: bytes = field(repr=False)
    tail: bytes = field(repr=False)

    @property
    def asks_from(self) -> int:
        """The first byte to ask for."""
        return self.size - len(self.tail)

    def total(self, head: Head) -> int | None:
        """How many bytes there are in all by an answer to the question. Raises Mismatch."""
        said = _CONTENT_RANGE.fullmatch((head.content_range or "").strip())
        if head.http_status != 206 or said is None or int(said[1]) != self.asks_from:
            raise Mismatch
        if said[3] != "*":
            total = int(said[3])
        elif head.length is not None:
            total = self.asks_from + head.length
        else:
            return None
        if total < self.size:
            raise Mismatch
        return total

    def compare_beginning(self, head: Head, pieces: Iterator[bytes]) -> None:
        """Read as much of the whole as its first bytes that came. Raises Mismatch."""
        first = b""
        while head.http_status == 200 and len(first) < len(self.head):
            piece = next(pieces, b"")
            if not piece:
                break
            first += piece
        if not first.startswith(self.head):
            raise Mismatch

    def what_is_new(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Of what comes, what has not come before. Raises Mismatch."""
        expected = self.tail
        for piece in pieces:
            known = piece[: len(expected)]
            if not expected.startswith(known):
                raise Mismatch
            expected = expected[len(known) :]
            if len(piece) > len(known):
                yield piece[len(known) :]
        if expected:
            raise Mismatch


def begun_in(part: Path) -> Begun | None:
    """What `part` holds of a recording; None if that is too little, or nothing of the kind."""
    try:
        status = part.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size <= OVERLAP:
            return None
        with part.open("rb") as file:
            head = file.read(OVERLAP)
            file.seek(status.st_size - OVERLAP)
            tail = file.read(OVERLAP)
    except OSError:
        return None
    if suffix_of(head) is None or len(head) != OVERLAP or len(tail) != OVERLAP:
        return None
    return Begun(status.st_size, head, tail)
