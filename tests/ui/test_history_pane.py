"""The history: finding a call again, copying of it, and filling the fields in from it."""

import sqlite3
import threading
from array import array
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from dialer.calls.call import CallRecord, CallRequest, Outcome
from dialer.calls.history_query import HistoryQuery, Kind
from dialer.calls.journal_reader import JournalReader
from dialer.ui.call_panel import CallPanel
from dialer.ui.history_model import Column
from ui.journal_on_disk import PLACED, JournalOnDisk
from ui.operating import CTRL, ENTER, ESC, SECONDS, Operator, Start, words_in

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

BOB = CallRequest(
    "442079460018",
    "test_001",
    display_number="1008122211",
    note="Bob, about the invoice",
    profile="sandbox",
    sandbox=True,
)
ALICE = CallRequest("493012345678", "test_002", profile="sandbox", sandbox=True)


@pytest.fixture
def history(journal: JournalOnDisk) -> list[CallRecord]:
    """Two calls of the last hour: Bob's was placed, Alice's, the newer one, rejected."""
    return [
        *journal.write(PLACED, request=BOB),
        *journal.write(Outcome.rejected("-10", "balance is not enough"), request=ALICE),
    ]


@pytest.fixture
def operator(start: Start, history: list[CallRecord]) -> Operator:
    operator = start(sandbox=True)
    operator.until(lambda: len(operator.rows()) == 2)
    return operator


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def fields(operator: Operator) -> tuple[str, ...]:
    return tuple(operator.text(name) for name in ("Callee", "Display number", "Account", "Note"))


BOBS = ("+442079460018", "1008122211", "test_001", "Bob, about the invoice")
ALICES = ("+493012345678", "", "test_002", "")


# Filling in


def test_a_double_click_fills_the_fields_in_and_does_not_call(operator: Operator) -> None:
    place = operator.select(1)
    operator.double_click(operator.window.history.table.viewport(), place)
    assert fields(operator) == BOBS
    assert operator.focus == "Callee"
    assert not operator.busy
    assert len(operator.rows()) == 2


def test_enter_on_a_row_fills_the_fields_in_and_a_second_enter_calls(operator: Operator) -> None:
    operator.select(0)
    operator.press(ENTER)
    assert fields(operator) == ALICES
    assert not operator.busy
    operator.press(ENTER)
    assert operator.outcome().startswith("Placed.")
    assert len(operator.rows()) == 3


ON_MANY = (
    "Save recordings…",
    "Copy as table",
    "Copy recording IDs",
    "Delete",
    "Forget this callee…",
)
"""What can be done with one selected call or with many."""


def test_the_context_menu_fills_the_fields_in_and_does_not_call(operator: Operator) -> None:
    menu = open_menu(operator, 1)
    assert offered(menu) == [
        "Call again",
        "Details",
        "Copy number",
        "Copy recording ID",
        *ON_MANY,
        "Sort by",
    ]
    operator.press(Qt.Key.Key_Down, ENTER)
    assert fields(operator) == BOBS
    assert not operator.busy
    assert len(operator.rows()) == 2


def test_the_menu_of_the_window_fills_the_fields_in_and_does_not_call(operator: Operator) -> None:
    operator.select(1)
    operator.menu("Edit", "Call again")
    assert fields(operator) == BOBS
    assert not operator.busy
    assert len(operator.rows()) == 2


def test_the_panel_s_button_fills_the_fields_in_and_does_not_call(operator: Operator) -> None:
    operator.select(1)
    operator.click(operator.button("Call again"))
    assert fields(operator) == BOBS
    assert not operator.busy
    assert len(operator.rows()) == 2


def test_of_another_profile_s_call_only_what_works_with_this_one_is_filled_in(
    start: Start, journal: JournalOnDisk
) -> None:
    journal.write(PLACED, request=replace(BOB, profile="work", sandbox=False))
    operator = start(sandbox=True)
    operator.select(0)
    operator.press(ENTER)
    assert fields(operator) == ("+442079460018", "", "sandbox", "Bob, about the invoice")


def test_selecting_a_row_changes_no_field(operator: Operator) -> None:
    operator.write("49", into="Callee")
    operator.select(1)
    assert operator.text("Callee") == "49"
    assert operator.text("Account") == "sandbox"


def test_a_call_fills_in_while_another_is_under_way_and_is_not_called(
    operator: Operator,
) -> None:
    operator.write("442079460019", into="Callee")
    operator.press(ENTER)
    assert operator.busy
    operator.select(2)
    operator.press(ENTER)
    operator.press(ENTER)
    operator.until(lambda: not operator.busy)
    assert operator.message.startswith("Placed.")
    assert len(operator.rows()) == 3


