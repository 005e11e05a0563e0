"""What becomes of a call is seen in the window, and stays after it closes."""

import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from dialer.calls.call import Following
from dialer.calls.pace import Pace
from dialer.sandbox.server import SandboxServer
from dialer.settings.profile import Profile
from doubles.watched_store import CREDENTIALS
from ui.journal_on_disk import JournalOnDisk
from ui.operating import Operator, Start, words_in

# What the offscreen platform says of windows with a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SPEED = 500.0
"""How many times as fast as in life the calls of these tests are."""


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[SandboxServer]:
    """A provider whose calls are over in a moment."""
    with SandboxServer(
        tmp_path / "provider.sqlite3", credentials=CREDENTIALS, speed=SPEED
    ) as server:
        yield server


@pytest.fixture
def operator(
    quick: SandboxServer, add_profile: Callable[..., Profile], start: Start, hurry: None
) -> Operator:
    """An operator whose profile is at that provider."""
    add_profile(base_url=quick.url, app_id="sandbox", low_balance="1000")
    return start()


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records are looked at as often as the sandbox's are."""
    monkeypatch.setattr("dialer.calls.pace.PROVIDER", Pace(0.05, 0.1, 1.0))


def ended(journal: JournalOnDisk, count: int = 1) -> bool:
    calls = journal.calls()
    return len(calls) == count and all(call.following is Following.FINAL for call in calls)


@pytest.mark.parametrize(
    ("callee", "outcome"),
    [
        ("932111111111", "Answered"),
        ("9990000486", "Busy"),
        ("9990000480", "No answer"),
    ],
)
def test_a_call_is_followed_to_its_end_and_is_there_after_a_restart(
    operator: Operator,
    start: Start,
    journal: JournalOnDisk,
    qtbot: QtBot,
    *,
    callee: str,
    outcome: str,
) -> None:
    operator.call(callee)
    qtbot.waitUntil(lambda: ended(journal), timeout=10_000)
    qtbot.waitUntil(lambda: operator.rows()[0]["Outcome"] == outcome, timeout=5_000)
    operator.quit()

    again = start()
    qtbot.waitUntil(lambda: again.rows() != [], timeout=5_000)
    assert again.rows()[0]["Outcome"] == outcome


def test_an_unknown_call_is_settled_by_the_provider_s_records(
    operator: Operator, journal: JournalOnDisk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.calls.pace.SEARCHES_S", (0.2, 1.0, 1800.0))
    operator.call("9990001002")
    qtbot.waitUntil(lambda: bool(journal.calls() and journal.calls()[0].settled), timeout=10_000)
    (call,) = journal.calls()
    assert call.outcome and call.outcome.recording_id
    operator.until(lambda: operator.message.startswith("Found in the provider's records."))


def test_a_balance_under_the_profile_s_limit_is_told(operator: Operator, qtbot: QtBot) -> None:
    operator.call("932111111111")
    qtbot.waitUntil(lambda: "Balance low" in operator.status_text(), timeout=5_000)


def test_the_recording_of_a_call_is_saved_where_the_operator_says(
    operator: Operator,
    journal: JournalOnDisk,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    operator.call("932111111111")
    qtbot.waitUntil(lambda: ended(journal), timeout=10_000)
    target = tmp_path / "call.wav"
    operator.select(0)
    panel = operator.window.history.panel
    assert panel is not None
    qtbot.waitUntil(panel.recording.isVisible, timeout=5_000)
    operator.click(operator.button("Save…"))
    dialog = operator.window.findChild(QFileDialog)
    assert dialog is not None
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert name is not None
    assert recording_id(journal) in name.text()
    name.setText(str(target))
    dialog.accept()
    qtbot.waitUntil(target.exists, timeout=10_000)
    with wave.open(str(target)) as sound:
        assert sound.getnframes() > 0
    assert [path.name for path in tmp_path.glob("call*")] == ["call.wav"]


def recording_id(journal: JournalOnDisk) -> str:
    outcome = journal.calls()[0].outcome
    assert outcome and outcome.recording_id
    return outcome.recording_id


def test_many_recordings_are_saved_into_a_folder_and_what_has_none_is_told(
    operator: Operator, journal: JournalOnDisk, qtbot: QtBot, tmp_path: Path
) -> None:
    for callee in ("932111111111", "932111111112", "9990000486"):
        operator.call(callee)
    qtbot.waitUntil(lambda: ended(journal, 3), timeout=10_000)
    operator.window.history.table.selectAll()
    operator.menu("Edit", "Save recordings…")
    qtbot.waitUntil(lambda: operator.window.findChild(QFileDialog) is not None)
    dialog = operator.window.findChild(QFileDialog)
    assert dialog is not None
    folder = tmp_path / "saved"
    folder.mkdir()
    dialog.fileSelected.emit(str(folder))
    dialog.reject()
    qtbot.waitUntil(lambda: len(list(folder.glob("*.wav"))) == 2, timeout=10_000)
    qtbot.waitUntil(lambda: "2 saved, 1 has no recording." in said(operator), timeout=5_000)
    assert list(folder.glob("*.part")) == []


def said(operator: Operator) -> str:
    return " ".join(words_in(operator.window.history))


def test_the_operator_chooses_between_two_records_of_a_call(
    operator: Operator, journal: JournalOnDisk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.calls.pace.SEARCHES_S", (0.2, 1.0, 1800.0))
    operator.call("9990001010")
    operator.until(lambda: operator.rows()[0]["Outcome"] == "Unknown: choose")
    operator.select(0)
    operator.until(lambda: these(operator))
    operator.click(these(operator)[0])
    operator.until(lambda: ended(journal))
    (call,) = journal.calls()
    assert call.settled
    operator.until(lambda: operator.rows()[0]["Outcome"] == "Answered")


def these(operator: Operator) -> list[QPushButton]:
    found = operator.window.history.findChildren(QPushButton)
    return [button for button in found if button.text() == "This one" and button.isVisible()]
