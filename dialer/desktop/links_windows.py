"""Phone links on Windows: per-user keys that offer Dialer, out of which the user chooses.

Since Windows 8 a program cannot make itself the default: the user does, in the settings, which
are opened. https://learn.microsoft.com/windows/win32/shell/default-programs
Not run on Windows: the plan and its undoing are tested over a registry in memory.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.desktop.launching import command
from dialer.desktop.links import SCHEMES, LinkStatus, LinksTrouble, NotRegistered
from dialer.desktop.links_registry import Registry, Value, Was, put_back, remember
from dialer.settings.folders import Folders
from dialer.settings.toml_file import TomlFile, TomlFileError

CLASS = "Dialer.Link"
"""The name under which Windows knows what opens a link."""

SETTINGS = "ms-settings:defaultapps?registeredAppUser=Dialer"
"""The page on which the user chooses."""

_CAPABILITIES = r"Software\Dialer\Capabilities"
_CHOSEN = r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\{}\UserChoice"
_VERSION = 1

_CHOOSE = QT_TRANSLATE_NOOP(
    "dialer",
    "Dialer is offered for phone links, but Windows lets only you choose it: other programs open"
    " {schemes}. Choose Dialer in Settings, Apps, Default apps.",
)
_OTHER_DIALER = QT_TRANSLATE_NOOP(
    "dialer",
    "Phone links open another installation of Dialer: {program}. Register again to open them with"
    " this one.",
)
_REFUSED = QT_TRANSLATE_NOOP(
    "dialer",
    "Windows refuses the change to the registry ({why}). Phone links open as before. Ask whoever"
    " looks after this computer.",
)


def plan(command: Sequence[str]) -> list[Value]:
    """Every value that is set, in the order in which it is; `command` gets the link behind it."""
    start = subprocess.list2cmdline(command)
    icon = f'"{command[0]}",0'
    opens = f'{start} "%1"'
    values = []
    # The program's own links belong to nobody else, and so open without being chosen.
    for name, title in ((CLASS, "Phone link"), ("dialer", "URL:Dialer")):
        root = rf"Software\Classes\{name}"
        values += [
            Value(root, "", title),
            Value(root, "URL Protocol", ""),
            Value(rf"{root}\DefaultIcon", "", icon),
            Value(rf"{root}\shell\open\command", "", opens),
        ]
    values += [
        Value(_CAPABILITIES, "ApplicationName", "Dialer"),
        Value(_CAPABILITIES, "ApplicationDescription", "Ring your phone, then the callee's"),
        Value(_CAPABILITIES, "ApplicationIcon", icon),
    ]
    values += [Value(rf"{_CAPABILITIES}\URLAssociations", scheme, CLASS) for scheme in SCHEMES]
    # Last, for by this Windows finds all the rest.
    return [*values, Value(r"Software\RegisteredApplications", "Dialer", _CAPABILITIES)]


class WindowsLinks:
    """The registration in the user's part of the registry. See `links.LinkRegistration`."""

    def __init__(
        self,
        folders: Folders,
        registry: Registry,
        show: Callable[[str], object],
    ) -> None:
        self._registry = registry
        self._show = show
        self._kept = TomlFile(folders.config / "links.toml", _VERSION)

    def status(self) -> LinkStatus:
        """Look, and change nothing."""
        with _told():
            registered = self._load() is not None
            defaults = {scheme: self._chosen(scheme) for scheme in SCHEMES}
            at = rf"Software\Classes\{CLASS}\shell\open\command"
            program = self._registry.get(at, "")
        opens = {scheme: name == CLASS for scheme, name in defaults.items()}
        trouble = None
        others = [scheme for scheme in SCHEMES if not opens[scheme]]
        if registered and program != f'{subprocess.list2cmdline(command())} "%1"':
            trouble = Sentence(_OTHER_DIALER, program=program or "-")
        elif registered and others:
            trouble = Sentence(_CHOOSE, schemes=", ".join(others))
        return LinkStatus(registered, defaults, opens, trouble)

    def register(self) -> LinkStatus:
        """Offer Dialer for phone links, and show where it is chosen."""
        values = plan(command())
        with _told(), self._kept.alone():
            changed = remember(self._registry, values, self._load() or ())
            self._kept.write({"values": [_table(was) for was in changed]})
            for value in values:
                self._registry.put(value)
        status = self.status()
        if not all(status.opens.values()):
            self._show(SETTINGS)
        return status

    def unregister(self) -> tuple[Sentence, ...]:
        """Have the registry as it was before."""
        if not self._kept.path.exists():
            raise NotRegistered
        with _told(), self._kept.alone():
            changed = self._load()
            if changed is None:
                raise NotRegistered
            put_back(self._registry, changed)
            self._kept.path.unlink(missing_ok=True)
        return ()

    def _chosen(self, scheme: str) -> str | None:
        """What opens the links: what the user chose, or what has claimed them."""
        if chosen := self._registry.get(_CHOSEN.format(scheme), "ProgId"):
            return chosen
        opens = self._registry.get(rf"Software\Classes\{scheme}\shell\open\command", "")
        ours = self._registry.get(rf"Software\Classes\{CLASS}\shell\open\command", "")
        return CLASS if opens and opens == ours else scheme if opens else None

    def _load(self) -> list[Was] | None:
        table = self._kept.read()
        if table is None:
            return None
        try:
            return [
                Was(Value(each["key"], each["name"], each["data"]), each.get("former"))
                for each in table["values"]
            ]
        except (KeyError, TypeError, AttributeError):
            damaged = QT_TRANSLATE_NOOP(
                "dialer",
                "The file {path} is damaged, so it is not known how phone links were opened before"
                " Dialer. Move it away, then choose another program in Settings, Apps, Default"
                " apps.",
            )
            raise self._kept.damaged(Sentence(damaged)) from None


def _table(was: Was) -> dict[str, str]:
    table = {"key": was.value.key, "name": was.value.name, "data": was.value.data}
    return table if was.former is None else {**table, "former": was.former}


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except TomlFileError as error:
        raise LinksTrouble(error.sentence) from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise LinksTrouble(Sentence(_REFUSED, why=why)) from None


if sys.platform == "win32":
    import os

    from dialer.desktop.links_registry import UserRegistry

    def of_user(folders: Folders) -> WindowsLinks:
        """The registration in the user's real registry."""
        return WindowsLinks(folders, UserRegistry(), os.startfile)
