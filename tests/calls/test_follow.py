"""Placed calls are followed until their record is final, and the provider is asked politely."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from calls.data_folder import DataFolder
from calls.scripted_records import START, UNKNOWN, Desk, answered, refusal, unanswered
from dialer.calls.call import Following, Outcome
from dialer.calls.details import Ending, Stage
from dialer.calls.pace import SANDBOX
from dialer.calls.patience import Patience

HOUR = 3600.0


@pytest.fixture
def desk(folder: DataFolder) -> Iterator[Desk]:
    made = Desk(folder)
    yield made
    made.close()


def gaps(desk: Desk) -> list[float]:
    times = [at for at, _ in desk.provider.asked]
    return [later - earlier for earlier, later in pairwise(times)]


def test_a_call_is_seen_to_be_called_to_ring_to_talk_and_to_end(desk: Desk) -> None:
    call = desk.placed(answered("1", START))
    changed = desk.pass_(300)
    stages = [each.stage for each in changed]
    assert list(dict.fromkeys(stages)) == [
        Stage.CALLING,
        Stage.RINGING,
        Stage.TALKING,
        Stage.ENDED,
    ]
    now = desk.now(call)
    assert (now.following, now.ending, now.duration_s) == (Following.FINAL, Ending.ANSWERED, 85)
    kept = desk.journal.details(call.row)
    assert kept
    assert kept.recording_file_id == "F1"


def test_the_first_look_comes_three_seconds_after_the_call_began(desk: Desk) -> None:
    desk.placed(unanswered("1", START))
    desk.pass_(10)
    assert 2.9 <= desk.provider.asked[0][0] <= 3.2


def test_one_call_is_asked_about_a_few_times_and_then_never_again(desk: Desk) -> None:
    desk.placed(answered("1", START))
    desk.pass_(24 * HOUR)
    assert 5 <= desk.provider.count() <= 20
    assert desk.provider.asked[-1][0] < 180


def test_two_requests_are_never_closer_than_three_seconds(desk: Desk) -> None:
    for number in range(20):
        desk.placed(answered(str(number), desk.clock.now_ms()))
        desk.pass_(7)
    desk.pass_(600)
    assert min(gaps(desk)) >= 3.0


def test_the_sandbox_may_be_asked_faster(folder: DataFolder) -> None:
    desk = Desk(folder, SANDBOX)
    desk.placed(answered("1", START))
    desk.pass_(200)
    assert desk.provider.asked[0][0] <= 1.2
    assert min(gaps(desk)) >= 0.5
    desk.close()


def test_looks_get_rarer_up_to_a_minute_while_nothing_happens(desk: Desk) -> None:
    desk.call(Outcome.placed("1"))
    desk.pass_(600)
    assert max(gaps(desk)) <= 72.5
    assert gaps(desk)[-1] > 40
    assert desk.provider.count() <= 25


def test_the_record_that_never_comes_is_given_up_after_a_day(desk: Desk) -> None:
    call = desk.call(Outcome.placed("1"))
    desk.pass_(23 * HOUR)
    assert desk.now(call).following is Following.OPEN
    desk.pass_(3 * HOUR)
    assert desk.now(call).following is Following.GIVEN_UP
    asked = desk.provider.count()
    assert asked < 120
    desk.pass_(24 * HOUR)
    assert desk.provider.count() == asked


def test_an_answered_call_without_a_recording_is_final_a_quarter_of_an_hour_later(
    desk: Desk,
) -> None:
    call = desk.placed(replace(answered("1", START), recording_file_id=None))
    desk.pass_(95 + 14 * 60)
    assert desk.now(call).following is Following.OPEN
    desk.pass_(6 * 60)
    assert desk.now(call).following is Following.FINAL
    assert desk.provider.count() < 35


@pytest.mark.parametrize("status", ["-22", "-24"])
def test_a_record_that_is_not_there_yet_is_no_fault(desk: Desk, status: str) -> None:
    call = desk.placed(unanswered("1", START))
    desk.provider.trouble = lambda: refusal(status) if desk.clock.passed < 20 else None
    desk.pass_(90)
    assert desk.now(call).following is Following.FINAL


def test_fifty_calls_at_once_are_read_by_page_and_not_one_by_one(desk: Desk) -> None:
    calls = [
        desk.placed(answered(str(number), START, f"44207946{number:04}")) for number in range(50)
    ]
    desk.pass_(20 * 60)
    assert {desk.now(call).following for call in calls} == {Following.FINAL}
    assert desk.provider.count() <= 90
    assert 1 <= desk.provider.count("page") <= 10


def test_a_day_of_three_hundred_calls_stays_polite(desk: Desk) -> None:
    calls = []
    for number in range(300):
        kind = answered if number % 2 else unanswered
        calls.append(desk.placed(kind(str(number), desk.clock.now_ms())))
        desk.pass_(96)
    desk.pass_(HOUR)
    assert {desk.now(call).following for call in calls} == {Following.FINAL}
    assert desk.provider.count() <= 300 * 12
    assert min(gaps(desk)) >= 3.0


def test_after_a_restart_open_calls_are_taken_up_in_bulk(desk: Desk) -> None:
    calls = [
        desk.placed(unanswered(str(number), desk.clock.now_ms()), nudged=False)
        for number in range(40)
    ]
    desk.clock.passed += 10 * HOUR
    desk.start()
    changed = desk.pass_(60)
    assert {desk.now(call).following for call in calls} == {Following.FINAL}
    assert len(changed) == 40
    assert desk.provider.asked[0][1] == "page"
    assert desk.provider.count() == 1


def test_few_open_calls_are_looked_at_by_themselves_after_a_restart(desk: Desk) -> None:
    for number in range(5):
        desk.placed(unanswered(str(number), desk.clock.now_ms()), nudged=False)
    desk.clock.passed += HOUR
    desk.start()
    desk.pass_(60)
    assert desk.provider.count("record") == 5
    assert desk.provider.count() == 5


def test_reading_in_bulk_costs_no_more_than_asking_for_each(desk: Desk) -> None:
    at = desk.clock.now_ms()
    desk.provider.has(*(answered(f"other{n}", at, "15550001111") for n in range(5_000)))
    for number in range(10):
        desk.placed(unanswered(str(number), at), nudged=False)
    desk.clock.passed += HOUR
    desk.start()
    desk.pass_(HOUR)
    assert desk.provider.count("page") <= 10
    assert desk.provider.count() <= 20
    assert desk.journal.open_calls(0, ["work"], 99) == []


def test_calls_months_apart_are_read_in_periods_that_the_provider_takes(desk: Desk) -> None:
    calls = []
    for week in range(8):
        for number in range(6):
            final = unanswered(f"{week}-{number}", desk.clock.now_ms())
            calls.append(desk.placed(final, nudged=False))
        desk.clock.passed += 7 * 24 * HOUR
    desk.start()
    desk.pass_(120)
    assert {desk.now(call).following for call in calls} == {Following.FINAL}
    assert desk.provider.count("page") == 8
    assert max(desk.provider.spans) <= 31 * 86_400_000


def test_what_the_provider_no_longer_keeps_is_given_up_without_a_question(desk: Desk) -> None:
    call = desk.placed(unanswered("1", START), nudged=False)
    unknown = desk.call(UNKNOWN, nudged=False)
    desk.clock.passed += 61 * 24 * HOUR
    desk.start()
    changed = desk.pass_(60)
    assert desk.now(call).following is Following.GIVEN_UP
    assert desk.now(unknown).following is Following.GIVEN_UP
    assert len(changed) == 2
    assert desk.provider.count() == 0


def test_asked_too_often_the_follower_asks_less_and_less(desk: Desk) -> None:
    call = desk.placed(unanswered("1", START))
    desk.provider.trouble = lambda: refusal("-15")
    desk.pass_(HOUR)
    waits = [round(gap, 3) for gap in gaps(desk)]
    assert waits == sorted(waits)
    assert 500 <= waits[-1] <= 720
    assert desk.provider.count() <= 14
    desk.provider.trouble = lambda: None
    desk.pass_(1000)
    assert desk.now(call).following is Following.FINAL


def test_new_calls_do_not_hurry_a_provider_that_was_asked_too_often(desk: Desk) -> None:
    desk.provider.trouble = lambda: refusal("-15")
    for number in range(60):
        desk.call(Outcome.placed(str(number)))
        desk.pass_(60)
    assert desk.provider.count() <= 14


def test_a_placed_call_shows_that_a_fault_is_over(desk: Desk) -> None:
    desk.call(Outcome.placed("1"))
    desk.provider.trouble = lambda: refusal(None)
    desk.pass_(8 * HOUR)
    desk.provider.trouble = lambda: None
    call = desk.placed(unanswered("2", desk.clock.now_ms()))
    desk.pass_(60)
    assert desk.now(call).following is Following.FINAL


def test_faults_slow_one_profile_and_not_another(desk: Desk) -> None:
    other = type(desk.provider)(desk.clock)
    other.trouble = lambda: refusal(None)
    desk.lines["home"] = other
    desk.call(Outcome.placed("h"), profile="home")
    call = desk.placed(unanswered("1", desk.clock.now_ms()))
    desk.pass_(HOUR)
    assert desk.now(call).following is Following.FINAL
    assert other.count() <= 14


def test_after_a_fault_that_is_over_all_is_as_before(desk: Desk) -> None:
    desk.provider.trouble = lambda: refusal(None) if desk.clock.passed < 300 else None
    call = desk.placed(answered("1", START))
    desk.pass_(1200)
    assert desk.now(call).following is Following.FINAL


def test_wrong_credentials_are_not_tried_again_until_there_are_others(desk: Desk) -> None:
    call = desk.placed(unanswered("1", START))
    desk.provider.trouble = lambda: refusal("-1")
    desk.pass_(24 * HOUR)
    assert desk.provider.count() == 1
    desk.provider.trouble = lambda: None
    desk.follower.wake("work")
    desk.pass_(60)
    assert desk.now(call).following is Following.FINAL


def test_without_credentials_at_hand_nothing_is_asked_until_they_are(desk: Desk) -> None:
    desk.lines["work"] = None
    call = desk.placed(unanswered("1", START))
    desk.pass_(300)
    assert desk.provider.count() == 0
    assert len(desk.steps) < 40
    desk.lines["work"] = desk.provider
    desk.follower.wake("work")
    desk.pass_(10)
    assert desk.now(call).following is Following.FINAL


def test_a_fresh_call_does_not_wait_behind_old_ones(desk: Desk) -> None:
    for number in range(200):
        desk.call(Outcome.placed(f"gone{number}"), nudged=False)
    desk.clock.passed += 20 * HOUR
    desk.start()
    desk.pass_(1900)
    call = desk.placed(unanswered("1", desk.clock.now_ms()))
    desk.pass_(45)
    assert desk.now(call).following is Following.FINAL


def test_calls_of_other_programs_are_found_within_a_minute(desk: Desk) -> None:
    desk.pass_(5)
    call = desk.placed(unanswered("1", desk.clock.now_ms()), nudged=False)
    desk.pass_(100)
    assert desk.now(call).following is Following.FINAL


def test_a_call_that_was_deleted_is_asked_about_no_more(desk: Desk) -> None:
    from dialer.calls.journal_forget import Forgetter

    call = desk.call(Outcome.placed("1"))
    desk.pass_(30)
    forgetter = Forgetter(desk.folder.journal, desk.folder.lifelines)
    forgetter.delete([call.row])
    forgetter.close()
    asked = desk.provider.count()
    desk.pass_(600)
    assert desk.provider.count() == asked


def test_once_stopped_nothing_is_asked_any_more(desk: Desk) -> None:
    desk.placed(unanswered("1", START))
    desk.follower.stop()
    desk.pass_(600)
    assert desk.provider.count() == 0


def test_a_stop_ends_what_is_being_asked(desk: Desk) -> None:
    desk.placed(unanswered("1", START))
    patiences = []

    def ask(recording_id: str, patience: object) -> None:
        desk.follower.stop()
        patiences.append(patience)
        raise refusal(None)

    desk.provider.record = ask  # type: ignore[assignment, method-assign]
    desk.pass_(60)
    assert [patience.stopped() for patience in patiences] == [True]


def test_a_stop_ends_a_page_that_is_being_read_beside_single_looks(desk: Desk) -> None:
    for number in range(6):
        desk.call(Outcome.placed(f"old{number}"), nudged=False)
    desk.provider.has(*(answered(f"other{n}", START, "15550001111") for n in range(500)))
    desk.clock.passed += HOUR
    desk.start()
    desk.follower.step()
    desk.call(Outcome.placed("1"))
    stopped = []
    reading = desk.provider._exchange

    def ask(what: str, patience: Patience) -> None:
        if what == "page" and desk.provider.count("record"):
            desk.follower.stop()
            stopped.append(patience.stopped())
        reading(what, patience)

    desk.provider._exchange = ask  # type: ignore[method-assign]
    desk.pass_(60)
    assert stopped == [True]


def test_a_stop_between_two_pages_is_not_taken_back(desk: Desk) -> None:
    from dialer.calls.reading import PagePatience

    patience = PagePatience(20, desk.clock.monotonic)
    desk.clock.passed += 60
    assert patience.remaining == 0
    patience.renew()
    assert patience.remaining == 20
    patience.stop()
    patience.renew()
    assert patience.remaining <= 5


def test_a_record_of_another_call_is_left_aside(desk: Desk) -> None:
    call = desk.call(Outcome.placed("1"))
    desk.provider.record = lambda *_: unanswered("2", START)  # type: ignore[assignment, method-assign]
    desk.pass_(60)
    assert desk.journal.details(call.row) is None
    assert desk.now(call).following is Following.OPEN


def test_a_journal_that_cannot_be_used_is_told_and_tried_again(desk: Desk) -> None:
    from dialer.calls.place import JournalError
    from dialer.calls.sentence import Sentence

    call = desk.placed(unanswered("1", START))
    keep = desk.journal.keep

    def full(*_: object) -> None:
        raise JournalError(Sentence("The disk is full."))

    desk.journal.keep = full  # type: ignore[assignment, method-assign]
    desk.pass_(60)
    assert "The disk is full." in {str(step.trouble) for step in desk.steps}
    assert desk.provider.count() < 6
    desk.journal.keep = keep  # type: ignore[method-assign]
    desk.pass_(60)
    assert desk.now(call).following is Following.FINAL
