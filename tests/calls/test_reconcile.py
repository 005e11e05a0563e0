"""The journal and the provider's records are held against each other over a period."""

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from calls.data_folder import DataFolder
from calls.scripted_records import START, UNKNOWN, Desk, answered, refusal, unanswered
from dialer.calls.call import Following, Outcome
from dialer.calls.details import CallDetails
from dialer.calls.patience import Patience
from dialer.calls.reading import PagePatience
from dialer.calls.reconcile import MOST_LISTED, Comparison, compare
from dialer.calls.records import RecordsError

HOUR = 3600.0
DAY_MS = 86_400_000


@pytest.fixture
def desk(folder: DataFolder) -> Iterator[Desk]:
    made = Desk(folder)
    yield made
    made.close()


def compared(
    desk: Desk,
    since_ms: int = START - DAY_MS,
    go_on: Callable[[int], bool] = lambda _: True,
    here: Callable[[CallDetails], None] | None = None,
) -> Comparison | None:
    return compare(
        desk.journal,
        desk.provider,
        since_ms,
        desk.clock.now_ms(),
        "work",
        patience=PagePatience(monotonic=desk.clock.monotonic),
        now_ms=desk.clock.now_ms(),
        go_on=go_on,
        here=here,
    )


def found(desk: Desk, since_ms: int = START - DAY_MS) -> Comparison:
    comparison = compared(desk, since_ms)
    assert comparison
    return comparison


def test_each_side_is_told_what_the_other_lacks(desk: Desk) -> None:
    both = desk.placed(answered("1", START), nudged=False)
    only_here = desk.call(Outcome.placed("2"), nudged=False)
    unknown = desk.call(UNKNOWN, "442079460019", nudged=False)
    nowhere = desk.call(UNKNOWN, "442079460020", nudged=False)
    desk.provider.has(unanswered("3", START, "442079460019"), unanswered("4", START, "1555000111"))
    desk.clock.passed += HOUR
    comparison = found(desk)
    assert comparison.settled == [desk.now(unknown)]
    assert comparison.missing_there == [desk.now(only_here)]
    assert [each.recording_id for each in comparison.missing_here] == ["4"]
    assert (comparison.updated, comparison.more_here) == (1, 0)
    assert desk.now(both).following is Following.FINAL
    assert desk.now(nowhere).following is Following.NOT_THERE


def test_a_second_comparison_finds_nothing_new(desk: Desk) -> None:
    desk.placed(answered("1", START), nudged=False)
    desk.call(UNKNOWN, "442079460019", nudged=False)
    desk.provider.has(unanswered("3", START, "442079460019"))
    desk.clock.passed += HOUR
    assert found(desk).settled
    again = found(desk)
    assert again == Comparison()


def test_a_call_that_is_said_to_be_not_there_is_settled_if_it_turns_up(desk: Desk) -> None:
    call = desk.call(UNKNOWN)
    desk.pass_(HOUR)
    assert desk.now(call).following is Following.NOT_THERE
    desk.provider.has(unanswered("1", START))
    assert found(desk).settled == [desk.now(call)]


def test_a_call_given_up_gets_its_details(desk: Desk) -> None:
    call = desk.call(Outcome.placed("1"))
    desk.pass_(30 * HOUR)
    assert desk.now(call).following is Following.GIVEN_UP
    desk.provider.has(answered("1", START))
    assert found(desk).updated == 1
    assert desk.now(call).following is Following.FINAL


def test_several_that_may_be_one_call_are_offered_and_listed(desk: Desk) -> None:
    call = desk.call(UNKNOWN, nudged=False)
    desk.provider.has(unanswered("1", START), unanswered("2", START + 9_000))
    desk.clock.passed += HOUR
    comparison = found(desk)
    assert desk.now(call).following is Following.SEVERAL
    assert [each.recording_id for each in comparison.missing_here] == ["1", "2"]


def test_a_call_of_the_last_minutes_is_not_missed_yet(desk: Desk) -> None:
    call = desk.call(Outcome.placed("1"), nudged=False)
    unknown = desk.call(UNKNOWN, nudged=False)
    desk.clock.passed += 4 * 60
    assert found(desk).missing_there == []
    assert desk.now(call).following is Following.OPEN
    assert desk.now(unknown).following is Following.OPEN


def test_what_lies_beyond_the_period_is_not_told(desk: Desk) -> None:
    early = desk.call(Outcome.placed("1"), nudged=False)
    desk.provider.has(unanswered("2", START, "1555000111"))
    desk.clock.passed += HOUR
    late = desk.call(Outcome.placed("3"), nudged=False)
    desk.clock.passed += HOUR
    comparison = found(desk, START + 1_800_000)
    assert comparison.missing_there == [desk.now(late)]
    assert comparison.missing_here == []
    assert desk.now(early).following is Following.OPEN


def test_calls_of_another_profile_are_left_alone_but_their_records_are_theirs(desk: Desk) -> None:
    desk.call(Outcome.placed("1"), profile="home", nudged=False)
    desk.provider.has(unanswered("1", START))
    desk.clock.passed += HOUR
    assert found(desk) == Comparison()


def test_of_calls_older_than_the_provider_keeps_nothing_is_said(desk: Desk) -> None:
    call = desk.call(Outcome.placed("1"), nudged=False)
    unknown = desk.call(UNKNOWN, nudged=False)
    desk.clock.passed += 60 * 24 * HOUR
    assert found(desk, 0) == Comparison()
    assert desk.now(call).following is Following.OPEN
    assert desk.now(unknown).following is Following.OPEN


def test_two_months_can_be_compared_at_once(desk: Desk) -> None:
    call = desk.placed(unanswered("1", START), nudged=False)
    desk.clock.passed += 57 * 24 * HOUR
    assert found(desk, 0).updated == 1
    assert desk.now(call).following is Following.FINAL


def test_it_can_be_stopped_between_two_pages(desk: Desk) -> None:
    desk.provider.has(*(unanswered(f"other{n}", START, "1555000111") for n in range(500)))
    desk.clock.passed += HOUR
    told: list[int] = []

    def go_on(read: int) -> bool:
        told.append(read)
        return len(told) < 3

    assert compared(desk, go_on=go_on) is None
    assert told == [100, 200, 300]
    assert desk.provider.count() == 3


def test_what_the_provider_refuses_is_raised_and_nothing_is_said_to_be_missing(desk: Desk) -> None:
    call = desk.call(UNKNOWN, nudged=False)
    desk.clock.passed += HOUR
    desk.provider.trouble = lambda: refusal("-15")
    with pytest.raises(RecordsError):
        compared(desk)
    assert desk.now(call).following is Following.OPEN


class Endless:
    """A provider with as many records as one likes, made as they are asked for."""

    def __init__(self, number: int) -> None:
        self.number = number

    def records_between(self, since: int, until: int, patience: Patience) -> Iterator[CallDetails]:
        if since <= START <= until:
            for number in range(self.number):
                final = unanswered(f"{number:019}", START, "1555000111")
                yield replace(final, original="x" * 500)


@pytest.mark.parametrize("streamed", [True, False])
def test_memory_does_not_grow_with_the_records(desk: Desk, streamed: bool) -> None:
    number = 40_000 if streamed else MOST_LISTED + 1_000
    desk.provider = Endless(number)  # type: ignore[assignment]
    desk.clock.passed += HOUR
    count = 0

    def here(_: CallDetails) -> None:
        nonlocal count
        count += 1

    if not streamed:
        comparison = found(desk)
        assert (len(comparison.missing_here), comparison.more_here) == (MOST_LISTED, 1_000)
        assert {each.original for each in comparison.missing_here} == {"{}"}
        return
    tracemalloc.start()
    try:
        compared(desk, here=here)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    assert count == number


def test_a_clock_that_was_wrong_days_ago_does_not_shift_a_call_of_today(desk: Desk) -> None:
    skew = 600_000
    desk.placed(answered("old", START + skew, "15550001111"), nudged=False)
    desk.clock.passed += 10 * 24 * HOUR
    now = desk.clock.now_ms()
    call = desk.call(UNKNOWN, nudged=False)
    desk.provider.has(answered("own", now + 1000), answered("other", now + skew + 1000))
    desk.clock.passed += HOUR
    found(desk)
    outcome = desk.now(call).outcome
    assert outcome
    assert outcome.recording_id != "other"
