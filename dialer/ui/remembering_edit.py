"""A line edit that remembers: earlier values in a list that opens by Down, typing or a click."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QStringListModel, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from dialer.ui.icons import Icons
from dialer.ui.theme import Theme

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KEYS_OF_LIST = (*_ENTER, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down)


class RememberingEdit(QLineEdit):
    """A field for the display number and the account, with the values used before.

    Typing offers the values that contain what is typed, Down and the chevron offer all.
    Enter on an offered value takes it, which is not yet Enter in the field: `returnPressed`
    stays silent, so that choosing never calls. Esc closes the list and leaves the text alone.

    A line edit and no editable combo box, because assistive technology is told the name of
    the first and not of the second.
    """

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._values = QStringListModel(self)
        # The completer is not the line edit's own (`setCompleter`): that one would write each
        # highlighted value into the field, where Esc would leave it.
        self._completer = QCompleter(self._values, self)
        self._completer.setWidget(self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self._completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setMaxVisibleItems(8)
        self._completer.activated.connect(self._take)
        self._popup: QListView | None = None
        self._chevron = QAction(self.tr("Show remembered values"), self)
        self._chevron.triggered.connect(self.show_values)
        self._chevron.setVisible(False)
        self.addAction(self._chevron, QLineEdit.ActionPosition.TrailingPosition)
        self._paint_chevron()
        self.textEdited.connect(self._offer)
        theme.changed.connect(self._paint_chevron)

    def set_values(self, values: list[str]) -> None:
        """The values to remember, the likeliest first. Empty and repeated ones are left out."""
        kept = list(dict.fromkeys(value for value in values if value))
        self._values.setStringList(kept)
        self._chevron.setVisible(bool(kept))

    def values(self) -> list[str]:
        """The remembered values, in the order in which they are offered."""
        return self._values.stringList()

    @Slot()
    def show_values(self) -> None:
        """Open the list with every value, the one in the field highlighted, else the first."""
        if not self._values.rowCount():
            return
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self._open("")
        values = self._values.stringList()
        row = values.index(self.text()) if self.text() in values else 0
        self._list.setCurrentIndex(self._list.model().index(row, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the list first: the open list hands each key to the field before itself."""
        if self._is_open() and event.key() in _ENTER:
            if self._list.currentIndex().isValid():
                event.ignore()  # the completer then takes what is highlighted
                return
            self._list.hide()
        elif event.key() == Qt.Key.Key_Down and not event.modifiers() and not self._is_open():
            self.show_values()
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim the open list's own keys, before the window takes them for its shortcuts."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _KEYS_OF_LIST
            and self._is_open()
        ):
            event.accept()
            return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _offer(self, typed: str) -> None:
        others = [value for value in self.values() if typed.casefold() in value.casefold()]
        if typed and others and others != [typed]:
            self._open(typed)
        else:
            self._close()

    def _is_open(self) -> bool:
        return self._popup is not None and self._popup.isVisible()

    def _close(self) -> None:
        if self._popup is not None:
            self._popup.hide()

    @property
    def _list(self) -> QListView:
        """The list, made at first need: many windows never open it."""
        if self._popup is None:
            self._popup = QListView()
            self._popup.setUniformItemSizes(True)
            self._popup.setProperty("kind", "popup")
            self._popup.setAccessibleName(self.tr("Remembered values"))
            self._completer.setPopup(self._popup)
            # The window system sends keys to the list, or, as its focus proxy, to the field.
            self._popup.installEventFilter(self)
            self.installEventFilter(self)
        return self._popup

    def _open(self, prefix: str) -> None:
        self._completer.setCompletionPrefix(prefix)
        self._list.setCurrentIndex(QModelIndex())
        self._completer.complete()

    @Slot(str)
    def _take(self, value: str) -> None:
        self.setText(value)

    @Slot()
    def _paint_chevron(self) -> None:
        self._chevron.setIcon(self._icons.icon("chevron-down", "text"))
