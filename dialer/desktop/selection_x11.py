"""What was copied or selected on an X display, asked for without waiting for whoever owns it.

Qt waits up to 5 s for an owner that hangs, on the thread that asks: `clipboard_timeout` in
https://code.qt.io/cgit/qt/qtbase.git/tree/src/plugins/platforms/xcb/qxcbclipboard.cpp
How owners are asked, and the pieces in which much text comes (INCR), is told in the second
chapter of https://x.org/releases/current/doc/xorg-docs/icccm/icccm.html
"""

import codecs
import ctypes
import sys
from typing import Any, Literal, NamedTuple

from dialer.desktop.xcb import Cookie, XcbConnection

Selection = Literal["CLIPBOARD", "PRIMARY"]
"""What was copied, or what is selected."""

_PLAIN = "text/plain;charset=utf-8"
_ENCODINGS = {"UTF8_STRING": "utf-8", "STRING": "latin-1", _PLAIN: "utf-8"}
"""As what text is asked for, in this order, and how it then comes."""

_LONGEST_CHARACTER = 4  # bytes, in either encoding

_NEW_VALUE = 0
_DESTROY_NOTIFY, _PROPERTY_NOTIFY, _SELECTION_NOTIFY = 17, 28, 31
_INPUT_ONLY = 2
_EVENT_MASK = 1 << 11  # the attribute of a window
_PROPERTY_CHANGE, _STRUCTURE_NOTIFY = 1 << 22, 1 << 17
_NONE = _ANY_TYPE = _NOW = 0

_here, _byte, _half, _number = ctypes.c_void_p, ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32

# Every function with what it returns and what it takes.
_XCB: dict[str, tuple[Any, ...]] = {
    "xcb_flush": (ctypes.c_int, _here),
    "xcb_generate_id": (_number, _here),
    "xcb_intern_atom": (Cookie, _here, _byte, _half, ctypes.c_char_p),
    "xcb_intern_atom_reply": (_here, _here, Cookie, _here),
    "xcb_create_window": (
        *(Cookie, _here, _byte, _number, _number),
        *(ctypes.c_int16, ctypes.c_int16, _half, _half, _half, _half, _number, _number, _here),
    ),
    "xcb_change_window_attributes": (Cookie, _here, _number, _number, _here),
    "xcb_get_selection_owner": (Cookie, _here, _number),
    "xcb_get_selection_owner_reply": (_here, _here, Cookie, _here),
    "xcb_convert_selection": (Cookie, _here, *[_number] * 5),
    "xcb_get_property": (Cookie, _here, _byte, *[_number] * 5),
    "xcb_get_property_reply": (_here, _here, Cookie, _here),
    "xcb_delete_property": (Cookie, _here, _number, _number),
}


class SelectionLost(Exception):
    """Whoever owned the selection is gone, or the X server is."""


class SelectionText:
    """The text of `selection` on the X display `display`, asked for when this is made.

    At least the first `most` characters of it are read, and of a large one not much more: the
    rest is taken and dropped, because an owner that is left in the middle may serve nobody any
    more (xclip 0.13). The server is waited for, as by everything that draws; the owner never is:
    watch `fileno`, and `close` when you have waited long enough. The owner has been asked when
    this is made, whatever the server is told after. Belongs to the thread that made it.

    Raises SelectionLost where the server cannot be asked, XcbMissing without its library.
    """

    def __init__(self, selection: Selection, display: str, most: int) -> None:
        self._left = most * _LONGEST_CHARACTER
        self._in_pieces = False
        self._type = _NONE
        self._bytes = b""
        self._text: str | None = None
        self._xcb = _Server(display, selection)
        try:
            if self._xcb.broken():
                raise SelectionLost
            self._encodings = {self._xcb.atoms[name]: kind for name, kind in _ENCODINGS.items()}
            self._wanted = list(self._encodings)
            self._owner = self._xcb.owner()
            if self._owner == _NONE:
                self._text = ""
            else:
                self._xcb.watch(self._owner)
                self._ask()
                # The answer to this one comes after the server has passed the question on.
                self._xcb.owner()
            if self._xcb.broken():
                raise SelectionLost
        except BaseException:
            self.close()
            raise

    @property
    def text(self) -> str | None:
        """The text, "" where there is none, or None while it is on its way."""
        return self._text

    @property
    def over(self) -> bool:
        """Whether the owner has given all that it has, too."""
        return self._text is not None and not self._in_pieces

    def fileno(self) -> int:
        """The connection's file descriptor, -1 once closed."""
        return self._xcb.fileno()

    def go_on(self) -> bool:
        """Take one thing that has arrived; whether there was one. Never waits for the owner.

        Call it until there is none before `fileno` is watched, at first too: asking the server
        reads what has arrived into memory. Raises SelectionLost if no text will come any more.
        """
        event = None if self.over else self._xcb.next_event()
        if event is None:
            if self._xcb.broken():
                self._lose()
            return False
        if event.kind == _SELECTION_NOTIFY:
            self._take_answer(event)
        elif event.kind == _PROPERTY_NOTIFY and self._in_pieces:
            self._take_piece(event)
        elif event.kind == _DESTROY_NOTIFY and event.words[1] == self._owner:
            self._lose()
        return True

    def close(self) -> None:
        """Ask no further."""
        self._xcb.close()

    def _lose(self) -> None:
        if self._text is None:
            raise SelectionLost
        self._in_pieces = False

    def _ask(self) -> None:
        """Ask for the text in the next way, or know that there is none."""
        if self._wanted:
            self._xcb.ask(self._wanted[0])
        else:
            self._text = ""

    def _take_answer(self, event: "_Event") -> None:
        """Any client can send one: it counts if it is to what was asked last."""
        requestor, selection, target, property_ = event.words[1:5]
        asked = (self._xcb.window, self._xcb.selection, self._wanted[0])
        if self._in_pieces or (requestor, selection, target) != asked:
            return
        if property_ == self._xcb.selection:
            value = self._xcb.read(self._left)
            if value.type == self._xcb.atoms["INCR"]:
                self._in_pieces = True
                self._xcb.take_out()  # which is the sign to begin
                return
            if value.type in self._encodings and value.format == 8:
                self._type = value.type
                self._bytes = value.data
                self._decode()
                return
        del self._wanted[0]
        self._ask()

    def _take_piece(self, event: "_Event") -> None:
        window, atom = event.words[0:2]
        new = event.raw[16] == _NEW_VALUE
        if not new or (window, atom) != (self._xcb.window, self._xcb.selection):
            return
        value = self._xcb.read(self._left)
        if value.type == _NONE:
            return  # it was of an earlier value, which is taken out
        self._xcb.take_out()
        if value.format == 8 and self._text is None:
            self._type = value.type
            self._bytes += value.data
            self._left = max(0, self._left - len(value.data))
        self._in_pieces = bool(value.data)
        if self._text is None and not (self._left and self._in_pieces):
            self._decode()

    def _decode(self) -> None:
        encoding = self._encodings.get(self._type)
        if encoding is None:
            self._text = ""  # pieces of something else than what was asked for
            return
        # A character that was cut in two at the end is left out; what is none is marked as such.
        text = codecs.getincrementaldecoder(encoding)("replace").decode(self._bytes)
        self._text = text.rstrip("\0")  # some send the end of a C string along


class _Value(NamedTuple):
    """A property of a window, or the beginning of one."""

    type: int
    format: int
    data: bytes


class _Event(NamedTuple):
    """An event: its kind, the bytes, and the numbers that stand in them from the fourth byte on."""

    kind: int
    raw: bytes
    words: tuple[int, ...]


class _Server(XcbConnection):
    """The requests that concern one selection, with a window for the answers."""

    window = selection = _NONE

    def __init__(self, display: str, selection: Selection) -> None:
        super().__init__(display, _XCB)
        self.atoms: dict[str, int] = {}
        if self.broken():
            return
        names = (selection, "INCR", *_ENCODINGS)
        asked = [
            self._xcb.xcb_intern_atom(self._connection, 0, len(name), name.encode())
            for name in names
        ]
        for name, cookie in zip(names, asked, strict=True):
            self.atoms[name] = self._number(self._xcb.xcb_intern_atom_reply, cookie)
        self.selection = self.atoms[selection]
        self.window = self._xcb.xcb_generate_id(self._connection)
        wanted = ctypes.byref(_number(_PROPERTY_CHANGE))
        self._xcb.xcb_create_window(
            *(self._connection, 0, self.window, self._roots()[0]),
            *(0, 0, 1, 1, 0, _INPUT_ONLY, 0, _EVENT_MASK, wanted),
        )

    def owner(self) -> int:
        """The window that owns the selection."""
        cookie = self._xcb.xcb_get_selection_owner(self._connection, self.selection)
        return self._number(self._xcb.xcb_get_selection_owner_reply, cookie)

    def watch(self, window: int) -> None:
        """Be told when `window` goes."""
        wanted = ctypes.byref(_number(_STRUCTURE_NOTIFY))
        self._xcb.xcb_change_window_attributes(self._connection, window, _EVENT_MASK, wanted)

    def ask(self, target: int) -> None:
        """Have the owner put the selection into a property of our window that is called so too.

        Without a time: it would be known from an event only, and there is none yet.
        """
        self._xcb.xcb_convert_selection(
            self._connection, self.window, self.selection, target, self.selection, _NOW
        )
        self._xcb.xcb_flush(self._connection)

    def read(self, most: int) -> _Value:
        """What the owner put there, its first `most` bytes and up to four more."""
        cookie = self._xcb.xcb_get_property(
            *(self._connection, 0, self.window, self.selection, _ANY_TYPE, 0, most // 4 + 1),
        )
        reply = self._xcb.xcb_get_property_reply(self._connection, cookie, None)
        if not reply:
            return _Value(_NONE, 0, b"")
        head = ctypes.string_at(reply, 32)
        kind, _, count = _words(head[8:20])
        data = ctypes.string_at(reply + 32, count * head[1] // 8)
        self._free(reply)
        return _Value(kind, head[1], data)

    def take_out(self) -> None:
        """Take out what the owner put there."""
        self._xcb.xcb_delete_property(self._connection, self.window, self.selection)
        self._xcb.xcb_flush(self._connection)

    def next_event(self) -> _Event | None:
        """What has come next, if anything."""
        raw = next(self._arrived(), None)
        # The highest bit says that another client sent it, as an owner does.
        return _Event(raw[0] & 0x7F, raw, _words(raw[4:])) if raw else None

    def _number(self, reply_of: Any, cookie: Cookie) -> int:
        """The number that is all there is in a reply; 0 where there is none."""
        reply = reply_of(self._connection, cookie, None)
        if not reply:
            return _NONE
        (number,) = _words(ctypes.string_at(reply, 12)[8:])
        self._free(reply)
        return number


def _words(raw: bytes) -> tuple[int, ...]:
    return tuple(
        int.from_bytes(raw[at : at + 4], sys.byteorder) for at in range(0, len(raw) // 4 * 4, 4)
    )
