"""The worker that asks what became of calls: its news in every case, and how it ends."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, QThread, Signal, Slot
from pytestqt.qtbot import QtBot

from dialer.calls.call import CallRecord
from dialer.calls.place import JournalError
from dialer.calls.reconcile import Comparison
from dialer.calls.records import Balance, PhoneAccount
from dialer.calls.sentence import Sentence
from dialer.settings.profile import Profile
from dialer.ui import records_worker
from dialer.ui.records_worker import (
    AccountsNews,
    BalanceNews,
    Choice,
    CompareOrder,
    ComparisonNews,
    Followed,
    RecordsWorker,
)
from ui.recorded_calls import ANSWERED, BARE, UNKNOWN

SECONDS = 10.0
"""How long is waited for what takes a fraction of a second."""

WORK = Profile("work", account="test_001")
ORDER = CompareOrder(WORK, 0, 1)
FULL = Sentence("The disk is full.")
BALANCE = Balance("12.5")
ACCOUNTS = (PhoneAccount("test_001"),)
COMPARISON = Comparison(settled=[ANSWERED, BARE])


class Desk:
    """Answers as a test says, and remembers what it was asked and on which threads.

    What is in `answers` is given once, an exception raised; then what is in `always`.
    """

    def __init__(self) -> None:
        self.always: dict[str, object] = {
            "prepare_search": 1.0,
            "step": Followed(wait_s=0.001),
            "balance": BALANCE,
            "accounts": ACCOUNTS,
            "compare": COMPARISON,
            "choose": (ANSWERED,),
        }
        self.answers: dict[str, list[object]] = {}
        self.asked: list[tuple[str, object]] = []
        self.threads: set[threading.Thread] = set()
        self.stopped = threading.Event()

    def open(self) -> None:
        self._answer("open")

    def know(self, profiles: Sequence[Profile]) -> None:
        self._answer("know", tuple(profiles))

    def prepare_search(self) -> float:
        return self._answer("prepare_search")  # type: ignore[return-value]

    def step(self) -> Followed:
        return self._answer("step")  # type: ignore[return-value]

    def wake(self, profile: str) -> None:
        self._answer("wake", profile)

    def nudge(self, call: CallRecord) -> None:
        self._answer("nudge", call)

    def balance(self, profile: Profile) -> Balance | None:
        return self._answer("balance", profile)  # type: ignore[return-value]

    def accounts(self, profile: Profile) -> Sequence[PhoneAccount]:
        return self._answer("accounts", profile)  # type: ignore[return-value]

    def compare(self, order: CompareOrder) -> Comparison | None:
        return self._answer("compare", order)  # type: ignore[return-value]

    def choose(self, choice: Choice) -> Sequence[CallRecord]:
        return self._answer("choose", choice)  # type: ignore[return-value]

    def stop(self) -> None:
        self.stopped.set()

    def close(self) -> None:
        self._answer("close")

    def times(self, name: str) -> int:
        """How often it was asked for that."""
        return sum(asked == name for asked, _ in self.asked)

    def _answer(self, name: str, with_what: object = None) -> object:
        self.threads.add(threading.current_thread())
        self.asked.append((name, with_what))
        once = self.answers.get(name)
        answer = once.pop(0) if once else self.always.get(name)
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer


class Window(QObject):
    """The window's side: asks by queued signals, and hears the news on its own thread."""

    open = Signal()
    know = Signal(object)
    wake = Signal(str)
    nudge = Signal(object)
    ask_balance = Signal(object)
    ask_accounts = Signal(object)
    compare = Signal(object)
    choose = Signal(object)
    close = Signal()

    def __init__(self, qtbot: QtBot, desk: Desk) -> None:
        super().__init__()
        self._qtbot = qtbot
        self.desk = desk
        self.worker = worker = RecordsWorker(desk)
        self.news: list[object] = []
        self.troubles: list[Sentence | None] = []
        self.threads: set[threading.Thread] = set()
        self.thread_of_worker = QThread()
        worker.moveToThread(self.thread_of_worker)
        for asked in (
            "open",
            "know",
            "wake",
            "nudge",
            "ask_balance",
            "ask_accounts",
            "compare",
            "choose",
            "close",
        ):
            getattr(self, asked).connect(getattr(worker, asked))
        for news in (
            worker.changed,
            worker.looking_for,
            worker.balance_known,
            worker.accounts_known,
            worker.compared,
        ):
            news.connect(self._hear)
        worker.trouble.connect(self._hear_trouble)
        worker.closed.connect(self.thread_of_worker.quit)
        self.thread_of_worker.start()

    @Slot(object)
    def _hear(self, news: object) -> None:
        self.threads.add(threading.current_thread())
        self.news.append(news)

    @Slot(object)
    def _hear_trouble(self, why: Sentence | None) -> None:
        self.troubles.append(why)

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until `condition` holds."""
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=round(SECONDS * 1000))

    def wait(self, count: int = 1) -> list[object]:
        """Wait for `count` news in all."""
        self.until(lambda: len(self.news) >= count)
        return self.news

    def follow(self, steps: int = 1) -> None:
        """Wait for so many further steps of following."""
        before = self.desk.times("step")
        self.until(lambda: self.desk.times("step") >= before + steps)

    def end(self) -> None:
        """Stop the worker, and wait until its thread has ended."""
        self.worker.stop()
        if self.thread_of_worker.isRunning():
            self.close.emit()
            self.until(self.thread_of_worker.isFinished)
        self.thread_of_worker.wait()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Iterator[Window]:
    made = Window(qtbot, desk)
    yield made
    made.end()


# News


def test_following_tells_what_changed_and_how_many_calls_are_looked_for(
    window: Window, desk: Desk
) -> None:
    desk.answers["step"] = [Followed((ANSWERED, BARE), 0.001, looked_for=2)]
    window.open.emit()
    assert window.wait(4) == [ANSWERED, BARE, 2, 0]
    assert window.threads == {threading.current_thread()}
    assert len(desk.threads) == 1
    assert not desk.threads & window.threads


REFUSED = JournalError(FULL)


@pytest.mark.parametrize(
    ("answer", "news"),
    [
        (BALANCE, BalanceNews(WORK, BALANCE)),
        (None, BalanceNews(WORK)),
        (REFUSED, BalanceNews(WORK, trouble=FULL)),
    ],
)
def test_a_question_for_the_balance_always_ends_in_news(
    window: Window, desk: Desk, answer: object, news: BalanceNews
) -> None:
    desk.answers["balance"] = [answer]
    window.ask_balance.emit(WORK)
    assert window.wait() == [news]


@pytest.mark.parametrize(
    ("answer", "news"),
    [
        (list(ACCOUNTS), AccountsNews(WORK, ACCOUNTS)),
        ([], AccountsNews(WORK)),
        (REFUSED, AccountsNews(WORK, trouble=FULL)),
    ],
)
def test_a_question_for_the_accounts_always_ends_in_news(
    window: Window, desk: Desk, answer: object, news: AccountsNews
) -> None:
    desk.answers["accounts"] = [answer]
    window.ask_accounts.emit(WORK)
    assert window.wait() == [news]


@pytest.mark.parametrize(
    ("answer", "news"),
    [
        (COMPARISON, [ComparisonNews(ORDER, COMPARISON), ANSWERED, BARE]),
        (lambda: None, [ComparisonNews(ORDER)]),
        (REFUSED, [ComparisonNews(ORDER, trouble=FULL)]),
    ],
)
def test_a_comparison_always_ends_in_news_and_settled_calls_change(
    window: Window, desk: Desk, answer: object, news: list[object]
) -> None:
    desk.answers["compare"] = [answer]
    window.compare.emit(ORDER)
    assert window.wait(len(news)) == news


@pytest.mark.parametrize("asked", ["ask_balance", "ask_accounts", "compare"])
def test_a_defect_in_an_answer_is_told_and_hides_no_further_one(
    window: Window, desk: Desk, caplog: pytest.LogCaptureFixture, asked: str
) -> None:
    desk.answers[asked.removeprefix("ask_")] = [KeyError("secret")]
    for _ in range(2):
        getattr(window, asked).emit(ORDER if asked == "compare" else WORK)
    broken, fine = window.wait(2)[:2]
    assert "has a defect (KeyError)" in str(broken.trouble)  # type: ignore[attr-defined]
    assert "secret" not in str(broken.trouble)  # type: ignore[attr-defined]
    assert fine.trouble is None  # type: ignore[attr-defined]
    assert [each.message for each in caplog.records] == ["a defect in what asks the provider"]


def test_stop_in_the_window_reaches_a_comparison_that_waits_for_its_turn(
    window: Window, desk: Desk
) -> None:
    busy, go_on = threading.Event(), threading.Event()

    def slow() -> Followed:
        busy.set()
        assert go_on.wait(SECONDS)
        return Followed(wait_s=SECONDS)

    order = replace(ORDER, stopped=threading.Event())
    desk.answers["step"] = [slow]
    desk.always["compare"] = lambda: None if order.stopped.is_set() else COMPARISON
    window.open.emit()
    window.until(busy.is_set)
    window.compare.emit(order)
    order.stopped.set()
    go_on.set()
    assert window.wait() == [ComparisonNews(order)]


# What the operator and the rest of the house say


@pytest.mark.parametrize("recording_id", ["first", None])
def test_the_operators_choice_changes_the_call_and_is_followed_at_once(
    window: Window, desk: Desk, recording_id: str | None
) -> None:
    desk.always["step"] = Followed(wait_s=SECONDS * 10)
    window.open.emit()
    window.until(lambda: desk.times("step") == 1)
    choice = Choice(UNKNOWN, recording_id)
    window.choose.emit(choice)
    assert window.wait() == [ANSWERED]
    window.until(lambda: desk.times("step") == 2)
    assert ("choose", choice) in desk.asked


def test_a_choice_that_could_not_be_written_is_told(window: Window, desk: Desk) -> None:
    desk.answers["choose"] = [REFUSED]
    window.choose.emit(Choice(UNKNOWN, "first"))
    window.until(lambda: window.troubles == [FULL])
    assert not window.news


def test_what_is_new_is_looked_at_without_waiting(window: Window, desk: Desk) -> None:
    desk.always["step"] = Followed(wait_s=SECONDS * 10)
    window.open.emit()
    window.until(lambda: desk.times("step") == 1)
    for number, (asked, with_what) in enumerate(
        ((window.nudge, BARE), (window.wake, "work"), (window.know, (WORK,))), 2
    ):
        asked.emit(with_what)
        window.until(lambda number=number: desk.times("step") == number)
    assert [each for each in desk.asked if each[1] is not None] == [
        ("nudge", BARE),
        ("wake", "work"),
        ("know", (WORK,)),
    ]


# Troubles


@pytest.mark.parametrize("where", ["open", "step"])
def test_a_defect_does_not_stop_following(
    window: Window,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    where: str,
) -> None:
    monkeypatch.setattr(records_worker, "IDLE_SECONDS", 0.001)
    desk.answers[where] = [KeyError("secret")]
    window.open.emit()
    window.follow(2)
    window.until(lambda: len(window.troubles) == 2)
    broken, fine = window.troubles
    assert "has a defect (KeyError)" in str(broken)
    assert fine is None
    assert [each.message for each in caplog.records] == ["a defect in what asks the provider"]


def test_a_lasting_trouble_is_told_once_until_it_is_over(window: Window, desk: Desk) -> None:
    desk.answers["step"] = [Followed(wait_s=0.001, trouble=FULL) for _ in range(3)]
    window.open.emit()
    window.follow(4)
    window.until(lambda: window.troubles == [FULL, None])


def test_a_search_index_that_cannot_be_written_stops_nothing_else(
    window: Window, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.always["prepare_search"] = REFUSED
    window.open.emit()
    window.follow(3)
    assert desk.times("prepare_search") == 1
    assert not window.troubles
    assert "the search index is not filled" in caplog.text


# The end


def test_after_stop_nothing_more_is_asked_and_close_says_so(window: Window, desk: Desk) -> None:
    window.open.emit()
    window.follow()
    window.worker.stop()
    assert desk.stopped.is_set()
    window.ask_balance.emit(WORK)
    window.ask_accounts.emit(WORK)
    window.compare.emit(ORDER)
    window.end()
    last = [name for name, _ in desk.asked][-1]
    assert last == "close"
    assert not {"balance", "accounts", "compare"} & {name for name, _ in desk.asked}
    assert not window.news


def test_stop_ends_the_question_under_way(window: Window, desk: Desk) -> None:
    busy = threading.Event()

    def until_stopped() -> Followed:
        busy.set()
        assert desk.stopped.wait(SECONDS)
        return Followed(wait_s=0.001)

    desk.always["step"] = until_stopped
    window.open.emit()
    window.until(busy.is_set)
    window.end()
    assert desk.times("step") == 1


def test_a_worker_that_was_stopped_first_never_opens(window: Window, desk: Desk) -> None:
    window.worker.stop()
    window.open.emit()
    window.end()
    assert [name for name, _ in desk.asked] == ["close"]


def test_the_thread_ends_also_where_closing_breaks(
    window: Window, desk: Desk, qtbot: QtBot
) -> None:
    desk.answers["close"] = [REFUSED]
    with qtbot.captureExceptions() as raised:
        window.end()
        assert window.thread_of_worker.isFinished()
    assert [kind for kind, *_ in raised] == [JournalError]
