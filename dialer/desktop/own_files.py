"""Files in the folders that all programs of the user share: read, and replaced whole."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from dialer.calls.private import make_private_folder, private
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

SIZE_LIMIT = 1 << 19
"""The longest file that is read, in bytes."""

_UNREADABLE = QT_TRANSLATE_NOOP("dialer", "The file {path} cannot be read: {why}.")
_TOO_LONG = QT_TRANSLATE_NOOP(
    "dialer",
    "The file {path} is far too long to be what its name says. Look at it, then try again.",
)
_UNWRITABLE = QT_TRANSLATE_NOOP(
    "dialer",
    "The file {path} cannot be changed: {why}. Let your user write there, then try again.",
)


class FileTrouble(Exception):
    """A file cannot be read or changed; `sentence` names it and says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def content(path: Path) -> bytes | None:
    """What the file holds, None where there is none. Raises FileTrouble."""
    try:
        with path.open("rb") as file:
            found = file.read(SIZE_LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise FileTrouble(Sentence(_UNREADABLE, path=path, why=_reason(error))) from None
    if len(found) > SIZE_LIMIT:
        raise FileTrouble(Sentence(_TOO_LONG, path=path))
    return found


def replace(path: Path, new: bytes | None) -> None:
    """Have the file hold `new`, or be gone for None, in one step. Raises FileTrouble.

    A link to a file elsewhere stays a link, and a file keeps its mode; a new one is its
    owner's alone, and so are the folders made for it. Two processes must not do it at once.
    """
    try:
        target = path.resolve()
        if new is None:
            target.unlink(missing_ok=True)
            return
        make_private_folder(target.parent)
        beside = _beside(target)
        beside.unlink(missing_ok=True)
        try:
            with open(beside, "xb", opener=private) as file:
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileNotFoundError):
                beside.chmod(stat.S_IMODE(target.stat().st_mode))
            beside.replace(target)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise
    # A ring of links is a RuntimeError before Python 3.13.
    except (OSError, RuntimeError) as error:
        raise FileTrouble(Sentence(_UNWRITABLE, path=path, why=_reason(error))) from None


def sweep(path: Path) -> None:
    """Take away what a process that was killed while it replaced the file has left beside it."""
    with suppress(OSError, RuntimeError):
        _beside(path.resolve()).unlink()


def missing_folders(path: Path) -> list[Path]:
    """The folders that have to be made for the file, the outermost first."""
    return [folder for folder in reversed(path.parents) if not folder.exists()]


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.from-dialer")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
