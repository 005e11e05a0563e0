"""Preferences of the window: how it looks, apart from any profile."""

import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from dialer.settings.toml_file import TomlFile, TomlFileError

Theme = Literal["system", "light", "dark", "high-contrast"]

_VERSION = 1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the user chose; `Preferences()` is what is used where nothing was chosen.

    Raises ValueError for a theme that there is not.
    """

    theme: Theme = "system"

    def __post_init__(self) -> None:
        if self.theme not in get_args(Theme):
            raise ValueError("there is no such theme")

    @classmethod
    def load(cls, path: Path) -> "Preferences":
        """Read them. Never raises: what cannot be used is logged, and the defaults hold."""
        try:
            content = TomlFile(path, _VERSION).read() or {}
            return cls(theme=content.get("theme", "system"))
        except TomlFileError as error:
            _log.warning("preferences: %s The defaults are used.", error)
        except ValueError:
            _log.warning("preferences: the theme in %s is unknown. The default is used.", path)
        return cls()

    def save(self, path: Path) -> None:
        """Write them, keeping what another version added. Raises TomlFileError.

        A damaged file is not overwritten either: the error says what to do with it.
        """
        file = TomlFile(path, _VERSION)
        with file.alone():
            file.write({**(file.read() or {}), **asdict(self)})
