"""What a file is by its first bytes: a recording has a suffix, anything else none."""

HEAD_SIZE = 12
"""How many of a file's first bytes are looked at."""

_NO_SIZE_FROM = 0x7FFFFF00


def suffix_of(head: bytes) -> str | None:
    """`.wav` or `.mp3` by the first bytes of a file; None if it is neither."""
    if len(head) < HEAD_SIZE:
        return None
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return ".wav"
    if head[:3] == b"ID3" and head[3] < 0x10 and head[4] < 0x10:
        return ".mp3"
    return ".mp3" if _is_layer_3(head) else None


def wave_size(head: bytes) -> int | None:
    """How many bytes a WAV file has by its own first bytes; None where they do not say.

    A writer that does not know yet leaves 0 or the largest number there.
    """
    if suffix_of(head) != ".wav":
        return None
    size = int.from_bytes(head[4:8], "little")
    return size + 8 if 0 < size < _NO_SIZE_FROM else None


def _is_layer_3(head: bytes) -> bool:
    """Whether a frame of MPEG audio layer III begins here, and no UTF-16 text."""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    return (
        head[0] == 0xFF
        and head[1] & 0xE0 == 0xE0
        and version != 1
        and layer == 1
        and bit_rate not in (0, 15)
        and sample_rate != 3
    )
