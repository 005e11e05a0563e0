"""The list of accounts under the account field: what it shows, and what the field takes of it."""

from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from dialer.ui.theme import Theme

_ROOT = QModelIndex()


@dataclass(frozen=True, slots=True)
class Offer:
    """A row of the list."""

    account: str
    """What the field takes; "" for the offer to fetch."""
    words: str


class AccountOffers(QAbstractListModel):
    """What the open list shows, and what the field takes of it."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._offers: list[Offer] = []

    def set_offers(self, offers: list[Offer]) -> None:
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
