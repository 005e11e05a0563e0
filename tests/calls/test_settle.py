"""A call of uncertain outcome gets its recording ID where one record is certainly its own."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.data_folder import REQUEST, DataFolder
from calls.scripted_records import START, UNKNOWN, Desk, answered, refusal, unanswered
from dialer.calls.call import Cause, Following, Outcome, OutcomeKind
from dialer.calls.details import Ending

MINUTE = 60.0
REFUSED_LATE = Outcome.rejected("-18", "system error")


@pytest.fixture
def desk(folder: DataFolder) -> Iterator[Desk]:
    made = Desk(folder)
    yield made
    made.close()


def offered(desk: Desk, row: int) -> list[str]:
    return [each.recording_id for each in desk.journal.candidates(row)]


@pytest.mark.parametrize("outcome", [UNKNOWN, REFUSED_LATE, Outcome.rejected("-4711")])
def test_one_record_settles_the_call_and_its_details_are_kept(desk: Desk, outcome: Outcome) -> None:
    desk.provider.has(answered("1", START))
    call = desk.call(outcome)
    changed = desk.pass_(3 * MINUTE)
    now = desk.now(call)
    assert now.outcome
    assert (now.outcome.kind, now.outcome.recording_id) == (OutcomeKind.PLACED, "1")
    assert (now.settled, now.ending, now.following) == (True, Ending.ANSWERED, Following.FINAL)
    assert changed[-1] == now


def test_the_records_are_searched_after_twenty_seconds_and_ever_more_rarely(desk: Desk) -> None:
    desk.call(UNKNOWN)
    desk.pass_(60 * MINUTE)
    times = [at for at, _ in desk.provider.asked]
    assert times == pytest.approx([20, 60, 120, 300, 600, 1200, 1800], abs=5)


def test_without_a_record_the_call_is_not_there_after_half_an_hour(desk: Desk) -> None:
    call = desk.call(UNKNOWN)
    desk.pass_(29 * MINUTE)
    assert desk.now(call).following is Following.OPEN
    desk.pass_(3 * MINUTE)
    now = desk.now(call)
    assert now.following is Following.NOT_THERE
    assert now.outcome == UNKNOWN


@pytest.mark.parametrize("outcome", [Outcome.rejected("-10"), Outcome.not_sent(Cause.REFUSED)])
def test_a_call_that_certainly_was_not_placed_is_not_looked_for(
    desk: Desk, outcome: Outcome
) -> None:
    desk.call(outcome)
    desk.pass_(60 * MINUTE)
    assert desk.provider.count() == 0


def test_while_the_provider_cannot_be_asked_nothing_is_said_to_be_not_there(desk: Desk) -> None:
    call = desk.call(UNKNOWN)
    desk.provider.trouble = lambda: refusal(None)
    desk.pass_(5 * 60 * MINUTE)
    assert desk.now(call).following is Following.OPEN
    desk.provider.trouble = lambda: None
    desk.provider.has(unanswered("1", START))
    desk.pass_(15 * MINUTE)
    assert desk.now(call).settled


def test_a_fault_between_two_pages_concludes_nothing(desk: Desk) -> None:
    desk.provider.has(*(unanswered(f"other{n}", START - 1, "15550001111") for n in range(250)))
    desk.provider.has(unanswered("1", START))
    call = desk.call(UNKNOWN)
    faults = iter([None, refusal(None)])
    desk.provider.trouble = lambda: next(faults, None)
    desk.pass_(23)
    assert desk.now(call).following is Following.OPEN
    desk.pass_(2 * MINUTE)
    assert desk.now(call).settled


def test_a_defect_between_two_pages_concludes_nothing(desk: Desk) -> None:
    desk.provider.has(*(unanswered(f"other{n}", START - 1, "15550001111") for n in range(150)))
    call = desk.call(UNKNOWN)
    desk.clock.passed += 31 * MINUTE
    pages = iter([None])

    def defect() -> None:
        if next(pages, ...) is ...:
            raise ZeroDivisionError

    desk.provider.trouble = defect
    with pytest.raises(ZeroDivisionError):
        desk.pass_(MINUTE)
    desk.provider.trouble = lambda: None
    desk.provider.has(unanswered("1", START))
    desk.pass_(MINUTE)
    assert desk.now(call).settled


def test_a_record_that_comes_twice_is_one_record(desk: Desk) -> None:
    call = desk.call(UNKNOWN)
    record = unanswered("1", START)
    desk.provider.records_between = lambda *_: iter([record, record])  # type: ignore[method-assign]
    desk.pass_(MINUTE)
    assert desk.now(call).settled


def test_an_interrupted_call_is_settled_after_the_next_start(folder: DataFolder) -> None:
    desk = Desk(folder)
    call = desk.begin()
    desk.lifeline.close()  # as when the process ends
    desk.provider.has(unanswered("1", START))
    desk.clock.passed += 3600
    desk.start()
    desk.pass_(2 * MINUTE)
    assert desk.now(call).settled
    desk.close()


def test_a_call_under_way_is_waited_for_before_its_record_is_given_away(desk: Desk) -> None:
    unknown = desk.call(UNKNOWN)
    desk.clock.passed += 10
    under_way = desk.begin()
    desk.provider.has(unanswered("2", desk.clock.now_ms()))
    desk.pass_(3 * MINUTE)
    assert desk.now(unknown).outcome == UNKNOWN
    desk.placer.finish(under_way, Outcome.placed("2"))
    desk.pass_(40 * MINUTE)
    assert desk.now(unknown).following is Following.NOT_THERE


def test_the_record_of_a_placed_call_is_not_given_to_an_unknown_one(desk: Desk) -> None:
    unknown = desk.call(UNKNOWN)
    desk.call(Outcome.placed("2"), nudged=False)
    desk.provider.has(unanswered("2", START + 1_000))
    desk.pass_(40 * MINUTE)
    assert desk.now(unknown).following is Following.NOT_THERE


def test_another_callee_is_another_call(desk: Desk) -> None:
    call = desk.call(UNKNOWN)
    desk.provider.has(unanswered("1", START, "442079460019"))
    desk.pass_(40 * MINUTE)
    assert desk.now(call).following is Following.NOT_THERE


@pytest.mark.parametrize("written", ["+442079460018", "00442079460018", "44 20 7946 0018"])
def test_the_callee_may_be_written_otherwise(desk: Desk, written: str) -> None:
    call = desk.call(UNKNOWN)
    desk.provider.has(unanswered("1", START, written))
    desk.pass_(3 * MINUTE)
    assert desk.now(call).settled


def test_several_records_are_offered_and_the_operator_chooses(desk: Desk) -> None:
    call = desk.call(UNKNOWN)
    desk.provider.has(answered("1", START), unanswered("2", START + 5_000))
    desk.pass_(3 * MINUTE)
    now = desk.now(call)
    assert now.following is Following.SEVERAL
    assert now.outcome == UNKNOWN
    assert offered(desk, call.row) == ["1", "2"]
    desk.follower.choose(now, "2")
    desk.pass_(MINUTE)
    now = desk.now(call)
    assert (now.settled, now.ending, now.following) == (True, Ending.NO_ANSWER, Following.FINAL)


def test_the_operator_may_say_that_it_is_none_of_them(desk: Desk) -> None:
    call = desk.call(UNKNOWN)
    desk.provider.has(answered("1", START), unanswered("2", START + 5_000))
    desk.pass_(3 * MINUTE)
    desk.follower.choose(desk.now(call), None)
    desk.pass_(60 * MINUTE)
    assert desk.now(call).following is Following.NOT_THERE


def test_what_was_not_offered_cannot_be_chosen(desk: Desk) -> None:
    call = desk.call(UNKNOWN)
    with pytest.raises(ValueError, match="not offered"):
        desk.follower.choose(call, "1")


def test_a_choice_that_comes_too_late_changes_nothing_for_the_worse(desk: Desk) -> None:
    call = desk.call(UNKNOWN)
    desk.provider.has(answered("1", START), unanswered("2", START + 5_000))
    desk.pass_(3 * MINUTE)
    several = desk.now(call)
    desk.call(Outcome.placed("2"), nudged=False)
    assert [each.following for each in desk.follower.choose(several, "2")] == [Following.SEVERAL]
    assert offered(desk, call.row) == ["1"]
    desk.follower.choose(several, "1")
    settled = desk.now(call)
    assert settled.settled
    assert desk.follower.choose(several, None) == [settled]


def test_two_unknown_calls_with_two_records_are_settled_in_their_order(desk: Desk) -> None:
    first = desk.call(UNKNOWN)
    desk.clock.passed += 30
    second = desk.call(UNKNOWN)
    desk.provider.has(unanswered("2", START + 31_000), unanswered("1", START))
    desk.pass_(5 * MINUTE)
    found = [desk.now(call).outcome for call in (first, second)]
    assert [each.recording_id for each in found if each] == ["1", "2"]


def test_two_unknown_calls_with_one_record_are_left_to_the_operator(desk: Desk) -> None:
    first = desk.call(UNKNOWN)
    desk.clock.passed += 30
    second = desk.call(UNKNOWN)
    desk.provider.has(unanswered("1", START + 31_000))
    desk.pass_(20 * MINUTE)
    assert {desk.now(call).following for call in (first, second)} == {Following.OPEN}
    desk.pass_(20 * MINUTE)
    assert {desk.now(call).following for call in (first, second)} == {Following.SEVERAL}
    changed = desk.follower.choose(desk.now(second), "1")
    assert [each.row for each in changed] == [second.row, first.row]
    assert desk.now(first).following is Following.NOT_THERE
    assert desk.now(second).settled


def test_two_records_at_the_same_second_have_no_order(desk: Desk) -> None:
    calls = [desk.call(UNKNOWN) for _ in range(2)]
    desk.provider.has(unanswered("1", START), unanswered("2", START))
    desk.pass_(3 * MINUTE)
    assert {desk.now(call).following for call in calls} == {Following.SEVERAL}


def test_calls_of_two_profiles_are_never_settled_by_their_order(desk: Desk) -> None:
    desk.lines["home"] = desk.provider
    calls = [desk.call(UNKNOWN), desk.call(UNKNOWN, profile="home")]
    desk.provider.has(unanswered("1", START), unanswered("2", START + 1_000))
    desk.pass_(3 * MINUTE)
    assert {desk.now(call).following for call in calls} == {Following.SEVERAL}


def test_another_display_number_is_only_offered(desk: Desk) -> None:
    request = replace(REQUEST, display_number="1008122211")
    begun = desk.placer.begin(request)
    call = desk.placer.finish(begun, UNKNOWN)
    desk.follower.nudge(call)
    desk.provider.has(replace(unanswered("1", START), display_number="1008122299"))
    desk.pass_(20 * MINUTE)
    assert desk.now(call).following is Following.OPEN
    desk.pass_(20 * MINUTE)
    assert desk.now(call).following is Following.SEVERAL


@pytest.mark.parametrize("minutes", [-29, 29])
def test_by_a_clock_that_is_half_an_hour_wrong_the_record_is_still_offered(
    desk: Desk, minutes: int
) -> None:
    call = desk.call(UNKNOWN)
    desk.provider.as_seen = lambda final, _: final
    desk.provider.has(unanswered("1", START + minutes * 60_000))
    desk.pass_(40 * MINUTE)
    assert desk.now(call).following is Following.SEVERAL
    assert offered(desk, call.row) == ["1"]


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_placed_call_tells_how_wrong_the_clock_is(desk: Desk, minutes: int) -> None:
    ahead = minutes * 60_000
    desk.provider.as_seen = lambda final, _: final
    desk.placed(unanswered("1", START + ahead, "15550001111"))
    desk.pass_(10)
    call = desk.call(UNKNOWN)
    desk.provider.has(unanswered("2", desk.clock.now_ms() + ahead))
    desk.pass_(3 * MINUTE)
    assert desk.now(call).settled


def test_many_unknown_calls_are_searched_for_at_once(desk: Desk) -> None:
    calls = [desk.call(UNKNOWN, f"44207946{number:04}") for number in range(30)]
    for number in range(0, 30, 2):
        desk.provider.has(unanswered(str(number), START, f"44207946{number:04}"))
    desk.pass_(60 * MINUTE)
    assert [desk.now(call).settled for call in calls] == [True, False] * 15
    assert desk.provider.count() <= 60


NUMBERS = ("442079460018", "442079460019")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    calls=st.lists(
        st.tuples(
            st.sampled_from(("placed", "unknown", "refused", "lost")),
            st.sampled_from(NUMBERS),
            st.integers(0, 120),
            st.integers(-2_000, 2_000),
        ),
        min_size=1,
        max_size=6,
    ),
    foreign=st.lists(st.tuples(st.sampled_from(NUMBERS), st.integers(0, 600)), max_size=3),
)
def test_no_recording_id_is_ever_claimed_twice(
    folder: DataFolder,
    calls: list[tuple[str, str, int, int]],
    foreign: list[tuple[str, int]],
) -> None:
    desk = Desk(folder)
    try:
        desk.provider.has(*(unanswered(f"f{n}", START + at * 1000, callee)
                            for n, (callee, at) in enumerate(foreign)))  # fmt: skip
        made = []
        for number, (kind, callee, wait, off) in enumerate(calls):
            if kind != "lost":
                desk.provider.has(unanswered(str(number), desk.clock.now_ms() + off, callee))
            outcome = {
                "placed": Outcome.placed(str(number)),
                "refused": REFUSED_LATE,
            }.get(kind, UNKNOWN)
            made.append(desk.call(outcome, callee))
            desk.pass_(wait)
        desk.pass_(60 * MINUTE)
        ended = [desk.now(call) for call in made]
        for call in ended:
            # Choosing for one call may have taken the last record from another.
            if desk.now(call).following is Following.SEVERAL:
                desk.follower.choose(call, desk.journal.candidates(call.row)[0].recording_id)
        ids = [
            call.outcome.recording_id
            for call in map(desk.now, made)
            if call.outcome and call.outcome.recording_id
        ]
        assert len(set(ids)) == len(ids)
        assert {desk.now(call).request for call in made} <= {call.request for call in made}
        for call in map(desk.now, made):
            if call.outcome and (
                record := desk.provider.final.get(call.outcome.recording_id or "")
            ):
                assert record.callee == call.request.callee
    finally:
        desk.close()
        folder.close()
        for path in folder.path.iterdir():
            if path.is_file():
                path.unlink()
