"""A key lent by Windows: RegisterHotKey, and a loop of messages on a thread of its own.

Not run on Windows: the loop is tested over an API in memory, `User32` is not.
https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-registerhotkey
"""

import logging
import sys
import threading
from typing import Protocol

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.desktop.hotkey import Hotkey, HotkeyNews

log = logging.getLogger(__name__)

ALREADY_REGISTERED = 1409
"""ERROR_HOTKEY_ALREADY_REGISTERED."""

HOTKEY, QUIT = 0x0312, 0x0012
"""The messages WM_HOTKEY and WM_QUIT."""

_MODIFIERS = {"Alt": 0x0001, "Ctrl": 0x0002, "Shift": 0x0004, "Meta": 0x0008}
_NO_REPEAT = 0x4000
_CLOSE_SECONDS = 0.9

_TAKEN = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer: another program, or Windows itself, has it already. Choose"
    " another key, or free it there.",
)
_REFUSED = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer: Windows refuses it (error {code}). Choose another key.",
)
_LOST = QT_TRANSLATE_NOOP(
    "dialer",
    "{key} does not reach Dialer any more: Windows sends nothing (error {code}). Set the key"
    " again.",
)


class HotkeyApi(Protocol):
    """What is asked of Windows, all of it on the thread that registers but `quit`."""

    def begin(self) -> int:
        """The thread's number, from which on `quit` reaches it."""

    def register(self, modifiers: int, virtual: int) -> int:
        """Register the key; Windows' error, 0 for none."""

    def unregister(self) -> None:
        """Give the key back."""

    def wait(self) -> tuple[int, int]:
        """The next message, and Windows' error where there is none."""

    def quit(self, thread: int) -> None:
        """Send WM_QUIT to a thread. Any thread."""


class WindowsGrab:
    """A key asked for from Windows. See `hotkey.HotkeyGrab`.

    Returns at once; what becomes of it is told on a thread of its own.
    """

    def __init__(self, hotkey: Hotkey, news: HotkeyNews, api: HotkeyApi) -> None:
        self._hotkey = hotkey
        self._news = news
        self._api = api
        self._number = 0
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dialer-hotkey", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the key back. Waits for that, which takes a moment and never two seconds."""
        if self._begun.wait(_CLOSE_SECONDS) and self._thread.is_alive():
            self._api.quit(self._number)
        if threading.current_thread() is not self._thread:
            self._thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        self._number = self._api.begin()
        self._begun.set()
        modifiers = sum(_MODIFIERS[name] for name in self._hotkey.modifiers)
        code = self._api.register(modifiers | _NO_REPEAT, self._hotkey.key.virtual)
        if code:
            text = _TAKEN if code == ALREADY_REGISTERED else _REFUSED
            self._tell(text, code)
            return
        self._news.on_bound(str(self._hotkey))
        try:
            self._listen()
        finally:
            self._api.unregister()

    def _listen(self) -> None:
        while True:
            message, code = self._api.wait()
            if code:
                self._tell(_LOST, code)
                return
            if message == QUIT:
                return
            if message == HOTKEY:
                self._news.on_pressed("")

    def _tell(self, text: str, code: int) -> None:
        log.info("no hotkey from Windows: error %d", code)
        self._news.on_trouble(Sentence(text, key=self._hotkey, code=code))


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _ID = 1
    _PM_NOREMOVE = 0

    class User32:
        """Windows' own API."""

        def __init__(self) -> None:
            self._user = ctypes.WinDLL("user32", use_last_error=True)
            self._user.RegisterHotKey.argtypes = [
                wintypes.HWND,
                ctypes.c_int,
                wintypes.UINT,
                wintypes.UINT,
            ]
            self._user.UnregisterHotKey.argtypes = [wintypes.HWND, ctypes.c_int]
            self._user.PostThreadMessageW.argtypes = [
                wintypes.DWORD,
                wintypes.UINT,
                wintypes.WPARAM,
                wintypes.LPARAM,
            ]
            message = ctypes.POINTER(wintypes.MSG)
            window, number = wintypes.HWND, wintypes.UINT
            self._user.GetMessageW.argtypes = [message, window, number, number]
            self._user.PeekMessageW.argtypes = [message, window, number, number, number]

        def begin(self) -> int:
            """Make the thread's queue of messages; its number."""
            message = wintypes.MSG()
            self._user.PeekMessageW(ctypes.byref(message), None, 0, 0, _PM_NOREMOVE)
            return int(ctypes.WinDLL("kernel32").GetCurrentThreadId())

        def register(self, modifiers: int, virtual: int) -> int:
            """Register the key; the error, 0 for none."""
            done = self._user.RegisterHotKey(None, _ID, modifiers, virtual)
            return 0 if done else ctypes.get_last_error()

        def unregister(self) -> None:
            """Give the key back."""
            self._user.UnregisterHotKey(None, _ID)

        def wait(self) -> tuple[int, int]:
            """The next message, and the error where there is none."""
            message = wintypes.MSG()
            if self._user.GetMessageW(ctypes.byref(message), None, 0, 0) == -1:
                return 0, ctypes.get_last_error()
            return int(message.message), 0

        def quit(self, thread: int) -> None:
            """Send WM_QUIT to a thread."""
            self._user.PostThreadMessageW(thread, QUIT, 0, 0)
