"""The key that works from anywhere, as the window has it."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from dialer.calls.sentence import Sentence
from dialer.desktop.hotkey import Hotkey, HotkeyNews, HotkeyTrouble, Offer, offer
from dialer.ui.hotkeys import Hotkeys
from doubles.bare_screen import BareScreen, why_not

NONE = Offer(None, Sentence("Nobody lends a key."))


class Thread:
    """A key from whoever tells on a thread of its own."""

    def __init__(self, hotkey: Hotkey, news: HotkeyNews) -> None:
        self.hotkey = hotkey
        self.news = news
        self.closed = 0

    def close(self) -> None:
        self.closed += 1

    def press(self, token: str) -> None:
        self._elsewhere(lambda: self.news.on_pressed(token))

    def bind(self, name: str) -> None:
        self._elsewhere(lambda: self.news.on_bound(name))

    def fail(self, text: str) -> None:
        self._elsewhere(lambda: self.news.on_trouble(Sentence(text)))

    def _elsewhere(self, work: Callable[[], object]) -> None:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()


class File:
    """A key from whoever has a file descriptor to watch."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        self.closed = 0
        self.trouble: str | None = None
        self.in_memory = [1]

    def fileno(self) -> int:
        return self.reading

    def presses(self) -> list[int]:
        if self.trouble:
            raise HotkeyTrouble(Sentence(self.trouble))
        os.set_blocking(self.reading, False)
        found, self.in_memory = self.in_memory, []
        with suppress(BlockingIOError):
            found += os.read(self.reading, 100)
        return found

    def close(self) -> None:
        self.closed += 1
        os.close(self.reading)
        os.close(self.writing)


class Desk:
    """The object under test with all that was given to it, and all that it said."""

    def __init__(self, kind: str) -> None:
        self.given: list[Thread] = []
        self.files: list[File] = []
        self.refuses = ""
        self.kind = kind
        self.hotkeys = Hotkeys(lender=Offer("portal"), open_grab=self._open)
        self.pressed: list[str] = []
        self.changes: list[tuple[str, str, str, bool]] = []
        self.threads: set[QThread] = set()
        self.hotkeys.pressed.connect(self._on_pressed)
        self.hotkeys.changed.connect(self._on_changed)

    @property
    def state(self) -> tuple[str, str, str, bool]:
        """The text, what is bound, the trouble, and whether the desktop is being asked."""
        its = self.hotkeys
        return its.text, its.bound, str(its.trouble or ""), its.asking

    def _open(self, offer: Offer, hotkey: Hotkey, news: HotkeyNews) -> "Thread | File":
        if self.refuses:
            raise HotkeyTrouble(Sentence(self.refuses))
        if self.kind == "file":
            self.files.append(File())
            return self.files[-1]
        self.given.append(Thread(hotkey, news))
        return self.given[-1]

    def _on_pressed(self, token: str) -> None:
        self.pressed.append(token)
        self.threads.add(QThread.currentThread())

    def _on_changed(self) -> None:
        self.changes.append(self.state)
        self.threads.add(QThread.currentThread())


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk("thread")
    yield made
    made.hotkeys.close()


