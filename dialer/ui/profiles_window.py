"""The window of the profiles: add, edit, choose as the default, check and remove."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dialer.calls.check import Checked, CheckKind
from dialer.calls.credentials import Credentials
from dialer.settings.credential_store import CredentialsRefused, check_credentials
from dialer.settings.keyring_trouble import KeyringTrouble
from dialer.settings.profile import Profile, ProfileError
from dialer.settings.profiles import Profiles
from dialer.ui.account_fetch import AccountFetch, Fetch
from dialer.ui.account_picker import AccountPicker
from dialer.ui.background import Background
from dialer.ui.band import MessageBand
from dialer.ui.icons import Icons
from dialer.ui.primary_button import PrimaryButton
from dialer.ui.profile_form import ProfileForm
from dialer.ui.theme import Theme
from dialer.ui.words import told


class ProfileDesk(Protocol):
    """What can be done with profiles. Every method may block: call it in the background.

    They raise ProfileError, KeyringTrouble or OSError.
    """

    def load(self) -> Profiles:
        """All profiles."""
        ...

    def save(
        self, profile: Profile, credentials: Credentials | None, *, new: bool, session: bool
    ) -> Profiles:
        """Save a profile, and its credentials if there are any.

        With `session` they are held in memory until the program ends, and not in the keyring.
        """
        ...

    def known_credentials(self, profile: Profile) -> Credentials:
        """The profile's credentials out of the keyring or this session."""
        ...

    def remove(self, name: str) -> Profiles:
        """Remove a profile with its credentials."""
        ...

    def make_default(self, name: str) -> Profiles:
        """Make a profile the default."""
        ...


@dataclass(frozen=True, slots=True)
class _Saved:
    profiles: Profiles
    name: str
    session: bool


