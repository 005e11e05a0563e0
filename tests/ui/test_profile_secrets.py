"""Credentials in the window of the profiles: where they are kept, and where they must not be."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from dialer.settings.keeper import CredentialKeeper
from dialer.settings.keyring_trouble import TroubleKind, trouble
from dialer.settings.profiles import Profiles
from doubles.watched_store import CREDENTIALS, KEY, SECRET
from ui.profile_clerk import Clerk

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


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


def test_the_keyring_is_never_asked_on_the_thread_that_draws(clerk: Clerk) -> None:
    clerk.open()
    clerk.write(name="work", base_url="http://127.0.0.1:9", api_key=KEY, api_secret=SECRET)
    clerk.click("Save")
    threads = [set(clerk.store.threads)]
    for work in (("Check",), ("Remove", "Remove it")):
        clerk.store.threads.clear()
        for words in work:
            clerk.click(words)
        threads.append(set(clerk.store.threads))
    assert all(threads)
    assert not any(threading.main_thread() in asked for asked in threads)


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
