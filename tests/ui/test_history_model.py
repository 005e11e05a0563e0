"""The history's model over a real journal: newest first, read in pages, kept in step."""

from array import array
from collections.abc import Callable

import pytest
from PySide6.QtCore import QDateTime, QModelIndex, Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.modeltest import ModelTester

from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome
from dialer.calls.number import format_digits
from dialer.calls.place import JournalError
from dialer.calls.sentence import Sentence
from dialer.ui.history_model import (
    KIND_ROLE,
    PAGE,
    PAGES,
    RECORD_ROLE,
    Column,
    HistoryModel,
    Reader,
)
from ui.journal_on_disk import PLACED, REQUEST, JournalOnDisk
from ui.operating import rows_of

MONO, TEXT = QFont(), QFont()
WORK = CallRequest(
    "442079460018", "test_001", display_number="1008122211", note="Bob", profile="work"
)
OUTCOMES = (
    PLACED,
    Outcome.rejected("-10", "balance is not enough"),
    Outcome.not_sent(Cause.REFUSED),
    Outcome.unknown(Cause.NO_ANSWER),
    None,
)


class CountingReader:
    """Reads the journal, and counts in how many pages."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.pages = 0

    def rows(self, search: str = "", after: int = 0) -> "array[int]":
        return self._reader.rows(search, after)

    def at(self, rows: list[int]) -> dict[int, CallRecord]:
        self.pages += 1
        return self._reader.at(rows)


class LongHistory:
    """So many calls that to write them would take long."""

    def __init__(self, count: int) -> None:
        self._count = count

    def rows(self, search: str = "", after: int = 0) -> "array[int]":
        return array("q", range(self._count, 0, -1))

    def at(self, rows: list[int]) -> dict[int, CallRecord]:
        return {row: CallRecord(row, f"{row:032x}", 0, REQUEST, PLACED) for row in rows}


class BrokenReader:
    """A journal that can no longer be read."""

    def __init__(self, rows: "array[int]") -> None:
        self._rows = rows
        self.broken = False

    def rows(self, search: str = "", after: int = 0) -> "array[int]":
        if self.broken:
            raise JournalError(Sentence("The disk is gone."))
        return self._rows

    def at(self, rows: list[int]) -> dict[int, CallRecord]:
        raise JournalError(Sentence("The disk is gone."))


@pytest.fixture
def show(qapp) -> Callable[..., HistoryModel]:
    def over(reader: object, **more: object) -> HistoryModel:
        model = HistoryModel({Column.RECORDING_ID: MONO, Column.CALLEE: TEXT}, **more)  # type: ignore[arg-type]
        model.read_from(reader, format_digits)  # type: ignore[arg-type]
        return model

    return over


def calls(count: int) -> list[Outcome]:
    return [Outcome.placed(f"{number:019}") for number in range(count)]


def ids(model: HistoryModel) -> list[str]:
    return [row["Recording ID"] for row in rows_of(model)]


def test_a_call_stands_in_six_columns(show, journal: JournalOnDisk) -> None:
    journal.write(PLACED, request=WORK)
    (row,) = rows_of(show(journal.reader()))
    assert list(row) == [
        "Time",
        "Callee",
        "Display number",
        "Account",
        "Outcome",
        "Recording ID",
    ]
    assert list(row.values())[1:] == [
        "+44 20 7946 0018",
        "1008122211",
        "test_001",
        "Placed",
        "2203031113381000002",
    ]


def test_every_outcome_has_its_word_and_its_kind(show, journal: JournalOnDisk) -> None:
    journal.write(*OUTCOMES, request=WORK)
    model = show(journal.reader())
    words = [row["Outcome"] for row in rows_of(model)]
    assert words == ["Calling", "Unknown", "Not sent", "Rejected", "Placed"]
    kinds = [model.index(row, 0).data(KIND_ROLE) for row in range(5)]
    assert kinds == ["calling", "unknown", "not_sent", "rejected", "placed"]
    assert ids(model) == ["—"] * 4 + ["2203031113381000002"]


def test_a_sandbox_call_is_marked(show, journal: JournalOnDisk) -> None:
    journal.write(PLACED)
    (row,) = rows_of(show(journal.reader()))
    assert row["Outcome"] == "Placed · sandbox"
    assert row["Display number"] == "—"


def test_a_call_whose_program_died_is_unknown(show, journal: JournalOnDisk) -> None:
    journal.write(None)
    journal.close()  # and with it the lifeline of the one who called
    (row,) = rows_of(show(journal.reader()))
    assert row["Outcome"] == "Unknown · sandbox"


def test_today_s_calls_show_the_time_and_earlier_ones_the_day_as_well(
    show, journal: JournalOnDisk
) -> None:
    journal.write(PLACED, seconds_ago=3 * 86_400)
    journal.write(PLACED, seconds_ago=0)
    model = show(journal.reader())
    today, earlier = (row["Time"] for row in rows_of(model))
    for row, shown in ((0, today), (1, earlier)):
        record = model.record(row)
        assert record is not None
        moment = QDateTime.fromMSecsSinceEpoch(record.begun_at)
        time = moment.time().toString("HH:mm:ss")
        assert shown == time if row == 0 else shown.endswith(f" {time}") and len(shown) > len(time)
        full = model.index(row, Column.TIME).data(Qt.ItemDataRole.ToolTipRole)
        assert str(moment.date().year()) in full


def test_recording_ids_have_figures_of_one_width(show, journal: JournalOnDisk) -> None:
    journal.write(PLACED)
    model = show(journal.reader())
    font = Qt.ItemDataRole.FontRole
    assert model.index(0, Column.RECORDING_ID).data(font) == MONO
    assert model.index(0, Column.TIME).data(font) is None


def test_what_nobody_knows_stays_unanswered(show, journal: JournalOnDisk) -> None:
    journal.write(PLACED)
    model = show(journal.reader())
    assert model.index(0, 0).data(Qt.ItemDataRole.DecorationRole) is None
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole + 100) is None
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    assert model.rowCount(model.index(0, 0)) == model.columnCount(model.index(0, 0)) == 0
    assert model.record(1) is None
    assert model.record(-1) is None


def test_a_long_history_is_newest_first_and_read_in_pages(show, journal: JournalOnDisk) -> None:
    journal.write(*calls(3 * PAGE + 5))
    reader = CountingReader(journal.reader())
    model = show(reader)
    assert model.rowCount() == 3 * PAGE + 5
    assert reader.pages == 0
    assert [model.index(row, 5).data() for row in (0, 1)] == [f"{3 * PAGE + n:019}" for n in (4, 3)]
    assert reader.pages == 1
    assert model.index(3 * PAGE + 4, 5).data() == f"{0:019}"
    assert reader.pages == 2
    assert ids(model) == [f"{number:019}" for number in reversed(range(3 * PAGE + 5))]


def test_only_some_pages_are_kept(show) -> None:
    reader = CountingReader(LongHistory((PAGES + 1) * PAGE))
    model = show(reader)
    assert len(ids(model)) == (PAGES + 1) * PAGE
    assert reader.pages == PAGES + 1
    assert model.record(PAGES * PAGE)  # the last is still there
    assert reader.pages == PAGES + 1
    assert model.record(0)  # the first is not
    assert reader.pages == PAGES + 2


def test_the_model_keeps_qt_s_rules_through_all_that_happens(
    show, journal: JournalOnDisk, qtmodeltester: ModelTester
) -> None:
    (first,) = journal.write(PLACED)
    model = show(journal.reader())
    # Its warnings fail the test, whenever they come.
    strict = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    qtmodeltester.check(model)
    (begun,) = journal.write(None)
    model.add(begun)
    model.change(first)
    journal.write(*OUTCOMES)
    model.refresh()
    model.search("932")
    model.search("nothing has this")
    assert model.rowCount() == 0
    model.search("")
    assert model.rowCount() == 7
    qtmodeltester.check(model)
    assert strict.model() is model


def test_a_call_begins_on_top_and_then_shows_its_outcome_in_the_same_row(
    show, journal: JournalOnDisk
) -> None:
    journal.write(*calls(PAGE))
    model = show(journal.reader())
    assert ids(model)[0] == f"{PAGE - 1:019}"
    resets: list[bool] = []
    inserted: list[tuple[QModelIndex, int, int]] = []
    changed: list[tuple[int, int, int]] = []
    model.rowsInserted.connect(lambda *where: inserted.append(where))
    model.dataChanged.connect(
        lambda top, bottom, _: changed.append((top.row(), bottom.row(), bottom.column()))
    )
    model.modelReset.connect(inserted.clear)
    begun, ended = journal.begin(PLACED)
    model.add(begun)
    assert [where[1:] for where in inserted] == [(0, 0)]
    assert model.index(0, Column.OUTCOME).data() == "Calling · sandbox"
    assert ids(model)[1] == f"{PAGE - 1:019}"
    finished = ended()
    model.change(finished)
    assert changed == [(0, 0, len(Column) - 1)]
    assert model.index(0, Column.RECORDING_ID).data() == PLACED.recording_id
    assert model.index(0, 0).data(RECORD_ROLE) == finished
    assert resets == []
    model.add(begun)  # told twice, it stands there once
    assert model.rowCount() == PAGE + 1


def test_a_call_that_is_not_shown_changes_nothing(show, journal: JournalOnDisk) -> None:
    first, second = journal.write(PLACED, Outcome.rejected("-10"))
    model = show(journal.reader())
    model.search("2203031113381000002")
    assert model.searched == "2203031113381000002"
    model.change(second)
    (begun,) = journal.write(None)
    model.add(begun)
    assert model.rowCount() == 1
    assert model.record(0) == first


def test_calls_of_other_programs_come_in_without_moving_the_rest(
    show, journal: JournalOnDisk
) -> None:
    journal.write(*calls(3))
    model = show(journal.reader())
    resets: list[bool] = []
    model.modelReset.connect(lambda: resets.append(True))
    journal.write(Outcome.placed("new-1"), Outcome.placed("new-2"))
    model.refresh()
    assert ids(model)[:3] == ["new-2", "new-1", f"{2:019}"]
    assert resets == []
    model.refresh()
    assert model.rowCount() == 5


def test_a_call_under_way_elsewhere_is_known_and_its_end_is_seen(
    show, journal: JournalOnDisk
) -> None:
    _, ended = journal.begin(PLACED)
    model = show(journal.reader())
    assert not model.shows_calls_under_way()  # nobody has looked yet
    assert rows_of(model)[0]["Outcome"] == "Calling · sandbox"
    assert model.shows_calls_under_way()
    ended()
    model.refresh()
    assert rows_of(model)[0]["Outcome"] == "Placed · sandbox"
    assert not model.shows_calls_under_way()


def test_a_call_that_was_deleted_leaves_an_empty_row_and_no_defect(
    show, journal: JournalOnDisk
) -> None:
    import sqlite3

    journal.write(*calls(3))
    model = show(journal.reader())
    connection = sqlite3.connect(journal.path)
    connection.execute("DELETE FROM calls WHERE recording_id = ?", (f"{1:019}",))
    connection.commit()
    connection.close()
    model.refresh()
    assert ids(model) == [f"{2:019}", None, f"{0:019}"]
    model.reload()
    assert ids(model) == [f"{2:019}", f"{0:019}"]


@pytest.mark.parametrize(
    "text", ["442079460018", "7946", "1008122211", "test_001", "Bob", "2203031113381000002", "work"]
)
def test_a_call_is_found_by_anything_that_stands_in_it(
    show, journal: JournalOnDisk, text: str
) -> None:
    journal.write(PLACED, request=WORK)
    journal.write(Outcome.rejected("-10"), request=REQUEST)
    model = show(journal.reader())
    model.search(text)
    assert [row["Account"] for row in rows_of(model)] == ["test_001"]


def test_a_journal_that_cannot_be_read_is_told_and_leaves_the_rows(show) -> None:
    told: list[str] = []
    reader = BrokenReader(array("q", [3, 2, 1]))
    model = show(reader, trouble=told.append)
    assert model.index(0, 0).data() is None
    assert told == ["The disk is gone."]
    reader.broken = True
    model.refresh()
    model.reload()
    assert told == ["The disk is gone."] * 3
    assert model.rowCount() == 3


def test_without_a_journal_there_are_no_rows(qapp) -> None:
    model = HistoryModel({})
    model.reload()
    model.refresh()
    model.search("x")
    assert model.rowCount() == 0
    assert model.record(0) is None
