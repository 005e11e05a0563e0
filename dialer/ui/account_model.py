"""The provider's phone accounts as a table that is filtered while one types."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from dialer.calls.records import PhoneAccount

_ROOT = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


class AccountModel(QAbstractTableModel):
    """One row an account: account, phone name, group, display number. UI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles = (
            self.tr("Account"),
            self.tr("Phone name"),
            self.tr("Group"),
            self.tr("Display number"),
        )
        self._all: list[tuple[str, PhoneAccount]] = []
        self._shown: list[PhoneAccount] = []

    def set_accounts(self, accounts: Sequence[PhoneAccount]) -> None:
        """Show these, all of them."""
        self.beginResetModel()
        self._all = [("\n".join(_cells(each)).casefold(), each) for each in accounts]
        self._shown = list(accounts)
        self.endResetModel()

    def filter(self, text: str) -> None:
        """Show the accounts that have each word of `text` somewhere, in whatever case."""
        # A plus, as people write numbers, is not in the digits.
        words = [word.removeprefix("+") for word in text.casefold().split()]
        self.beginResetModel()
        self._shown = [each for said, each in self._all if all(word in said for word in words)]
        self.endResetModel()

    @property
    def count(self) -> int:
        """How many accounts there are, shown or not."""
        return len(self._all)

    def account_at(self, row: int) -> PhoneAccount:
        """The account of a row that is shown."""
        return self._shown[row]

    def row_of(self, account: str) -> int | None:
        """The row of an account, None where it is not shown."""
        return next((row for row, each in enumerate(self._shown) if each.account == account), None)

    def has(self, column: int) -> bool:
        """Whether any account says something in that column."""
        return any(_cells(each)[column] for _, each in self._all)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """How many accounts are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words of a cell."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return _cells(self._shown[index.row()])[index.column()]

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """The titles of the columns, which stand over the beginning of their words."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        return None


def _cells(account: PhoneAccount) -> tuple[str, str, str, str]:
    return account.account, account.phone_name, account.group, account.display_number