@pytest.fixture
def watched(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk("file")
    yield made
    made.hotkeys.close()


def test_a_key_is_asked_for_told_and_pressed_on_the_windows_thread(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.hotkeys.use("alt+ctrl+d")
    assert desk.changes == [("Ctrl+Alt+D", "", "", True)]
    (given,) = desk.given
    given.bind("Strg+Alt+D")
    given.press("a token")
    qtbot.waitUntil(lambda: desk.pressed == ["a token"])
    assert desk.changes[1:] == [("Ctrl+Alt+D", "Strg+Alt+D", "", False)]
    assert desk.threads == {QThread.currentThread()}


def test_a_new_key_takes_the_place_of_the_old_one(qtbot: QtBot, desk: Desk) -> None:
    desk.hotkeys.use("Ctrl+Alt+D")
    desk.hotkeys.use("Ctrl+Alt+E")
    old, new = desk.given
    assert (old.closed, new.closed) == (1, 0)
    # What the old one said before it was given back arrives late.
    old.bind("late")
    old.press("late")
    old.fail("late")
    new.bind("Ctrl+Alt+E")
    new.press("new")
    qtbot.waitUntil(lambda: bool(desk.pressed))
    assert desk.pressed == ["new"]
    assert desk.state == ("Ctrl+Alt+E", "Ctrl+Alt+E", "", False)


def test_the_same_key_is_asked_for_again_only_if_it_is_not_ours(qtbot: QtBot, desk: Desk) -> None:
    desk.hotkeys.use("Ctrl+Alt+D")
    desk.hotkeys.use("Ctrl+Alt+D")  # the desktop is still asking its user
    (given,) = desk.given
    given.fail("The user said no.")
    qtbot.waitUntil(lambda: desk.hotkeys.trouble is not None)
    desk.hotkeys.use("Ctrl+Alt+D")
    assert len(desk.given) == 2
    assert desk.state == ("Ctrl+Alt+D", "", "", True)


def test_no_key_is_a_choice_too(desk: Desk) -> None:
    desk.hotkeys.use("Ctrl+Alt+D")
    desk.hotkeys.use("")
    assert desk.state == ("", "", "", False)
    assert desk.given[0].closed == 1


def test_a_text_that_is_no_key_is_told_and_kept(desk: Desk) -> None:
    desk.hotkeys.use("Ctrl+Alt+D")
    desk.hotkeys.use("Ctrl+K, Ctrl+D")
    assert desk.hotkeys.text == "Ctrl+K, Ctrl+D"
    assert "one after the other" in str(desk.hotkeys.trouble)
    assert [given.closed for given in desk.given] == [1]


def test_a_key_that_cannot_be_had_is_told_and_the_next_one_is_tried(desk: Desk) -> None:
    desk.refuses = "Another program has it."
    desk.hotkeys.use("Ctrl+Alt+D")
    assert desk.changes == [("Ctrl+Alt+D", "", "Another program has it.", False)]
    desk.refuses = ""
    desk.hotkeys.use("Ctrl+Alt+E")
    assert desk.state == ("Ctrl+Alt+E", "", "", True)


def test_a_key_that_is_lost_is_told_and_given_back(qtbot: QtBot, desk: Desk) -> None:
    desk.hotkeys.use("Ctrl+Alt+D")
    (given,) = desk.given
    given.bind("Ctrl+Alt+D")
    given.fail("It is gone.")
    qtbot.waitUntil(lambda: desk.hotkeys.trouble is not None)
    assert desk.state == ("Ctrl+Alt+D", "", "It is gone.", False)
    assert given.closed == 1


def test_a_desktop_that_does_not_name_the_key_is_told(qtbot: QtBot, desk: Desk) -> None:
    desk.hotkeys.use("Ctrl+Alt+D")
    (given,) = desk.given
    given.bind("")
    qtbot.waitUntil(lambda: not desk.hotkeys.asking)
    assert "does not say which key it gave it. If Ctrl+Alt+D" in str(desk.hotkeys.trouble)
    given.bind("Super+F9")
    qtbot.waitUntil(lambda: desk.state == ("Ctrl+Alt+D", "Super+F9", "", False))


def test_a_closed_one_says_nothing_more(qtbot: QtBot, desk: Desk) -> None:
    desk.hotkeys.use("Ctrl+Alt+D")
    (given,) = desk.given
    desk.changes.clear()
    desk.hotkeys.close()
    given.press("late")
    given.fail("late")
    with qtbot.assertNotEmitted(desk.hotkeys.changed, wait=1):
        pass
    assert desk.pressed == []
    assert given.closed == 1
    desk.hotkeys.close()
    assert given.closed == 1


def test_a_watched_key_is_bound_at_once_and_tells_each_press(qtbot: QtBot, watched: Desk) -> None:
    watched.hotkeys.use("Ctrl+Alt+D")
    assert watched.state == ("Ctrl+Alt+D", "Ctrl+Alt+D", "", False)
    (file,) = watched.files
    # Pressed while it was being asked for: nothing becomes readable any more.
    assert watched.pressed == [""]
    os.write(file.writing, b"ab")
    qtbot.waitUntil(lambda: watched.pressed == ["", "", ""])
    watched.hotkeys.use("")
    assert file.closed == 1


def test_a_watched_key_that_is_lost_is_told_once(qtbot: QtBot, watched: Desk) -> None:
    watched.hotkeys.use("Ctrl+Alt+D")
    (file,) = watched.files
    watched.changes.clear()
    file.trouble = "The X server is gone."
    os.write(file.writing, b"a")
    qtbot.waitUntil(lambda: bool(watched.changes))
    assert watched.changes == [("Ctrl+Alt+D", "", "The X server is gone.", False)]
    assert file.closed == 1


def test_where_nobody_lends_a_key_it_is_said_why_and_nothing_is_asked(qtbot: QtBot) -> None:
    def never(*_: object) -> Thread:
        raise AssertionError

    hotkeys = Hotkeys(lender=NONE, open_grab=never)
    assert not hotkeys.offered
    assert str(hotkeys.why_not) == "Nobody lends a key."
    hotkeys.use("Ctrl+Alt+D")
    assert (hotkeys.text, hotkeys.bound, hotkeys.trouble) == ("Ctrl+Alt+D", "", None)


def test_without_a_desktop_nobody_lends_a_key(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The tests' own windows are on no screen, and so no key of the real one is taken.
    monkeypatch.setenv("DISPLAY", ":0")
    assert not Hotkeys().offered


@pytest.mark.desktop
def test_a_key_sent_to_another_window_in_a_real_x_session_is_told(qtbot: QtBot) -> None:
    if reason := why_not():
        pytest.skip(reason)
    with BareScreen() as screen:
        window = screen.window()
        hotkeys = Hotkeys(lender=offer(screen.environ, "xcb", "linux"))
        pressed: list[str] = []
        hotkeys.pressed.connect(pressed.append)
        hotkeys.use("Ctrl+Alt+D")
        assert (hotkeys.bound, hotkeys.trouble) == ("Ctrl+Alt+D", None)
        screen.xdotool("key", "ctrl+alt+d")
        qtbot.waitUntil(lambda: pressed == [""])
        hotkeys.use("Ctrl+Alt+E")
        screen.xdotool("key", "ctrl+alt+d", "ctrl+alt+e")
        qtbot.waitUntil(lambda: pressed == ["", ""])
        qtbot.waitUntil(lambda: window.got() == ["Ctrl+Alt+D"])
        screen.kill()
        qtbot.waitUntil(lambda: hotkeys.trouble is not None)
        assert "the connection to the X server is lost" in str(hotkeys.trouble)
        hotkeys.close()


@pytest.mark.desktop
def test_a_key_from_a_real_bus_is_told_with_its_token(qtbot: QtBot) -> None:
    pytest.importorskip("jeepney", reason="needs jeepney, which comes with Dialer on Linux")
    from doubles import shortcuts_portal

    if reason := shortcuts_portal.why_not():
        pytest.skip(reason)
    with (
        shortcuts_portal.PrivateBus() as bus,
        shortcuts_portal.ShortcutsPortal(bus.address) as portal,
    ):
        environ = {"WAYLAND_DISPLAY": "wayland-0", "DBUS_SESSION_BUS_ADDRESS": bus.address}
        hotkeys = Hotkeys(lender=offer(environ, "wayland", "linux"))
        pressed: list[str] = []
        hotkeys.pressed.connect(pressed.append)
        hotkeys.use("Ctrl+Alt+D")
        assert hotkeys.asking
        qtbot.waitUntil(lambda: hotkeys.bound == "Ctrl+Alt+D")
        portal.press("a token")
        qtbot.waitUntil(lambda: pressed == ["a token"])
        portal.vanish()
        qtbot.waitUntil(lambda: hotkeys.trouble is not None)
        hotkeys.close()
