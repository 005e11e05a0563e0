"""Where things are kept: the user's folders, and the resources that come with the program."""

import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

HOME_VARIABLE = "DIALER_HOME"
"""Names one folder for everything, for portable use and for tests."""


@dataclass(frozen=True)
class Folders:
    """The three folders of one user, and the files in them. Nothing is made until `create`."""

    config: Path
    data: Path
    log: Path

    @classmethod
    def of_user(cls, environ: Mapping[str, str] = os.environ) -> "Folders":
        """The folders under `DIALER_HOME` where that is set, else the system's usual ones."""
        if home := environ.get(HOME_VARIABLE):
            root = Path(home).expanduser().absolute()
            return cls(config=root / "config", data=root / "data", log=root / "log")
        # Imported here because starting has to be quick where DIALER_HOME is set.
        from platformdirs import PlatformDirs  # noqa: PLC0415

        dirs = PlatformDirs("dialer", appauthor=False)
        return cls(config=dirs.user_config_path, data=dirs.user_data_path, log=dirs.user_log_path)

    @property
    def journal(self) -> Path:
        """The durable record of every call."""
        return self.data / "journal.sqlite3"

    @property
    def sandbox_calls(self) -> Path:
        """What the embedded sandbox provider remembers."""
        return self.data / "sandbox.sqlite3"

    @property
    def lifelines(self) -> Path:
        """A folder of locks that tell which processes still live."""
        return self.data / "running"

    @property
    def profiles_file(self) -> Path:
        """The profiles, without their credentials."""
        return self.config / "profiles.toml"

    @property
    def preferences_file(self) -> Path:
        """How the window looks."""
        return self.config / "preferences.toml"

    @property
    def window_file(self) -> Path:
        """Where the window stood, in Qt's own form."""
        return self.config / "window.geometry"

    @property
    def log_file(self) -> Path:
        """The program's log."""
        return self.log / "dialer.log"

    @property
    def crash_file(self) -> Path:
        """What a crash in C code leaves for the next start to find."""
        return self.log / "crash.txt"

    def create(self) -> None:
        """Make the folders, readable by their owner only. Raises OSError."""
        # Imported here because resources are read before there are folders.
        from dialer.calls.private import make_private_folder  # noqa: PLC0415

        for folder in (self.config, self.data, self.log):
            make_private_folder(folder)
            if os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) & 0o077:
                folder.chmod(0o700)


def resource(name: str) -> bytes:
    """Read a file of `resources/` by its name with forward slashes, such as `icons/call.svg`.

    The one function that finds resources: in a frozen bundle, in an installed package and in
    a checkout. Raises ValueError for a name that leads out of the folder, FileNotFoundError
    where there is no such file.
    """
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or name.startswith("/") or any(char in name for char in "\\:\0"):
        raise ValueError(f"not the name of a resource: {name!r}")
    for root in _resource_roots():
        path = root.joinpath(*parts)
        if path.is_file():
            return path.read_bytes()
    raise FileNotFoundError(f"there is no resource named {name!r}")


def _resource_roots() -> list[Path]:
    package = Path(__file__).resolve().parents[1]
    roots = [package / "resources"]
    if bundle := getattr(sys, "_MEIPASS", None):
        roots.insert(0, Path(bundle) / "dialer" / "resources")
    # Beside an installed package a folder named `resources` would be somebody else's.
    if (package.parent / "pyproject.toml").is_file():
        roots.append(package.parent / "resources")
    return roots
