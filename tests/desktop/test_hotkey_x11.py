"""A key in a real X session: pressed while another program's window has the keyboard."""

import ctypes
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.desktop.hotkey import Hotkey, HotkeyTrouble, WatchedGrab
from dialer.desktop.hotkey_x11 import X11Grab
from dialer.desktop.hotkey_xcb import Grab, Xcb
from doubles.bare_screen import BareScreen, KeyWindow, until, why_not

pytestmark = pytest.mark.desktop

KEY = Hotkey.parse("Ctrl+Alt+D")
CONTROL, ALT, D = 37, 64, 40
"""Keycodes, which are the same on every PC keyboard."""


@pytest.fixture(scope="module")
def one_screen() -> Iterator[BareScreen]:
    """One for all tests that leave it as it was."""
    if reason := why_not(setxkbmap="x11-xkb-utils"):
        pytest.skip(reason)
    with BareScreen() as made:
        yield made


@pytest.fixture(scope="module")
def one_window(one_screen: BareScreen) -> KeyWindow:
    return one_screen.window()


@pytest.fixture
def screen(one_screen: BareScreen) -> Iterator[BareScreen]:
    yield one_screen
    one_screen.run("setxkbmap", "us")


@pytest.fixture
def window(one_window: KeyWindow) -> KeyWindow:
    """Another program's window, which has the keyboard."""
    one_window.forget()
    return one_window


@pytest.fixture
def grab(screen: BareScreen, window: KeyWindow) -> Iterator[X11Grab]:
    made = X11Grab(KEY, screen.display)
    yield made
    made.close()


def all_presses(grab: X11Grab, screen: BareScreen, window: KeyWindow) -> int:
    """How often the key came to us, once everything that was pressed has arrived."""
    screen.xdotool("key", "F2")
    until(lambda: window.got()[-1:] == ["F2"], "the window does not get other keys")
    return len(grab.presses())


def test_the_key_reaches_us_and_not_the_window_that_has_the_keyboard(
    screen: BareScreen, window: KeyWindow, grab: X11Grab
) -> None:
    assert isinstance(grab, WatchedGrab)
    for _ in range(3):
        screen.xdotool("key", "ctrl+alt+d")
    screen.xdotool("key", "d", "ctrl+d", "ctrl+alt+shift+d", "ctrl+alt+e")
    assert all_presses(grab, screen, window) == 3
    assert window.got() == ["D", "Ctrl+D", "Ctrl+Alt+Shift+D", "Ctrl+Alt+E", "F2"]


def test_the_presses_bear_the_servers_time(
    screen: BareScreen, window: KeyWindow, grab: X11Grab
) -> None:
    screen.xdotool("key", "ctrl+alt+d", "ctrl+alt+d")
    until(lambda: window.got() or screen.xdotool("key", "F2"), "no key arrives")
    first, second = grab.presses()
    assert 0 < first < second


@pytest.mark.parametrize("locks", [["Caps_Lock"], ["Num_Lock"], ["Caps_Lock", "Num_Lock"]])
def test_the_key_reaches_us_whatever_is_locked(
    screen: BareScreen, window: KeyWindow, grab: X11Grab, locks: list[str]
) -> None:
    screen.xdotool("key", *locks)
    screen.xdotool("key", "ctrl+alt+d")
    assert all_presses(grab, screen, window) == 1
    assert "Ctrl+Alt+D" not in window.got()
    screen.xdotool("key", *locks)


def test_the_super_key_and_shift_are_modifiers_too(screen: BareScreen, window: KeyWindow) -> None:
    grab = X11Grab(Hotkey.parse("Meta+Shift+PgDown"), screen.display)
    screen.xdotool("key", "super+shift+Next", "super+Next")
    assert all_presses(grab, screen, window) == 1
    grab.close()


def test_a_key_held_down_counts_once(screen: BareScreen, window: KeyWindow, grab: X11Grab) -> None:
    screen.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "d")
    repeats: list[int] = []
    events = grab._xcb.events

    def counted() -> Iterator[tuple[int, int, int, int]]:
        for event in events():
            repeats.append(event[0])
            yield event

    grab._xcb.events = counted  # type: ignore[method-assign]
    found: list[int] = []
    until(lambda: found.extend(grab.presses()) or repeats.count(3) > 3, "the key does not repeat")
    screen.xdotool("keyup", "d", "keydown", "d", "keyup", "d", "keyup", "alt", "keyup", "ctrl")
    assert len(found) == 1
    assert all_presses(grab, screen, window) == 1


def test_other_keys_pressed_while_it_is_held_do_not_count(
    screen: BareScreen, window: KeyWindow, grab: X11Grab
) -> None:
    screen.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "d", "key", "e", "keyup", "d")
    screen.xdotool("keyup", "alt", "keyup", "ctrl")
    assert all_presses(grab, screen, window) == 1


def test_a_second_grab_of_the_same_key_is_told(
    screen: BareScreen, window: KeyWindow, grab: X11Grab
) -> None:
    with pytest.raises(HotkeyTrouble) as trouble:
        X11Grab(KEY, screen.display)
    assert str(trouble.value.sentence).startswith(
        "Ctrl+Alt+D does not reach Dialer: another program, or the desktop itself, has it"
    )
    other = X11Grab(Hotkey.parse("Ctrl+Alt+E"), screen.display)
    screen.xdotool("key", "ctrl+alt+d", "ctrl+alt+e")
    assert all_presses(grab, screen, window) == 1
    assert len(other.presses()) == 1
    other.close()


