"""The account field: accounts used before, those that the provider listed, and a way to fetch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from dialer.ui.icons import Icons
from dialer.ui.remembering_edit import RememberingEdit
from dialer.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel

    from dialer.calls.records import PhoneAccount
    from dialer.ui.account_offers import AccountOffers, Offer

_WIDTH = 240
"""The list's least width, in pixels of the design: account and phone name side by side."""


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
        self._offers: AccountOffers | None = None

    def set_values(self, values: list[str]) -> None:
        """The accounts that were used, the latest first. They come before the listed ones."""
        super().set_values(values)
        self._show_chevron()

    def set_listed(self, accounts: "Sequence[PhoneAccount]") -> None:
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
        from dialer.ui.account_offers import Offer  # noqa: PLC0415 - made with the first list

        offers = self._all()
        if self._can_fetch:
            offers.append(Offer("", self.tr("Fetch from provider…")))
        if not offers:
            return
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self._offer_these(offers)
        accounts = [offer.account for offer in offers]
        row = accounts.index(self.text()) if self.text() and self.text() in accounts else 0
        self._list.setCurrentIndex(self._list.model().index(row, 0))

    @Slot(str)
    def _offer(self, typed: str) -> None:
        wanted = typed.casefold()
        fitting = [offer for offer in self._all() if wanted in offer.words.casefold()]
        if wanted and fitting and [offer.account for offer in fitting] != [typed]:
            self._offer_these(fitting)
        else:
            self._close()

    def _make_model(self) -> "QAbstractItemModel":
        from dialer.ui.account_offers import AccountOffers  # noqa: PLC0415

        self._offers = AccountOffers(self._theme, self)
        return self._offers

    def _offer_these(self, offers: "list[Offer]") -> None:
        completer = self._completer
        assert self._offers is not None  # noqa: S101 - made with the completer
        self._offers.set_offers(offers)
        # What fits has been chosen already, by more than the text that the field takes.
        completer.setCompletionPrefix("")
        self._list.setCurrentIndex(QModelIndex())
        width = max(self.width(), self._theme.px(_WIDTH))
        completer.complete(QRect(0, 0, width, self.height()))

    @Slot(str)
    def _take(self, value: str) -> None:
        if not value:
            self.fetch_asked.emit()
            return
        self.setText(value)
        if phone := self._listed.get(value):
            self.listed_taken.emit(phone)

    def _all(self) -> "list[Offer]":
        from dialer.ui.account_offers import Offer  # noqa: PLC0415

        accounts = dict.fromkeys([*self.values(), *self._listed])
        return [Offer(account, self._words(account)) for account in accounts]

    def _words(self, account: str) -> str:
        phone = self._listed.get(account)
        named = phone is not None and phone.phone_name not in ("", account)
        return f"{account} · {phone.phone_name}" if phone is not None and named else account

    def _show_chevron(self) -> None:
        self._show_chevron_if(bool(self._can_fetch or self._listed or self.values()))
