"""A key lent by Windows: what is asked of it and what is made of its answers, without Windows."""

import queue
import threading
from collections.abc import Callable

import pytest

from dialer.desktop.hotkey import _KEYS, Hotkey, HotkeyNews
from dialer.desktop.hotkey_windows import ALREADY_REGISTERED, HOTKEY, QUIT, WindowsGrab
from doubles.bare_screen import until


class Api:
    """Keeps to what Windows documents, and to the threads on which it may be called."""

    def __init__(self, refuses: int = 0) -> None:
        self.messages: queue.Queue[tuple[int, int]] = queue.Queue()
        self.registered: tuple[int, int] | None = None
        self._refuses = refuses
        self._thread = 0

    def begin(self) -> int:
        self._thread = threading.get_ident()
        return self._thread

    def register(self, modifiers: int, virtual: int) -> int:
        assert threading.get_ident() == self._thread
        if not self._refuses:
            self.registered = modifiers, virtual
        return self._refuses

    def unregister(self) -> None:
        assert threading.get_ident() == self._thread
        self.registered = None

    def wait(self) -> tuple[int, int]:
        assert threading.get_ident() == self._thread
        return self.messages.get(timeout=20)

    def quit(self, thread: int) -> None:
        assert thread == self._thread
        self.messages.put((QUIT, 0))


def news(heard: list[tuple[str, str]]) -> HotkeyNews:
    def hear(what: str) -> Callable[[object], None]:
        return lambda value: heard.append((what, str(value)))

    return HotkeyNews(hear("pressed"), hear("trouble"), hear("bound"))


def test_the_key_is_registered_tells_of_presses_and_is_given_back() -> None:
    heard: list[tuple[str, str]] = []
    api = Api()
    grab = WindowsGrab(Hotkey.parse("Ctrl+Alt+D"), news(heard), api)
    until(lambda: heard == [("bound", "Ctrl+Alt+D")], "it is not registered")
    # MOD_CONTROL, MOD_ALT and MOD_NOREPEAT.
    assert api.registered == (0x4003, ord("D"))
    api.messages.put((0x0113, 0))  # WM_TIMER
    api.messages.put((HOTKEY, 0))
    until(lambda: heard[1:] == [("pressed", "")], "the press is not told")
    grab.close()
    assert api.registered is None
    assert not grab._thread.is_alive()
    assert len(heard) == 2


@pytest.mark.parametrize(
    ("code", "says"), [(ALREADY_REGISTERED, "another program"), (5, "Windows refuses it (error 5)")]
)
def test_a_refusal_is_told(code: int, says: str) -> None:
    heard: list[tuple[str, str]] = []
    grab = WindowsGrab(Hotkey.parse("Meta+Shift+F5"), news(heard), Api(refuses=code))
    until(lambda: heard, "nothing is told")
    ((what, text),) = heard
    assert what == "trouble"
    assert says in text
    grab.close()


def test_an_end_of_the_messages_is_told_and_gives_the_key_back() -> None:
    heard: list[tuple[str, str]] = []
    api = Api()
    grab = WindowsGrab(Hotkey.parse("Meta+Shift+F5"), news(heard), api)
    api.messages.put((0, 1400))
    until(lambda: len(heard) == 2, "nothing is told")
    assert "Windows sends nothing (error 1400)" in heard[1][1]
    grab.close()
    assert api.registered is None


def test_every_key_has_a_virtual_key_of_its_own() -> None:
    numbers = {key.virtual for key in _KEYS.values()}
    assert len(numbers) == len(_KEYS)
    assert numbers <= set(range(1, 255))
