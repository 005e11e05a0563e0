"""A line edit that remembers: earlier values in a list that opens by Down, typing or a click."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from dialer.ui.icons import Icons
from dialer.ui.line_edit import LineEdit
from dialer.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtWidgets import QCompleter, QListView

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KEYS_OF_LIST = (*_ENTER, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down)


class RememberingEdit(LineEdit):
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
        self._kept: list[str] = []
        self._made: QCompleter | None = None
        self._popup: QListView | None = None
        self._chevron = QAction(self.tr("Show remembered values"), self)
        self._chevron.triggered.connect(self.show_values)
        self._chevron.setVisible(False)
        self.addAction(self._chevron, QLineEdit.ActionPosition.TrailingPosition)
        self.textEdited.connect(self._offer)
        theme.changed.connect(self._paint_chevron)

    def set_values(self, values: list[str]) -> None:
        """The values to remember, the likeliest first. Empty and repeated ones are left out."""
        self._kept = list(dict.fromkeys(value for value in values if value))
        self._show_chevron_if(bool(self._kept))

    def values(self) -> list[str]:
        """The remembered values, in the order in which they are offered."""
        return list(self._kept)

    @Slot()
    def show_values(self) -> None:
        """Open the list with every value, the one in the field highlighted, else the first."""
        if not self._kept:
            return
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self._open("")
        row = self._kept.index(self.text()) if self.text() in self._kept else 0
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
    def _completer(self) -> "QCompleter":
        """The completer, made at first need: the window is on screen before that.

        It is not the line edit's own (`setCompleter`): that one would write each highlighted
        value into the field, where Esc would leave it.
        """
        if self._made is None:
            from PySide6.QtWidgets import QCompleter  # noqa: PLC0415

            self._made = made = QCompleter(self._make_model(), self)
            made.setWidget(self)
            made.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            made.setFilterMode(Qt.MatchFlag.MatchContains)
            made.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            made.setMaxVisibleItems(8)
            made.activated.connect(self._take)
        return self._made

    def _make_model(self) -> "QAbstractItemModel":
        """What the list shows, before it is told what to offer."""
        from PySide6.QtCore import QStringListModel  # noqa: PLC0415

        return QStringListModel(self)

    @property
    def _list(self) -> "QListView":
        """The list, made at first need: many windows never open it."""
        if self._popup is None:
            from PySide6.QtWidgets import QListView  # noqa: PLC0415

            self._popup = QListView()
            self._popup.setUniformItemSizes(True)
            self._popup.setProperty("kind", "popup")
            self._completer.setPopup(self._popup)
            self._dress_list(self._popup)
            # The window system sends keys to the list, or, as its focus proxy, to the field.
            self._popup.installEventFilter(self)
            self.installEventFilter(self)
        return self._popup

    def _dress_list(self, popup: "QListView") -> None:
        """Name the new list, to which the completer has given a delegate of its own."""
        popup.setAccessibleName(self.tr("Remembered values"))

    def _open(self, prefix: str) -> None:
        from PySide6.QtCore import QModelIndex, QStringListModel  # noqa: PLC0415

        model = self._completer.model()
        assert isinstance(model, QStringListModel)  # noqa: S101
        model.setStringList(self._kept)
        self._completer.setCompletionPrefix(prefix)
        self._list.setCurrentIndex(QModelIndex())
        self._completer.complete()

    @Slot(str)
    def _take(self, value: str) -> None:
        self.setText(value)

    def _show_chevron_if(self, offers: bool) -> None:
        self._chevron.setVisible(offers)
        self._paint_chevron()

    @Slot()
    def _paint_chevron(self) -> None:
        # Drawn once there is something to offer: the window is on screen before that.
        if self._chevron.isVisible():
            self._chevron.setIcon(self._icons.icon("chevron-down", "text"))
