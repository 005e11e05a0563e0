"""The window of the profiles: what an operator does there, and where the secret must not be."""

import threading
from collections.abc import Callable, Iterator

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dialer.calls.check import Checked
from dialer.calls.credentials import Credentials
from dialer.program import _check as check_with_provider
from dialer.sandbox.server import SandboxServer
from dialer.settings.desk import Desk
from dialer.settings.folders import Folders
from dialer.settings.keeper import CredentialKeeper
from dialer.settings.keyring_trouble import TroubleKind, trouble
from dialer.settings.profile import DEFAULT_BASE_URL, Profile
from dialer.settings.profiles import ProfileFile, Profiles
from dialer.ui.icons import Icons
from dialer.ui.profiles_window import ProfilesWindow
from dialer.ui.theme import Theme
from doubles.watched_store import WatchedStore
from ui.conftest import KEY, SECRET
from ui.operating import message_in

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

CREDENTIALS = Credentials(KEY, SECRET)
ENTER = Qt.Key.Key_Return
FIELDS = ("Name", "Base URL", "API key", "API secret", "Application ID", "Account")


class Clerk:
    """Edits profiles in the window, and sees what is kept."""

    def __init__(self, qtbot: QtBot, theme: Theme, folders: Folders, store: WatchedStore) -> None:
        self._qtbot = qtbot
        self._theme = theme
        self.folders = folders
        self.store = store
        self.file = ProfileFile(folders.profiles_file)
        self.keeper = CredentialKeeper(store)
        self.changed: list[tuple[Profiles, str]] = []
        self.checked: list[tuple[Profile, Credentials]] = []
        self.window: ProfilesWindow

    def open(self) -> "Clerk":
        """Open the window, and wait until the profiles are there."""
        self.window = ProfilesWindow(
            self._theme, Icons(self._theme), self.desk, self._check_with_provider
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


@pytest.fixture
def store() -> WatchedStore:
    return WatchedStore()


@pytest.fixture
def clerk(
    qtbot: QtBot, qapp: QApplication, folders: Folders, store: WatchedStore
) -> Iterator[Clerk]:
    made = Clerk(qtbot, Theme(qapp, "light"), folders, store)
    yield made
    store.answer()
    made.close()


@pytest.fixture
def with_profiles(clerk: Clerk) -> Clerk:
    """Two profiles with credentials; `work` is the default."""
    for name in ("work", "home"):
        clerk.file.add(Profile(name, account="test_001"))
        clerk.store.set(name, CREDENTIALS)
    clerk.store.threads.clear()
    return clerk.open()


@pytest.fixture
def sandbox(tmp_path) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path / "provider.sqlite3", credentials=CREDENTIALS) as server:
        yield server


# Adding


def test_the_first_profile_is_added_with_its_credentials(clerk: Clerk) -> None:
    clerk.open()
    assert QApplication.focusWidget() is clerk.field("name")
    assert clerk.field("base_url").text() == DEFAULT_BASE_URL
    clerk.write(name="work", api_key=KEY, api_secret=SECRET, account="test_001")
    clerk.write(display_number="+44 20 7946 0018", application_id="4luaKsL2")
    clerk.click("Save")
    assert clerk.message.startswith("Saved.")
    saved = clerk.file.load()
    assert saved.default == Profile(
        "work", account="test_001", display_number="442079460018", app_id="4luaKsL2"
    )
    assert clerk.store.get("work") == CREDENTIALS
    assert clerk.changed == [(saved, "work")]
    assert clerk.names == ["work (default)"]


def test_enter_saves(clerk: Clerk) -> None:
    clerk.open()
    clerk.write(name="work", api_key=KEY, api_secret=SECRET)
    QTest.keyClick(clerk.field("api_secret"), ENTER)
    clerk.wait()
    assert clerk.message.startswith("Saved.")


def test_another_profile_is_added_and_the_default_stays(with_profiles: Clerk) -> None:
    with_profiles.click("New profile")
    assert with_profiles.field("name").text() == ""
    assert not with_profiles.field("name").isReadOnly()
    with_profiles.write(name="third", api_key=KEY, api_secret=SECRET)
    with_profiles.click("Save")
    assert with_profiles.names == ["work (default)", "home", "third"]


