"""The fields of one profile, from and to the value."""

import math
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from dialer.calls.number import NumberRefused, country_codes, read_display_number
from dialer.settings.credential_store import LENGTH_LIMIT
from dialer.settings.profile import DEFAULT_BASE_URL, Profile, ProfileError
from dialer.ui.account_edit import AccountEdit
from dialer.ui.callee_words import country_name
from dialer.ui.choice_box import ChoiceBox
from dialer.ui.icons import Icons
from dialer.ui.line_edit import LineEdit
from dialer.ui.style_sheet import mark_wrong
from dialer.ui.theme import Theme


@dataclass(frozen=True, slots=True, repr=False)
class TypedCredentials:
    """API key and secret as typed; empty for those that stay as they are. Does not print."""

    api_key: str
    api_secret: str

    @property
    def untouched(self) -> bool:
        """Whether neither was typed."""
        return not self.api_key.strip() and not self.api_secret.strip()


class ProfileForm(QWidget):
    """Edits one profile. UI thread, after phonenumbers has been loaded."""

    edited = Signal()
    not_pasted = Signal()
    """What was to be pasted into a field does not come."""
    fetch_asked = Signal()
    """Fetch the accounts from the provider."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._balance_path = Profile("-").balance_path
        self.name = self._line()
        self.base_url = self._line()
        self.api_key = self._line()
        self.api_secret = self._line()
        self.api_secret.setEchoMode(QLineEdit.EchoMode.Password)
        for field in (self.api_key, self.api_secret):
            field.setMaxLength(LENGTH_LIMIT + 1)  # one over is told, not cut
        self.app_id = self._line()
        self.account = AccountEdit(theme, icons, self)
        self.account.textEdited.connect(self.edited)
        self.fetch = QPushButton(self.tr("Fetch from provider…"), self)
        self.fetch.setAutoDefault(False)
        self.fetch.setToolTip(self.tr("List the accounts of this application ID"))
        self.fetch.clicked.connect(self.fetch_asked)
        self.fetch.hide()
        self.display_number = self._line()
        self.country = ChoiceBox(theme, icons, self)
        self.country.addItem(self.tr("None: numbers with country code only"), "")
        for name, code in sorted((country_name(code), code) for code in country_codes()):
            if name:
                self.country.addItem(f"{name} ({code})", code)
        self.timeout = self._line()
        self.low_balance = self._line()
        self.low_balance.setPlaceholderText(self.tr("a balance such as 5.00; empty: no warning"))

        self._fields: dict[str, LineEdit] = {
            "name": self.name,
            "base_url": self.base_url,
            "api_key": self.api_key,
            "api_secret": self.api_secret,
            "app_id": self.app_id,
            "account": self.account,
            "display_number": self.display_number,
            "timeout": self.timeout,
            "low_balance": self.low_balance,
        }
        for field in self._fields.values():
            field.not_pasted.connect(self.not_pasted)
        titles: dict[QWidget, str] = {
            self.name: self.tr("Name"),
            self.base_url: self.tr("Base URL"),
            self.api_key: self.tr("API key"),
            self.api_secret: self.tr("API secret"),
            self.app_id: self.tr("Application ID"),
            self.account: self.tr("Account"),
            self.display_number: self.tr("Display number"),
            self.country: self.tr("Default country"),
            self.timeout: self.tr("Timeout in seconds"),
            self.low_balance: self.tr("Warn below"),
        }
        beside_account = QHBoxLayout()
        beside_account.setSpacing(theme.px(8))
        beside_account.addWidget(self.account, 1)
        beside_account.addWidget(self.fetch)
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(theme.px(16))
        layout.setVerticalSpacing(theme.px(8))
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for widget, title in titles.items():
            widget.setAccessibleName(title)
            label = QLabel(title, self)
            label.setBuddy(widget)
            label.setMinimumHeight(theme.px(36))
            if widget is self.account:
                layout.addRow(label, beside_account)
            else:
                layout.addRow(label, widget)
        self.show_profile(None)

    def show_profile(self, profile: Profile | None) -> None:
        """Show `profile`, or an empty form for a new one. Credentials are never shown."""
        self.name.setText(profile.name if profile else "")
        # The keyring's entry stands under the name.
        self.name.setReadOnly(profile is not None)
        self.base_url.setText(profile.base_url if profile else DEFAULT_BASE_URL)
        self.api_key.clear()
        self.api_secret.clear()
        kept = self.tr("kept in the keyring; type to replace it") if profile else ""
        self.api_key.setPlaceholderText(kept)
        self.api_secret.setPlaceholderText(kept)
        self.app_id.setText(profile.app_id if profile else "")
        self.account.setText(profile.account if profile else "")
        self.display_number.setText(profile.display_number if profile else "")
        self.country.setCurrentIndex(
            max(0, self.country.findData(profile.default_country if profile else ""))
        )
        self.timeout.setText(f"{(profile or Profile('-')).timeout:g}")
        self.low_balance.setText(profile.low_balance if profile else "")
        self._balance_path = (profile or Profile("-")).balance_path
        self.forgive()

    def profile(self) -> Profile:
        """What the fields say. Raises ProfileError, which names the field."""
        self.forgive()
        try:
            display_number = read_display_number(self.display_number.text()) or ""
        except NumberRefused as refused:
            raise ProfileError(refused.sentence, "display_number") from None
        return Profile(
            name=self.name.text(),
            base_url=self.base_url.text(),
            app_id=self.app_id.text(),
            account=self.account.text(),
            display_number=display_number,
            default_country=str(self.country.currentData()),
            timeout=self._seconds(),
            balance_path=self._balance_path,
            low_balance=self.low_balance.text(),
        )

    def provider(self) -> Profile:
        """Whom the fields name, without the defaults for calls. Raises ProfileError."""
        self.forgive()
        return Profile(
            name=self.name.text().strip() or "-",
            base_url=self.base_url.text(),
            app_id=self.app_id.text(),
            timeout=self._seconds(),
        )

    def _seconds(self) -> float:
        """The timeout; what is no number is out of every range, and told as that."""
        try:
            return float(self.timeout.text().replace(",", "."))
        except ValueError:
            return math.nan

    def typed_credentials(self) -> TypedCredentials:
        """API key and secret as typed."""
        return TypedCredentials(self.api_key.text(), self.api_secret.text())

    def forget_credentials(self) -> None:
        """Empty both fields: what was typed is in the keyring now."""
        self.api_key.clear()
        self.api_secret.clear()

    def mark(self, field: str) -> None:
        """Put the edge of a field in the error colour, and the cursor into it."""
        if widget := self._fields.get(field):
            mark_wrong(widget, True)
            widget.setFocus()

    def forgive(self) -> None:
        """Take every mark away."""
        for field in self._fields.values():
            mark_wrong(field, False)

    @property
    def pasting(self) -> bool:
        """Whether a text is on its way into a field."""
        return any(field.pasting for field in self._fields.values())

    def _line(self) -> LineEdit:
        field = LineEdit(self)
        field.textEdited.connect(self.edited)
        return field
