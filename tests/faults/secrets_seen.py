"""Where a secret would be looked for: in every form in which it may have been left behind."""

import base64
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from program.program import KEY, SECRET


def _forms(text: str) -> tuple[bytes, ...]:
    raw = text.encode()
    return (
        raw,
        raw[::-1],
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        text.encode("utf-32-le"),
        base64.b64encode(raw).rstrip(b"="),
        raw.hex().encode(),
        raw.hex().upper().encode(),
        quote(text).encode(),
    )


OF_SECRET, OF_KEY = _forms(SECRET), _forms(KEY)


def seen(places: Iterable[bytes], forms: Iterable[bytes] = (*OF_SECRET, *OF_KEY)) -> int:
    """In how many of the places any of the forms stands."""
    return sum(any(form in place for form in forms) for place in places)


def on_disk(*folders: Path) -> list[bytes]:
    """The names and contents of all files in the folders."""
    files = [path for folder in folders for path in folder.rglob("*")]
    return [bytes(path) for path in files] + [
        path.read_bytes() for path in files if path.is_file() and not path.is_symlink()
    ]
