"""When calling the same callee again is asked about."""

from dataclasses import replace

import pytest

from calls.data_folder import PLACED, REQUEST
from dialer.calls.again import PLACED_MS, UNSETTLED_MS, reason_to_ask
from dialer.calls.call import CallRecord, Cause, Following, Outcome
from dialer.calls.details import Stage

NOW = 1_767_294_245_000
UNKNOWN = Outcome.unknown(Cause.NO_ANSWER)


def ended(outcome: Outcome | None, ago_ms: int, *, settled: bool = False) -> CallRecord:
    """A call that ended so long ago, having begun a second before."""
    end = NOW - ago_ms
    return CallRecord(
        1, "c0ffee", end - 1_000, REQUEST, outcome, None if outcome is None else end, settled
    )


@pytest.mark.parametrize(
    ("last", "asks"),
    [
        (ended(PLACED, 0), True),
        (ended(PLACED, PLACED_MS - 1), True),
        (ended(PLACED, PLACED_MS), False),
        (ended(UNKNOWN, 0), True),
        (ended(UNKNOWN, UNSETTLED_MS - 1), True),
        (ended(UNKNOWN, UNSETTLED_MS), False),
        (ended(UNKNOWN, 0, settled=True), False),
        (ended(Outcome.rejected("-18"), UNSETTLED_MS - 1), True),
        (ended(Outcome.rejected("-18"), UNSETTLED_MS), False),
        (ended(Outcome.rejected("-4711"), 60_000), True),
        (ended(Outcome.rejected("-10"), 0), False),
        (ended(Outcome.rejected("-26"), 0), False),
        (ended(Outcome.not_sent(Cause.REFUSED), 0), False),
        (ended(None, 0), True),
    ],
)
def test_it_is_asked_about_while_the_phones_may_ring(last: CallRecord, asks: bool) -> None:
    assert (reason_to_ask([last], NOW) is not None) == asks


def test_without_a_call_there_is_nothing_to_ask() -> None:
    assert reason_to_ask([], NOW) is None


def test_a_later_call_that_was_not_sent_does_not_settle_an_unknown_one() -> None:
    calls = [ended(Outcome.not_sent(Cause.REFUSED), 0), ended(UNKNOWN, 120_000)]
    assert "2 min ago" in str(reason_to_ask(calls, NOW))


def test_a_clock_that_was_put_back_asks_rather_than_not() -> None:
    assert "a few seconds ago" in str(reason_to_ask([ended(PLACED, -3_600_000)], NOW))


def test_the_age_is_told_as_people_say_it() -> None:
    assert "a few seconds ago" in str(reason_to_ask([ended(PLACED, 7_900)], NOW))
    assert "less than a minute ago" in str(reason_to_ask([ended(UNKNOWN, 59_999)], NOW))
    assert "29 min ago" in str(reason_to_ask([ended(UNKNOWN, UNSETTLED_MS - 1)], NOW))


@pytest.mark.parametrize("outcome", [UNKNOWN, Outcome.rejected("-18")])
def test_a_call_that_the_provider_does_not_show_is_not_asked_about(outcome: Outcome) -> None:
    last = ended(outcome, 60_000)
    assert reason_to_ask([replace(last, following=Following.SEVERAL)], NOW) is not None
    assert reason_to_ask([replace(last, following=Following.NOT_THERE)], NOW) is None


def test_a_call_that_was_just_settled_was_not_just_placed() -> None:
    began = NOW - 60_000
    settled = CallRecord(1, "c0ffee", began, REQUEST, PLACED, ended_at=None, settled=True)
    assert reason_to_ask([settled], NOW) is None


@pytest.mark.parametrize("stage", [Stage.CALLING, Stage.RINGING, Stage.TALKING])
def test_a_call_that_still_goes_on_by_its_record_is_asked_about(stage: Stage) -> None:
    last = replace(ended(PLACED, 60_000), following=Following.OPEN, stage=stage)
    assert "still going on" in str(reason_to_ask([last], NOW))
    over = replace(last, following=Following.FINAL, stage=Stage.ENDED)
    assert reason_to_ask([over], NOW) is None
