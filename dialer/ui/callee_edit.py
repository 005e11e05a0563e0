"""The callee field: it offers recent callees, and knows whose words stand in it."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QRect, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from dialer.ui.icons import Icons
from dialer.ui.remembering_edit import RememberingEdit
from dialer.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtGui import QInputMethodEvent
    from PySide6.QtWidgets import QListView

    from dialer.ui.callee_offers import Offers, RecentCallee

FEWEST = 2
"""Fewer digits or letters than this offer nothing: they are in nearly every number."""

_WIDTH = 360  # the list's least width, in pixels of the design: number, note and time
_TRUNK_ZERO = re.compile(r"[(\[] ?0 ?[)\]]")


class CalleeEdit(RememberingEdit):
    """Takes the number to call. UI thread.

    Typing offers the recent callees whose digits contain the digits typed, however these are
    written, or whose note has the words typed in it. Down and the chevron offer all. Choosing
    fills in what `written` makes of the digits, can be undone, and is never a call. What is
    pasted, or set by the program, offers nothing.
    """

    typed_by_hand: bool
    """Whether what stands here was typed, pasted, chosen or edited by the operator since the
    program last set it."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        written: Callable[[str], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, icons, parent)
        self.typed_by_hand = False
        self._theme = theme
        self._written = written
        self._types = False
        self._recent: tuple[RecentCallee, ...] = ()
        self._notes: tuple[str, ...] = ()
        self._offers: Offers | None = None
        self._chevron.setText(self.tr("Show recent callees"))

    def set_recent(self, callees: "Sequence[RecentCallee]") -> None:
        """The callees to offer, the latest first. A list that is open stays as it is."""
        self._recent = tuple(callees)
        self._notes = tuple(each.note.casefold() for each in callees)
        self._show_chevron_if(bool(callees))

    def setText(self, text: str | None, /) -> None:
        """Show what the program has to show. A list that is open was about something else."""
        self._close()
        self.typed_by_hand = False
        super().setText(text)

    def clear(self) -> None:
        """Take out what stands here, as the program's own doing."""
        self._close()
        self.typed_by_hand = False
        super().clear()

    @Slot()
    def show_values(self) -> None:
        """Open the list with every callee, the one in the field highlighted, else the latest."""
        if not self._recent or self._is_blocked():
            return
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self._offer_these(self._recent)
        digits = _significant(_bare(self.text()))
        rows = (row for row, each in enumerate(self._recent) if each.digits == digits)
        self._list.setCurrentIndex(self._list.model().index(next(rows, 0), 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys type, but for those that bring a whole text at once."""
        from PySide6.QtGui import QKeySequence  # noqa: PLC0415 - the window is there before

        pasting = QKeySequence.StandardKey.Paste
        again = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
        self._types = not any(event.matches(keys) for keys in (pasting, *again))
        super().keyPressEvent(event)
        self._types = False

    def inputMethodEvent(self, event: "QInputMethodEvent") -> None:
        """Characters that need several keys are typed too."""
        self._types = True
        super().inputMethodEvent(event)
        self._types = False

    @Slot(str)
    def _offer(self, typed: str) -> None:
        self.typed_by_hand = True
        fitting = self._fitting(typed) if self._types else []
        if fitting and not self._is_blocked():
            self._offer_these(fitting)
        else:
            self._close()

    @Slot(str)
    def _take(self, value: str) -> None:
        # As if it were pasted over what was there: it can be undone, and counts as an edit.
        self.let_go()
        self.selectAll()
        self.insert(self._written(value))

    def _fitting(self, typed: str) -> "list[RecentCallee]":
        text = _bare(typed)
        if any(char.isalpha() for char in text):
            words = text.casefold().split()
            if len(text) < FEWEST:
                return []
            return [
                each
                for each, note in zip(self._recent, self._notes, strict=True)
                if all(word in note for word in words)
            ]
        digits = _significant(text)
        if len(digits) < FEWEST:
            return []
        fitting = [each for each in self._recent if digits in each.digits]
        # What stands there in full already is no offer.
        return [] if [each.digits for each in fitting] == [digits] else fitting

    def _offer_these(self, callees: "Sequence[RecentCallee]") -> None:
        completer = self._completer
        assert self._offers is not None  # noqa: S101 - made with the completer
        self._offers.set_offers(callees)
        completer.setCompletionPrefix("")  # what fits was chosen by more than its text
        self._list.setCurrentIndex(QModelIndex())
        width = max(self.width(), self._theme.px(_WIDTH))
        completer.complete(QRect(0, 0, width, self.height()))

    def _make_model(self) -> "QAbstractItemModel":
        from dialer.ui.callee_offers import Offers  # noqa: PLC0415 - made with the first list

        self._offers = Offers(self)
        return self._offers

    def _is_blocked(self) -> bool:
        """Whether a window stands before this one that wants to be answered first."""
        modal = QApplication.activeModalWidget()
        return modal is not None and modal is not self.window()

    def _dress_list(self, popup: "QListView") -> None:
        from dialer.ui.callee_offers import OfferDelegate  # noqa: PLC0415

        popup.setAccessibleName(self.tr("Recent callees"))
        popup.setItemDelegate(OfferDelegate(self._theme, popup))
        popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def _bare(text: str) -> str:
    # Imported with the first key: what reads characters is large, and the window has to open.
    from dialer.calls.legible import bare  # noqa: PLC0415

    return bare(text)


def _significant(text: str) -> str:
    """The digits that a number has in the journal too.

    Zeros in front are 00, or a national zero, or both: no country code begins with one.
    """
    without = _TRUNK_ZERO.sub("", text)
    return "".join(char for char in without if char in "0123456789").lstrip("0")