class ProfilesWindow(QDialog):
    """Edits profiles. UI thread; all that may block runs in the background."""

    changed = Signal(object, str)
    """Profiles, and the name of the one that was just saved, or ""."""
    accounts_fetched = Signal(object, object)
    """A Profile, and a tuple of the PhoneAccounts that the provider listed for it."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        desk: ProfileDesk,
        ask_provider: Callable[[Profile, Credentials], Checked],
        parent: QWidget | None = None,
        *,
        fetch: Fetch | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._desk = desk
        self._ask_provider = ask_provider
        self._profiles = Profiles((), None)
        self._new = True
        self._working = False
        self.setWindowTitle(self.tr("Profiles"))
        self.resize(theme.px(760), theme.px(620))

        self.list = QListWidget(self)
        self.list.setProperty("kind", "card")
        self.list.setAccessibleName(self.tr("Profiles"))
        self.list.currentItemChanged.connect(self._show_chosen)
        self._add = self._button(self.tr("New profile"), self.start_new)
        self._default = self._button(self.tr("Make default"), self._make_default)
        self._remove = self._button(self.tr("Remove"), self._ask_to_remove)
        self.form = ProfileForm(theme, icons, self)
        self._picker = AccountPicker(
            theme, icons, self.form.account, self.form.display_number, self
        )
        self._fetching: AccountFetch | None = None
        if fetch is not None:
            self._fetching = AccountFetch(fetch, desk.known_credentials, self._picker, self)
            self._fetching.fetched.connect(self.accounts_fetched)
            self.form.fetch_asked.connect(self._start_fetch)
            self.form.fetch.show()
        self.band = MessageBand(theme, icons, self)
        self.form.not_pasted.connect(self._on_not_pasted)
        self._check = self._button(self.tr("Check"), self._start_check)
        self._check.setToolTip(self.tr("Ask the provider for the balance; calls nobody"))
        self._save = PrimaryButton(self.tr("Save"), theme, self)
        self._save.clicked.connect(self._start_save)
        self._save.setDefault(True)
        self._close = self._button(self.tr("Close"), self.reject)
        note = QLabel(
            self.tr("API key and secret are kept in this computer's keyring and nowhere else."),
            self,
        )
        note.setWordWrap(True)

        left = QVBoxLayout()
        left.setSpacing(theme.px(8))
        left.addWidget(self.list, 1)
        for button in (self._add, self._default, self._remove):
            left.addWidget(button)
        scroll = QScrollArea(self)
        scroll.setWidget(self.form)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addWidget(self._check)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._save)
        right = QVBoxLayout()
        right.setSpacing(theme.px(12))
        right.addWidget(scroll, 1)
        right.addWidget(note)
        right.addWidget(self.band)
        right.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(16))
        layout.addLayout(left, 1)
        layout.addLayout(right, 3)
        self.finished.connect(self._leave)
        self._run(self._desk.load, self._on_loaded)

    # Which profile is shown

    @Slot()
    def start_new(self) -> None:
        """Show an empty form."""
        self._new = True
        self.list.setCurrentRow(-1)
        self.form.show_profile(None)
        self._picker.use(None)
        self.band.clear()
        self._allow()
        self.form.name.setFocus()

    @Slot(object)
    def _on_loaded(self, profiles: object) -> None:
        if isinstance(profiles, Profiles):
            self._show(profiles, profiles.default_name)
            if not profiles.all:
                self.start_new()

    def _show(self, profiles: Profiles, chosen: str | None) -> None:
        self._profiles = profiles
        self.list.blockSignals(True)
        self.list.clear()
        for profile in profiles.all:
            mark = self.tr(" (default)") if profile.name == profiles.default_name else ""
            item = QListWidgetItem(profile.name + mark)
            item.setData(Qt.ItemDataRole.UserRole, profile.name)
            self.list.addItem(item)
            if profile.name == chosen:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self._show_chosen()

    @Slot()
    def _show_chosen(self, *_: object) -> None:
        profile = self._chosen()
        if profile is not None:
            self._new = False
            self.form.show_profile(profile)
            self._picker.use(profile)
            self.band.clear()
        self._allow()

    def _chosen(self) -> Profile | None:
        item = self.list.currentItem()
        return self._profiles.named(item.data(Qt.ItemDataRole.UserRole)) if item else None

    # Save

    @Slot()
    def _start_save(self) -> None:
        self._save_as(session=False)

    def _save_for_session(self) -> None:
        self._save_as(session=True)

    @Slot()
    def _on_not_pasted(self) -> None:
        self.band.show_message(
            "info",
            self.tr("The program that was copied from does not answer."),
            self.tr("Nothing was pasted. Copy it again, or type it."),
        )

    def _save_as(self, *, session: bool) -> None:
        if self.form.pasting:
            return  # what stands there is not what is meant
        try:
            profile = self.form.profile()
            credentials = self._typed_credentials()
        except (ProfileError, CredentialsRefused) as refused:
            self._refuse(refused)
            return
        new = self._new

        def save() -> _Saved:
            profiles = self._desk.save(profile, credentials, new=new, session=session)
            return _Saved(profiles, profile.name, session)

        self._run(save, self._on_saved)

    def _typed_credentials(self) -> Credentials | None:
        """What was typed; None where an existing profile keeps its own."""
        typed = self.form.typed_credentials()
        if typed.untouched and not self._new:
            return None
        return check_credentials(typed.api_key, typed.api_secret)

    @Slot(object)
    def _on_saved(self, saved: object) -> None:
        if not isinstance(saved, _Saved):
            return
        self.form.forget_credentials()
        self._show(saved.profiles, saved.name)
        if saved.session:
            text = self.tr(
                "API key and secret are held in memory until Dialer ends, and asked for again then."
            )
        else:
            text = self.tr("Check asks the provider whether it works.")
        self.band.show_message("placed", self.tr("Saved."), text)
        self.changed.emit(saved.profiles, saved.name)

    # Check

    @Slot()
    def _start_check(self) -> None:
        if self.form.pasting:
            return
        try:
            profile = self.form.profile()
            typed = self._typed_credentials()
        except (ProfileError, CredentialsRefused) as refused:
            self._refuse(refused)
            return

        def check() -> Checked:
            return self._ask_provider(profile, typed or self._desk.known_credentials(profile))

        self.band.show_message("working", self.tr("Checking."), self.tr("Nobody is called."))
        self._run(check, self._on_checked)

    @Slot(object)
    def _on_checked(self, checked: object) -> None:
        if not isinstance(checked, Checked):
            return
        if checked.kind is CheckKind.WORKS:
            self.band.show_message("placed", self.tr("It works."), told(checked.sentence))
        else:
            self.band.show_message(
                "rejected", self.tr("It does not work."), told(checked.sentence), checked.code
            )

    # Fetch

    @Slot()
    def _start_fetch(self) -> None:
        try:
            profile = self.form.provider()
            typed = self._typed_credentials()
        except (ProfileError, CredentialsRefused) as refused:
            self._refuse(refused, self.tr("Not fetched."))
            return
        if self._fetching is not None:
            self.band.clear()
            self._picker.use(profile)
            self._fetching.start(profile, typed)

    # Remove, and choose

    @Slot()
    def _ask_to_remove(self) -> None:
        if (profile := self._chosen()) is None:
            return
        name = profile.name

        def remove() -> None:
            self._run(lambda: self._desk.remove(name), self._on_changed)

        self.band.show_message(
            "unknown",
            self.tr("Remove {name}?").format(name=name),
            self.tr("Its API key and secret go from the keyring. The history stays."),
            "",
            [(self.tr("Keep it"), self.band.clear), (self.tr("Remove it"), remove)],
        )

    @Slot()
    def _make_default(self) -> None:
        if profile := self._chosen():
            name = profile.name
            self._run(lambda: self._desk.make_default(name), self._on_changed)

    @Slot(object)
    def _on_changed(self, profiles: object) -> None:
        if not isinstance(profiles, Profiles):
            return
        self.band.clear()
        chosen = self._chosen()
        kept = chosen.name if chosen and profiles.named(chosen.name) else profiles.default_name
        self._show(profiles, kept)
        if not profiles.all:
            self.start_new()
        self.changed.emit(profiles, "")

    # Background work and its end

    def _run(self, work: Callable[[], object], then: object) -> None:
        background = Background()
        background.succeeded.connect(then)
        background.succeeded.connect(self._on_ended)
        background.failed.connect(self._on_failed)
        self._working = True
        self._allow()
        background.start(work)

    @Slot(object)
    def _on_ended(self, _: object) -> None:
        self._working = False
        self._allow()
        if self.isHidden():
            self._leave()

    @Slot()
    def _leave(self) -> None:
        """Go, once closed; but not before the news of what is still being done has come."""
        if not self._working:
            self.deleteLater()

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self.show()  # closed or not: what did not work must be told
        self._on_ended(error)
        if isinstance(error, KeyringTrouble):
            actions = []
            if not self.form.typed_credentials().untouched:
                actions.append((self.tr("Keep for this session"), self._save_for_session))
            self.band.show_message(
                "rejected",
                self.tr("The keyring cannot be used."),
                told(error.sentence),
                "",
                actions,
            )
        elif isinstance(error, ProfileError):
            self._refuse(error)
        else:
            sentence = getattr(error, "sentence", None)
            text = told(sentence) if sentence is not None else str(error)
            self.band.show_message("rejected", self.tr("That did not work."), text)

    def _refuse(self, refused: ProfileError | CredentialsRefused, headline: str = "") -> None:
        self.form.mark(refused.field)
        self.band.show_message(
            "rejected", headline or self.tr("Not saved."), told(refused.sentence)
        )

    @Slot()
    def _allow(self, *_: object) -> None:
        chosen = self._chosen()
        for button in (self._save, self._check, self._add, self.form.fetch):
            button.setEnabled(not self._working)
        is_default = chosen is not None and chosen.name == self._profiles.default_name
        self._default.setEnabled(chosen is not None and not is_default and not self._working)
        self._remove.setEnabled(chosen is not None and not self._working)

    def _button(self, text: str, then: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(then)
        return button
