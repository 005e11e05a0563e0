"""A line edit that is pasted into without waiting for the program that was copied from."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QClipboard, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QInputMethodEvent

    from dialer.ui.copied_text import CopiedText

# Imports inside functions are for the start's sake: the window is on screen before them.
# ruff: noqa: PLC0415


class LineEdit(QLineEdit):
    """Takes one line of text. UI thread.

    Qt's own waits on X11 for whoever owns what is pasted, and for its menu too. This one goes on:
    what is typed until the text comes is held, and follows it, so that everything stands in the
    order in which it was asked for. If no text comes, it is let go; a text that the program sets
    meanwhile takes the place of what was to come. A paste is an edit that can be undone.
    """

    not_pasted = Signal()
    """The program that was copied from does not answer, so nothing was pasted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._copied: CopiedText | None = None
        self._held: list[QEvent] = []
        self._place = (0, 0, 0)

    @property
    def pasting(self) -> bool:
        """Whether a text is on its way in."""
        return self._copied is not None and self._copied.under_way

    @Slot()
    def paste(self) -> None:
        """Paste what was copied."""
        self._paste(QClipboard.Mode.Clipboard)

    def setText(self, text: str | None, /) -> None:
        """Show `text`, in place also of what was to be pasted."""
        self.let_go()
        super().setText(text or "")

    def clear(self) -> None:
        """Show nothing, nor what was to be pasted."""
        self.let_go()
        super().clear()

    def let_go(self) -> None:
        """Paste no more what is on its way."""
        self._held.clear()
        if self._copied is not None:
            self._copied.drop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste without waiting; what is typed meanwhile has its turn after."""
        if self.pasting:
            self._held.append(event.clone())
        elif event.matches(QKeySequence.StandardKey.Paste):
            both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
            selected = event.key() == Qt.Key.Key_Insert and event.modifiers() == both
            self._paste(QClipboard.Mode.Selection if selected else QClipboard.Mode.Clipboard)
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: "QInputMethodEvent") -> None:
        """Characters that need several keys have their turn too."""
        if self.pasting:
            self._held.append(event.clone())
        else:
            super().inputMethodEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Leave the cursor where a text is on its way to."""
        if not self.pasting:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Paste what is selected elsewhere by the middle button, where there is such a thing."""
        middle = event.button() == Qt.MouseButton.MiddleButton and not self.isReadOnly()
        if middle and QApplication.clipboard().supportsSelection():
            self.deselect()
            self._paste(QClipboard.Mode.Selection)
        else:
            super().mouseReleaseEvent(event)

    def contextMenuEvent(self, event: "QContextMenuEvent") -> None:
        """Open Qt's menu, or where that would wait one that does not."""
        from dialer.ui.copied_text import x_display

        if self.isReadOnly() or not x_display():
            super().contextMenuEvent(event)
            return
        from dialer.ui.edit_menu import edit_menu

        edit_menu(self).popup(event.globalPos())

    def _paste(self, mode: QClipboard.Mode) -> None:
        if self.isReadOnly():
            return
        if self._copied is None:
            from dialer.ui.copied_text import CopiedText

            self._copied = CopiedText(self)
            self._copied.came.connect(self._on_came)
            self._copied.silent.connect(self._on_silent)
        self._place = self._where()
        self._copied.ask(mode)

    @Slot(str)
    def _on_came(self, text: str) -> None:
        if text and not self.isReadOnly():
            self._go_back()
            self._part_undo()
            self.insert(text)
            self._part_undo()
        held, self._held = self._held, []
        for at, event in enumerate(held):
            QApplication.sendEvent(self, event)
            if self.pasting:
                self._held += held[at + 1 :]
                return

    @Slot()
    def _on_silent(self) -> None:
        self.let_go()
        self.not_pasted.emit()

    def _where(self) -> tuple[int, int, int]:
        """Where a paste goes: the selection's start and length, and the cursor."""
        return self.selectionStart(), len(self.selectedText()), self.cursorPosition()

    def _go_back(self) -> None:
        """Go where it was pasted: a field that is left forgets what is selected in it."""
        start, length, cursor = self._place
        if self._where() == self._place:
            return
        if length:
            self.setSelection(start, length)
        else:
            self.setCursorPosition(cursor)

    def _part_undo(self) -> None:
        """Let undo stop here, as it does wherever the cursor was moved."""
        if not self.hasSelectedText():  # taking that out is a step of its own
            at = self.cursorPosition()
            self.setCursorPosition(at - 1 if at else 1)
            self.setCursorPosition(at)
