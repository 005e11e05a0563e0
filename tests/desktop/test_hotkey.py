"""Which keys may work from anywhere, and who lends them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QKeySequence

from dialer.desktop.hotkey import (
    _KEYS,
    COMMAND,
    MODIFIERS,
    Hotkey,
    HotkeyRefused,
    offer,
)

KEYS = sorted(key.name for key in _KEYS.values())
NEEDED = {f"Ctrl+{letter}" for letter in "ACVXZ"}


@given(st.sets(st.sampled_from(MODIFIERS)), st.sampled_from(KEYS), st.randoms())
def test_a_key_with_a_modifier_is_read_in_any_case_and_order_and_written_as_qt_does(
    modifiers: set[str], key: str, random: Random
) -> None:
    names = [*modifiers]
    random.shuffle(names)
    typed = "+".join([*names, key])
    typed = random.choice([typed, typed.lower(), typed.upper(), f" {typed} "])
    qt = QKeySequence("+".join([*names, key])).toString(QKeySequence.SequenceFormat.PortableText)
    if modifiers <= {"Shift"} or qt in NEEDED:
        with pytest.raises(HotkeyRefused):
            Hotkey.parse(typed)
        return
    hotkey = Hotkey.parse(typed)
    assert str(hotkey) == qt
    assert Hotkey.parse(str(hotkey)) == hotkey
    assert hotkey.modifiers == modifiers


@given(st.one_of(st.text(), st.text("CtrlAltShiftMeta+,D F1")))
def test_any_other_text_is_refused_with_a_sentence_in_one_line(text: str) -> None:
    try:
        hotkey = Hotkey.parse(text)
    except HotkeyRefused as refused:
        assert str(refused.sentence).isprintable()
        assert len(str(refused.sentence)) < 300
    else:
        assert str(hotkey).replace(" ", "").lower() == text.replace(" ", "").strip().lower()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "is not a key"),
        ("Ctrl", "is not a key"),
        ("Ctrl+Alt", "is not a key"),
        ("Ctrl+", "is not a key"),
        ("Ctrl+Ctrl+D", "is not a key"),
        ("Hyper+D", "is not a key"),
        ("Ctrl+K, Ctrl+D", "one after the other"),
        ("Ctrl++", "The key +"),
        ("Ctrl+,", "The key ,"),
        ("Ctrl+Esc", "The key Esc"),
        ("Ctrl+Num+5", "The key 5"),
        ("Ctrl+F25", "The key F25"),
        ("D", "D alone"),
        ("Shift+F5", "Shift+F5 alone"),
        ("Ctrl+V", "needs Ctrl+V"),
    ],
)
def test_a_key_that_cannot_work_from_anywhere_is_refused_in_words(typed: str, says: str) -> None:
    with pytest.raises(HotkeyRefused) as refused:
        Hotkey.parse(typed)
    assert says in str(refused.value.sentence)


@pytest.mark.parametrize(
    ("typed", "trigger"),
    [
        ("Ctrl+Alt+D", "CTRL+ALT+d"),
        ("Meta+F9", "LOGO+F9"),
        ("Alt+Shift+PgUp", "ALT+SHIFT+Page_Up"),
        ("Ctrl+Ins", "CTRL+Insert"),
        ("Meta+Space", "LOGO+space"),
    ],
)
def test_the_portal_is_given_the_key_in_its_own_notation(typed: str, trigger: str) -> None:
    assert Hotkey.parse(typed).trigger == trigger


BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus"}


@pytest.mark.parametrize(
    ("environ", "platform", "way", "address"),
    [
        ({"DISPLAY": ":1", **BUS}, "xcb", "x11", ":1"),
        ({"DISPLAY": ":1", "XDG_SESSION_TYPE": "x11"}, "xcb", "x11", ":1"),
        ({"WAYLAND_DISPLAY": "wayland-0", **BUS}, "wayland", "portal", "unix:path=/run/bus"),
        ({"XDG_RUNTIME_DIR": "/run/u"}, "wayland-egl", "portal", "unix:path=/run/u/bus"),
        # There X11 has only the keys of XWayland's own windows.
        (
            {"DISPLAY": ":1", "WAYLAND_DISPLAY": "wayland-0", **BUS},
            "xcb",
            "portal",
            "unix:path=/run/bus",
        ),
        (
            {"DISPLAY": ":1", "XDG_SESSION_TYPE": "wayland", **BUS},
            "xcb",
            "portal",
            "unix:path=/run/bus",
        ),
    ],
)
def test_the_session_decides_who_lends_a_key(
    environ: dict[str, str], platform: str, way: str, address: str
) -> None:
    found = offer(environ, platform, "linux")
    assert (found.way, found.address, found.why_not) == (way, address, None)


def test_windows_lends_a_key_itself() -> None:
    assert offer({}, "windows", "win32").way == "windows"


@pytest.mark.parametrize(
    ("environ", "platform", "system"),
    [
        ({}, "cocoa", "darwin"),
        ({"DISPLAY": ":1", **BUS}, "offscreen", "linux"),
        ({}, "xcb", "linux"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "wayland", "linux"),
    ],
)
def test_where_nobody_lends_a_key_the_command_to_bind_instead_is_told(
    environ: dict[str, str], platform: str, system: str
) -> None:
    found = offer(environ, platform, system)
    assert found.way is None
    assert COMMAND in str(found.why_not)
