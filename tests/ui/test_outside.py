"""Clipboard, tray, preferences, the compact window: what stands around the fields."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from dialer.calls.sentence import Sentence
from dialer.desktop import handoff
from dialer.desktop.visit import Visit
from dialer.settings.folders import Folders
from dialer.settings.preferences import Preferences
from dialer.settings.profile import Profile
from dialer.settings.profiles import ProfileFile
from dialer.ui.preferences_window import PreferencesWindow
from dialer.ui.profiles_watch import ProfilesWatch
from dialer.ui.shortcuts_window import ShortcutsWindow
from dialer.ui.system_choice import SystemChoice, SystemState
from dialer.ui.theme import Theme
from dialer.ui.tray import Tray
from ui.journal_on_disk import JournalOnDisk
from ui.operating import CTRL, ENTER, ESC, Operator, Start

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LONDON = "+442079460018"
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def operator(start: Start, add_profile: Callable[..., Profile]) -> Operator:
    add_profile("work", default_country="GB")
    operator = start()
    operator.until(lambda: operator.program._outside is not None)
    return operator


def copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def call_copied(operator: Operator) -> None:
    operator.press(Qt.Key.Key_V, modifier=CTRL | SHIFT)


def test_the_copied_number_is_filled_in_and_not_called(operator: Operator) -> None:
    copy("Ann asks for a call under 020 7946 0018 before noon.")
    call_copied(operator)
    assert operator.text("Callee") == LONDON
    assert operator.message.startswith("Filled in from what was copied.")
    assert "nothing was called" in operator.message
    assert operator.rows() == []


def test_of_several_copied_numbers_the_operator_chooses(operator: Operator) -> None:
    copy("Ann: 020 7946 0018\nBob: 020 7946 0019")
    call_copied(operator)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text().partition("    ")[0] for action in menu.actions()] == [
        "+44 20 7946 0018",
        "+44 20 7946 0019",
    ]
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert operator.text("Callee") == "+442079460019"
    assert operator.rows() == []


@pytest.mark.parametrize("text", ["", "no number here", "on 2026-11-28 at 10:30", "x" * 100_000])
def test_a_copy_without_a_number_leaves_the_fields_alone(operator: Operator, text: str) -> None:
    operator.write("020 7946", into="Callee")
    copy(text)
    call_copied(operator)
    operator.until(lambda: operator.message.startswith("No number was found in what was copied."))
    assert operator.text("Callee") == "020 7946"


def test_a_number_that_was_just_copied_is_offered_where_that_is_wanted(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = operator.program._outside
    assert outside is not None
    monkeypatch.setattr(type(QGuiApplication.clipboard()), "ownsClipboard", lambda _: False)
    copy("020 7946 0017")
    operator.program._on_preferences_changed({"suggest_copied": True})
    copy("call 020 7946 0018")
    operator.click(operator.button("Copied: +44 20 7946 0018"))
    assert operator.text("Callee") == LONDON
    operator.press(ESC)
    operator.program._on_preferences_changed({"suggest_copied": False})
    copy("call 020 7946 0019")
    assert not outside.clipboard._soon.isActive()
    assert not operator.window.bar.line._suggestion.isVisible()


def test_recent_callees_are_offered_in_the_field_and_choosing_does_not_call(
    sandbox: Operator, journal: JournalOnDisk
) -> None:
    sandbox.call(LONDON)
    sandbox.press(ESC)
    sandbox.until(lambda: len(sandbox.window.bar.callee._recent) == 1)
    sandbox.press(Qt.Key.Key_Down)
    sandbox.until(lambda: QApplication.activePopupWidget() is not None)
    sandbox.press(ENTER)
    assert sandbox.text("Callee") == LONDON
    assert len(journal.calls()) == 1


def test_a_redial_from_the_tray_fills_in(sandbox: Operator, journal: JournalOnDisk) -> None:
    sandbox.call(LONDON)
    sandbox.press(ESC)
    outside = sandbox.program._outside
    assert outside is not None
    outside.tray.redial_asked.emit()
    assert sandbox.text("Callee") == LONDON
    sandbox.press(ESC)
    outside.tray.callee_chosen.emit(LONDON[1:])
    assert sandbox.text("Callee") == LONDON
    assert len(journal.calls()) == 1


def test_closing_without_a_tray_ends_the_program_whatever_the_preference(
    operator: Operator,
) -> None:
    operator.program._on_preferences_changed({"close_to_tray": True})
    operator.quit()


def test_closing_into_the_tray_keeps_the_program_and_a_start_brings_it_back(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = operator.program._outside
    assert outside is not None
    told: list[str] = []
    monkeypatch.setattr(outside.notices, "tell", lambda headline, *_, **__: told.append(headline))
    operator.program._on_preferences_changed({"close_to_tray": True})
    monkeypatch.setattr(type(outside.tray), "available", property(lambda _: True))
    operator.window.close()
    assert not operator.window.isVisible()
    assert not operator.program._quitting.begun
    assert told == ["Dialer goes on in the tray."]
    outside.come_up()
    assert operator.window.isVisible()
    operator.window.close()
    # The tray goes: the program does not vanish with it.
    monkeypatch.setattr(type(outside.tray), "available", property(lambda _: False))
    outside.tray.availability_changed.emit()
    assert operator.window.isVisible()
    assert len(told) == 1


def test_preferences_hold_at_once_and_after_a_restart(operator: Operator, folders: Folders) -> None:
    operator.press(Qt.Key.Key_Comma, modifier=CTRL)
    (window,) = operator.window.findChildren(PreferencesWindow)
    operator.until(window.isVisible)
    window.way.setCurrentIndex(1)
    window.link_seconds.setValue(7)
    window.undo_seconds.setValue(4)
    QTest.keyClick(window.suggest, Qt.Key.Key_Space)
    outside = operator.program._outside
    assert outside is not None
    assert outside.incoming.countdown == 7
    assert operator.program._calling.undo_seconds == 4
    kept = Preferences(links="countdown", link_seconds=7, undo_seconds=4, suggest_copied=True)
    operator.until(lambda: Preferences.load(folders.preferences_file) == kept)
    assert not window.tray.isEnabled(), "there is no tray here"
    (close,) = (each for each in window.findChildren(QPushButton) if each.text() == "Close")
    operator.click(close)
    operator.until(lambda: not operator.window.findChildren(PreferencesWindow))


def test_the_hotkey_field_says_why_there_is_none(operator: Operator) -> None:
    operator.press(Qt.Key.Key_Comma, modifier=CTRL)
    (window,) = operator.window.findChildren(PreferencesWindow)
    assert not window.hotkey.edit.isVisible()
    assert "dialer --from-clipboard" in window.hotkey.words


def test_a_system_choice_is_ticked_by_what_the_system_says(
    qtbot: QtBot, qapp: QApplication
) -> None:
    class Refused(Exception):
        sentence = Sentence("Not today.")

    answers = iter([SystemState(True, "As it was wanted."), Refused()])

    def change(_: bool) -> SystemState:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    choice = SystemChoice(
        "Start at login", Theme(qapp, "light"), lambda: SystemState(False), change, None
    )
    qtbot.addWidget(choice)
    choice.show()
    qtbot.waitUntil(choice.box.isEnabled)
    assert not choice.box.isChecked()
    QTest.mouseClick(choice.box, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(choice.box.isEnabled)
    assert choice.box.isChecked()
    assert choice.words == "As it was wanted."
    QTest.mouseClick(choice.box, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(choice.box.isEnabled)
    assert choice.box.isChecked(), "it is still on"
    assert choice.words == "Not today."


def test_the_compact_window_has_callee_call_and_outcome_and_the_sandbox_s_mark(
    sandbox: Operator, folders: Folders
) -> None:
    sandbox.press(Qt.Key.Key_M, modifier=CTRL)
    assert sandbox.window.compact.is_on
    assert not sandbox.window.history.isVisible()
    assert not sandbox.window.menuBar().isVisible()
    sandbox.until(lambda: sandbox.window.height() < 260)
    assert "SANDBOX" in sandbox.status_text()
    assert sandbox.call(LONDON).startswith("Placed.")
    assert sandbox.window.band.isVisible()
    sandbox.press(Qt.Key.Key_L, modifier=CTRL)
    assert sandbox.focus == "Callee"
    sandbox.until(lambda: Preferences.load(folders.preferences_file).compact)
    sandbox.press(Qt.Key.Key_M, modifier=CTRL)
    assert sandbox.window.history.isVisible()
    assert sandbox.window.menuBar().isVisible()
    # The screen here is smaller than the window was.
    sandbox.until(lambda: sandbox.window.width() > 700)


def test_the_window_can_stay_on_top(sandbox: Operator) -> None:
    on_top = Qt.WindowType.WindowStaysOnTopHint
    sandbox.press(Qt.Key.Key_T, modifier=CTRL)
    assert sandbox.window.windowFlags() & on_top
    assert sandbox.window.isVisible()
    # By the menu's own action: here a window that comes back has no keyboard.
    sandbox.window.menus.on_top_action.trigger()
    assert not sandbox.window.windowFlags() & on_top
    assert sandbox.window.isVisible()


def test_every_shortcut_of_the_window_is_in_the_list(operator: Operator) -> None:
    operator.window.shortcuts_asked.emit()
    (window,) = operator.window.findChildren(ShortcutsWindow)
    assert window.isVisible()
    from dialer.ui.shortcut_list import ShortcutList

    listed = {keys for _, rows in ShortcutList().groups() for keys, _ in rows}
    portable = QKeySequence.SequenceFormat.PortableText
    there = {
        action.shortcuts()[0].toString(portable)
        for action in operator.window.actions()
        if action.shortcuts()
    }
    assert {keys.replace("Alt+Enter", "Alt+Return") for keys in listed} >= there
    assert there >= {"Ctrl+L", "Ctrl+R", "Ctrl+F", "Ctrl+E", "Ctrl+,", "F1", "Ctrl+?"}
    window.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_profiles_that_a_command_changes_are_there_in_the_open_window(
    operator: Operator, folders: Folders, add_profile: Callable[..., Profile]
) -> None:
    operator.write("0207946", into="Callee")
    operator.write("desk 9", into="Account")
    add_profile("home")
    operator.until(lambda: operator.switcher().findText("home") >= 0)
    assert operator.text("Account") == "desk 9"  # the profile in use is as it was
    file = ProfileFile(folders.profiles_file)
    file.replace("work", Profile("work", account="test_007", default_country="FR"))
    operator.until(lambda: operator.text("Account") == "test_007")
    assert operator.program._calling.country == "FR"
    file.remove("work")
    operator.until(lambda: operator.switcher().currentText() == "home")
    assert operator.message == (
        "The profile work was removed. Calls are placed with home from now on."
    )
    file.remove("home")
    operator.until(lambda: operator.program._calling.profile is None)
    assert operator.message.endswith("There is none left to call with.")


def test_the_first_profile_that_a_command_adds_can_be_called_with(
    start: Start, add_profile: Callable[..., Profile]
) -> None:
    operator = start()
    operator.write(LONDON, into="Callee")
    add_profile("work")
    operator.until(lambda: operator.text("Account") == "test_001")
    assert operator.text("Callee") == LONDON
    assert operator.switcher().currentText() == "work"


def test_where_the_operator_has_to_choose_a_change_on_disk_chooses_nothing(
    start: Start, add_profile: Callable[..., Profile]
) -> None:
    add_profile("work")
    operator = start(profile="nowhere")
    operator.until(lambda: operator.program._outside is not None)
    add_profile("home")
    operator.until(lambda: operator.switcher().findText("home") >= 0)
    assert operator.program._calling.profile is None
    operator.window.profile_chosen.emit("home")
    assert operator.switcher().currentText() == "home"


def test_a_profile_that_was_lent_and_is_removed_is_told(
    operator: Operator, folders: Folders, add_profile: Callable[..., Profile]
) -> None:
    add_profile("home")
    operator.until(lambda: operator.switcher().findText("home") >= 0)
    outside = operator.program._outside
    assert outside is not None
    outside._on_arrived([Visit(handoff.LINK, "dialer:?callee=%2B442079460018&profile=home")])
    assert operator.switcher().currentText() == "home"
    ProfileFile(folders.profiles_file).remove("home")
    operator.until(lambda: operator.switcher().currentText() == "work")
    assert operator.message == (
        "The profiles were changed. Calls are placed with work, the number in the field too."
    )


def test_what_is_read_while_the_window_saves_is_read_again(qtbot: QtBot, tmp_path: Path) -> None:
    going, go_on = threading.Event(), threading.Event()
    reads: list[int] = []

    def load() -> int:
        reads.append(len(reads))
        going.set()
        if reads == [0]:
            assert go_on.wait(10)
        return reads[-1]

    owner = QObject()
    watch = ProfilesWatch(tmp_path, load, owner)
    found: list[object] = []
    watch.found.connect(found.append)
    (tmp_path / "profiles.toml").write_text("")
    qtbot.waitUntil(going.is_set)
    watch.renew()
    go_on.set()
    qtbot.waitUntil(lambda: bool(found))
    assert 0 not in found, "what was read before the window saved"


def test_nothing_brings_the_window_back_while_it_ends(
    operator: Operator, add_profile: Callable[..., Profile]
) -> None:
    outside = operator.program._outside
    assert outside is not None
    operator.window.close()
    assert not operator.window.isVisible()
    outside.notices.came_back.emit("")
    outside.on_open_event(f"tel:{LONDON}")
    assert not operator.window.isVisible()
    assert operator.text("Callee") == ""


def test_a_window_that_began_in_the_tray_comes_up_where_the_tray_goes(
    start: Start, add_profile: Callable[..., Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_profile("work")
    watched: list[bool] = []
    monkeypatch.setattr(Tray, "watch", lambda _, on: watched.append(on))
    operator = start(wait=False)
    operator.window.hide()
    operator.until(lambda: operator.program._outside is not None)
    assert watched[-1:] == [True]
    operator.window.show()


def test_a_page_that_was_copied_is_searched_beside_the_window(operator: Operator) -> None:
    copy("Nothing to see. " * 1000 + "Call 020 7946 0018 now.")
    call_copied(operator)
    operator.until(lambda: operator.text("Callee") == LONDON)
