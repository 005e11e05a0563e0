"""Preferences: how the window looks and how long calls are kept, apart from any profile."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from dialer.settings.toml_file import TomlFile, TomlFileError

Theme = Literal["system", "light", "dark", "high-contrast"]

LONGEST_DAYS = 36_500
"""The longest time that calls can be kept for, short of for ever: a hundred years."""

_VERSION = 1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the user chose; `Preferences()` is what is used where nothing was chosen.

    Raises ValueError for a theme that there is not, and for days out of range.
    """

    theme: Theme = "system"
    keep_days: int = 0
    """For how many days calls are kept; 0 keeps them for ever."""
    chart: bool = False
    """Whether the chart of the last days is shown."""

    def __post_init__(self) -> None:
        if self.theme not in get_args(Theme):
            raise ValueError("there is no such theme")
        if type(self.keep_days) is not int or not 0 <= self.keep_days <= LONGEST_DAYS:
            raise ValueError(f"calls are kept for 0 to {LONGEST_DAYS} days")
        if type(self.chart) is not bool:
            raise ValueError("the chart is shown or not")

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