@pytest.mark.parametrize("name", ["work", "WORK", " work "])
def test_an_existing_name_is_refused(with_profiles: Clerk, name: str) -> None:
    before = with_profiles.file.load()
    with_profiles.click("New profile")
    with_profiles.write(name=name, api_key="another-key", api_secret="another-secret")
    with_profiles.click("Save")
    assert with_profiles.message.startswith("Not saved.")
    assert "work" in with_profiles.message
    assert with_profiles.field("name").property("wrong")
    assert with_profiles.file.load() == before
    assert with_profiles.store.get("work") == CREDENTIALS
    assert with_profiles.changed == []


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"name": ""}, "name", "The profile needs a name."),
        ({"name": "sandbox"}, "name", "Choose another name."),
        ({"base_url": "http://provider.example"}, "base_url", "https"),
        ({"api_key": ""}, "api_key", "The API key is empty."),
        ({"api_key": "two words"}, "api_key", "Copy it again"),
        ({"api_secret": ""}, "api_secret", "The API secret is empty."),
        ({"display_number": "12"}, "display_number", "2 digits: 7 to 15 are needed."),
        ({"timeout_in_seconds": "0"}, "timeout_in_seconds", "from 1 to 120"),
        ({"timeout_in_seconds": "soon"}, "timeout_in_seconds", "from 1 to 120"),
    ],
)
def test_what_is_wrong_is_marked_and_told_and_nothing_saved(
    clerk: Clerk, wrong: dict[str, str], field: str, says: str
) -> None:
    clerk.open()
    clerk.write(**{"name": "work", "api_key": KEY, "api_secret": SECRET, **wrong})
    clerk.click("Save")
    assert clerk.message.startswith("Not saved.")
    assert says in clerk.message
    assert clerk.field(field).property("wrong")
    assert QApplication.focusWidget() is clerk.field(field)
    assert clerk.file.load() == Profiles()
    assert clerk.store.get("work") is None


# Editing


def test_editing_keeps_credentials_that_were_not_typed(with_profiles: Clerk) -> None:
    with_profiles.choose("home")
    assert with_profiles.field("name").isReadOnly()
    assert with_profiles.field("api_key").text() == with_profiles.field("api_secret").text() == ""
    with_profiles.write(account="test_002", timeout_in_seconds="7,5")
    with_profiles.click("Save")
    changed = with_profiles.file.load().named("home")
    assert changed == Profile("home", account="test_002", timeout=7.5)
    assert with_profiles.store.get("home") == CREDENTIALS


def test_new_credentials_take_the_place_of_the_old_ones(with_profiles: Clerk) -> None:
    assert with_profiles.keeper.get("work", wait=5.0) == CREDENTIALS
    with_profiles.choose("work")
    with_profiles.write(api_key="another-key", api_secret="another-secret")
    with_profiles.click("Save")
    fresh = Credentials("another-key", "another-secret")
    assert with_profiles.store.get("work") == fresh
    assert with_profiles.keeper.get("work", wait=5.0) == fresh


def test_half_of_the_credentials_is_refused(with_profiles: Clerk) -> None:
    with_profiles.choose("work")
    with_profiles.write(api_key="another-key")
    with_profiles.click("Save")
    assert with_profiles.message.startswith("Not saved. The API secret is empty.")
    assert with_profiles.store.get("work") == CREDENTIALS


def test_a_country_is_chosen_from_a_list(with_profiles: Clerk) -> None:
    with_profiles.choose("work")
    (country,) = with_profiles.window.findChildren(QComboBox)
    assert country.accessibleName() == "Default country"
    country.setFocus()
    QTest.keyClicks(country, "Germ")
    with_profiles.click("Save")
    saved = with_profiles.file.load().named("work")
    assert saved
    assert saved.default_country == "DE"
    with_profiles.choose("home")
    assert country.currentData() == ""
    with_profiles.choose("work")
    assert country.currentData() == "DE"


def test_another_profile_becomes_the_default(with_profiles: Clerk) -> None:
    assert not with_profiles.button("Make default").isEnabled()
    with_profiles.choose("home")
    with_profiles.click("Make default")
    assert with_profiles.file.load().default_name == "home"
    assert with_profiles.names == ["work", "home (default)"]
    assert with_profiles.changed[-1][1] == ""


# Removing


def test_removing_asks_first(with_profiles: Clerk) -> None:
    with_profiles.choose("home")
    with_profiles.click("Remove")
    assert with_profiles.message.startswith("Remove home?")
    assert len(with_profiles.file.load().all) == 2
    for words in ("Keep it", "Remove it"):
        assert not with_profiles.button(words).isDefault()
        assert not with_profiles.button(words).hasFocus()
    with_profiles.click("Keep it")
    assert with_profiles.message == ""
    assert len(with_profiles.file.load().all) == 2
    assert with_profiles.store.get("home") == CREDENTIALS


def test_a_removed_profile_takes_its_credentials_with_it(with_profiles: Clerk) -> None:
    with_profiles.choose("home")
    with_profiles.click("Remove")
    with_profiles.click("Remove it")
    assert [profile.name for profile in with_profiles.file.load().all] == ["work"]
    assert with_profiles.store.get("home") is None
    assert with_profiles.names == ["work (default)"]


