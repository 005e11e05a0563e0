"""The program that `selection_owner` starts: owns a selection, and says what it is asked."""

import sys

from Xlib import X
from Xlib.display import Display
from Xlib.protocol.event import PropertyNotify, SelectionNotify, SelectionRequest

PIECE = 60_000
"""Bytes of a piece, where the text goes over in several."""

_HAS = {"in latin-1": "STRING", "as plain text": "text/plain;charset=utf-8"}


class Owner:
    def __init__(self, display: str, way: str, selection: str, text: bytes) -> None:
        self._way, self._text = way, text
        self._left: dict[int, bytes] = {}
        self._display = Display(display)
        # Whoever asked may be gone.
        self._display.set_error_handler(lambda *_: None)
        self._window = self._display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._incr = self._display.intern_atom("INCR")
        self._has = self._display.intern_atom(_HAS.get(way, "UTF8_STRING"))
        owned = self._display.intern_atom(selection)
        self._window.set_selection_owner(owned, X.CurrentTime)
        assert self._display.get_selection_owner(owned) == self._window
        say("owns")

    def run(self) -> None:
        while True:
            happened = self._display.next_event()
            if happened.type == X.SelectionRequest:
                self._answer(happened)
            elif happened.type == X.PropertyNotify:
                self._give_on(happened)
            elif happened.type == X.SelectionClear:
                say("lost")
            self._display.flush()

    def _answer(self, asked: SelectionRequest) -> None:
        say(f"asked {self._display.get_atom_name(asked.target)}")
        if self._way == "hangs":
            return
        if self._way == "dies":
            sys.exit(0)
        in_pieces = len(self._text) > PIECE or self._way in (
            *("in pieces", "hangs midway", "dies midway"),
        )
        if asked.target != self._has or self._way == "has no text":
            self._notify(asked, X.NONE)
        elif in_pieces:
            asked.requestor.change_attributes(event_mask=X.PropertyChangeMask)
            asked.requestor.change_property(asked.property, self._incr, 32, [len(self._text)])
            self._left[asked.requestor.id] = self._text
            self._notify(asked, asked.property)
        else:
            if self._way != "lies":
                asked.requestor.change_property(asked.property, asked.target, 8, self._text)
                say(f"gave {len(self._text)}")
            if self._way == "claps":
                self._notify(asked, X.NONE, target=self._incr)
                self._notify(asked, X.NONE, selection=self._incr)
            self._notify(asked, asked.property)

    def _give_on(self, taken: PropertyNotify) -> None:
        rest = self._left.get(taken.window.id)
        if rest is None or taken.state != X.PropertyDelete:
            return
        size = PIECE if len(self._text) > PIECE else max(1, len(self._text) // 3)
        piece, self._left[taken.window.id] = rest[:size], rest[size:]
        if not piece:
            del self._left[taken.window.id]
        taken.window.change_property(taken.atom, self._has, 8, piece)
        self._display.sync()
        say(f"gave {len(piece)}")
        if self._way == "dies midway":
            sys.exit(0)
        if self._way == "hangs midway":
            self._left.clear()

    def _notify(self, asked: SelectionRequest, into: int, **other: int) -> None:
        answer = {"target": asked.target, "selection": asked.selection} | other
        asked.requestor.send_event(
            SelectionNotify(time=asked.time, requestor=asked.requestor, property=into, **answer)
        )


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Owner(*sys.argv[1:], sys.stdin.buffer.read()).run()
