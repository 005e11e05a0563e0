"""The window in which one of the provider's phone accounts is chosen, from asking to taking."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from dialer.calls.records import PhoneAccount
from dialer.ui.account_model import AccountModel
from dialer.ui.empty_state import EmptyState
from dialer.ui.icons import Icons
from dialer.ui.ink import set_ink
from dialer.ui.primary_button import PrimaryButton
from dialer.ui.theme import Theme

_KEYS_OF_LIST = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ROW = 30


class AccountChoice(QDialog):
    """Says that the accounts are being fetched, then lists them or says why not. UI thread.

    Closed by Esc or Cancel it is `rejected`: what is still on its way is not wanted any more.
    """

    taken = Signal(object)
    """PhoneAccount."""
    again_asked = Signal()
    """Fetch anew."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._current = ""
        self.setWindowTitle(self.tr("Accounts"))
        self.resize(theme.px(560), theme.px(440))

        self._state = EmptyState(theme, icons, self)
        for button in self._state.findChildren(QPushButton):
            button.setAutoDefault(True)  # Enter presses what has the focus
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Account, phone name, group or number"))
        self.search.setAccessibleName(self.tr("Find an account"))
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._filter)
        self._model = AccountModel(self)
        self.table = self._table()
        self._count = QLabel(self)
        self._use = PrimaryButton(self.tr("Use account"), theme, self)
        self._use.setDefault(True)
        self._use.clicked.connect(self._take)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._cancel.clicked.connect(self.reject)

        listed = QWidget(self)
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        self._pages = QStackedLayout()
        self._pages.addWidget(self._state)
        self._pages.addWidget(listed)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addWidget(self._count)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(12))
        layout.addLayout(self._pages, 1)
        layout.addLayout(buttons)
        theme.changed.connect(self._colour)
        self._colour()
        self.show_fetching()

    def show_fetching(self) -> None:
        """Say that the provider is being asked."""
        self._show_state(
            "dots", self.tr("Fetching…"), self.tr("The provider is asked for its list.")
        )

    def show_trouble(self, text: str, code: str = "") -> None:
        """Say why there is no list. `code` is small print, in brackets."""
        self._show_state(
            "cross",
            self.tr("The accounts could not be fetched."),
            f"{text} {code}".rstrip(),
            again=True,
        )

    def show_accounts(self, accounts: Sequence[PhoneAccount], current: str = "") -> None:
        """List the accounts, with `current` selected if it is among them."""
        if not accounts:
            self._show_state(
                "info",
                self.tr("There are no accounts."),
                self.tr(
                    "The provider lists none for this application ID. "
                    "Check the application ID in the profile."
                ),
                again=True,
            )
            return
        self._current = current
        self._model.set_accounts(accounts)
        for column in range(self._model.columnCount()):
            self.table.setColumnHidden(column, not self._model.has(column))
        self._show_count()
        self._select(self._model.row_of(current) or 0)
        self._pages.setCurrentIndex(1)
        self._use.show()
        self._count.show()
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys go through the list while one types."""
        if (
            watched is self.search
            and event.type() is QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in _KEYS_OF_LIST
        ):
            self.table.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    @Slot()
    def _take(self, *_: object) -> None:
        index = self.table.currentIndex()
        if index.isValid() and self._pages.currentIndex() == 1:
            self.taken.emit(self._model.account_at(index.row()))
            self.accept()

    @Slot(str)
    def _filter(self, text: str) -> None:
        self._model.filter(text)
        self._select(self._model.row_of(self._current) or 0)
        self._show_count()

    def _select(self, row: int) -> None:
        if self._model.rowCount():
            index = self._model.index(row, 0)
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)
        self._use.setEnabled(bool(self._model.rowCount()))

    def _show_count(self) -> None:
        shown, count = self._model.rowCount(), self._model.count
        if shown == count:
            words = self.tr("1 account") if count == 1 else self.tr("{count} accounts")
        elif shown == 0:
            words = self.tr("None of {count} accounts")
        else:
            words = self.tr("{shown} of {count} accounts")
        self._count.setText(words.format(shown=shown, count=count))

    def _show_state(self, icon: str, title: str, text: str, *, again: bool = False) -> None:
        action = (self.tr("Try again"), self.again_asked.emit) if again else None
        self._state.show_state(icon, title, text, action)
        self._pages.setCurrentIndex(0)
        self._use.hide()
        self._count.hide()
        self._cancel.setFocus()

    def _table(self) -> QTableView:
        table = QTableView(self)
        table.setProperty("kind", "card")
        table.setAccessibleName(self.tr("Accounts"))
        table.setModel(self._model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(self._theme.px(_ROW))
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setSectionsClickable(False)
        table.doubleClicked.connect(self._take_clicked)
        return table

    @Slot(QModelIndex)
    def _take_clicked(self, _: QModelIndex) -> None:
        self._take()

    @Slot()
    def _colour(self) -> None:
        set_ink(self._count, self._theme.scheme.quiet)