def test_with_the_last_profile_removed_a_new_one_can_be_added(clerk: Clerk) -> None:
    clerk.file.add(Profile("work"))
    clerk.open()
    clerk.click("Remove")
    clerk.click("Remove it")
    assert clerk.names == []
    assert clerk.field("name").text() == ""
    assert not clerk.field("name").isReadOnly()
    assert not clerk.button("Remove").isEnabled()
    assert clerk.changed == [(Profiles(), "")]


# Checking


def test_check_asks_the_provider_with_what_was_typed(clerk: Clerk, sandbox: SandboxServer) -> None:
    clerk.open()
    clerk.write(name="work", base_url=sandbox.url, api_key=KEY, api_secret=SECRET)
    clerk.click("Check")
    assert clerk.message.startswith("It works. The profile works. Balance: ")
    assert clerk.file.load() == Profiles()
    assert clerk.store.get("work") is None


def test_check_asks_with_the_credentials_that_are_kept(
    clerk: Clerk, sandbox: SandboxServer
) -> None:
    clerk.file.add(Profile("work", base_url=sandbox.url))
    clerk.store.set("work", CREDENTIALS)
    clerk.open()
    clerk.click("Check")
    assert clerk.message.startswith("It works.")
    assert clerk.checked == [(Profile("work", base_url=sandbox.url), CREDENTIALS)]


def test_check_tells_of_wrong_credentials(clerk: Clerk, sandbox: SandboxServer) -> None:
    clerk.open()
    clerk.write(name="work", base_url=sandbox.url, api_key=KEY, api_secret="wrong")
    clerk.click("Check")
    assert clerk.message.startswith("It does not work.")
    assert "did not accept the credentials" in clerk.message


def test_check_tells_of_a_provider_that_is_not_there(clerk: Clerk, sandbox: SandboxServer) -> None:
    url = sandbox.url
    sandbox.close()
    clerk.open()
    clerk.write(name="work", base_url=url, api_key=KEY, api_secret=SECRET)
    clerk.click("Check")
    assert clerk.message.startswith("It does not work. The provider's server refused")


def test_check_without_credentials_says_where_to_enter_them(clerk: Clerk) -> None:
    clerk.file.add(Profile("work"))
    clerk.open()
    clerk.click("Check")
    assert "has no API key and secret yet" in clerk.message
    assert clerk.checked == []


# The keyring


TROUBLE = trouble(TroubleKind.LOCKED, platform="linux")


def test_without_a_usable_keyring_nothing_is_saved_and_the_way_on_is_told(clerk: Clerk) -> None:
    clerk.store.trouble = TROUBLE
    clerk.open()
    clerk.write(name="work", api_key=KEY, api_secret=SECRET)
    clerk.click("Save")
    assert clerk.message.startswith("The keyring cannot be used. The keyring is locked")
    assert clerk.file.load() == Profiles()
    assert clerk.changed == []
    assert clerk.field("api_secret").text() == SECRET  # so that it need not be typed again


def test_the_credentials_can_be_kept_for_this_session(clerk: Clerk) -> None:
    clerk.store.trouble = TROUBLE
    clerk.open()
    clerk.write(name="work", api_key=KEY, api_secret=SECRET)
    clerk.click("Save")
    clerk.click("Keep for this session")
    assert clerk.message.startswith("Saved.")
    assert "until Dialer ends" in clerk.message
    assert [profile.name for profile in clerk.file.load().all] == ["work"]
    assert clerk.keeper.get("work") == CREDENTIALS
    clerk.store.trouble = None
    assert clerk.store.get("work") is None
    assert CredentialKeeper(clerk.store).kept("work") is None  # and not in the next one


def test_a_profile_without_typed_credentials_has_nothing_to_keep_for_a_session(
    with_profiles: Clerk,
) -> None:
    with_profiles.store.trouble = TROUBLE
    with_profiles.click("Check")
    assert with_profiles.message.startswith("The keyring cannot be used.")
    buttons = [each.text() for each in with_profiles.window.findChildren(QPushButton)]
    assert "Keep for this session" not in buttons


def test_a_keyring_that_asks_blocks_nothing_but_the_buttons(clerk: Clerk) -> None:
    clerk.open()
    clerk.write(name="work", api_key=KEY, api_secret=SECRET)
    clerk.store.prompt()
    QTest.mouseClick(clerk.button("Save"), Qt.MouseButton.LeftButton)
    assert not clerk.button("Save").isEnabled()
    assert clerk.button("Close").isEnabled()
    QTest.keyClicks(clerk.field("account"), "still typing")
    assert clerk.field("account").text() == "still typing"
    clerk.store.answer()
    clerk.wait()
    assert clerk.message.startswith("Saved.")


