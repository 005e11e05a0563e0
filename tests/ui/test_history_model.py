"""The history's model over a real journal: newest first, read in pages, kept in step."""

import sqlite3
import threading
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest
from PySide6.QtCore import QDateTime, QModelIndex, Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome
from dialer.calls.history_query import HistoryQuery, Kind, Sort
from dialer.calls.journal_reader import JournalReader
from dialer.calls.number import format_digits
from dialer.calls.place import JournalError
from dialer.calls.sentence import Sentence
from dialer.ui.history_finder import FIRST, HistoryFinder
from dialer.ui.history_model import (
    KEPT,
    KIND_ROLE,
    PAGE,
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

    def at(self, rows: Sequence[int]) -> dict[int, CallRecord]:
        self.pages += 1
        return self._reader.at(rows)


class LongHistory:
    """So many calls that to write them would take long."""

    def __init__(self, count: int) -> None:
        self._rows = range(count, 0, -1)

    def page(self, query: HistoryQuery, limit: int) -> list[CallRecord]:
        rows = self._rows if query.descending else self._rows[::-1]
        return list(self.at(rows[:limit]).values())

    def ids(self, query: HistoryQuery, after: int = 0) -> Iterator["array[int]"]:
        yield array("q", (row for row in self._rows if row > after))

    def count(self) -> int:
        return len(self._rows)

    def at(self, rows: Sequence[int]) -> dict[int, CallRecord]:
        return {row: CallRecord(row, f"{row:032x}", 0, REQUEST, PLACED) for row in rows}

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        pass


class BrokenReader(LongHistory):
    """A journal that can no longer be read."""

    broken = False

    def page(self, query: HistoryQuery, limit: int) -> list[CallRecord]:
        if self.broken:
            raise JournalError(Sentence("The disk is gone."))
        return super().page(query, limit)

    def ids(self, query: HistoryQuery, after: int = 0) -> Iterator["array[int]"]:
        if self.broken:
            raise JournalError(Sentence("The disk is gone."))
        return super().ids(query, after)


class UnreadableRows(BrokenReader):
    """A journal of which every page is damaged."""

    def at(self, rows: Sequence[int]) -> dict[int, CallRecord]:
        if threading.current_thread() is threading.main_thread():
            raise JournalError(Sentence("The disk is gone."))
        return super().at(rows)


Show = Callable[..., HistoryModel]


@pytest.fixture
def show(qapp: QApplication, qtbot: QtBot, journal: JournalOnDisk) -> Iterator[Show]:
    finders: list[HistoryFinder] = []

    def over(reader: object, finds: object = None, **more: object) -> HistoryModel:
        """A model over `reader`, whose finder reads by a connection of its own or by `finds`."""

        def opens() -> object:
            return finds or JournalReader(journal.path, journal.lifelines)

        finders.append(finder := HistoryFinder(opens))  # type: ignore[arg-type]
        model = HistoryModel({Column.RECORDING_ID: MONO, Column.CALLEE: TEXT}, **more)  # type: ignore[arg-type]
        model.read_from(reader, format_digits, finder)  # type: ignore[arg-type]
        qtbot.waitUntil(lambda: model.total is not None)
        return model

    yield over
    for finder in finders:
        finder.close()


@pytest.fixture
def found(qtbot: QtBot) -> Callable[[HistoryModel], None]:
    """Waits until nothing is looked for any more, quietly either."""

    def wait(model: HistoryModel) -> None:
        qtbot.waitUntil(
            lambda: model.total is not None and not model._looking and not model._again.isActive()
        )

    return wait


def calls(count: int) -> list[Outcome]:
    return [Outcome.placed(f"{number:019}") for number in range(count)]


def ids(model: HistoryModel) -> list[str]:
    return [row["Recording ID"] for row in rows_of(model)]


def test_a_call_stands_in_eight_columns(show, journal: JournalOnDisk) -> None:
    journal.write(PLACED, request=WORK)
    (row,) = rows_of(show(journal.reader()))
    assert list(row) == [
        "Time",
        "Callee",
        "Display number",
        "Account",
        "Outcome",
        "Talk",
        "Cost",
        "Recording ID",
    ]
    assert list(row.values())[1:] == [
        "+44 20 7946 0018",
        "1008122211",
        "test_001",
        "Placed",
        "",
        "",
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


def test_a_long_history_is_newest_first_and_read_in_pages(show) -> None:
    reader = CountingReader(LongHistory(FIRST + 3 * PAGE))
    model = show(reader, LongHistory(FIRST + 3 * PAGE))
    assert model.rowCount() == model.total == FIRST + 3 * PAGE
    assert [model.record(row).row for row in (0, FIRST - 1)] == [FIRST + 3 * PAGE, 3 * PAGE + 1]
    assert reader.pages == 0  # what was found first is there already
    assert model.record(FIRST).row == 3 * PAGE
    assert reader.pages == 1
    assert model.record(FIRST + PAGE - 1) is not None
    assert reader.pages == 1
    assert model.record(FIRST + 3 * PAGE - 1).row == 1
    assert reader.pages == 2


def test_only_some_calls_are_kept(show) -> None:
    reader = CountingReader(LongHistory(2 * KEPT))
    model = show(reader, LongHistory(2 * KEPT))
    assert len(ids(model)) == 2 * KEPT
    assert len(model._shown) <= KEPT + PAGE
    read = reader.pages
    assert model.record(2 * KEPT - 1)  # the last is still there
    assert reader.pages == read
    assert model.record(0)  # the first is not
    assert reader.pages == read + 1


def test_a_million_calls_take_no_memory_and_are_all_selected_without_reading_one(show) -> None:
    reader = CountingReader(LongHistory(1_000_000))
    model = show(reader, LongHistory(1_000_000))
    assert model.total == 1_000_000
    assert model._rows._rest == range(1_000_000, 0, -1)
    assert len(model.rows_at(range(1_000_000))) == 1_000_000
    assert model.rows_at([5, 3]).tolist() == [999_995, 999_997]
    assert model.place_of(1) == 999_999
    assert reader.pages == 0


def test_the_model_keeps_qt_s_rules_through_all_that_happens(
    show, found, journal: JournalOnDisk, qtmodeltester: ModelTester
) -> None:
    (first,) = journal.write(PLACED)
    model = show(journal.reader())
    # Its warnings fail the test, whenever they come.
    strict = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    qtmodeltester.check(model)
    (begun,) = journal.write(None)
    model.add(begun)
    model.change(first)
    journal.write(*OUTCOMES, *calls(2 * FIRST))
    model.refresh()
    found(model)
    for text in ("932", "nothing has this", ""):
        model.search(text)
        found(model)
        assert bool(model.rowCount()) is (text != "nothing has this")
    assert model.rowCount() == model.total == 7 + 2 * FIRST
    model.find(HistoryQuery(sort=Sort.RECORDING_ID, descending=False))
    found(model)
    assert model.rowCount() == 7 + 2 * FIRST
    qtmodeltester.check(model)
    assert strict.model() is model


def test_a_call_begins_on_top_and_then_shows_its_outcome_in_the_same_row(
    show, journal: JournalOnDisk
) -> None:
    journal.write(*calls(9))
    reader = CountingReader(journal.reader())
    model = show(reader)
    assert ids(model)[0] == f"{8:019}"
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
    assert ids(model)[1] == f"{8:019}"
    assert reader.pages == 0
    finished = ended()
    model.change(finished)
    assert changed == [(0, 0, len(Column) - 1)]
    assert model.index(0, Column.RECORDING_ID).data() == PLACED.recording_id
    assert model.index(0, 0).data(RECORD_ROLE) == finished
    assert resets == []
    model.add(begun)  # told twice, it stands there once
    assert model.rowCount() == model.total == 10


def test_a_call_that_the_search_does_not_find_is_not_shown_until_it_is_over(
    show, found, journal: JournalOnDisk
) -> None:
    first, second = journal.write(PLACED, Outcome.rejected("-10"))
    model = show(journal.reader())
    model.search("2203031113381000002")
    found(model)
    assert model.searched == "2203031113381000002"
    model.change(second)
    (begun,) = journal.write(None)
    model.add(begun)
    found(model)
    assert model.rowCount() == 1
    assert model.record(0) == first
    model.search("")
    found(model)
    assert model.rowCount() == 3


def test_a_new_call_that_fits_comes_in_where_it_belongs(
    show, found, journal: JournalOnDisk
) -> None:
    journal.write(*calls(3))
    model = show(journal.reader())
    model.find(HistoryQuery(sort=Sort.RECORDING_ID, descending=False))
    found(model)
    begun, ended = journal.begin(Outcome.placed(f"{1:019}5"))
    model.add(begun)
    model.change(ended())
    found(model)
    assert [each[-4:] for each in rows_ids(model)] == ["0000", "0001", "0015", "0002"]


def test_an_ending_that_does_not_fit_takes_the_call_out(
    show, found, journal: JournalOnDisk
) -> None:
    first, _ = journal.write(None, None)
    model = show(journal.reader())
    model.find(HistoryQuery(kinds=(Kind.UNKNOWN,)))
    found(model)
    assert model.rowCount() == 2
    with_outcome(journal, first.row)
    model.refresh()
    found(model)
    assert model.rowCount() == 1


def test_calls_of_other_programs_come_in_without_moving_the_rest(
    show, found, journal: JournalOnDisk
) -> None:
    journal.write(*calls(3))
    model = show(journal.reader())
    resets: list[bool] = []
    model.modelReset.connect(lambda: resets.append(True))
    journal.write(Outcome.placed("new-1"), Outcome.placed("new-2"))
    model.refresh()
    found(model)
    assert ids(model)[:3] == ["new-2", "new-1", f"{2:019}"]
    assert resets == []
    model.refresh()
    found(model)
    assert model.rowCount() == 5
    assert resets == []


def test_a_call_under_way_elsewhere_is_known_and_its_end_is_seen(
    show, journal: JournalOnDisk
) -> None:
    _, ended = journal.begin(PLACED)
    model = show(journal.reader())
    assert rows_of(model)[0]["Outcome"] == "Calling · sandbox"
    assert model.shows_calls_under_way()
    ended()
    model.read_again()
    assert rows_of(model)[0]["Outcome"] == "Placed · sandbox"
    assert not model.shows_calls_under_way()


def test_a_call_that_was_deleted_leaves_when_it_is_looked_again(
    show, found, journal: JournalOnDisk
) -> None:
    journal.write(*calls(3))
    model = show(journal.reader())
    change(journal, "DELETE FROM calls WHERE recording_id = ?", f"{1:019}")
    model.read_again()
    assert ids(model) == [f"{2:019}", None, f"{0:019}"]
    model.refresh()
    found(model)
    assert ids(model) == [f"{2:019}", f"{0:019}"]


def test_a_call_that_begins_while_all_are_looked_for_is_not_lost(
    show, found, journal: JournalOnDisk
) -> None:
    journal.write(*calls(2))
    model = show(journal.reader())
    model.reload()
    (begun,) = journal.write(None)
    model.add(begun)
    found(model)
    assert model.rowCount() == model.total == 3


@pytest.mark.parametrize(
    ("ending", "stage", "word", "kind"),
    [
        ("answered", "ended", "Answered", "placed"),
        ("busy", "ended", "Busy", "neutral"),
        ("no_answer", "ended", "No answer", "neutral"),
        (None, "ringing", "Ringing", "calling"),
        (None, None, "Placed", "placed"),
    ],
)
def test_the_pill_tells_what_became_of_a_placed_call(
    show, journal: JournalOnDisk, *, ending: str | None, stage: str | None, word: str, kind: str
) -> None:
    journal.write(PLACED, request=WORK)
    change(
        journal,
        "UPDATE calls SET ending = ?, stage = ?, duration_s = 83, cost = 42000, currency = 'EUR'",
        ending,
        stage,
    )
    model = show(journal.reader())
    (row,) = rows_of(model)
    assert (row["Outcome"], row["Talk"], row["Cost"]) == (word, "1:23", "0.0420")
    assert model.index(0, Column.OUTCOME).data(KIND_ROLE) == kind
    tip = model.index(0, Column.COST).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "<qt>0.0420 EUR</qt>"
    side = model.index(0, Column.COST).data(Qt.ItemDataRole.TextAlignmentRole)
    assert side & Qt.AlignmentFlag.AlignRight


def test_a_currency_is_plain_text_in_the_tooltip(show, journal: JournalOnDisk) -> None:
    journal.write(PLACED, request=WORK)
    change(journal, "UPDATE calls SET cost = 42000, currency = '<img src=x>'")
    model = show(journal.reader())
    tip = model.index(0, Column.COST).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "<qt>0.0420 &lt;img src=x&gt;</qt>"


@pytest.mark.parametrize(
    "text", ["442079460018", "7946", "1008122211", "test_001", "Bob", "2203031113381000002", "work"]
)
def test_a_call_is_found_by_anything_that_stands_in_it(
    show, found, journal: JournalOnDisk, text: str
) -> None:
    journal.write(PLACED, request=WORK)
    journal.write(Outcome.rejected("-10"), request=REQUEST)
    model = show(journal.reader())
    model.search(text)
    found(model)
    assert [row["Account"] for row in rows_of(model)] == ["test_001"]


def test_a_journal_that_cannot_be_searched_is_told_and_leaves_the_rows(show, found) -> None:
    told: list[str] = []
    reader = BrokenReader(3)
    model = show(reader, reader, trouble=told.append)
    reader.broken = True
    model.refresh()
    found(model)
    model.reload()
    found(model)
    assert told == ["The disk is gone."] * 2
    assert model.rowCount() == 3


def test_rows_that_cannot_be_read_are_told_once(show) -> None:
    told: list[str] = []
    reader = UnreadableRows(FIRST + 3)
    model = show(reader, reader, trouble=told.append)
    for row in range(FIRST, FIRST + 3):
        assert model.index(row, 0).data() is None
    assert told == ["The disk is gone."]


def test_without_a_journal_there_are_no_rows(qapp) -> None:
    model = HistoryModel({})
    model.reload()
    model.refresh()
    model.search("x")
    assert model.rowCount() == 0
    assert model.record(0) is None


def rows_ids(model: HistoryModel) -> list[str]:
    return [model.index(row, Column.RECORDING_ID).data() for row in range(model.rowCount())]


def with_outcome(journal: JournalOnDisk, row: int) -> None:
    change(journal, "UPDATE calls SET outcome = 'not_sent' WHERE id = ?", row)


def change(journal: JournalOnDisk, sql: str, *values: object) -> None:
    """Write into the journal past everything of ours."""
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute(sql, values)
