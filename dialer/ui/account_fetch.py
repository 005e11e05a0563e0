"""Fetches the accounts for the profile that is being edited, in the background."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from dialer.calls.credentials import Credentials
from dialer.calls.records import PhoneAccount, RecordsError
from dialer.settings.profile import Profile
from dialer.ui.account_picker import AccountPicker
from dialer.ui.background import Background
from dialer.ui.words import told

Fetch = Callable[[Profile, Credentials], Sequence[PhoneAccount]]
"""Asks the provider; may block, and raises RecordsError."""


@dataclass(frozen=True, slots=True)
class _Ended:
    number: int
    accounts: tuple[PhoneAccount, ...] = ()
    error: Exception | None = None


class AccountFetch(QObject):
    """Between the picker of the profile form and whoever asks the provider. UI thread."""

    fetched = Signal(object, object)
    """The Profile, and a tuple of its PhoneAccounts."""

    def __init__(
        self,
        fetch: Fetch,
        known_credentials: Callable[[Profile], Credentials],
        picker: AccountPicker,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._known_credentials = known_credentials
        self._picker = picker
        self._typed: Credentials | None = None
        self._profile: Profile | None = None
        self._number = 0
        picker.asked.connect(self._ask)
        picker.closed.connect(self._forget)

    def start(self, profile: Profile, typed: Credentials | None) -> None:
        """Fetch with the credentials that were typed, or with those that are kept."""
        self._typed = typed
        self._picker.start(profile)

    @Slot(object)
    def _ask(self, profile: Profile) -> None:
        self._profile = profile
        self._number += 1
        number, typed = self._number, self._typed
        fetch, known_credentials = self._fetch, self._known_credentials

        def work() -> _Ended:
            try:
                accounts = fetch(profile, typed or known_credentials(profile))
            except Exception as error:
                return _Ended(number, error=error)
            return _Ended(number, tuple(accounts))

        background = Background()
        background.succeeded.connect(self._on_ended)
        background.start(work)

    @Slot(object)
    def _on_ended(self, ended: _Ended) -> None:
        if ended.number != self._number or self._profile is None:
            return  # cancelled, or asked anew
        if ended.error is None:
            self._picker.show_accounts(self._profile, ended.accounts)
            self.fetched.emit(self._profile, ended.accounts)
            return
        sentence = getattr(ended.error, "sentence", None)
        text = told(sentence) if sentence is not None else str(ended.error)
        code = ended.error.code if isinstance(ended.error, RecordsError) else ""
        self._picker.show_trouble(self._profile, text, code)

    @Slot()
    def _forget(self) -> None:
        self._profile = None
        self._typed = None
