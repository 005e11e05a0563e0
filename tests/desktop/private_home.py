"""A home of its own for one test, in which the desktop's real tools work."""

import os
import shutil
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from dialer.desktop.links_linux import LinuxLinks
from dialer.settings.folders import Folders

_TOOLS = {
    "xdg-mime": "xdg-utils",
    "xdg-open": "xdg-utils",
    "update-desktop-database": "desktop-file-utils",
    "desktop-file-validate": "desktop-file-utils",
    "gio": "libglib2.0-bin",
}


def why_not(*also: str) -> str | None:
    """Why the desktop's tools cannot be used here, or None where they can."""
    wanted = {**_TOOLS, **dict.fromkeys(also, "")}
    missing = sorted(
        {package or tool for tool, package in wanted.items() if not shutil.which(tool)}
    )
    return f"needs {', '.join(missing)} (so are Debian's packages named)" if missing else None


@dataclass
class PrivateHome:
    """The home of one user, and the environment of that user's session."""

    path: Path
    more: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)

    @property
    def environ(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.path), **self.more}

    @property
    def config(self) -> Path:
        return self.path / ".config"

    @property
    def applications(self) -> Path:
        return self.path / ".local" / "share" / "applications"

    @property
    def list(self) -> Path:
        return self.config / "mimeapps.list"

    @property
    def folders(self) -> Folders:
        # Apart from the rest, which has to be as it was.
        return Folders.of_user({"DIALER_HOME": str(self.path.with_name("of-dialer"))})

    @property
    def kept(self) -> Path:
        return self.folders.config / "links.toml"

    def links(self) -> LinuxLinks:
        return LinuxLinks(self.folders, self.environ)

    def write(self, path: Path, content: bytes | str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def program(self, name: str, *types: str) -> None:
        """Have another program that opens these types."""
        listed = "".join(f"{each};" for each in types)
        lines = ("Type=Application", f"Name={name}", "Exec=/bin/true %u", f"MimeType={listed}")
        entry = "\n".join(("[Desktop Entry]", *lines, ""))
        self.write(self.applications / f"{name}.desktop", entry)

    def run(self, *command: str) -> str:
        """Run one of the desktop's tools; what it printed."""
        ended = subprocess.run(
            command, env=self.environ, capture_output=True, text=True, timeout=20, check=True
        )
        return ended.stdout.strip()

    def default(self, scheme: str) -> str:
        """What opens the links, by the desktop's own tool."""
        return self.run("xdg-mime", "query", "default", f"x-scheme-handler/{scheme}")

    def everything(self) -> dict[str, tuple[str, bytes]]:
        """All that lies in the home, links as links."""
        found = {}
        for path in sorted(self.path.rglob("*")):
            if path.is_symlink():
                what = ("link", os.fsencode(path.readlink()))
            elif path.is_dir():
                what = ("folder", b"")
            else:
                what = (f"{stat.S_IMODE(path.stat().st_mode):o}", path.read_bytes())
            found[str(path.relative_to(self.path))] = what
        return found
