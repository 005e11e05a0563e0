"""A key lent by a desktop's portal, over a real D-Bus session."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dialer.desktop.hotkey import COMMAND, Hotkey, HotkeyGrab, HotkeyNews
from doubles.bare_screen import until

pytest.importorskip("jeepney", reason="needs jeepney, which comes with Dialer on Linux")

from dialer.desktop.hotkey_portal import PortalGrab
from doubles.shortcuts_portal import PrivateBus, ShortcutsPortal, why_not

pytestmark = pytest.mark.desktop

KEY = Hotkey.parse("Ctrl+Alt+D")


class Heard:
    """What was told of a key, in order, and on which thread."""

    def __init__(self) -> None:
        self.all: list[tuple[str, str]] = []
        self.threads: set[str] = set()

    def news(self) -> HotkeyNews:
        return HotkeyNews(*(self._hear(what) for what in ("pressed", "trouble", "bound")))

    def _hear(self, what: str) -> Callable[[object], None]:
        def hear(value: object) -> None:
            self.threads.add(threading.current_thread().name)
            self.all.append((what, str(value)))

        return hear

    def wait(self, count: int = 1) -> list[tuple[str, str]]:
        until(lambda: len(self.all) >= count, f"only this was told: {self.all}")
        return self.all


@pytest.fixture
def bus() -> Iterator[PrivateBus]:
    if reason := why_not():
        pytest.skip(reason)
    with PrivateBus() as made:
        yield made


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def ask(bus: PrivateBus, heard: Heard) -> Iterator[Callable[..., PortalGrab]]:
    """Asks the portal for the key; what was asked for is given back with the test."""
    grabs: list[PortalGrab] = []

    def begin(**more: Any) -> PortalGrab:
        more = {"address": bus.address, "description": "Bring Dialer up", **more}
        grabs.append(PortalGrab(KEY, heard.news(), **more))
        return grabs[-1]

    yield begin
    for grab in grabs:
        grab.close()
        assert not grab._thread.is_alive()


Ask = Callable[..., PortalGrab]


def test_the_portal_is_asked_for_the_key_and_tells_of_every_press(
    bus: PrivateBus, heard: Heard, ask: Ask
) -> None:
    with ShortcutsPortal(bus.address, trigger="Strg+Alt+D") as portal:
        grab: HotkeyGrab = ask()
        assert heard.wait() == [("bound", "Strg+Alt+D")]
        portal.press("a token")
        portal.press()
        assert heard.wait(3)[1:] == [("pressed", "a token"), ("pressed", "")]
        assert heard.threads == {"dialer-portal"}
        _, (shortcut,), window, _ = portal.wait_for("BindShortcuts")
        assert shortcut == (
            "bring-up",
            {"description": ("s", "Bring Dialer up"), "preferred_trigger": ("s", "CTRL+ALT+d")},
        )
        assert window == ""
        grab.close()
        portal.wait_for("Close")
        assert [name for name, _ in portal.asked if name != "Register"] == [
            "CreateSession",
            "BindShortcuts",
            "Close",
        ]


def test_what_is_not_our_key_is_not_told(bus: PrivateBus, heard: Heard, ask: Ask) -> None:
    with ShortcutsPortal(bus.address) as portal:
        ask()
        heard.wait()
        portal.press("of another shortcut", name="another")
        portal.press_elsewhere()
        portal.be_forged()
        portal.press("x" * 10_000)
        portal.press("ours")
        assert heard.wait(3)[1:] == [("pressed", ""), ("pressed", "ours")]


def test_the_program_gives_its_name_before_anything_else(
    bus: PrivateBus, heard: Heard, ask: Ask
) -> None:
    with ShortcutsPortal(bus.address, registry="takes") as portal:
        ask()
        heard.wait()
        assert portal.asked[0] == ("Register", ("dialer", {}))


def test_a_portal_that_does_not_take_the_name_lends_a_key_all_the_same(
    bus: PrivateBus, heard: Heard, ask: Ask
) -> None:
    with ShortcutsPortal(bus.address, registry="refuses"):
        ask()
        assert heard.wait() == [("bound", "Ctrl+Alt+D")]


@pytest.mark.parametrize("way", [{"early": True}, {"of_its_own": True}])
def test_an_answer_is_heard_however_the_portal_gives_it(
    bus: PrivateBus, heard: Heard, ask: Ask, way: dict[str, bool]
) -> None:
    with ShortcutsPortal(bus.address, **way):
        ask()
        assert heard.wait() == [("bound", "Ctrl+Alt+D")]


def test_a_key_that_the_user_chose_instead_is_told_and_later_ones_too(
    bus: PrivateBus, heard: Heard, ask: Ask
) -> None:
    with ShortcutsPortal(bus.address, trigger="Super+\u202eF9") as portal:
        ask()
        heard.wait()
        portal.rename("Super+F10")
        assert heard.wait(2) == [("bound", "Super+F9"), ("bound", "Super+F10")]


@pytest.mark.parametrize(("listed", "named"), [("Super+F9", "Super+F9"), (None, "")])
def test_a_portal_that_does_not_say_which_key_it_gave_is_asked_for_its_list(
    bus: PrivateBus, heard: Heard, ask: Ask, listed: str | None, named: str
) -> None:
    with ShortcutsPortal(bus.address, trigger=None, listed=listed) as portal:
        ask()
        assert heard.wait() == [("bound", named)]
        portal.wait_for("ListShortcuts")


@pytest.mark.parametrize("mode", ["refuse", "grant nothing"])
def test_a_user_who_says_no_is_told_how_to_be_asked_again(
    bus: PrivateBus, heard: Heard, ask: Ask, mode: Any
) -> None:
    with ShortcutsPortal(bus.address, mode):
        ask()
        ((what, text),) = heard.wait()
        assert what == "trouble"
        assert "was not told yes. Set the key again" in text


def test_a_portal_that_fails_is_told(bus: PrivateBus, heard: Heard, ask: Ask) -> None:
    with ShortcutsPortal(bus.address, "fail"):
        ask()
        ((what, text),) = heard.wait()
        assert what == "trouble"
        assert "refuses it (BindShortcuts 2)" in text
        assert COMMAND in text


def test_a_portal_without_shortcuts_is_told(bus: PrivateBus, heard: Heard, ask: Ask) -> None:
    with ShortcutsPortal(bus.address, "no shortcuts"):
        ask()
        ((what, text),) = heard.wait()
        assert what == "trouble"
        assert "lends no keys to programs" in text
        assert COMMAND in text


def test_a_desktop_without_a_portal_is_told(heard: Heard, ask: Ask) -> None:
    ask()
    ((what, text),) = heard.wait()
    assert what == "trouble"
    assert "lends no keys to programs" in text


def test_a_portal_that_does_not_run_yet_is_started(heard: Heard) -> None:
    if reason := why_not():
        pytest.skip(reason)
    with PrivateBus(starts_portal=True) as bus:
        grab = PortalGrab(KEY, heard.news(), address=bus.address, description="Bring Dialer up")
        assert heard.wait() == [("bound", "Ctrl+Alt+D")]
        grab.close()


def test_a_portal_that_never_answers_is_told_in_time(
    bus: PrivateBus, heard: Heard, ask: Ask
) -> None:
    with ShortcutsPortal(bus.address, "silent"):
        ask(patience=0.1)
        ((what, text),) = heard.wait()
        assert what == "trouble"
        assert "does not answer" in text


def test_the_user_may_take_any_time_to_answer(bus: PrivateBus, heard: Heard, ask: Ask) -> None:
    patience = 0.2
    with ShortcutsPortal(bus.address, "ask") as portal:
        ask(patience=patience)
        portal.wait_for("BindShortcuts")
        asked = time.monotonic()
        until(lambda: time.monotonic() > asked + 2 * patience, "time stands still")
        assert heard.all == []
        portal.answer()
        assert heard.wait() == [("bound", "Ctrl+Alt+D")]


def test_a_question_that_is_open_is_closed_with_the_key(
    bus: PrivateBus, heard: Heard, ask: Ask
) -> None:
    with ShortcutsPortal(bus.address, "ask") as portal:
        grab = ask()
        portal.wait_for("BindShortcuts")
        begun = time.monotonic()
        grab.close()
        assert time.monotonic() - begun < 1
        until(lambda: [n for n, _ in portal.asked].count("Close") == 2, "the question stays")
        assert heard.all == []


def test_a_portal_that_vanishes_is_told_once(bus: PrivateBus, heard: Heard, ask: Ask) -> None:
    with ShortcutsPortal(bus.address) as portal:
        grab = ask()
        heard.wait()
        portal.vanish()
        _, (what, text) = heard.wait(2)
        assert what == "trouble"
        assert "the desktop's portal has ended" in text
        until(lambda: not grab._thread.is_alive(), "it goes on without a portal")


def test_a_session_that_the_desktop_closes_is_told_once(
    bus: PrivateBus, heard: Heard, ask: Ask
) -> None:
    with ShortcutsPortal(bus.address) as portal:
        grab = ask()
        heard.wait()
        portal.end_session()
        _, (what, text) = heard.wait(2)
        assert what == "trouble"
        assert "has taken it back" in text
        until(lambda: not grab._thread.is_alive(), "it goes on without a session")


def test_a_bus_that_ends_is_told_once(bus: PrivateBus, heard: Heard, ask: Ask) -> None:
    with ShortcutsPortal(bus.address):
        grab = ask()
        heard.wait()
        bus.kill()
        _, (what, text) = heard.wait(2)
        assert what == "trouble"
        assert "the D-Bus session" in text
        until(lambda: not grab._thread.is_alive(), "it goes on without a bus")


@pytest.mark.parametrize(
    "address", ["", "unix:path=/nowhere/bus", "tcp:host=127.0.0.1,port=1", "nonsense"]
)
def test_a_bus_that_cannot_be_reached_is_told(heard: Heard, ask: Ask, address: str) -> None:
    ask(address=address)
    ((what, text),) = heard.wait()
    assert what == "trouble"
    assert "the D-Bus session" in text


def test_a_bus_that_takes_and_says_nothing_holds_nobody_up(heard: Heard, ask: Ask) -> None:
    # An abstract socket: there is no path to be too long.
    name = f"dialer-test-{os.getpid()}"
    address = f"unix:abstract={name}"
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(f"\0{name}")
        bus.listen()
        grab = ask(address=address)
        begun = time.monotonic()
        grab.close()
        assert time.monotonic() - begun < 1
        assert not grab._thread.is_alive()
        ask(address=address, patience=0.05)
        ((what, text),) = heard.wait()
        assert what == "trouble"
        assert "does not answer" in text


def test_giving_a_key_back_twice_is_fine(bus: PrivateBus, heard: Heard, ask: Ask) -> None:
    with ShortcutsPortal(bus.address):
        grab = ask()
        heard.wait()
        grab.close()
        grab.close()
        assert len(heard.all) == 1
