"""Deleting, undoing and forgetting calls of a real journal, off the UI thread."""

import logging
import sqlite3
from array import array
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pytestqt.qtbot import QtBot

from dialer.calls.call import CallRecord
from dialer.calls.history_query import HistoryQuery
from dialer.calls.sentence import Sentence
from dialer.ui import forgetting_work as module
from dialer.ui.forgetting import Forgetting
from dialer.ui.forgetting_work import UNDO_MS
from ui.journal_on_disk import PLACED, REQUEST, JournalOnDisk

BERLIN = ZoneInfo("Europe/Berlin")
BOB = replace(REQUEST, callee="442079460018")
DAY_S = 86_400.0


def ms(*moment: int) -> int:
    return round(datetime(*moment, tzinfo=BERLIN).timestamp() * 1000)  # type: ignore[arg-type]


def rows_of(calls: list[CallRecord]) -> "array[int]":
    return array("q", (call.row for call in calls))


def on_disk(journal: JournalOnDisk) -> int:
    """How many calls the file has, hidden ones too."""
    with closing(sqlite3.connect(journal.path)) as connection:
        return int(connection.execute("SELECT count(*) FROM calls").fetchone()[0])


@pytest.fixture
def journal(folders) -> Iterator[JournalOnDisk]:
    made = JournalOnDisk(folders.journal, folders.lifelines)
    yield made
    made.close()


@pytest.fixture
def forgetting(qtbot: QtBot, journal: JournalOnDisk) -> Iterator[Forgetting]:
    made = Forgetting(journal.path, journal.lifelines)
    yield made
    qtbot.waitUntil(lambda: not made.busy)


def test_deleted_calls_are_hidden_and_come_back(
    forgetting: Forgetting, journal: JournalOnDisk, qtbot: QtBot
) -> None:
    calls = journal.write(*[PLACED] * 3)
    with qtbot.waitSignal(forgetting.deleted) as told:
        forgetting.delete(rows_of(calls[:2]))
    assert told.args == [rows_of(calls[:2])]
    assert [call.row for call in journal.calls()] == [calls[2].row]
    assert forgetting.undoable == 2
    with qtbot.waitSignal(forgetting.restored) as told:
        forgetting.undo()
    assert told.args == [rows_of(calls[:2])]
    assert len(journal.calls()) == 3
    assert forgetting.undoable == 0


def test_a_call_under_way_is_left(
    forgetting: Forgetting, journal: JournalOnDisk, qtbot: QtBot
) -> None:
    calls = journal.write(PLACED, None)
    with qtbot.waitSignal(forgetting.deleted) as told:
        forgetting.delete(rows_of(calls))
    assert told.args == [rows_of(calls[:1])]
    assert [call.row for call in journal.calls()] == [calls[1].row]


def test_undo_right_behind_a_deletion_waits_for_it(
    forgetting: Forgetting, journal: JournalOnDisk, qtbot: QtBot
) -> None:
    calls = journal.write(PLACED, PLACED)
    with qtbot.waitSignals([forgetting.deleted, forgetting.restored], order="strict"):
        forgetting.delete(rows_of(calls))
        forgetting.undo()
    assert len(journal.calls()) == 2


def test_nothing_to_undo_does_nothing(forgetting: Forgetting) -> None:
    forgetting.undo()
    assert not forgetting.busy


def test_of_two_deletions_the_last_is_undone(
    forgetting: Forgetting, journal: JournalOnDisk, qtbot: QtBot
) -> None:
    calls = journal.write(PLACED, PLACED)
    with qtbot.waitSignals([forgetting.deleted, forgetting.deleted]):
        forgetting.delete(rows_of(calls[:1]))
        forgetting.delete(rows_of(calls[1:]))
    with qtbot.waitSignal(forgetting.restored):
        forgetting.undo()
    assert [call.row for call in journal.calls()] == [calls[1].row]


