"""When the balance is asked for, by a clock that the test turns."""

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome
from dialer.calls.place import EndedCall
from dialer.calls.records import Balance
from dialer.calls.sentence import Sentence
from dialer.settings.profile import Profile
from dialer.ui.balance_watch import BalanceWatch
from dialer.ui.records_worker import BalanceNews

WORK = Profile("work", low_balance="5.00")
HOME = Profile("home")
NO = Sentence("The provider said no.")
PLACED = Outcome.placed("2203031113381000002")


class Watched:
    """A watch, what it asked and what it told."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.watch = BalanceWatch(monotonic=lambda: self.now)
        self.asked: list[str] = []
        self.shown: list[tuple[str | None, str]] = []
        self.troubles: list[Sentence] = []
        self.watch.asked.connect(lambda profile: self.asked.append(profile.name))
        self.watch.shown.connect(
            lambda balance, limit: self.shown.append((balance and balance.balance, limit))
        )
        self.watch.troubled.connect(self.troubles.append)

    def answer(self, amount: str, profile: Profile = WORK) -> None:
        self.watch.on_news(BalanceNews(profile, Balance(amount)))

    def wait(self, seconds: float) -> None:
        """Let time pass, and the timer fire if it runs."""
        self.now += seconds
        (timer,) = self.watch.findChildren(QTimer)
        if timer.isActive():
            self.watch.look()

    def end_a_call(self, outcome: Outcome = PLACED) -> None:
        request = CallRequest("442079460018", "test_001", profile="work")
        self.watch.on_ended(EndedCall(CallRecord(1, "id", 0, request, outcome, 1), outcome))


@pytest.fixture
def watched(qapp: QApplication) -> Watched:
    made = Watched()
    made.watch.use(WORK)
    return made


def test_a_profile_is_asked_about_at_once_and_its_balance_shown(watched: Watched) -> None:
    assert watched.asked == ["work"]
    watched.answer("99.99")
    assert watched.shown == [(None, "5.00"), ("99.99", "5.00")]


def test_a_placed_call_asks_again_at_most_once_a_minute(watched: Watched) -> None:
    watched.answer("99.99")
    for _ in range(30):
        watched.wait(10)
        watched.end_a_call()
        if len(watched.asked) > 1:
            watched.answer("99")
    assert len(watched.asked) == 6  # in five minutes: at 0, 60, 120, …, 300 s


def test_what_may_not_be_asked_yet_is_asked_when_it_may(watched: Watched) -> None:
    watched.answer("99.99")
    watched.wait(1)
    watched.end_a_call()
    assert len(watched.asked) == 1
    watched.wait(59)
    assert len(watched.asked) == 2
    watched.answer("99")
    watched.wait(1000)
    assert len(watched.asked) == 2


@pytest.mark.parametrize("outcome", [Outcome.not_sent(Cause.NO_NAME), Outcome.rejected("-10")])
def test_a_call_that_was_not_placed_costs_nothing(watched: Watched, outcome: Outcome) -> None:
    watched.answer("99.99")
    watched.wait(100)
    watched.end_a_call(outcome)
    assert len(watched.asked) == 1


def test_questions_never_overlap(watched: Watched) -> None:
    watched.wait(70)
    watched.end_a_call()
    watched.watch.use(HOME)
    assert watched.asked == ["work"]
    watched.answer("99.99")
    assert watched.asked == ["work", "home"]
    assert watched.shown[-1] == (None, "")


def test_an_answer_that_never_comes_is_not_waited_for_without_end(watched: Watched) -> None:
    watched.wait(70)
    watched.end_a_call()
    watched.wait(49)
    assert len(watched.asked) == 1
    watched.wait(2)
    assert len(watched.asked) == 2


def test_another_profile_s_answer_is_not_shown_but_kept(watched: Watched) -> None:
    watched.watch.use(HOME)
    watched.answer("1.00", WORK)
    assert ("1.00", "5.00") not in watched.shown
    assert ("1.00", "") not in watched.shown
    watched.answer("7.00", HOME)
    watched.watch.use(WORK)
    assert watched.shown[-1] == ("1.00", "5.00")
    assert watched.asked == ["work", "home"]


def test_a_changed_limit_counts_at_once(watched: Watched) -> None:
    watched.answer("99.99")
    watched.watch.use(Profile("work", low_balance="100"))
    assert watched.shown[-1] == ("99.99", "100")


def test_why_there_is_no_balance_is_told(watched: Watched) -> None:
    watched.watch.on_news(BalanceNews(WORK, trouble=NO))
    assert watched.troubles == [NO]
    watched.watch.use(HOME)
    watched.watch.on_news(BalanceNews(WORK, trouble=NO))
    assert watched.troubles == [NO]


def test_where_nobody_could_be_asked_the_next_call_asks_at_once(watched: Watched) -> None:
    watched.watch.on_news(BalanceNews(WORK))
    assert (watched.shown, watched.troubles) == ([(None, "5.00")], [])
    watched.wait(3)
    watched.end_a_call()
    assert len(watched.asked) == 2


def test_without_a_profile_nobody_is_asked(watched: Watched) -> None:
    watched.answer("99.99")
    watched.watch.use(None)
    assert watched.shown[-1] == (None, "")
    watched.wait(100)
    watched.end_a_call()
    assert len(watched.asked) == 1


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("away", ["hide", "showMinimized"])
def test_a_window_that_is_long_out_of_sight_asks_when_it_is_seen(
    watched: Watched, qtbot: QtBot, away: str
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    watched.watch.watch(window)
    window.show()
    watched.answer("99.99")
    getattr(window, away)()
    watched.now += 59
    watched.end_a_call()
    watched.wait(2)  # out of sight for a minute by now
    watched.end_a_call()
    assert len(watched.asked) == 1
    window.showNormal()
    qtbot.waitUntil(lambda: len(watched.asked) == 2)


def test_the_timer_itself_asks(qapp: QApplication, qtbot: QtBot) -> None:
    watched = Watched()
    watched.watch.use(WORK)
    watched.answer("99.99")
    watched.now += 59.99
    watched.end_a_call()
    watched.now += 0.01
    assert len(watched.asked) == 1
    qtbot.waitUntil(lambda: len(watched.asked) == 2)
