"""Phone links on Linux: an entry with an icon, made the default by xdg-mime, and undone exactly.

`xdg-mime` and `update-desktop-database` work on a copy of the user's lists. So what every file
becomes is known before the first is touched, a list that is a link to a file elsewhere stays
one (xdg-mime 1.1 replaces it), and whichever list a desktop's xdg-mime writes to is noticed
(1.2 asks LXQt's own tool, and adds associations on KDE).
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.desktop.desktop_entry import LINKS, NAME, is_ours, links_entry, read
from dialer.desktop.launching import command, with_home
from dialer.desktop.links import SCHEMES, LinkStatus, LinksTrouble, NotRegistered
from dialer.desktop.links_tools import Tools
from dialer.desktop.links_undo import Kept, Kind, Registration, UndoFile, digest
from dialer.desktop.own_files import FileTrouble, content, missing_folders, replace, sweep
from dialer.settings.folders import Folders, resource
from dialer.settings.toml_file import TomlFileError

TYPES = tuple(f"x-scheme-handler/{scheme}" for scheme in SCHEMES)
"""The links, as MIME types."""

_ICON = "dialer.svg"
_LIST, _CACHE = "mimeapps.list", "mimeinfo.cache"
_OLD_LISTS = (_LIST, "defaults.list")

_NO_XDG_UTILS = QT_TRANSLATE_NOOP(
    "dialer",
    "The program xdg-mime is not installed, so Dialer cannot see or change what opens phone links."
    " On Debian or Ubuntu: sudo apt install xdg-utils",
)
_NO_DATABASE = QT_TRANSLATE_NOOP(
    "dialer",
    "The program update-desktop-database is not installed, so some programs may not find Dialer"
    " for phone links. On Debian or Ubuntu: sudo apt install desktop-file-utils, then register"
    " again.",
)
_NO_UTF8 = QT_TRANSLATE_NOOP(
    "dialer",
    "The name of a folder, of the home or of Dialer, is not UTF-8, as the desktop's files must be.",
)
_NO_SCRATCH = QT_TRANSLATE_NOOP(
    "dialer", "A temporary file cannot be written: {why}. Make room for it and try again."
)
_AS_BEFORE = QT_TRANSLATE_NOOP("dialer", "{what} Phone links open as before.")
_BROKEN_OFF = QT_TRANSLATE_NOOP(
    "dialer",
    "The registration for phone links was broken off, so another program may open them. Register"
    " again, or unregister.",
)
_NO_ENTRY = QT_TRANSLATE_NOOP(
    "dialer",
    "The file {path} was removed or replaced, so phone links do not reach Dialer. Register again.",
)
_NO_PROGRAM = QT_TRANSLATE_NOOP(
    "dialer",
    "Phone links are to be opened by {program}, which is not there any more. Register again.",
)
_OTHER_DIALER = QT_TRANSLATE_NOOP(
    "dialer",
    "Phone links open another installation of Dialer: {program}. Register again to open them with"
    " this one.",
)
_TAKEN = QT_TRANSLATE_NOOP(
    "dialer",
    "Other programs open some phone links: {taken}. Register again; if that changes nothing, choose"
    " Dialer in the desktop's settings, under default applications.",
)
_REPLACED = QT_TRANSLATE_NOOP(
    "dialer",
    "The file {path} was replaced by another program and stays as it is. Delete it if you do not"
    " need it.",
)


class LinuxLinks:
    """The registration in the folders that `environ` names. See `links.LinkRegistration`."""

    def __init__(self, folders: Folders, environ: Mapping[str, str] = os.environ) -> None:
        home = Path(environ.get("HOME") or Path.home())
        self._config = _base(environ, "XDG_CONFIG_HOME", home / ".config")
        self._data = _base(environ, "XDG_DATA_HOME", home / ".local" / "share")
        self._environ = environ
        self._tools = Tools(environ)
        self._undo = UndoFile(folders.config / "links.toml")
        self._applications = self._data / "applications"
        self.entry = self._applications / NAME
        self.icon = self._data / "icons" / "hicolor" / "scalable" / "apps" / _ICON

    def status(self) -> LinkStatus:
        """Look, and change nothing."""
        with _told():
            kept = self._undo.load()
            entry = content(self.entry)
        registered = kept is not None and kept.complete
        if not self._tools.has("xdg-mime"):
            nothing = dict.fromkeys(SCHEMES, None)
            unseen = dict.fromkeys(SCHEMES, False)
            return LinkStatus(registered, nothing, unseen, Sentence(_NO_XDG_UTILS))
        # xdg-mime takes its time for each, and tells only one at once.
        with ThreadPoolExecutor(len(SCHEMES)) as asking:
            found = asking.map(self._default, SCHEMES)
            defaults = dict(zip(SCHEMES, found, strict=True))
        ours = is_ours(self._effective_entry(), LINKS)
        opens = {scheme: ours and name == NAME for scheme, name in defaults.items()}
        trouble = None
        if kept is not None:
            trouble = self._trouble(kept, entry, defaults, opens)
        return LinkStatus(registered, defaults, opens, trouble)

    def register(self) -> LinkStatus:
        """Have phone links opened by this very program."""
        if not self._tools.has("xdg-mime"):
            raise LinksTrouble(Sentence(_NO_XDG_UTILS))
        with _told(_AS_BEFORE), self._undo.alone():
            earlier = self._undo.load()
            with tempfile.TemporaryDirectory(prefix="dialer-links-") as folder:
                planned = self._planned(Path(folder), earlier)
            files = tuple(kept for kept, _ in planned)
            folders = list(earlier.folders) if earlier else []
            for kept in files:
                missing = missing_folders(kept.path)
                folders += [folder for folder in missing if folder not in folders]
            self._undo.save(Registration(False, files, tuple(folders)))
            self._carry_out(planned, earlier)
            self._undo.save(Registration(True, files, tuple(folders)))
        return self.status()

    def unregister(self) -> tuple[Sentence, ...]:
        """Have everything as it was before."""
        remarks = []
        if not self._undo.path.exists():  # the lock alone would make a folder
            raise NotRegistered
        with _told(), self._undo.alone():
            kept = self._undo.load()
            if kept is None:
                raise NotRegistered
            stale = False
            for file in reversed(kept.files):
                current = content(file.path)
                wanted = file.undone(current, TYPES)
                if wanted != current:
                    replace(file.path, wanted)
                elif file.kind is Kind.ENTRY and not file.is_left_alone(current):
                    remarks.append(Sentence(_REPLACED, path=file.path))
                stale |= file.kind is Kind.CACHE and not file.is_left_alone(current)
                sweep(file.path)
            if stale and self._tools.has("update-desktop-database"):
                # Our lines are out of it already; others may have changed it and not told.
                with suppress(LinksTrouble):
                    self._tools.run("update-desktop-database", str(self._applications))
            for folder in reversed(kept.folders):
                with suppress(OSError):  # something else lies in it by now
                    folder.rmdir()
            self._undo.remove()
        return tuple(remarks)

    # What registering changes

    def _planned(
        self, scratch: Path, earlier: Registration | None
    ) -> list[tuple[Kept, bytes | None]]:
        """Every file that becomes another, with what it was without Dialer, and what it becomes."""
        known = {kept.path: kept for kept in earlier.files} if earlier else {}

        def former(path: Path) -> bytes | None:
            current = content(path)
            return known[path].undone(current, TYPES) if path in known else current

        start = command()
        entry = links_entry(with_home(start, self._environ), start[0], SCHEMES).encode()
        wanted: dict[Path, tuple[Kind, bytes | None]] = {
            self.entry: (Kind.ENTRY, entry),
            self.icon: (Kind.ICON, resource(_ICON)),
        }
        config, data = scratch / "config", scratch / "data"
        lists = {
            **{self._config / name: config / name for name in self._list_names()},
            **{self._applications / name: data / "applications" / name for name in _OLD_LISTS},
        }
        before = {path: former(path) for path in lists}
        for path, copy in lists.items():
            copy.parent.mkdir(parents=True, exist_ok=True)
            if (text := before[path]) is not None:
                copy.write_bytes(text)
        (data / "applications" / NAME).write_bytes(entry)
        self._tools.run(
            "xdg-mime",
            *("default", NAME, *TYPES),
            XDG_CONFIG_HOME=str(config),
            XDG_DATA_HOME=str(data),
        )
        for path, copy in lists.items():
            if path in known or content(copy) != before[path]:
                wanted[path] = (Kind.LIST, content(copy))
        if self._tools.has("update-desktop-database"):
            made = self._made_cache(scratch / "all", entry)
            wanted[self._applications / _CACHE] = (Kind.CACHE, made)
        for path in known.keys() - wanted.keys():
            wanted[path] = (known[path].kind, former(path))
        return [
            (Kept(path, kind, former(path), digest(new)), new)
            for path, (kind, new) in wanted.items()
        ]

    def _list_names(self) -> list[str]:
        """The lists in the folder for configuration: each desktop may have one of its own."""
        desktops = self._environ.get("XDG_CURRENT_DESKTOP", "").lower().split(":")
        own = (f"{name}-{_LIST}" for name in desktops if name and "/" not in name)
        return [*dict.fromkeys(own), _LIST]

    def _made_cache(self, folder: Path, entry: bytes) -> bytes | None:
        """The cache as it is with our entry among the user's own."""
        folder.mkdir()
        with suppress(OSError):  # without them the cache is as it can be
            for path in self._applications.iterdir():
                if path.name not in (NAME, _CACHE):
                    (folder / path.name).symlink_to(path)
        (folder / NAME).write_bytes(entry)
        self._tools.run("update-desktop-database", str(folder))
        return content(folder / _CACHE)

    def _carry_out(
        self, planned: Sequence[tuple[Kept, bytes | None]], earlier: Registration | None
    ) -> None:
        """Change the files. Where one cannot be changed, those before it go back."""
        done: list[tuple[Path, bytes | None]] = []
        try:
            for kept, new in planned:
                if (current := content(kept.path)) != new:
                    replace(kept.path, new)
                    done.append((kept.path, current))
        except FileTrouble:
            for path, current in reversed(done):
                replace(path, current)
            if earlier is None:
                self._undo.remove()
            else:
                self._undo.save(earlier)
            raise
        with suppress(OSError):
            # GTK looks for new icons only where the theme's own folder is newer than its cache.
            os.utime(self._data / "icons" / "hicolor")

    # How it is now

    def _trouble(
        self,
        kept: Registration,
        entry: bytes | None,
        defaults: Mapping[str, str | None],
        opens: Mapping[str, bool],
    ) -> Sentence | None:
        if not kept.complete:
            return Sentence(_BROKEN_OFF)
        if entry is None or not is_ours(entry, LINKS):
            return Sentence(_NO_ENTRY, path=self.entry)
        program = read(entry.decode("utf-8", "replace")).get("TryExec", "")
        if not os.access(program, os.X_OK):
            return Sentence(_NO_PROGRAM, program=program)
        taken = [
            f"{scheme} ({plain(defaults[scheme] or '-', 80)})"
            for scheme in SCHEMES
            if not opens[scheme]
        ]
        if taken:
            return Sentence(_TAKEN, taken=", ".join(taken))
        if program != command()[0]:
            return Sentence(_OTHER_DIALER, program=program)
        return None if self._tools.has("update-desktop-database") else Sentence(_NO_DATABASE)

    def _effective_entry(self) -> bytes | None:
        """The entry that the name stands for: the user's, else the first of the system's."""
        shared = self._environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
        folders = [self._data, *(Path(each) for each in shared.split(":") if each)]
        with suppress(FileTrouble):
            for folder in folders:
                if (found := content(folder / "applications" / NAME)) is not None:
                    return found
        return None

    def _default(self, scheme: str) -> str | None:
        said = self._tools.ask(
            "xdg-mime",
            *("query", "default", f"x-scheme-handler/{scheme}"),
            XDG_CONFIG_HOME=str(self._config),
            XDG_DATA_HOME=str(self._data),
        )
        return said.strip() or None


def _base(environ: Mapping[str, str], variable: str, otherwise: Path) -> Path:
    """A folder by the base directory specification, by which a relative one counts as unset."""
    named = Path(environ.get(variable, ""))
    return named if named.is_absolute() else otherwise


@contextmanager
def _told(text: str | None = None) -> Iterator[None]:
    """Have whatever goes wrong with a file told as LinksTrouble, within the sentence `text`."""
    try:
        yield
        return
    except (FileTrouble, TomlFileError) as error:
        what = error.sentence
    except UnicodeEncodeError:
        what = Sentence(_NO_UTF8)
    except OSError as error:
        what = Sentence(_NO_SCRATCH, why=error.strerror or type(error).__name__)
    raise LinksTrouble(Sentence(text, what=what) if text else what)
