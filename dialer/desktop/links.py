"""Opening phone links with Dialer: what every system's registration offers, and which one it is.

All of it is the user's own and needs no administrator. What is asked may take seconds, because
it runs other programs: call it off the UI thread.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.settings.folders import Folders

SCHEMES = ("tel", "callto", "sip", "dialer")
"""The links that are registered, by how they begin."""

_IN_SANDBOX = QT_TRANSLATE_NOOP(
    "dialer",
    "Dialer runs in a sandbox of Flatpak or Snap and cannot change which program opens phone"
    " links. Choose Dialer in the desktop's settings, under default applications.",
)
_NO_BUNDLE = QT_TRANSLATE_NOOP(
    "dialer",
    "macOS opens links with application bundles only, and this Dialer is none. Install Dialer.app"
    " to open phone links with it.",
)


class LinksTrouble(Exception):
    """Phone links cannot be registered or unregistered; `sentence` says why.

    LinksTrouble
    └── NotRegistered
    """

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class NotRegistered(LinksTrouble):
    """There is nothing to undo, and nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer", "Dialer was not registered for phone links. Nothing was changed."
                )
            )
        )


@dataclass(frozen=True)
class LinkStatus:
    """How phone links are opened now."""

    registered: bool
    """Whether Dialer has registered itself, and has not been unregistered since."""
    defaults: Mapping[str, str | None]
    """By scheme, what opens it, as the desktop names it; None where nothing does."""
    opens: Mapping[str, bool]
    """By scheme, whether that is Dialer."""
    trouble: Sentence | None = None
    """What keeps links from reaching Dialer although it is registered, and what to do."""


class LinkRegistration(Protocol):
    """One system's way. Every method may block for seconds and raises LinksTrouble. Any thread."""

    def status(self) -> LinkStatus:
        """Look, and change nothing."""
        ...

    def register(self) -> LinkStatus:
        """Have phone links opened by this very program; the result is how that went.

        Registering again is allowed: what was before the first time is still what comes back.
        """
        ...

    def unregister(self) -> tuple[Sentence, ...]:
        """Have everything as it was before; the result says what somebody else changed since.

        Raises NotRegistered where there is nothing to undo.
        """
        ...


def obstacle(environ: Mapping[str, str] = os.environ) -> Sentence | None:
    """Why this program cannot register anything here; None where it can."""
    if sys.platform == "darwin":
        from dialer.desktop.links_macos import bundle  # noqa: PLC0415 - one system's own

        return None if bundle() else Sentence(_NO_BUNDLE)
    if sys.platform != "win32" and (Path("/.flatpak-info").exists() or "SNAP" in environ):
        return Sentence(_IN_SANDBOX)
    return None


def link_registration(
    folders: Folders, environ: Mapping[str, str] = os.environ
) -> LinkRegistration | None:
    """This system's registration, None where `obstacle` says why there is none."""
    if obstacle(environ) is not None:
        return None
    # Each is imported where it is the one: the others are other systems'.
    if sys.platform == "win32":
        from dialer.desktop.links_windows import of_user  # noqa: PLC0415

        return of_user(folders)
    if sys.platform == "darwin":
        from dialer.desktop.links_macos import MacLinks  # noqa: PLC0415

        return MacLinks()
    from dialer.desktop.links_linux import LinuxLinks  # noqa: PLC0415

    return LinuxLinks(folders, environ)
