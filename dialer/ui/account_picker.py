"""Fills account and display number from the provider's list, and remembers that list."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from dialer.ui.account_edit import AccountEdit
from dialer.ui.icons import Icons
from dialer.ui.theme import Theme

if TYPE_CHECKING:
    from dialer.calls.records import PhoneAccount
    from dialer.settings.profile import Profile
    from dialer.ui.account_choice import AccountChoice

_Line = tuple[str, str, str]


class AccountPicker(QObject):
    """Stands behind an account field and the display number's field beside it. UI thread.

    `asked` goes to whoever can ask the provider, and the answer to `show_accounts` or
    `show_trouble`. Lists are remembered by profile until the program ends, so that the field
    completes from them; one that comes after Cancel too.
    """

    asked = Signal(object)
    """Profile: fetch its accounts."""
    cancelled = Signal()
    """The answer is not waited for any more."""
    closed = Signal()
    """Nothing is asked or shown any more, whether an account was taken or not."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        account: AccountEdit,
        display_number: QLineEdit,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._account = account
        self._display_number = display_number
        self._parent = parent
        self._line: _Line | None = None
        self._known: dict[_Line, tuple[PhoneAccount, ...]] = {}
        self._asked: Profile | None = None
        self._choice: AccountChoice | None = None
        account.listed_taken.connect(self._fill_in)

    def use(self, profile: "Profile | None") -> None:
        """The field is about this profile's accounts from now on."""
        self._line = _line(profile) if profile is not None else None
        self._account.set_listed(self._known.get(self._line, ()) if self._line else ())

    def listed(self, profile: "Profile") -> list[str]:
        """The accounts that the provider listed for `profile`, as far as it was asked."""
        return [phone.account for phone in self._known.get(_line(profile), ())]

    def start(self, profile: "Profile") -> None:
        """Fetch the accounts of `profile`, for one of them to be taken into the fields."""
        if self._choice is not None:
            return
        # Imported here for the start's sake.
        from dialer.ui.account_choice import AccountChoice  # noqa: PLC0415

        self._asked = profile
        self._choice = choice = AccountChoice(self._theme, self._icons, self._parent.window())
        choice.taken.connect(self._take)
        choice.again_asked.connect(self._again)
        choice.finished.connect(self._on_finished)
        choice.open()
        # A new window is there before anybody who may answer at once.
        QTimer.singleShot(0, self, self._ask)

    @Slot(object, object)
    def show_accounts(self, profile: "Profile", accounts: "Sequence[PhoneAccount]") -> None:
        """The provider listed the accounts of `profile`."""
        line = _line(profile)
        self._known[line] = tuple(accounts)
        if line == self._line:
            self._account.set_listed(self._known[line])
        if self._awaits(profile) and self._choice is not None:
            self._choice.show_accounts(accounts, self._account.text().strip())

    @Slot(object, str, str)
    def show_trouble(self, profile: "Profile", text: str, code: str = "") -> None:
        """The accounts of `profile` could not be fetched."""
        if self._awaits(profile) and self._choice is not None:
            self._choice.show_trouble(text, code)

    def _awaits(self, profile: "Profile") -> bool:
        return self._asked is not None and _line(profile) == _line(self._asked)

    @Slot()
    def _ask(self) -> None:
        if self._asked is not None:
            self.asked.emit(self._asked)

    @Slot()
    def _again(self) -> None:
        if self._choice is not None:
            self._choice.show_fetching()
        self._ask()

    @Slot(object)
    def _take(self, phone: "PhoneAccount") -> None:
        self._account.setText(phone.account)
        self._fill_in(phone)

    @Slot(object)
    def _fill_in(self, phone: "PhoneAccount") -> None:
        """The display number goes with the account; where it has none, what is there stays."""
        if phone.display_number:
            self._display_number.setText(phone.display_number)

    @Slot(int)
    def _on_finished(self, code: int) -> None:
        self._asked = None
        if self._choice is not None:
            self._choice.deleteLater()
            self._choice = None
        if code == QDialog.DialogCode.Rejected:
            self.cancelled.emit()
        self.closed.emit()
        self._account.setFocus()


def _line(profile: "Profile") -> _Line:
    """Whose accounts they are: changed defaults do not make them others."""
    return profile.name, profile.base_url, profile.app_id
