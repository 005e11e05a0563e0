"""Joins the preferences window to what it changes of the desktop's own: links, start at login."""

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.desktop.autostart import Autostart, autostart
from dialer.desktop.links import LinkRegistration, LinkStatus, link_registration, obstacle
from dialer.settings.folders import Folders
from dialer.ui.preferences_window import System
from dialer.ui.system_choice import SystemState

_ALL = QT_TRANSLATE_NOOP("dialer", "A click on tel:, callto:, sip: and dialer: links comes here.")
_SOME = QT_TRANSLATE_NOOP(
    "dialer", "Other programs open these links: {schemes}. Turn it off and on again to take them."
)
_NONE = QT_TRANSLATE_NOOP("dialer", "Phone links are opened by other programs, or by none.")
_BACK = QT_TRANSLATE_NOOP("dialer", "Everything is as it was before.")


def system_of(folders: Folders) -> System:
    """What can be changed on this desktop. The functions are for the background."""
    why_not = obstacle()
    registration = link_registration(folders)
    at_login = autostart()
    return System(
        links=lambda: _links(registration),
        change_links=lambda on: _change_links(registration, on=on),
        links_obstacle=why_not,
        login=lambda: SystemState(at_login.is_on()),
        change_login=lambda on: _change_login(at_login, on=on),
    )


def _links(registration: LinkRegistration | None) -> SystemState:
    return _state(registration.status()) if registration is not None else SystemState(False)


def _state(status: LinkStatus) -> SystemState:
    if not status.registered:
        return SystemState(False, Sentence(_NONE))
    if status.trouble is not None:
        return SystemState(True, status.trouble, wrong=True)
    others = [f"{scheme}:" for scheme, ours in status.opens.items() if not ours]
    if others:
        return SystemState(True, Sentence(_SOME, schemes=", ".join(others)), wrong=True)
    return SystemState(True, Sentence(_ALL))


def _change_links(registration: LinkRegistration | None, *, on: bool) -> SystemState:
    if registration is None:
        return SystemState(False)
    if on:
        return _state(registration.register())
    left = registration.unregister()
    return SystemState(False, left[0] if left else Sentence(_BACK))


def _change_login(at_login: Autostart, *, on: bool) -> SystemState:
    if on:
        at_login.turn_on()
    else:
        at_login.turn_off()
    return SystemState(at_login.is_on())
