"""What the registration of phone links changed, kept so that each file can be what it was.

The kept state is written before the first file is changed, and says of each file what it was
and what it becomes: whatever breaks a registration off, each is one of the two afterwards, or
somebody else's change of it.
"""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.desktop.desktop_entry import LINKS, NAME, is_ours
from dialer.desktop.links_lists import without
from dialer.desktop.own_files import replace
from dialer.settings.toml_file import SIZE_LIMIT, Table, TomlFile, TomlFileError

_VERSION = 1
_DAMAGED = QT_TRANSLATE_NOOP(
    "dialer",
    "The file {path} is damaged, so it is not known how phone links were opened before Dialer."
    " Move it away, then choose another program in the desktop's settings.",
)
_TOO_MUCH = QT_TRANSLATE_NOOP(
    "dialer",
    "The desktop's lists of programs are too long to be kept for later, so nothing was changed.",
)


class Kind(StrEnum):
    """What a changed file is, and so how it is undone where somebody changed it since."""

    ENTRY = "entry"
    """The .desktop file: ours as long as it says so."""
    ICON = "icon"
    """The icon: another one is somebody else's."""
    LIST = "list"
    """A mimeapps.list: our lines are taken out."""
    CACHE = "cache"
    """The mimeinfo.cache: the same, for it is made from entries alone."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One file: what it was before Dialer, and a digest of what Dialer made of it.

    None for a file that is not there.
    """

    path: Path
    kind: Kind
    former: bytes | None
    left: str | None

    def undone(self, current: bytes | None, types: Collection[str]) -> bytes | None:
        """What the file has to be without Dialer, now that it is `current`."""
        if current == self.former:
            return current
        if digest(current) == self.left:
            return self.former
        if self.kind in (Kind.ENTRY, Kind.ICON):
            whole = current is None or (self.kind is Kind.ENTRY and is_ours(current, LINKS))
            return self.former if whole else current
        if current is None:
            return None
        edited = without(NAME, types, current, self.former)
        gone = self.former is None and edited != current and not edited.strip()
        return None if gone else edited

    def is_left_alone(self, current: bytes | None) -> bool:
        """Whether nobody but Dialer has changed the file."""
        return current == self.former or digest(current) == self.left


@dataclass(frozen=True, slots=True)
class Registration:
    """All that one registration changed. Not `complete` is one that was broken off."""

    complete: bool
    files: tuple[Kept, ...]
    folders: tuple[Path, ...]
    """Folders that were made, the outermost first."""


def digest(content: bytes | None) -> str | None:
    """What tells contents apart."""
    return None if content is None else hashlib.sha256(content).hexdigest()


class UndoFile:
    """The kept state on disk. What reads or writes raises TomlFileError. Any thread, `alone`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = TomlFile(path, _VERSION)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other Dialer from registering meanwhile."""
        with self._file.alone():
            yield

    def load(self) -> Registration | None:
        """The registration that is to be undone one day, None where there is none."""
        table = self._file.read()
        if table is None:
            return None
        try:
            return Registration(
                complete=table["complete"] is True,
                files=tuple(_kept(each) for each in table["files"]),
                folders=tuple(Path(each) for each in table["folders"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, zlib.error, binascii.Error):
            raise self._file.damaged(Sentence(_DAMAGED)) from None

    def save(self, registration: Registration) -> None:
        """Write it, readable by its owner only."""
        table: Table = {
            "complete": registration.complete,
            "folders": [str(folder) for folder in registration.folders],
            "files": [_table(kept) for kept in registration.files],
        }
        if sum(len(each.get("former", "")) for each in table["files"]) > SIZE_LIMIT * 3 // 4:
            raise TomlFileError(Sentence(_TOO_MUCH))
        self._file.write(table)

    def remove(self) -> None:
        """There is nothing to undo any more. Raises FileTrouble."""
        replace(self.path, None)


def _table(kept: Kept) -> Table:
    table: Table = {"path": str(kept.path), "kind": kept.kind.value}
    if kept.former is not None:
        table["former"] = base64.b64encode(zlib.compress(kept.former)).decode()
    if kept.left is not None:
        table["left"] = kept.left
    return table


def _kept(table: Table) -> Kept:
    former = table.get("former")
    return Kept(
        path=Path(table["path"]),
        kind=Kind(table["kind"]),
        former=None if former is None else zlib.decompress(base64.b64decode(former, validate=True)),
        left=table.get("left"),
    )
