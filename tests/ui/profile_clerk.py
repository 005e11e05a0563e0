"""The window of the profiles as an operator uses it, and what is kept of what is done there."""

import threading
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from dialer.calls.check import Checked
from dialer.calls.credentials import Credentials
from dialer.calls.patience import Patience
from dialer.calls.records import PhoneAccount
from dialer.program import _check as check_with_provider
from dialer.provider.records import ProviderRecords
from dialer.provider.signing import ProviderClock
from dialer.provider.transport import Transport
from dialer.settings.desk import Desk
from dialer.settings.folders import Folders
from dialer.settings.keeper import CredentialKeeper
from dialer.settings.profile import Profile
from dialer.settings.profiles import ProfileFile, Profiles
from dialer.ui.icons import Icons
from dialer.ui.profiles_window import ProfilesWindow
from dialer.ui.theme import Theme
from doubles.watched_store import WatchedStore
from ui.operating import message_in


class Clerk:
    """Edits profiles in the window, and sees what is kept."""

    def __init__(self, qtbot: QtBot, theme: Theme, folders: Folders) -> None:
        self._qtbot = qtbot
        self._theme = theme
        self.folders = folders
        self.store = WatchedStore()
        self.file = ProfileFile(folders.profiles_file)
        self.keeper = CredentialKeeper(self.store)
        self.changed: list[tuple[Profiles, str]] = []
        self.checked: list[tuple[Profile, Credentials]] = []
        self.fetched: list[tuple[Profile, Credentials]] = []
        self.answer_fetch = threading.Event()
        self.answer_fetch.set()
        self.window: ProfilesWindow

    def open(self) -> "Clerk":
        """Open the window, and wait until the profiles are there."""
        self.window = ProfilesWindow(
            self._theme,
            Icons(self._theme),
            self.desk,
            self._check_with_provider,
            fetch=self._fetch_from_provider,
        )
        self.window.changed.connect(self._on_changed)
        with self._qtbot.waitActive(self.window):
            self.window.open()
            self.window.activateWindow()
        self.wait()
        return self

    @property
    def desk(self) -> Desk:
        return Desk(self.file, self.store, self.keeper)

    # What the clerk does

    def write(self, **fields: str) -> None:
        """Put texts into fields by their names, `api_key` for “API key”."""
        for name, text in fields.items():
            field = self.field(name)
            QTest.mouseClick(field, Qt.MouseButton.LeftButton)
            field.selectAll()
            QTest.keyClick(field, Qt.Key.Key_Delete)
            QTest.keyClicks(field, text)

    def click(self, words: str) -> None:
        """Press a button, and wait until its work has ended."""
        QTest.mouseClick(self.button(words), Qt.MouseButton.LeftButton)
        self.wait()

    def choose(self, name: str) -> None:
        """Click on a profile in the list."""
        (item,) = (each for each in self.items() if each.text().startswith(name))
        view = self.window.list
        place = view.visualItemRect(item).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def wait(self) -> None:
        """Wait until nothing is going on in the background."""
        self.until(self.button("Save").isEnabled)

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until `condition` holds."""
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=10_000)

    def close(self) -> None:
        if shiboken6.isValid(self.window):
            self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    # What is to be seen

    @property
    def message(self) -> str:
        return message_in(self.window.band)

    @property
    def names(self) -> list[str]:
        return [item.text() for item in self.items()]

    def items(self) -> list:
        return [self.window.list.item(row) for row in range(self.window.list.count())]

    def field(self, name: str) -> QLineEdit:
        wanted = name.replace("_", " ").lower()
        (field,) = (
            each
            for each in self.window.findChildren(QLineEdit)
            if each.accessibleName().lower() == wanted
        )
        return field

    def button(self, words: str) -> QPushButton:
        def found() -> list[QPushButton]:
            buttons = self.window.findChildren(QPushButton)
            return [each for each in buttons if each.isVisible() and each.text() == words]

        self.until(found)
        (button,) = found()
        return button

    def _on_changed(self, profiles: Profiles, saved: str) -> None:
        self.changed.append((profiles, saved))

    def _check_with_provider(self, profile: Profile, credentials: Credentials) -> Checked:
        assert threading.current_thread() is not threading.main_thread()
        self.checked.append((profile, credentials))
        return check_with_provider(profile, credentials)

    def _fetch_from_provider(
        self, profile: Profile, credentials: Credentials
    ) -> list[PhoneAccount]:
        assert threading.current_thread() is not threading.main_thread()
        self.fetched.append((profile, credentials))
        assert self.answer_fetch.wait(10)
        transport = Transport()
        try:
            line = ProviderRecords(profile.base_url, credentials, transport, ProviderClock())
            return line.accounts(profile.app_id, Patience(profile.timeout))
        finally:
            transport.close()