def test_a_long_deletion_tells_how_far_it_is_and_can_be_stopped(
    forgetting: Forgetting, journal: JournalOnDisk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", 2)
    monkeypatch.setattr(module, "PAUSE_S", 0.3)
    calls = journal.write(*[PLACED] * 6)
    with qtbot.waitSignal(forgetting.progress) as told:
        forgetting.delete(rows_of(calls))
    assert told.args == [2, 6]
    with qtbot.waitSignal(forgetting.deleted) as told:
        forgetting.cancel()
    (hidden,) = told.args
    assert 2 <= len(hidden) < 6
    assert len(journal.calls()) == 6 - len(hidden)
    with qtbot.waitSignal(forgetting.restored):
        forgetting.undo()
    assert len(journal.calls()) == 6


def test_after_ten_minutes_a_deletion_is_for_good(journal: JournalOnDisk, qtbot: QtBot) -> None:
    now = [ms(2026, 11, 24, 12, 0)]
    forgetting = Forgetting(journal.path, journal.lifelines, clock=lambda: now[0])
    calls = journal.write(PLACED, PLACED)
    with qtbot.waitSignal(forgetting.deleted):
        forgetting.delete(rows_of(calls[:1]))
    assert on_disk(journal) == 2
    assert forgetting._until_purged.interval() > UNDO_MS
    now[0] += UNDO_MS + 1
    forgetting._until_purged.start(0)
    qtbot.waitUntil(lambda: on_disk(journal) == 1)
    assert forgetting.undoable == 0
    qtbot.waitUntil(lambda: not forgetting.busy)


def test_a_forgotten_callee_is_gone_from_the_file_and_no_undo_brings_it_back(
    forgetting: Forgetting, journal: JournalOnDisk, qtbot: QtBot
) -> None:
    others = journal.write(PLACED, PLACED)
    calls = journal.write(*[PLACED] * 3, request=BOB)
    with qtbot.waitSignal(forgetting.deleted):
        forgetting.delete(rows_of([others[0], calls[0]]))
    assert forgetting.work.count_callee(BOB.callee) == 2
    with qtbot.waitSignal(forgetting.callee_forgotten) as told:
        forgetting.forget_callee(BOB.callee)
    assert told.args == [BOB.callee, 3]
    assert on_disk(journal) == 2
    with qtbot.waitSignal(forgetting.restored) as told:
        forgetting.undo()
    assert told.args == [rows_of(others[:1])]
    assert {call.row for call in journal.calls()} == {call.row for call in others}


def test_only_what_is_older_is_counted_and_goes(journal: JournalOnDisk, qtbot: QtBot) -> None:
    forgetting = Forgetting(journal.path, journal.lifelines)
    journal.write(PLACED, PLACED, seconds_ago=40 * DAY_S)
    (kept,) = journal.write(PLACED, seconds_ago=29 * DAY_S)
    assert forgetting.work.count_older(30) == 2
    assert forgetting.work.count_older(0) == 0
    with qtbot.waitSignal(forgetting.forgotten) as told:
        forgetting.forget_older(30)
    assert told.args == [2]
    assert [call.row for call in journal.calls()] == [kept.row]
    with qtbot.waitSignal(forgetting.forgotten) as told:
        forgetting.forget_older(0)
    assert told.args == [0]
    assert on_disk(journal) == 1


@pytest.mark.parametrize(
    ("now", "kept_from"),
    [
        (ms(2026, 4, 1, 0, 30), ms(2026, 3, 2)),
        (ms(2026, 10, 31, 23, 30), ms(2026, 10, 1)),
        (ms(2026, 3, 29, 3, 30), ms(2026, 2, 27)),
    ],
)
def test_days_are_the_operator_s_over_a_change_of_the_clocks(
    journal: JournalOnDisk, now: int, kept_from: int
) -> None:
    forgetting = Forgetting(journal.path, journal.lifelines, clock=lambda: now, zone=BERLIN)
    writer = journal.writer()
    for begun_at in (kept_from - 1, kept_from):
        writer._now = lambda begun_at=begun_at: begun_at
        writer.finish(writer.begin(REQUEST), PLACED)
    assert forgetting.work.count_older(30) == 1


def test_the_start_takes_out_what_was_deleted_before_and_what_is_too_old(
    journal: JournalOnDisk, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    calls = journal.write(*[PLACED] * 3)
    journal.write(PLACED, seconds_ago=40 * DAY_S)
    long_ago = round(datetime.now().timestamp() * 1000) - UNDO_MS - 1_000
    before = Forgetting(journal.path, journal.lifelines, clock=lambda: long_ago)
    with qtbot.waitSignal(before.deleted):
        before.delete(rows_of(calls[:1]))
    forgetting = Forgetting(journal.path, journal.lifelines)
    with qtbot.waitSignal(forgetting.deleted):
        forgetting.delete(rows_of(calls[1:2]))
    with caplog.at_level(logging.INFO), qtbot.waitSignal(forgetting.purged) as told:
        forgetting.purge_old(30)
    assert told.args == [2]
    assert on_disk(journal) == 2
    assert "calls older than 30 days deleted: 1" in caplog.text
    # What was deleted a moment ago can still be undone.
    with qtbot.waitSignal(forgetting.restored):
        forgetting.undo()
    assert len(journal.calls()) == 2


def test_the_start_deletes_nothing_of_itself_where_calls_are_kept_for_ever(
    forgetting: Forgetting, journal: JournalOnDisk, qtbot: QtBot
) -> None:
    journal.write(PLACED, seconds_ago=4000 * DAY_S)
    with qtbot.waitSignal(forgetting.purged) as told:
        forgetting.purge_old(0)
    assert told.args == [0]
    assert len(journal.calls()) == 1


def test_a_journal_that_is_not_there_is_told_and_the_next_work_goes_on(
    forgetting: Forgetting, journal: JournalOnDisk, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(forgetting.trouble) as told:
        forgetting.delete(array("q", [1]))
    assert isinstance(told.args[0], Sentence)
    (call,) = journal.write(PLACED)
    with qtbot.waitSignal(forgetting.deleted):
        forgetting.delete(array("q", [call.row]))
    assert journal.calls() == []


def test_a_journal_that_fails_midway_tells_so_and_what_is_hidden_can_be_undone(
    forgetting: Forgetting, journal: JournalOnDisk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", 1)
    calls = journal.write(PLACED, PLACED)
    with closing(sqlite3.connect(journal.path)) as connection:
        connection.execute(
            f"CREATE TRIGGER full BEFORE INSERT ON deleted WHEN new.id = {calls[1].row}"
            " BEGIN SELECT raise(ABORT, 'the disk is full'); END"
        )
        connection.commit()
    with qtbot.waitSignals([forgetting.deleted, forgetting.trouble], order="strict"):
        forgetting.delete(rows_of(calls))
    assert forgetting.undoable == 1
    with qtbot.waitSignal(forgetting.restored):
        forgetting.undo()
    assert len(journal.calls()) == 2


def test_at_the_end_of_the_program_work_ends_and_nothing_is_told(
    journal: JournalOnDisk, qtbot: QtBot
) -> None:
    forgetting = Forgetting(journal.path, journal.lifelines)
    calls = journal.write(*[PLACED] * 3)
    with qtbot.assertNotEmitted(forgetting.deleted), qtbot.assertNotEmitted(forgetting.trouble):
        forgetting.delete(rows_of(calls))
        forgetting.forget_callee(REQUEST.callee)
        with qtbot.waitSignal(forgetting.busy_changed):
            forgetting.close()
        assert not forgetting.busy
        forgetting.delete(rows_of(calls))
        assert not forgetting.busy
    assert on_disk(journal) == 3
    assert len(list(journal.reader().ids(HistoryQuery()))) <= 1


def test_a_clock_that_is_years_ahead_deletes_nothing_unasked(
    journal: JournalOnDisk, qtbot: QtBot
) -> None:
    calls = journal.write(PLACED, PLACED)
    far = calls[-1].begun_at + 70 * 365 * 86_400_000
    forgetting = Forgetting(journal.path, journal.lifelines, clock=lambda: far)
    with qtbot.waitSignal(forgetting.purged):
        forgetting.purge_old(365)
    assert on_disk(journal) == 2
    qtbot.waitUntil(lambda: not forgetting.busy)
