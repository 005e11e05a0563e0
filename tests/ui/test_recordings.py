"""Recordings that are fetched: what is ordered of the worker, and what the line says of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dialer.calls.sentence import Sentence
from dialer.ui.recordings import (
    KEPT,
    PlayEnd,
    PlayNews,
    RecordingEnd,
    RecordingNews,
    RecordingOrder,
    Recordings,
    Saved,
)
from dialer.ui.saving_line import SavingLine
from dialer.ui.theme import Theme
from ui.operating import words_in
from ui.recorded_calls import ANSWERED, DETAILS, ID, numbered

# What the offscreen platform says of windows with a smallest size, and of dialogs.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FULL = Sentence("There is not enough room on the disk.")


class Worker:
    """Stands for the worker: takes orders, and ends them when the test says so."""

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings
        self.orders: list[RecordingOrder] = []
        self.cancelled: list[int] = []
        self.played: list[object] = []
        self.saved: list[Saved] = []
        recordings.ordered.connect(self.orders.append)
        recordings.cancelled.connect(self.cancelled.append)
        recordings.play_news.connect(self.played.append)
        recordings.play_ended.connect(self.played.append)
        recordings.saved.connect(self.saved.append)

    def write(self) -> Path:
        """End the last order with a file where it was wanted."""
        target = self.orders[-1].target
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(b"RIFF")
        self.end(path=target)
        return target

    def end(self, **how: object) -> None:
        self._recordings.take_end(RecordingEnd(self.orders[-1].number, **how))  # type: ignore[arg-type]


@pytest.fixture
def recordings(qapp: QApplication, tmp_path: Path) -> Recordings:
    return Recordings(tmp_path / "private")


@pytest.fixture
def worker(recordings: Recordings) -> Worker:
    return Worker(recordings)


@pytest.fixture
def line(qtbot: QtBot, qapp: QApplication, recordings: Recordings) -> Iterator[SavingLine]:
    window = QWidget()
    qtbot.addWidget(window)
    made = SavingLine(Theme(qapp, "light"), recordings, window)
    window.show()
    yield made


def press(line: SavingLine, words: str) -> None:
    (button,) = (b for b in line.findChildren(QPushButton) if b.text() == words and b.isVisible())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


# Playing


def test_a_recording_is_fetched_once_and_then_played_from_what_is_kept(
    recordings: Recordings, worker: Worker, tmp_path: Path
) -> None:
    recordings.play(ANSWERED, DETAILS)
    (order,) = worker.orders
    assert (order.recording_file_id, order.profile, order.to_play) == ("F1", "work", True)
    assert order.target.parent == tmp_path / "private"
    recordings.take_news(RecordingNews(order.number, 10, 100))
    path = worker.write()
    recordings.play(ANSWERED, DETAILS)
    assert len(worker.orders) == 1
    assert worker.played == [
        PlayNews("call-1", 10, 100),
        PlayEnd("call-1", path),
        PlayEnd("call-1", path),
    ]
    path.unlink()  # somebody tidied up
    recordings.play(ANSWERED, DETAILS)
    assert len(worker.orders) == 2


def test_a_second_try_goes_to_the_same_place_so_that_it_can_go_on(
    recordings: Recordings, worker: Worker
) -> None:
    recordings.play(ANSWERED, DETAILS)
    worker.end(trouble=FULL, resumable=True)
    assert worker.played == [PlayEnd("call-1", None, FULL, resumable=True)]
    recordings.play(ANSWERED, DETAILS)
    assert worker.orders[0].target == worker.orders[1].target


def test_only_the_last_recordings_are_kept(recordings: Recordings, worker: Worker) -> None:
    paths = []
    for number in range(KEPT + 2):
        recordings.play(*numbered(number))
        paths.append(worker.write())
    assert [path.exists() for path in paths] == [False] * 2 + [True] * KEPT


def test_cancelled_playing_is_silent_and_the_next_waits_for_its_end(
    recordings: Recordings, worker: Worker
) -> None:
    recordings.play(*numbered(1))
    recordings.cancel_play("many-1")
    assert worker.cancelled == [worker.orders[0].number]
    recordings.play(*numbered(2))
    assert len(worker.orders) == 1
    worker.end()
    assert worker.played == []
    assert worker.orders[1].record.call_id == "many-2"


def test_what_shall_be_played_comes_before_what_is_to_be_saved(
    recordings: Recordings, worker: Worker, tmp_path: Path
) -> None:
    recordings.save_many([numbered(1), numbered(2)], tmp_path)
    recordings.play(*numbered(3))
    recordings.cancel_play("many-3")
    recordings.play(*numbered(4))
    for _ in range(3):
        worker.write()
    assert [each.record.call_id for each in worker.orders] == ["many-1", "many-4", "many-2"]
    (saved,) = worker.saved
    assert len(saved.paths) == 2


def test_news_of_orders_that_are_over_changes_nothing(
    recordings: Recordings, worker: Worker
) -> None:
    recordings.play(ANSWERED, DETAILS)
    worker.end(trouble=FULL)
    recordings.take_news(RecordingNews(worker.orders[0].number, 1, 2))
    recordings.take_end(RecordingEnd(worker.orders[0].number, trouble=FULL))
    recordings.take_end(RecordingEnd(999))
    assert len(worker.played) == 1


# Saving


def test_many_are_saved_one_after_the_other_and_summed_up(
    recordings: Recordings, worker: Worker, line: SavingLine, tmp_path: Path
) -> None:
    calls = [numbered(1), numbered(2), numbered(3, file=False), (ANSWERED, None), numbered(5)]
    recordings.save_many(calls, tmp_path)
    assert len(worker.orders) == 1
    assert not worker.orders[0].replace
    assert worker.orders[0].target.parent == tmp_path
    assert ID in worker.orders[0].target.name
    assert words_in(line) == ["Saving recording 3 of 5…"]
    worker.write()
    assert words_in(line) == ["Saving recording 4 of 5…"]
    worker.end(trouble=FULL)
    worker.write()
    assert words_in(line) == [
        "2 saved, 2 have no recording, 1 failed: There is not enough room on the disk."
    ]
    assert not recordings.is_saving
    press(line, "Try again")
    assert worker.orders[-1].target == worker.orders[1].target
    worker.write()
    assert words_in(line)[0].startswith("Saved as ")
    press(line, "Close")
    assert not line.isVisible()


def test_cancelling_keeps_what_is_saved(
    recordings: Recordings, worker: Worker, line: SavingLine, tmp_path: Path
) -> None:
    recordings.save_many([numbered(n) for n in range(4)], tmp_path)
    worker.write()
    press(line, "Cancel")
    assert worker.cancelled == [worker.orders[1].number]
    assert not worker.saved
    worker.end()
    assert words_in(line) == ["1 saved, 3 cancelled."]
    assert len(worker.orders) == 2


def test_what_breaks_while_it_is_cancelled_counts_as_cancelled(
    recordings: Recordings, worker: Worker, line: SavingLine, tmp_path: Path
) -> None:
    recordings.save_many([numbered(n) for n in range(3)], tmp_path)
    worker.write()
    press(line, "Cancel")
    worker.end(trouble=FULL)
    assert words_in(line) == ["1 saved, 2 cancelled."]
    assert not worker.saved[0].failed


def test_a_file_that_came_in_spite_of_cancelling_is_saved(
    recordings: Recordings, worker: Worker, line: SavingLine, tmp_path: Path
) -> None:
    recordings.save_many([numbered(1), numbered(2)], tmp_path)
    press(line, "Cancel")
    worker.write()
    assert words_in(line) == ["1 saved, 1 cancelled."]


def test_none_of_them_has_a_recording(
    recordings: Recordings, worker: Worker, line: SavingLine, tmp_path: Path
) -> None:
    recordings.save_many([numbered(1, file=False), numbered(2, file=False)], tmp_path)
    assert not worker.orders
    assert words_in(line) == ["2 have no recording."]


def test_the_dialog_asks_where_one_goes_with_a_readable_name(
    qtbot: QtBot, recordings: Recordings, worker: Worker, line: SavingLine, tmp_path: Path
) -> None:
    dialog = recordings.ask_save(ANSWERED, DETAILS, line.window())
    assert dialog.isVisible()
    (name,) = dialog.selectedFiles()
    assert ID in name
    assert name.endswith(".wav")
    assert not worker.orders
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("mine.wav")
    dialog.accept()
    (order,) = worker.orders
    assert order.target == tmp_path / "mine.wav"
    assert order.replace
    assert words_in(line) == ["Saving the recording…"]
    worker.end(trouble=FULL)
    assert words_in(line) == ["There is not enough room on the disk."]
    dialog = recordings.ask_save_many([numbered(1), numbered(2)], line.window())
    assert Path(dialog.directory().absolutePath()) == tmp_path
    dialog.accept()
    assert worker.orders[-1].target.parent == tmp_path
    assert not worker.orders[-1].replace


def test_a_dialog_that_is_cancelled_orders_nothing(
    recordings: Recordings, worker: Worker, line: SavingLine
) -> None:
    recordings.ask_save(ANSWERED, DETAILS, line.window()).reject()
    recordings.ask_save_many([numbered(1)], line.window()).reject()
    assert not worker.orders
    assert not line.isVisible()
