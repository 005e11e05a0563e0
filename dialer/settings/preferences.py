"""Preferences: how the window looks and how long calls are kept, apart from any profile."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from dialer.settings.toml_file import TomlFile, TomlFileError

Theme = Literal["system", "light", "dark", "high-contrast"]
LinkWay = Literal["fill-in", "countdown"]
"""What a click on a phone link does: fill its number in, or call it after a countdown."""

LONGEST_DAYS = 36_500
"""The longest time that calls can be kept for, short of for ever: a hundred years."""

LINK_SECONDS = (3, 30)
"""The shortest and the longest countdown after which a link calls."""

UNDO_SECONDS = (0, 10)
"""The shortest and the longest time for which every call can be taken back."""

_YES_OR_NO = (
    "chart",
    "suggest_copied",
    "tray",
    "close_to_tray",
    "compact",
    "on_top",
    "mask_log",
)
_HOTKEY_LIMIT = 64
_VERSION = 1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the user chose; `Preferences()` is what is used where nothing was chosen.

    Raises ValueError for a value that is not allowed.
    """

    theme: Theme = "system"
    keep_days: int = 0
    """For how many days calls are kept; 0 keeps them for ever."""
    chart: bool = False
    """Whether the chart of the last days is shown."""
    links: LinkWay = "fill-in"
    link_seconds: int = 5
    """The countdown after which a link calls, where `links` says so."""
    undo_seconds: int = 0
    """How long every call can be taken back before it leaves."""
    suggest_copied: bool = False
    """Whether a number that was just copied is offered."""
    hotkey: str = ""
    """Brings the window up with the copied number, from anywhere; in Qt's words, "" for none."""
    tray: bool = False
    """Whether there is an icon in the tray."""
    close_to_tray: bool = False
    """Whether closing the window leaves the program in the tray."""
    compact: bool = False
    """Whether the window shows the call bar and the last outcome alone."""
    on_top: bool = False
    """Whether the window stays above others."""
    mask_log: bool = True
    """Whether numbers are left out of the log."""

    def __post_init__(self) -> None:
        if self.theme not in get_args(Theme):
            raise ValueError("there is no such theme")
        if self.links not in get_args(LinkWay):
            raise ValueError("a link fills in, or calls after a countdown")
        for name, least, most in (
            ("keep_days", 0, LONGEST_DAYS),
            ("link_seconds", *LINK_SECONDS),
            ("undo_seconds", *UNDO_SECONDS),
        ):
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                raise ValueError(f"{name} is a whole number from {least} to {most}")
        for name in _YES_OR_NO:
            if type(getattr(self, name)) is not bool:
                raise ValueError(f"{name} is true or false")
        if type(self.hotkey) is not str or len(self.hotkey) > _HOTKEY_LIMIT:
            raise ValueError("a hotkey is a short text")

    @classmethod
    def load(cls, path: Path) -> "Preferences":
        """Read them. Never raises: what cannot be used is logged, and its default holds."""
        try:
            content = TomlFile(path, _VERSION).read() or {}
        except TomlFileError as error:
            _log.warning("preferences: %s The defaults are used.", error)
            return cls()
        return cls(**_usable(content, path))

    @classmethod
    def change(cls, path: Path, **values: Any) -> None:
        """Write these and leave the others in the file alone, whoever changed them meanwhile.

        Raises TomlFileError as `save` does, ValueError for a value that is not allowed and
        TypeError for a preference that there is not.
        """
        _write(path, {name: getattr(cls(**values), name) for name in values})

    def save(self, path: Path) -> None:
        """Write all of them, keeping what another version added. Raises TomlFileError.

        A damaged file is not overwritten either: the error says what to do with it.
        """
        _write(path, asdict(self))


def _usable(content: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """What is allowed of the file's content: one wrong value takes no other with it."""
    usable = {}
    for name in (field.name for field in fields(Preferences)):
        if name in content:
            try:
                Preferences(**{name: content[name]})
            except ValueError:
                _log.warning("preferences: %s in %s is unknown. Its default is used.", name, path)
            else:
                usable[name] = content[name]
    return usable


def _write(path: Path, values: Mapping[str, Any]) -> None:
    file = TomlFile(path, _VERSION)
    with file.alone():
        file.write({**(file.read() or {}), **values})