def test_after_a_refusal_nothing_is_kept(screen: BareScreen, window: KeyWindow) -> None:
    other = Xcb(screen.display)
    assert other.take([Grab(D, 4 | 8 | 2)]) == 0  # with CapsLock alone
    with pytest.raises(HotkeyTrouble):
        X11Grab(KEY, screen.display)
    screen.xdotool("key", "ctrl+alt+d")
    until(lambda: window.got() == ["Ctrl+Alt+D"], "the window does not get its key")
    other.close()


def test_a_closed_grab_gives_the_key_back_at_once(
    screen: BareScreen, window: KeyWindow, grab: X11Grab
) -> None:
    grab.close()
    assert grab.fileno() == -1
    other = Xcb(screen.display)
    for _ in range(100):  # the server does not always hear of the end of a connection first
        X11Grab(KEY, screen.display).close()
        assert other.take([Grab(D, 4 | 8)]) == 0
        other.let_go([Grab(D, 4 | 8)])
    other.close()
    screen.xdotool("key", "ctrl+alt+d")
    until(lambda: window.got() == ["Ctrl+Alt+D"], "the window did not get the key back")
    grab.close()


def press_in_group(screen: BareScreen, group: int, *keycodes: int) -> None:
    """Press keys in one group of the layout, which xdotool cannot: it chooses its own."""
    x11, test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(x11.XOpenDisplay(screen.display.encode()))
    x11.XkbLockGroup(display, 0x100, group)
    for keycode in keycodes:
        test.XTestFakeKeyEvent(display, keycode, 1, 0)
    for keycode in reversed(keycodes):
        test.XTestFakeKeyEvent(display, keycode, 0, 0)
    x11.XCloseDisplay(display)


@pytest.mark.parametrize("layout", ["us,ru", "ru,us", "de"])
def test_the_key_reaches_us_in_every_group_of_a_layout(
    screen: BareScreen, grab: X11Grab, layout: str
) -> None:
    screen.run("setxkbmap", layout)
    for group in range(len(layout.split(","))):
        press_in_group(screen, group, CONTROL, ALT, D)
        assert len(until(grab.presses, f"nothing in group {group}")) == 1


def test_a_new_layout_moves_the_key_with_its_letter(screen: BareScreen, window: KeyWindow) -> None:
    grab = X11Grab(Hotkey.parse("Ctrl+Alt+Z"), screen.display)
    screen.run("setxkbmap", "de")  # Y and Z have changed places
    until(lambda: grab.presses() or {g.keycode for g in grab._held} == {29}, "nothing has changed")
    screen.xdotool("keydown", "ctrl", "keydown", "alt", "key", "29", "key", "52")
    screen.xdotool("keyup", "alt", "keyup", "ctrl")
    assert all_presses(grab, screen, window) == 1
    assert "Ctrl+Alt+Y" in window.got()
    grab.close()


def test_a_layout_without_the_letter_leaves_the_key_where_it_was(
    screen: BareScreen, grab: X11Grab
) -> None:
    screen.run("setxkbmap", "ru")
    until(lambda: grab.presses() or not grab._wanted(), "the layout is as it was")
    press_in_group(screen, 0, CONTROL, ALT, D)
    assert len(until(grab.presses, "the key is lost")) == 1


def test_a_new_layout_on_which_another_has_the_key_is_told(
    screen: BareScreen, window: KeyWindow
) -> None:
    other = X11Grab(Hotkey.parse("Ctrl+Alt+Y"), screen.display)
    grab = X11Grab(Hotkey.parse("Ctrl+Alt+Z"), screen.display)
    screen.run("setxkbmap", "de")
    with pytest.raises(HotkeyTrouble) as trouble:
        until(grab.presses, "nothing is told")
    assert "another program" in str(trouble.value.sentence)
    grab.close()
    other.close()


def test_a_key_that_the_keyboard_has_not_is_told(screen: BareScreen) -> None:
    screen.run("setxkbmap", "ru")
    with pytest.raises(HotkeyTrouble) as trouble:
        X11Grab(KEY, screen.display)
    assert "no such key" in str(trouble.value.sentence)


def test_a_killed_server_is_told_as_often_as_it_is_asked() -> None:
    if reason := why_not():
        pytest.skip(reason)
    with BareScreen() as screen:
        grab = X11Grab(KEY, screen.display)
        screen.kill()
        with pytest.raises(HotkeyTrouble) as trouble:
            until(grab.presses, "nothing is told")
        assert "the connection to the X server is lost" in str(trouble.value.sentence)
        with pytest.raises(HotkeyTrouble):
            grab.presses()
        grab.close()
        grab.close()


def test_a_display_that_does_not_answer_is_told() -> None:
    if reason := why_not():
        pytest.skip(reason)
    with pytest.raises(HotkeyTrouble) as trouble:
        X11Grab(KEY, ":54321")
    assert "the display :54321 does not answer" in str(trouble.value.sentence)


def test_nothing_is_left_open(screen: BareScreen) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = open_files()
    for _ in range(20):
        X11Grab(KEY, screen.display).close()
    assert open_files() == before
