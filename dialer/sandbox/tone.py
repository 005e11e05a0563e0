"""The sound of a sandbox's recording: two quiet tones in turn, as a WAV file read in pieces.

8 kHz, mono, 16 bits. The same second repeats, so that any part is there without the rest.
"""

import array
import math
import struct
import sys
from collections.abc import Iterator
from functools import cache

RATE = 8000
"""Samples in a second."""

PIECE = 16_000
"""The most bytes that are handed out at once."""

_HEADER = 44
_SECOND = RATE * 2
_LOUDNESS = 2000  # of 32,767
_TONES = (440, 550)  # Hz; whole waves fit into half a second, so nothing clicks


def length(seconds: int) -> int:
    """The length of the file in bytes."""
    return _HEADER + seconds * _SECOND


def pieces(seconds: int, start: int, stop: int, piece: int = PIECE) -> Iterator[bytes]:
    """The bytes of the file from `start` up to `stop`, `piece` of them at a time."""
    header = _header(seconds)
    at = start
    while at < stop:
        if at < _HEADER:
            part = header[at : min(stop, at + piece)]
        else:
            place = (at - _HEADER) % _SECOND
            part = _second()[place : place + min(piece, stop - at)]
        at += len(part)
        yield part


def _header(seconds: int) -> bytes:
    sound = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, _SECOND, 2, 16)
    data = struct.pack("<4sI", b"data", seconds * _SECOND)
    return struct.pack("<4sI4s", b"RIFF", length(seconds) - 8, b"WAVE") + sound + data


@cache
def _second() -> bytes:
    samples = array.array(
        "h",
        (
            round(_LOUDNESS * math.sin(2 * math.pi * tone * number / RATE))
            for tone in _TONES
            for number in range(RATE // len(_TONES))
        ),
    )
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