# Copying


def test_ctrl_c_copies_the_recording_id(operator: Operator) -> None:
    operator.select(1)
    operator.press(Qt.Key.Key_C, modifier=CTRL)
    assert clipboard() == "2203031113381000002"
    assert "Copied 2203031113381000002" in " ".join(words_in(operator.window.status))


def test_the_context_menu_copies_number_and_recording_id(operator: Operator) -> None:
    open_menu(operator, 1)
    operator.press(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, ENTER)
    assert clipboard() == "+442079460018"
    open_menu(operator, 1)
    operator.press(*[Qt.Key.Key_Down] * 4, ENTER)
    assert clipboard() == "2203031113381000002"


def test_the_panel_and_the_menu_of_the_window_copy(operator: Operator) -> None:
    operator.select(1)
    operator.menu("Edit", "Copy number")
    assert clipboard() == "+442079460018"
    operator.click(operator.button("Copy recording ID"))
    assert clipboard() == "2203031113381000002"


def test_the_message_of_a_placed_call_copies_its_recording_id(operator: Operator) -> None:
    operator.call("442079460019")
    operator.window.history.table.clearSelection()
    operator.click(operator.button("Copy recording ID"))
    assert clipboard() == operator.rows()[0]["Recording ID"]


def test_a_call_without_recording_id_has_none_to_copy(operator: Operator) -> None:
    QGuiApplication.clipboard().setText("untouched")
    menu = open_menu(operator, 0)
    assert offered(menu) == ["Call again", "Details", "Copy number", *ON_MANY, "Sort by"]
    operator.press(ESC)
    operator.window.history.table.setFocus()
    operator.press(Qt.Key.Key_C, modifier=CTRL)
    assert clipboard() == "untouched"


# The selected call


def test_beside_the_table_stands_all_of_the_selected_call(operator: Operator) -> None:
    assert operator.window.history.panel is None
    operator.select(1)
    words = " ".join(words_in(panel(operator)))
    for part in (
        "+44 20 7946 0018",
        "Placed.",
        *BOBS[1:],
        "Sandbox: no phone rang",
        "2203031113381000002",
    ):
        assert part in words
    operator.select(0)
    words = " ".join(words_in(panel(operator)))
    for part in ("Rejected.", "(-10 balance is not enough)", "test_002"):
        assert part in words
    assert "2203031113381000002" not in words


def test_the_panel_gives_way_in_a_narrow_window(operator: Operator) -> None:
    operator.select(1)
    operator.window.resize(700, 500)
    operator.until(lambda: not panel(operator).isVisible())
    operator.window.resize(1200, 700)
    operator.until(lambda: panel(operator).isVisible())


def test_the_panel_follows_a_call_to_its_outcome(operator: Operator) -> None:
    operator.write("442079460019", into="Callee")
    operator.press(ENTER)
    operator.until(lambda: len(operator.rows()) == 3)
    operator.select(0)
    operator.until(lambda: "Placed." in words_in(panel(operator)))
    assert operator.rows()[0]["Recording ID"] in words_in(panel(operator))


# Searching


def test_the_search_finds_calls_by_what_stands_in_them(operator: Operator) -> None:
    operator.press(Qt.Key.Key_F, modifier=CTRL)
    assert operator.focus == "Search history"
    operator.write("invoice")
    operator.until(lambda: [row["Account"] for row in operator.rows()] == ["test_001"])
    operator.write("", into="Search history")
    operator.until(lambda: len(operator.rows()) == 2)


def test_what_is_not_found_says_what_was_searched(operator: Operator) -> None:
    operator.write("nobody", into="Search history")
    operator.until(lambda: not operator.rows())
    assert "Nothing found" in words_in(operator.window.history)
    assert operator.field("Search history").isVisible()
    operator.write("", into="Search history")
    operator.until(lambda: len(operator.rows()) == 2)
    assert "Nothing found" not in words_in(operator.window.history)


def test_a_call_placed_during_a_search_is_there_after_it(operator: Operator) -> None:
    operator.write("invoice", into="Search history")
    operator.until(lambda: len(operator.rows()) == 1)
    operator.call("442079460019")
    assert [row["Account"] for row in operator.rows()] == ["test_001"]
    operator.write("", into="Search history")
    operator.until(lambda: len(operator.rows()) == 3)
    assert operator.rows()[0]["Outcome"] == "Placed · sandbox"