def test_the_window_can_be_closed_while_the_keyring_asks(clerk: Clerk) -> None:
    clerk.open()
    clerk.write(name="work", api_key=KEY, api_secret=SECRET)
    clerk.store.prompt()
    QTest.mouseClick(clerk.button("Save"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(clerk.button("Close"), Qt.MouseButton.LeftButton)
    assert not clerk.window.isVisible()
    clerk.store.answer()
    clerk.until(lambda: clerk.changed)
    assert clerk.changed[0][1] == "work"
    assert clerk.store.get("work") == CREDENTIALS


def test_what_did_not_work_after_closing_is_told_all_the_same(clerk: Clerk) -> None:
    clerk.open()
    clerk.write(name="work", api_key=KEY, api_secret=SECRET)
    clerk.store.prompt()
    QTest.mouseClick(clerk.button("Save"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(clerk.button("Close"), Qt.MouseButton.LeftButton)
    clerk.store.trouble = TROUBLE
    clerk.store.answer()
    clerk.until(clerk.window.isVisible)
    clerk.wait()
    assert clerk.message.startswith("The keyring cannot be used.")
    assert clerk.button("Keep for this session").isEnabled()


def test_the_keyring_is_never_asked_on_the_thread_that_draws(
    with_profiles: Clerk, sandbox: SandboxServer
) -> None:
    with_profiles.write(base_url=sandbox.url)
    for words in ("Check", "Save", "Make default", "Remove", "Remove it"):
        with_profiles.choose("home" if words == "Make default" else "work")
        if with_profiles.button("Save").isEnabled() and words in ("Remove it",):
            with_profiles.click("Remove")
        if with_profiles.button(words).isEnabled():
            with_profiles.click(words)
    with_profiles.write(api_key=KEY, api_secret=SECRET)
    with_profiles.click("Save")
    assert with_profiles.store.threads
    assert threading.main_thread() not in with_profiles.store.threads


# The secret


def test_while_it_is_typed_the_secret_is_not_to_be_read(clerk: Clerk) -> None:
    clerk.open()
    clerk.write(name="work", api_key=KEY, api_secret=SECRET)
    field = clerk.field("api_secret")
    assert SECRET not in field.displayText()
    assert all(SECRET not in text for text in accessible_texts(field))
    assert QAccessible.queryAccessibleInterface(field).state().passwordEdit
    QGuiApplication.clipboard().setText("untouched")
    field.selectAll()
    for key in (Qt.Key.Key_C, Qt.Key.Key_X):
        QTest.keyClick(field, key, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "untouched"


@pytest.mark.parametrize("session", [False, True])
def test_after_saving_the_secret_is_in_no_widget_and_no_file(clerk: Clerk, session: bool) -> None:
    clerk.store.trouble = TROUBLE if session else None
    clerk.open()
    clerk.write(name="work", api_key=KEY, api_secret=SECRET)
    clerk.click("Save")
    if session:
        clerk.click("Keep for this session")
    assert clerk.message.startswith("Saved.")
    for widget in [clerk.window, *clerk.window.findChildren(QWidget)]:
        assert not any(SECRET in text for text in [*texts(widget), *accessible_texts(widget)])
    field = clerk.field("api_secret")
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""
    kept = b"".join(path.read_bytes() for path in clerk.folders.config.rglob("*") if path.is_file())
    assert b"work" in kept
    assert SECRET.encode() not in kept
    assert KEY.encode() not in kept


def test_a_profile_that_is_shown_shows_none_of_its_credentials(with_profiles: Clerk) -> None:
    with_profiles.choose("home")
    with_profiles.choose("work")
    for widget in with_profiles.window.findChildren(QWidget):
        shown = [*texts(widget), *accessible_texts(widget)]
        assert not any(SECRET in text or KEY in text for text in shown)


def test_a_refused_secret_is_not_repeated_in_the_message(clerk: Clerk) -> None:
    clerk.open()
    clerk.write(name="work", api_key=KEY)
    QGuiApplication.clipboard().setText(SECRET + "\u200b")
    field = clerk.field("api_secret")
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    clerk.click("Save")
    assert clerk.message.startswith("Not saved.")
    assert SECRET not in clerk.message


def texts(widget: QWidget) -> list[str]:
    """All that a widget holds for people to read."""
    found = [widget.windowTitle(), widget.toolTip(), widget.statusTip(), widget.whatsThis()]
    found += [widget.accessibleName(), widget.accessibleDescription(), widget.objectName()]
    if isinstance(widget, QLineEdit):
        found += [widget.text(), widget.placeholderText()]
    if isinstance(widget, QLabel | QPushButton):
        found.append(widget.text())
    return found


def accessible_texts(widget: QWidget) -> Iterator[str]:
    """All that assistive technology is told of a widget."""
    interface: QAccessibleInterface | None = QAccessible.queryAccessibleInterface(widget)
    if interface is None:
        return
    for kind in QAccessible.Text:
        if kind is not QAccessible.Text.UserText:
            yield interface.text(kind)
    if (text := interface.textInterface()) is not None:
        yield text.text(0, text.characterCount())
