"""The finder of the history: what is overtaken tells nothing, what fails is told once."""

import threading
from array import array
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from dialer.calls.call import CallRecord, Outcome
from dialer.calls.history_query import HistoryQuery
from dialer.calls.journal_reader import JournalReader
from dialer.calls.place import JournalError
from dialer.calls.sentence import Sentence
from dialer.ui.history_finder import FIRST, HistoryFinder, Search
from ui.journal_on_disk import JournalOnDisk
from ui.test_history_model import LongHistory


class SlowHistory(LongHistory):
    """Takes until it is interrupted, or told to go on, where “slow” is searched for."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.searched: list[str] = []
        self.closed = False
        self._interrupted = threading.Event()
        self.busy = threading.Event()

    def page(self, query: HistoryQuery, limit: int) -> list[CallRecord]:
        self.searched.append(query.search)
        if query.search == "slow":
            self._interrupted.clear()  # nothing was under way then
            self.busy.set()
            assert self._interrupted.wait(10)
            raise JournalError(Sentence("interrupted"))
        if query.search == "broken":
            raise JournalError(Sentence("The disk is gone."))
        if query.search == "defect":
            raise ZeroDivisionError
        return super().page(query, limit)

    def ids(self, query: HistoryQuery, after: int = 0) -> Iterator["array[int]"]:
        for chunk in super().ids(query, after):
            for start in range(0, len(chunk), 1000):
                yield chunk[start : start + 1000]

    def interrupt(self) -> None:
        self._interrupted.set()

    def close(self) -> None:
        self.closed = True


class Told:
    """What a finder told, in order."""

    def __init__(self, finder: HistoryFinder) -> None:
        self.news: list[tuple[str, int, object]] = []
        self.last = -1
        finder.first.connect(lambda search, calls: self._add("first", search, len(calls)))
        finder.more.connect(self._add_rows)
        finder.replaced.connect(lambda search, rows: self._add("replaced", search, list(rows)))
        finder.newer.connect(lambda search, rows: self._add("newer", search, list(rows)))
        finder.failed.connect(lambda search, why: self._add("failed", search, why))

    def _add(self, what: str, search: Search, value: object) -> None:
        self.news.append((what, search.generation, value))

    def _add_rows(self, search: Search, rows: object, last: bool) -> None:
        self._add("more", search, len(rows))  # type: ignore[arg-type]
        if last:
            self.last = search.generation


Opens = Callable[[Callable[[], object]], HistoryFinder]


@pytest.fixture
def finder_over(qapp) -> Iterator[Opens]:
    made: list[HistoryFinder] = []

    def over(reader: Callable[[], object]) -> HistoryFinder:
        made.append(HistoryFinder(reader))  # type: ignore[arg-type]
        return made[-1]

    yield over
    for finder in made:
        finder.close()


def test_the_first_calls_come_at_once_and_then_all_row_numbers(
    finder_over: Opens, qtbot: QtBot, journal: JournalOnDisk
) -> None:
    journal.write(*(Outcome.placed(f"1{number:018}") for number in range(FIRST + 9)))
    finder = finder_over(lambda: JournalReader(journal.path, journal.lifelines))
    told = Told(finder)
    finder.find(Search(1, HistoryQuery("placed")))
    qtbot.waitUntil(lambda: told.last == 1)
    assert told.news == [("first", 1, FIRST), ("more", 1, FIRST + 9)]
    finder.find(Search(2, HistoryQuery(f"1{7:018}")))
    qtbot.waitUntil(lambda: told.news[-1] == ("first", 2, 1))


def test_what_is_overtaken_is_interrupted_and_tells_nothing(
    finder_over: Opens, qtbot: QtBot
) -> None:
    history = SlowHistory(3)
    finder = finder_over(lambda: history)
    told = Told(finder)
    finder.find(Search(1, HistoryQuery("first")))
    qtbot.waitUntil(lambda: bool(told.news))
    finder.find(Search(2, HistoryQuery("slow")))
    assert history.busy.wait(10)
    finder.find(Search(3, HistoryQuery("next")))
    qtbot.waitUntil(lambda: told.news[-1][1] == 3)
    assert [news[:2] for news in told.news] == [("first", 1), ("first", 3)]


def test_of_searches_that_come_faster_than_they_are_found_only_the_last_is_told(
    finder_over: Opens, qtbot: QtBot
) -> None:
    history = SlowHistory(250_000)
    finder = finder_over(lambda: history)
    told = Told(finder)
    finder.find(Search(0, HistoryQuery("slow")))
    assert history.busy.wait(10)
    for generation in range(1, 30):
        finder.find(Search(generation, HistoryQuery(f"text {generation}")))
    qtbot.waitUntil(lambda: told.last == 29)
    assert {news[1] for news in told.news} == {29}
    pieces = [news[2] for news in told.news if news[0] == "more"]
    assert len(pieces) > 1
    assert sum(pieces) == 250_000  # type: ignore[arg-type]


def test_a_failure_is_told_once_and_the_next_search_is_answered(
    finder_over: Opens, qtbot: QtBot
) -> None:
    finder = finder_over(lambda: SlowHistory(3))
    told = Told(finder)
    finder.find(Search(1, HistoryQuery("broken")))
    qtbot.waitUntil(lambda: bool(told.news))
    finder.find(Search(2, HistoryQuery("whole")))
    qtbot.waitUntil(lambda: len(told.news) > 1)
    assert told.news == [("failed", 1, "The disk is gone."), ("first", 2, 3)]


def test_a_defect_is_logged_and_the_window_is_told(
    finder_over: Opens, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    finder = finder_over(lambda: SlowHistory(3))
    told = Told(finder)
    finder.find(Search(1, HistoryQuery("defect")))
    qtbot.waitUntil(lambda: bool(told.news))
    assert told.news[0][0] == "failed"
    assert "ZeroDivisionError" in caplog.text


def test_a_quiet_search_tells_newer_calls_where_that_is_all(
    finder_over: Opens, qtbot: QtBot
) -> None:
    finder = finder_over(lambda: SlowHistory(5))
    told = Told(finder)
    finder.find(Search(1, HistoryQuery(), quiet=True, newest=3, count=3))
    qtbot.waitUntil(lambda: bool(told.news))
    finder.find(Search(2, HistoryQuery(), quiet=True, newest=3, count=4))
    qtbot.waitUntil(lambda: len(told.news) > 1)
    assert told.news == [("newer", 1, [5, 4]), ("replaced", 2, [5, 4, 3, 2, 1])]


def test_closing_ends_a_search_under_way_and_its_connection(finder_over: Opens) -> None:
    history = SlowHistory(3)
    finder = finder_over(lambda: history)
    finder.find(Search(1, HistoryQuery("slow")))
    assert history.busy.wait(10)
    finder.close()
    assert history.closed
    assert not finder._thread.is_alive()


def test_nothing_is_opened_before_something_is_looked_for(finder_over: Opens) -> None:
    opened: list[bool] = []
    finder_over(lambda: opened.append(True)).close()
    assert opened == []