def test_the_count_says_how_many_calls_are_shown(operator: Operator) -> None:
    assert "2 calls" in words_in(operator.window.history)
    operator.write("invoice", into="Search history")
    operator.until(lambda: "1 call" in words_in(operator.window.history))


def test_filters_narrow_what_is_found_and_are_taken_back_where_nothing_is(
    operator: Operator,
) -> None:
    history = operator.window.history
    chosen: list[Kind] = [Kind.REJECTED]
    history.set_filters(
        QLabel("Rejected only"), lambda query: replace(query, kinds=tuple(chosen)), chosen.clear
    )
    history.find_again()
    operator.until(lambda: [row["Account"] for row in operator.rows()] == ["test_002"])
    assert "Rejected only" in words_in(history)
    operator.write("invoice", into="Search history")
    operator.until(lambda: "No call fits the search and all filters." in words_in(history))
    operator.click(operator.button("Clear search and filters"))
    operator.until(lambda: len(operator.rows()) == 2)
    assert operator.text("Search history") == ""


def test_a_search_that_takes_long_says_so_and_keeps_the_rows(
    operator: Operator, journal: JournalOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    page = JournalReader.page

    def slow(reader: JournalReader, query: HistoryQuery, limit: int) -> list[CallRecord]:
        go_on.wait(10)
        return page(reader, query, limit)

    monkeypatch.setattr(JournalReader, "page", slow)
    operator.write("invoice", into="Search history")
    operator.until(lambda: "Searching…" in words_in(operator.window.history))
    assert len(operator.rows()) == 2
    go_on.set()
    operator.until(lambda: "1 call" in words_in(operator.window.history))


# Sorting


def accounts(operator: Operator) -> list[str]:
    return [row["Account"] for row in rows_of_model(operator)]


def rows_of_model(operator: Operator) -> list[dict[str, str]]:
    """The rows, by column titles without the mark of the order."""
    return [{title.rstrip(" ▲▼"): text for title, text in row.items()} for row in operator.rows()]


def click_title(operator: Operator, column: Column) -> None:
    header = operator.window.history.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(column) + 12, header.height() // 2)
    operator.click(header.viewport(), place)


def test_titles_sort_and_the_third_click_brings_the_newest_back_to_the_top(
    operator: Operator, journal: JournalOnDisk
) -> None:
    journal.write(PLACED, request=replace(BOB, account="test_003"))
    look(operator)
    operator.until(lambda: len(operator.rows()) == 3)
    newest_first = ["test_003", "test_002", "test_001"]
    assert accounts(operator) == newest_first
    click_title(operator, Column.ACCOUNT)
    operator.until(lambda: accounts(operator) == newest_first[::-1])
    assert "Account ▲" in operator.rows()[0]
    click_title(operator, Column.CALLEE)
    operator.until(lambda: accounts(operator)[2] == "test_002")
    click_title(operator, Column.CALLEE)
    operator.until(lambda: accounts(operator)[0] == "test_002")
    assert "Callee ▼" in operator.rows()[0]
    click_title(operator, Column.CALLEE)
    operator.until(lambda: accounts(operator) == newest_first)
    assert "Callee" in operator.rows()[0]


def test_the_context_menu_sorts_as_well(operator: Operator) -> None:
    menu = open_menu(operator, 1)
    sorts = menu.actions()[-1].menu()
    assert isinstance(sorts, QMenu)
    by = {action.text(): action for action in sorts.actions()}
    assert by["Newest first"].isChecked()
    by["Account"].trigger()
    operator.until(lambda: accounts(operator) == ["test_001", "test_002"])
    operator.press(ESC)
    operator.window.history.table.sort_newest_first()
    operator.until(lambda: accounts(operator) == ["test_002", "test_001"])


# The selection


def test_ctrl_a_selects_all_and_what_is_selected_stays_so(
    operator: Operator, journal: JournalOnDisk
) -> None:
    history = operator.window.history
    operator.select(0)
    operator.press(Qt.Key.Key_A, modifier=CTRL)
    assert history.selected_rows().tolist() == [2, 1]
    journal.write(PLACED)
    look(operator)
    operator.until(lambda: len(operator.rows()) == 3)
    assert history.selected_rows().tolist() == [2, 1]
    click_title(operator, Column.ACCOUNT)
    operator.until(lambda: history._model.total == 3)
    assert sorted(history.selected_rows()) == [1, 2]
    asked: list[bool] = []
    history.copy_many_asked.connect(lambda: asked.append(True))
    history.table.setFocus()
    operator.press(Qt.Key.Key_C, modifier=CTRL)
    assert asked == [True]


def test_ctrl_a_takes_in_what_is_still_looked_for(
    start: Start, journal: JournalOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.write(PLACED)
    many(journal, 999)
    operator = start(sandbox=True)
    history = operator.window.history
    operator.until(lambda: history._model.total == 1_000)
    all_ids, selected = JournalReader.ids, threading.Event()

    def ids_once_selected(
        reader: JournalReader, query: HistoryQuery, after: int = 0
    ) -> "Iterator[array[int]]":
        assert selected.wait(SECONDS)
        yield from all_ids(reader, query, after)

    monkeypatch.setattr(JournalReader, "ids", ids_once_selected)
    click_title(operator, Column.ACCOUNT)
    operator.until(lambda: history._model.rowCount() < 1_000)
    assert history._model.total is None
    history.table.setFocus()
    operator.press(Qt.Key.Key_A, modifier=CTRL)
    selected.set()
    operator.until(lambda: history._model.total == 1_000)
    assert history.table.selected_count() == 1_000


def test_the_selected_call_is_selected_after_the_search_as_well(operator: Operator) -> None:
    operator.select(1)
    operator.write("invoice", into="Search history")
    operator.until(lambda: len(operator.rows()) == 1)
    assert operator.window.history.selected_rows().tolist() == [1]
    operator.write("", into="Search history")
    operator.until(lambda: len(operator.rows()) == 2)
    selected = operator.window.history.selected()
    assert selected is not None
    assert selected.request == BOB


def test_twenty_thousand_selected_calls_stay_selected_when_some_are_deleted(
    start: Start, journal: JournalOnDisk
) -> None:
    journal.write(PLACED)
    many(journal, 20_000)
    operator = start(sandbox=True)
    operator.until(lambda: operator.window.history._model.total == 20_001)
    history = operator.window.history
    history.table.selectAll()
    history.table.verticalScrollBar().setValue(10_000)
    on_top = history._model.record(history.table.rowAt(0))
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute("DELETE FROM calls WHERE id IN (5000, 15000)")
    look(operator)
    operator.until(lambda: history._model.total == 19_999)
    assert len(history.selected_rows()) == 19_999
    assert history._model.record(history.table.rowAt(0)) == on_top


def look(operator: Operator) -> None:
    """What the program does every two seconds."""
    operator.program._watch._look()


def many(journal: JournalOnDisk, count: int) -> None:
    """Write the one call that is there `count` times more."""
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(calls)")]
        copied = ", ".join(name for name in names if name not in {"id", "call_id"})
        connection.execute(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
            f" INSERT INTO calls (call_id, {copied})"
            f" SELECT printf('%032x', i), {copied} FROM n, (SELECT * FROM calls WHERE id = 1)"
        )


# How it stands there


def test_the_newest_call_is_on_top(operator: Operator) -> None:
    operator.call("442079460019")
    assert [row["Callee"] for row in operator.rows()] == [
        "+44 20 7946 0019",
        "+49 30 12345678",
        "+44 20 7946 0018",
    ]
    rectangles = [
        operator.window.history.table.visualRect(
            operator.window.history.table.model().index(row, Column.CALLEE)
        )
        for row in range(3)
    ]
    assert rectangles == sorted(rectangles, key=lambda each: each.top())


def test_a_new_call_leaves_the_selected_one_selected(operator: Operator) -> None:
    operator.select(1)
    operator.call("442079460019")
    selected = operator.window.history.selected()
    assert selected is not None
    assert selected.request == BOB


def test_a_narrow_table_drops_columns_and_keeps_time_callee_and_outcome(
    operator: Operator,
) -> None:
    table = operator.window.history.table
    operator.until(lambda: not any(table.isColumnHidden(column) for column in Column))
    operator.window.resize(480, 500)
    operator.until(lambda: table.isColumnHidden(Column.DISPLAY_NUMBER))
    for column in (Column.TIME, Column.CALLEE, Column.OUTCOME):
        assert not table.isColumnHidden(column)
    assert not table.horizontalScrollBar().isVisible()


def test_the_table_and_the_search_go_by_their_names(operator: Operator) -> None:
    history = operator.window.history
    for widget, name in ((history.table, "History"), (history.search, "Search history")):
        told = QAccessible.queryAccessibleInterface(widget)
        assert told.text(QAccessible.Text.Name) == name


def panel(operator: Operator) -> CallPanel:
    shown = operator.window.history.panel
    assert isinstance(shown, CallPanel)
    return shown


def offered(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text() and action.isEnabled()]


def open_menu(operator: Operator, row: int) -> QMenu:
    """Click on a row with the right button, as far as Qt tells of it."""
    place = operator.select(row)
    viewport = operator.window.history.table.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu
