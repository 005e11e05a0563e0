"""What a call is: requests valid by construction, and outcomes."""

import dataclasses

import pytest

from dialer.calls.call import NOTE_LIMIT, CallRecord, CallRequest, Cause, Outcome, OutcomeKind

REQUEST = CallRequest(callee="932111111111", account="test_001")


def test_the_providers_own_sample_is_a_valid_request() -> None:
    request = CallRequest("932111111111", "test_001", "1008122211", "4luaKsL2")
    assert (request.callee, request.display_number) == ("932111111111", "1008122211")
    assert not request.sandbox


@pytest.mark.parametrize("callee", ["1234567", "123456789012345"])
def test_a_callee_may_have_seven_to_fifteen_digits(callee: str) -> None:
    assert CallRequest(callee, "a").callee == callee


@pytest.mark.parametrize(
    "number",
    [
        "",
        "123456",
        "1234567890123456",
        "+442079460018",
        "44 2079460018",
        "442079460018\n",
        "４４２０７９４６００１８",
        "٤٤٢٠٧٩٤٦٠٠١٨",
        "44207946OO18",
    ],
)
def test_other_numbers_are_no_callee_and_no_display_number(number: str) -> None:
    with pytest.raises(ValueError, match="callee"):
        CallRequest(number, "a")
    with pytest.raises(ValueError, match="display number"):
        CallRequest("442079460018", "a", number)


@pytest.mark.parametrize("text", ["", " ", "two\nlines", " padded ", "bell\x07", "\u202eturned"])
def test_account_and_application_id_are_one_line_of_plain_text(text: str) -> None:
    with pytest.raises(ValueError, match="account"):
        CallRequest("442079460018", text)
    with pytest.raises(ValueError, match="application ID"):
        CallRequest("442079460018", "a", app_id=text)


def test_a_note_has_one_to_a_thousand_characters() -> None:
    assert CallRequest("442079460018", "a", note="n" * NOTE_LIMIT).note == "n" * 1000
    for note in ("", "n" * (NOTE_LIMIT + 1)):
        with pytest.raises(ValueError, match="note"):
            CallRequest("442079460018", "a", note=note)


@pytest.mark.parametrize("field", ["note", "profile"])
def test_text_that_no_file_can_hold_is_refused_before_the_call(field: str) -> None:
    with pytest.raises(ValueError, match="UTF-8"):
        dataclasses.replace(REQUEST, **{field: "caf\udce9"})


def test_a_request_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        REQUEST.callee = "442079460018"  # type: ignore[misc]


def test_every_outcome_is_one_of_four() -> None:
    made = (
        Outcome.placed("2203031113381000002"),
        Outcome.rejected("-10", "balance too low"),
        Outcome.not_sent(Cause.REFUSED),
        Outcome.unknown(Cause.NO_ANSWER),
    )
    assert [outcome.kind for outcome in made] == list(OutcomeKind)
    assert [str(kind) for kind in OutcomeKind] == ["placed", "rejected", "not_sent", "unknown"]


@pytest.mark.parametrize("recording_id", ["2203031113381000002", "x", "!" * 64])
def test_a_recording_id_is_any_printable_text_without_spaces(recording_id: str) -> None:
    assert Outcome.placed(recording_id).recording_id == recording_id


@pytest.mark.parametrize("recording_id", ["", " ", "two words", "1" * 65, "１２３", "1\n"])
def test_anything_else_places_no_call(recording_id: str) -> None:
    with pytest.raises(ValueError, match="recording ID"):
        Outcome.placed(recording_id)


def test_a_call_without_an_outcome_is_named_calling() -> None:
    call = CallRecord(1, "c", 0, REQUEST, None)
    assert call.outcome_name == "calling"
    ended = dataclasses.replace(call, outcome=Outcome.not_sent(Cause.LATE))
    assert ended.outcome_name == "not_sent"
