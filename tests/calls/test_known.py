"""What was fetched of a call is never lost to a later, poorer record."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.data_folder import DataFolder
from calls.scripted_records import START, Desk, answered, seen_at, unanswered
from dialer.calls.call import Following
from dialer.calls.details import CallDetails, Ending, Stage
from dialer.calls.known import is_complete, together

MOMENTS = st.none() | st.integers(START, START + 200_000)
FACTS = {
    "submitted_at": MOMENTS,
    "called_at": MOMENTS,
    "ringing_at": MOMENTS,
    "answered_at": MOMENTS,
    "ended_at": MOMENTS,
    "duration_s": st.none() | st.integers(0, 100),
    "hangup_code": st.sampled_from((None, "0", "200", "480", "486", "999")),
    "hangup_reason": st.none() | st.just("Busy here"),
    "cost": st.none() | st.just(Decimal("0.042")),
    "recording_file_id": st.none() | st.just("F1"),
}
RECORDS = st.builds(CallDetails, st.just("1"), **FACTS)
STAGES = list(Stage)


def facts(details: CallDetails) -> dict[str, object]:
    names = [field.name for field in fields(details)]
    return {name: value for name in names if (value := getattr(details, name)) is not None}


@given(st.lists(RECORDS, min_size=2, max_size=6))
def test_no_sequence_of_records_takes_anything_back(records: list[CallDetails]) -> None:
    known = records[0]
    for fresh in records[1:]:
        now = together(known, fresh)
        assert facts(known).keys() <= facts(now).keys()
        assert STAGES.index(now.stage) >= STAGES.index(known.stage)
        assert now.answered or not known.answered
        assert together(now, fresh) == now, "the same record twice is no news"
        known = now


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.none() | RECORDS, min_size=1, max_size=5))
def test_in_the_journal_an_ended_call_stays_ended(
    folder: DataFolder, records: list[CallDetails | None]
) -> None:
    desk = Desk(folder)
    try:
        script = iter([answered("1", desk.clock.now_ms()), *records])
        desk.provider.as_seen = lambda final, _: next(script, None)
        final = replace(answered(f"{START}", START), recording_id="1", recording_file_id=None)
        call = desk.placed(final)
        desk.journal.keep(call, replace(final, cost=None), Following.OPEN)
        desk.pass_(3600)
        now = desk.now(call)
        assert (now.stage, now.ending, now.following) == (
            Stage.ENDED,
            Ending.ANSWERED,
            Following.FINAL,
        )
    finally:
        desk.close()
        folder.close()
        for path in folder.path.iterdir():
            if path.is_file():
                path.unlink()


def test_a_newer_record_counts_where_both_say_something() -> None:
    corrected = replace(answered("1", START), cost=Decimal("0.05"))
    assert together(answered("1", START), corrected) == corrected


def test_an_empty_record_changes_nothing() -> None:
    known = answered("1", START)
    assert together(known, CallDetails("1")) == known


def test_an_ended_call_that_no_longer_seems_to_be_only_learns_more() -> None:
    known = replace(answered("1", START), recording_file_id=None, region="UK")
    late = seen_at(answered("1", START), START + 50_000)
    assert late
    now = together(known, replace(late, recording_file_id="F1", region="FR"))
    assert now == replace(known, recording_file_id="F1")


def test_the_record_of_another_call_is_never_mixed_in() -> None:
    with pytest.raises(ValueError, match="another"):
        together(answered("1", START), answered("2", START))


@pytest.mark.parametrize(
    ("details", "complete"),
    [
        (answered("1", START), True),
        (unanswered("1", START), True),
        (replace(answered("1", START), recording_file_id=None), False),
        (replace(answered("1", START), cost=None), False),
        (replace(answered("1", START), duration_s=None), False),
        (replace(unanswered("1", START), hangup_code=None), False),
        (replace(answered("1", START), ended_at=None), False),
        (replace(unanswered("1", START), ended_at=None), True),
        (replace(answered("1", START), duration_s=0, recording_file_id=None), True),
        (CallDetails("1"), False),
    ],
)
def test_a_record_is_final_when_nothing_more_is_to_be_expected(
    details: CallDetails, complete: bool
) -> None:
    assert is_complete(details) is complete


def test_cost_currency_and_rate_are_never_of_two_records() -> None:
    dollars = replace(answered("1", START), cost=Decimal(1), currency="USD")
    euros = replace(dollars, cost=None, currency="EUR", rate=Decimal("0.1"))
    now = together(dollars, euros)
    assert (now.cost, now.currency, now.rate) == (1, "USD", None)


def test_a_currency_that_was_named_is_kept_where_the_same_cost_comes_without() -> None:
    named = replace(answered("1", START), cost=Decimal(1), currency="EUR")
    assert together(named, replace(named, currency="USD")).currency == "EUR"
