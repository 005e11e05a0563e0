"""Which provider a call goes to: at the first start, in the sandbox, and with several profiles."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit

from dialer.settings.folders import Folders
from dialer.settings.profile import Profile
from dialer.switchboard import ProgramSwitchboard
from dialer.ui.profiles_window import ProfilesWindow
from doubles.faulty_server import Behaviour, FaultyServer, answers
from doubles.watched_store import KEY, SECRET, WatchedStore
from ui.journal_on_disk import JournalOnDisk
from ui.operating import CTRL, ENTER, Operator, Start, words_in

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Provider = Callable[[Behaviour], FaultyServer]
AddProfile = Callable[..., Profile]
NUMBER = "932111111111"
TWO_WAYS = ("Connect your provider account", "Try it with the sandbox")


def offers_two_ways(operator: Operator) -> bool:
    return operator.window.first_steps.isVisible()


def status(operator: Operator) -> str:
    return " ".join(words_in(operator.window.status))


# The first start


def test_the_first_start_offers_two_ways_beside_the_fields(start: Start) -> None:
    operator = start()
    assert offers_two_ways(operator)
    for words in TWO_WAYS:
        assert operator.button(words).isVisible()
    for name in ("Callee", "Display number", "Account", "Note"):
        assert operator.field(name).isVisible()
    assert operator.focus == "Callee"
    operator.write(NUMBER)
    assert operator.text("Callee") == NUMBER
    assert operator.line.startswith(f"Sends {NUMBER}")
    assert "No calls yet" in words_in(operator.window.history)


def test_with_the_sandbox_wanted_the_two_ways_are_never_offered(start: Start) -> None:
    operator = start(sandbox=True, wait=False)
    assert not offers_two_ways(operator)
    operator.wait_until_ready()
    assert not offers_two_ways(operator)
    assert "SANDBOX" in status(operator)


def test_with_a_profile_the_two_ways_are_not_offered(start: Start, add_profile: AddProfile) -> None:
    add_profile()
    assert not offers_two_ways(start())


def test_the_way_to_the_sandbox_leads_to_a_call(start: Start, journal: JournalOnDisk) -> None:
    operator = start()
    operator.write(NUMBER)
    operator.click(operator.button("Try it with the sandbox"))
    operator.until(lambda: operator.text("Account") == "sandbox")
    assert not offers_two_ways(operator)
    assert "SANDBOX" in status(operator)
    assert operator.focus == "Callee"
    operator.press(ENTER)
    assert operator.outcome().startswith("Placed.")
    assert journal.calls()[0].request.sandbox


def test_the_way_to_an_account_leads_to_a_call(
    start: Start, provider: Provider, store: WatchedStore
) -> None:
    server = provider(answers())
    operator = start()
    operator.click(operator.button("Connect your provider account"))
    (window,) = operator.window.findChildren(ProfilesWindow)
    operator.until(lambda: button(window, "Save").isEnabled())
    for name, value in (
        ("Name", "work"),
        ("Base URL", server.url),
        ("API key", KEY),
        ("API secret", SECRET),
        ("Account", "test_001"),
    ):
        (field,) = (e for e in window.findChildren(QLineEdit) if e.accessibleName() == name)
        field.clear()
        QTest.keyClicks(field, value)
    operator.click(button(window, "Save"))
    operator.until(lambda: "Saved." in words_in(window))
    operator.click(button(window, "Close"))
    operator.until(lambda: not window.isVisible())
    assert not offers_two_ways(operator)
    assert operator.text("Account") == "test_001"
    assert operator.call(NUMBER).startswith("Placed. Your phone test_001 will ring")
    (request,) = server.calls
    assert request.headers["api-key"] == KEY


# The sandbox and real phones


def test_until_the_sandbox_runs_no_call_goes_to_a_real_provider(
    start: Start,
    provider: Provider,
    add_profile: AddProfile,
    journal: JournalOnDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = provider(answers())
    add_profile(base_url=server.url)
    journal.write()
    runs = threading.Event()
    sandbox = ProgramSwitchboard.sandbox
    monkeypatch.setattr(
        ProgramSwitchboard, "sandbox", lambda board: (runs.wait(10), sandbox(board))[1]
    )
    operator = start(sandbox=True, wait=False)
    operator.write(NUMBER)
    operator.until(lambda: operator.line)  # numbers can be read
    operator.until(lambda: operator.program._calling.history)
    operator.press(ENTER)
    assert "still starting" in operator.message
    assert not operator.busy
    runs.set()
    operator.until(lambda: operator.text("Account") == "sandbox")
    operator.press(ENTER)
    assert operator.outcome().startswith("Placed. This is the sandbox")
    assert server.calls == []


def test_the_menu_leads_into_the_sandbox_and_back(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    server = provider(answers())
    add_profile(base_url=server.url)
    operator = start()
    assert "SANDBOX" not in status(operator)
    operator.menu("Tools", "Use the sandbox")
    operator.until(lambda: operator.text("Account") == "sandbox")
    assert "SANDBOX" in status(operator)
    assert operator.call(NUMBER).startswith("Placed. This is the sandbox")
    assert server.calls == []
    operator.menu("Tools", "Use the sandbox")
    operator.until(lambda: operator.text("Account") == "test_001")
    assert "SANDBOX" not in status(operator)
    assert operator.call(NUMBER).startswith("Placed. Your phone test_001 will ring")
    assert len(server.calls) == 1


def test_on_the_way_into_the_sandbox_no_call_goes_to_a_real_provider(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    server = provider(answers())
    add_profile(base_url=server.url)
    operator = start()
    operator.write(NUMBER)
    operator.menu("Tools", "Use the sandbox")
    operator.go_to("Callee")
    operator.press(ENTER)
    assert not operator.busy
    operator.until(lambda: operator.text("Account") == "sandbox")
    assert operator.rows() == []
    assert server.calls == []


def test_a_sandbox_that_does_not_start_is_told(
    start: Start, folders: Folders, add_profile: AddProfile, caplog: pytest.LogCaptureFixture
) -> None:
    add_profile()
    folders.sandbox_calls.mkdir()  # where its file should be
    operator = start(sandbox=True)
    operator.until(lambda: operator.message)
    assert operator.message.startswith("The sandbox did not start.")
    assert "SANDBOX" not in status(operator)


# Several profiles


def test_a_switcher_appears_when_there_are_two_profiles(
    start: Start, add_profile: AddProfile
) -> None:
    add_profile("work")
    alone = start()
    assert not alone.switcher().isVisible()
    alone.quit()
    add_profile("home", account="test_002", display_number="1008122211")
    both = start()
    assert both.switcher().isVisible()
    assert both.switcher().currentText() == "work"


def test_with_another_profile_calls_go_to_another_provider(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    work, home = provider(answers()), provider(answers())
    add_profile("work", base_url=work.url)
    add_profile("home", base_url=home.url, account="test_002", display_number="1008122211")
    operator = start()
    operator.call(NUMBER)
    operator.switcher().setFocus()
    operator.press(Qt.Key.Key_Down)
    assert operator.switcher().currentText() == "home"
    assert operator.text("Account") == "test_002"
    assert operator.text("Display number") == "1008122211"
    operator.call("442079460018")
    assert [b"442079460018" in each.body for each in work.calls] == [False]
    assert [b"442079460018" in each.body for each in home.calls] == [True]


def test_in_the_sandbox_the_switcher_names_no_profile_and_leads_out_of_it(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    server = provider(answers())
    add_profile("work", base_url=server.url)
    add_profile("home", base_url=server.url, account="test_002")
    operator = start(sandbox=True)
    assert operator.switcher().isVisible()
    assert operator.switcher().currentText() == ""
    operator.switcher().setFocus()
    operator.press(Qt.Key.Key_Down)
    assert operator.switcher().currentText() == "work"
    assert operator.text("Account") == "test_001"
    assert "SANDBOX" not in status(operator)
    assert operator.call(NUMBER).startswith("Placed. Your phone test_001")


def test_a_profile_removed_while_in_the_sandbox_is_no_longer_offered(
    start: Start, add_profile: AddProfile
) -> None:
    add_profile("work")
    add_profile("home")
    operator = start(sandbox=True)
    operator.press(Qt.Key.Key_P, modifier=CTRL)
    (window,) = operator.window.findChildren(ProfilesWindow)
    operator.until(button(window, "Remove").isEnabled)
    operator.click(button(window, "Remove"))
    operator.click(button(window, "Remove it"))
    operator.until(lambda: window.list.count() == 1)
    operator.click(button(window, "Close"))
    assert not operator.switcher().isVisible()
    assert "SANDBOX" in status(operator)
    assert operator.text("Account") == "sandbox"


def test_the_menu_switches_profiles_too(start: Start, add_profile: AddProfile) -> None:
    add_profile("work")
    add_profile("home & away", account="test_002")
    operator = start()
    operator.menu("Tools", "Call with", "home  away")
    assert operator.text("Account") == "test_002"
    assert operator.switcher().currentText() == "home & away"


def test_a_profile_named_at_the_start_is_used(start: Start, add_profile: AddProfile) -> None:
    add_profile("work")
    add_profile("home", account="test_002")
    assert start(profile="home").text("Account") == "test_002"


def test_a_profile_that_there_is_not_is_told_and_no_other_used(
    start: Start, provider: Provider, add_profile: AddProfile
) -> None:
    server = provider(answers())
    add_profile("work", base_url=server.url)
    operator = start(profile="hom")
    assert operator.message == (
        "No such profile. There is no profile hom. Choose another, or add it."
    )
    operator.write(NUMBER)
    operator.write("test_001", into="Account")
    operator.press(ENTER)
    assert not operator.busy
    assert server.calls == []


def test_a_damaged_file_of_profiles_is_told(start: Start, folders: Folders) -> None:
    folders.profiles_file.write_text("[this is no TOML", encoding="utf-8")
    operator = start()
    assert operator.message.startswith("The profiles cannot be read.")
    assert folders.profiles_file.read_text(encoding="utf-8") == "[this is no TOML"


# The look


def test_the_looks_switch_at_once_and_are_kept(
    start: Start, folders: Folders, qapp: QApplication
) -> None:
    operator = start(sandbox=True)
    grounds = {}
    for look in ("Light", "Dark", "High contrast", "As the system"):
        operator.menu("View", look)
        grounds[look] = qapp.palette().window().color().lightness()
    assert grounds["Dark"] < 80
    assert grounds["Light"] > 200
    operator.menu("View", "Dark")
    operator.until(lambda: '"dark"' in folders.preferences_file.read_text())
    operator.quit()
    start(sandbox=True)
    assert qapp.palette().window().color().lightness() == grounds["Dark"]


def test_a_look_that_cannot_be_kept_is_told(start: Start, folders: Folders) -> None:
    operator = start(sandbox=True)
    folders.preferences_file.write_text("[this is no TOML", encoding="utf-8")
    operator.menu("View", "Dark")
    operator.until(lambda: operator.message.startswith("The choice is not kept."))


def button(window: ProfilesWindow, words: str) -> QAbstractButton:
    (found,) = (each for each in window.findChildren(QAbstractButton) if each.text() == words)
    return found
