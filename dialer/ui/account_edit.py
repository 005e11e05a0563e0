"""The account field: accounts used before, those that the provider listed, and a way to fetch."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtWidgets import QWidget

from dialer.calls.records import PhoneAccount
from dialer.ui.icons import Icons
from dialer.ui.remembering_edit import RememberingEdit
from dialer.ui.theme import Theme

_ROOT = QModelIndex()
_WIDTH = 240
"""The list's least width, in pixels of the design: account and phone name side by side."""


@dataclass(frozen=True, slots=True)
class _Offer:
    account: str
    """What the field takes; "" for the offer to fetch."""
    words: str


class AccountEdit(RememberingEdit):
    """Offers accounts with the names of their phones. Typing finds either. UI thread."""

    fetch_asked = Signal()
    """The operator chose to fetch the accounts from the provider."""
    listed_taken = Signal(object)
    """PhoneAccount: one that the provider had listed was chosen."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(theme, icons, parent)
        self._theme = theme
        self._listed: dict[str, PhoneAccount] = {}
        self._can_fetch = False
        self._offers = _Offers(theme, self)
        self._completer.setModel(self._offers)

    def set_values(self, values: list[str]) -> None:
        """The accounts that were used, the latest first. They come before the listed ones."""
        super().set_values(values)
        self._show_chevron()

    def set_listed(self, accounts: Sequence[PhoneAccount]) -> None:
        """The accounts that the provider listed."""
        self._listed = {each.account: each for each in accounts}
        self._show_chevron()

    def let_fetch(self, offered: bool) -> None:
        """Whether the list ends in an offer to fetch."""
        self._can_fetch = offered
        self._show_chevron()

    @Slot()
    def show_values(self) -> None:
        """Open the list with every account, the one in the field highlighted, else the first."""
        offers = self._all()
        if self._can_fetch:
            offers.append(_Offer("", self.tr("Fetch from provider…")))
        if not offers:
            return
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self._offers.set_offers(offers)
        self._open("")
        accounts = [offer.account for offer in offers]
        row = accounts.index(self.text()) if self.text() and self.text() in accounts else 0
        self._list.setCurrentIndex(self._list.model().index(row, 0))

    @Slot(str)
    def _offer(self, typed: str) -> None:
        wanted = typed.casefold()
        fitting = [offer for offer in self._all() if wanted in offer.words.casefold()]
        if wanted and fitting and [offer.account for offer in fitting] != [typed]:
            self._offers.set_offers(fitting)
            self._open("")
        else:
            self._close()

    def _open(self, _prefix: str) -> None:
        # What fits has been chosen already, by more than the text that the field takes.
        self._completer.setCompletionPrefix("")
        self._list.setCurrentIndex(QModelIndex())
        width = max(self.width(), self._theme.px(_WIDTH))
        self._completer.complete(QRect(0, 0, width, self.height()))

    @Slot(str)
    def _take(self, value: str) -> None:
        if not value:
            self.fetch_asked.emit()
            return
        self.setText(value)
        if phone := self._listed.get(value):
            self.listed_taken.emit(phone)

    def _all(self) -> list[_Offer]:
        accounts = dict.fromkeys([*self.values(), *self._listed])
        return [_Offer(account, self._words(account)) for account in accounts]

    def _words(self, account: str) -> str:
        phone = self._listed.get(account)
        named = phone is not None and phone.phone_name not in ("", account)
        return f"{account} · {phone.phone_name}" if phone is not None and named else account

    def _show_chevron(self) -> None:
        self._chevron.setVisible(bool(self._can_fetch or self._listed or self.values()))


class _Offers(QAbstractListModel):
    """What the open list shows, and what the field takes of it."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._offers: list[_Offer] = []

    def set_offers(self, offers: list[_Offer]) -> None:
        """Offer these."""
        self.beginResetModel()
        self._offers = offers
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        """How many there are."""
        return 0 if parent.isValid() else len(self._offers)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The words of a row, or the account behind them."""
        offer = self._offers[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return offer.words
            case Qt.ItemDataRole.EditRole:
                return offer.account
            case Qt.ItemDataRole.ForegroundRole if not offer.account:
                return self._theme.scheme.accent
        return None
