"""The journal behind the window: other programs write to it, it outlives the program, it fails."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from calls.journal_states import root_of, spoil_page
from dialer.settings.folders import Folders
from dialer.settings.profile import Profile
from doubles.faulty_server import (
    Behaviour,
    FaultyServer,
    answers,
)
from program.program import Program as ProgramAsProcess
from ui.journal_on_disk import PLACED, REQUEST, JournalOnDisk
from ui.operating import CTRL, ENTER, Operator, Start

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Provider = Callable[[Behaviour], FaultyServer]
AddProfile = Callable[..., Profile]
NUMBER = "932111111111"


def test_a_call_of_another_program_shows_up_by_itself(
    sandbox: Operator, folders: Folders, home
) -> None:
    sandbox.write("44")
    ended = ProgramAsProcess(home).run("call", NUMBER, "--account", "test_001", "--sandbox")
    recording_id = ended.out.strip()
    assert recording_id
    sandbox.until(lambda: [row["Recording ID"] for row in sandbox.rows()] == [recording_id])
    assert sandbox.text("Callee") == "44"
    assert sandbox.focus == "Callee"


def test_after_closing_and_starting_again_the_recording_id_is_there(
    start: Start, add_profile: AddProfile
) -> None:
    first = start(sandbox=True)
    first.call(NUMBER)
    rows = first.rows()
    first.quit()
    again = start(sandbox=True)
    again.until(lambda: again.rows() == rows)
    again.select(0)
    again.press(Qt.Key.Key_C, modifier=CTRL)
    assert QGuiApplication.clipboard().text() == rows[0]["Recording ID"]


def test_while_the_journal_cannot_be_opened_no_call_is_placed(
    start: Start, provider: Provider, add_profile: AddProfile, journal: JournalOnDisk
) -> None:
    server = provider(answers())
    add_profile(base_url=server.url)
    _make_newer(journal)
    operator = start()
    assert operator.message.startswith("Calls cannot be recorded.")
    assert "written by a newer version" in operator.message
    operator.write(NUMBER)
    operator.press(ENTER)
    assert operator.message.startswith("Not sent.")
    assert "Calls cannot be recorded, so none is placed." in operator.message
    assert "written by a newer version" in operator.message
    assert operator.text("Callee") == NUMBER
    assert not operator.busy
    assert server.calls == []


def test_a_journal_that_can_be_used_again_is_used_again(
    start: Start, provider: Provider, add_profile: AddProfile, journal: JournalOnDisk
) -> None:
    add_profile(base_url=provider(answers()).url)
    _make_newer(journal)
    operator = start()
    journal.path.unlink()
    operator.write(NUMBER)
    operator.press(ENTER)  # told that none is placed, and looked at again
    assert operator.message.startswith("Not sent.")
    assert not operator.busy
    operator.until(lambda: operator.program._calling.history)
    assert operator.text("Callee") == NUMBER
    operator.press(ENTER)
    assert operator.outcome().startswith("Placed.")
    assert len(operator.rows()) == len(journal.calls()) == 1


def test_a_journal_that_is_deleted_meanwhile_lets_no_call_go(
    start: Start, provider: Provider, add_profile: AddProfile, folders: Folders
) -> None:
    server = provider(answers())
    add_profile(base_url=server.url)
    operator = start()
    for path in folders.data.glob("journal.sqlite3*"):
        path.unlink()
    operator.write(NUMBER)
    operator.press(ENTER)
    operator.until(lambda: operator.message)
    assert "could not be recorded, so it was not sent" in operator.message
    assert "deleted" in operator.message
    assert not operator.busy
    assert server.calls == []


def test_a_damaged_journal_is_set_aside_and_told(
    start: Start, folders: Folders, journal: JournalOnDisk
) -> None:
    folders.journal.write_bytes(b"this is no database at all, and long enough to be seen so " * 9)
    operator = start(sandbox=True)
    assert operator.message.startswith("The journal was damaged.")
    (aside,) = folders.data.glob("journal.sqlite3.damaged-*")
    assert str(aside) in operator.message
    assert operator.call(NUMBER).startswith("Placed.")
    assert len(journal.calls()) == 1


def _make_newer(journal: JournalOnDisk) -> None:
    import sqlite3

    journal.write(PLACED, request=REQUEST)
    journal.close()
    connection = sqlite3.connect(journal.path)
    connection.execute("PRAGMA user_version = 1000")
    connection.close()


def test_a_journal_that_is_damaged_meanwhile_is_recovered_while_the_window_is_open(
    start: Start, folders: Folders, journal: JournalOnDisk, home
) -> None:
    before = journal.write(*[PLACED] * 120)
    journal.close()
    top = root_of(folders.journal, "calls")
    operator = start(sandbox=True)
    operator.until(lambda: len(operator.rows()) == len(before))
    spoil_page(folders.journal, top)
    # Whoever meets it leaves a word for the others.
    ended = ProgramAsProcess(home).run("history", "--json")
    assert (ended.code, ended.out) == (4, "")
    assert "is damaged" in ended.err
    operator.until(lambda: operator.message.startswith("The journal was damaged."))
    (aside,) = folders.data.glob("journal.sqlite3.damaged-*[0-9]")
    assert str(aside) in operator.message
    assert f"recovered: {len(before)}" in operator.message
    assert operator.call(NUMBER).startswith("Placed.")
    assert len(journal.calls()) == len(before) + 1
    operator.until(lambda: len(operator.rows()) == len(before) + 1)
    # What follows calls goes on in the new journal too.
    operator.until(lambda: journal.calls()[0].stage is not None)
    assert not list(folders.data.glob("*.suspect"))
