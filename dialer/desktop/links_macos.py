"""Phone links on macOS: the bundle names them, Launch Services is told, and the user chooses.

The program gets a link as an event (QFileOpenEvent), not as an argument.
Not run on macOS: `url_types` and what is read of a bundle's Info.plist are tested.
"""

import plistlib
import subprocess
import sys
from pathlib import Path
from typing import Any

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.desktop.links import SCHEMES, LinkStatus, LinksTrouble, NotRegistered

PATIENCE = 15.0
"""Seconds that Launch Services may take."""

_LSREGISTER = (
    "/System/Library/Frameworks/CoreServices.framework/Frameworks/LaunchServices.framework"
    "/Support/lsregister"
)
_CHOSEN = "Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist"

_CHOOSE = QT_TRANSLATE_NOOP(
    "dialer",
    "Dialer is offered for phone links, but macOS lets only you choose it. Open FaceTime, Settings,"
    " and choose Dialer under “Default for calls”.",
)
_NOT_CARRIED = QT_TRANSLATE_NOOP(
    "dialer",
    "This Dialer.app does not say that it opens phone links, so macOS does not offer it. Install"
    " Dialer again.",
)
_FAILED = QT_TRANSLATE_NOOP(
    "dialer", "macOS did not take note of {bundle} ({why}). Move it to Applications and open it."
)


def url_types() -> list[dict[str, Any]]:
    """What stands under CFBundleURLTypes in the bundle's Info.plist."""
    return [
        {
            "CFBundleURLName": "Phone link",
            "CFBundleTypeRole": "Viewer",
            "CFBundleURLSchemes": list(SCHEMES),
        }
    ]


def bundle(executable: str = sys.executable) -> Path | None:
    """The bundle that the program runs from, `…/Dialer.app`; None where it is none."""
    if not getattr(sys, "frozen", False):
        return None
    return next((each for each in Path(executable).parents if each.suffix == ".app"), None)


def carried(app: Path) -> bool:
    """Whether the bundle says that it opens every one of the links."""
    try:
        with (app / "Contents" / "Info.plist").open("rb") as file:
            types = plistlib.load(file).get("CFBundleURLTypes", [])
        named = {scheme for each in types for scheme in each.get("CFBundleURLSchemes", [])}
    except (OSError, ValueError, AttributeError, TypeError, plistlib.InvalidFileException):
        return False
    return named >= set(SCHEMES)


def chosen(preferences: Path) -> dict[str, str | None]:
    """By scheme, the bundle identifier that the user chose, by Launch Services' own file."""
    found: dict[str, str | None] = dict.fromkeys(SCHEMES)
    try:
        with preferences.open("rb") as file:
            handlers = plistlib.load(file).get("LSHandlers", [])
        for each in handlers:
            scheme = each.get("LSHandlerURLScheme")
            if scheme in found:
                found[scheme] = each.get("LSHandlerRoleAll") or each.get("LSHandlerRoleViewer")
    except (OSError, ValueError, AttributeError, TypeError, plistlib.InvalidFileException):
        return dict.fromkeys(SCHEMES)
    return found


class MacLinks:
    """The registration of the bundle with Launch Services. See `links.LinkRegistration`."""

    def __init__(self, app: Path | None = None, home: Path | None = None) -> None:
        found = app or bundle()
        if found is None:
            raise ValueError("there is no bundle")
        self._app = found
        self._chosen = (home or Path.home()) / _CHOSEN

    def status(self) -> LinkStatus:
        """Look, and change nothing."""
        registered, identifier = carried(self._app), self._identifier()
        defaults = chosen(self._chosen)
        if registered and defaults["dialer"] is None:
            # The program's own links belong to nobody else, and so open without being chosen.
            defaults["dialer"] = identifier
        opens = {
            scheme: name is not None and name == identifier for scheme, name in defaults.items()
        }
        trouble = None
        if not registered:
            trouble = Sentence(_NOT_CARRIED)
        elif not all(opens.values()):
            trouble = Sentence(_CHOOSE)
        return LinkStatus(registered, defaults, opens, trouble)

    def register(self) -> LinkStatus:
        """Have macOS read what the bundle opens, so that it can be chosen."""
        self._lsregister("-f")
        return self.status()

    def unregister(self) -> tuple[Sentence, ...]:
        """Have macOS forget the bundle until it is opened again."""
        if not carried(self._app):
            raise NotRegistered
        self._lsregister("-u")
        return ()

    def _identifier(self) -> str | None:
        try:
            with (self._app / "Contents" / "Info.plist").open("rb") as file:
                # Launch Services writes identifiers in small letters.
                return str(plistlib.load(file)["CFBundleIdentifier"]).lower()
        except (OSError, ValueError, KeyError, TypeError, plistlib.InvalidFileException):
            return None

    def _lsregister(self, what: str) -> None:
        try:
            subprocess.run(  # noqa: S603 - the system's own, no shell
                [_LSREGISTER, what, str(self._app)],
                check=True,
                capture_output=True,
                timeout=PATIENCE,
            )
        except (OSError, subprocess.SubprocessError) as error:
            why = type(error).__name__
            raise LinksTrouble(Sentence(_FAILED, bundle=self._app, why=why)) from None
