"""A provider's record of a call is read leniently, and nothing in it makes the reader raise."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.details import CallDetails, Ending, Stage
from dialer.calls.plain import plain
from dialer.provider.envelope import read_envelope
from dialer.provider.record_reader import ORIGINAL_LIMIT, read_details

ID = "2203031113381000002"
RECORD = {
    "voiceId": ID,
    "sipGroupName": "Sales",
    "phoneName": "Desk 1",
    "callee": "932111111111",
    "displayNum": "1008122211",
    "code": "Afghanistan",
    "submitTime": "2026-01-02T03:04:05+08:00",
    "callTime": "2026-01-02T03:04:06+08:00",
    "ringingTime": "2026-01-02T03:04:08+08:00",
    "answerTime": "2026-01-02T03:04:15+08:00",
    "hangupTime": "2026-01-02T03:05:20+08:00",
    "callDuration": 65,
    "chargedDuration": 80,
    "terminationCode": "200",
    "terminationReason": "Normal Clearing",
    "cost": "0.042000",
    "rate": "0.031500",
    "billPeriod": "20+20",
    "recordingFileId": "F/1?a=b&c",
}
SUBMITTED = 1767294245000


def envelope_data(data: str) -> Any:
    envelope = read_envelope(b'{"status":"0","data":' + data.encode() + b"}")
    assert envelope is not None
    return envelope.data


def read(asked: str | None = ID, **fields: object) -> CallDetails:
    details = read_details(envelope_data(json.dumps({**RECORD, **fields})), asked)
    assert details is not None
    return details


def test_a_whole_record_is_read_whole() -> None:
    details = read()
    assert details == CallDetails(
        ID,
        callee="932111111111",
        display_number="1008122211",
        submitted_at=SUBMITTED,
        called_at=SUBMITTED + 1000,
        ringing_at=SUBMITTED + 3000,
        answered_at=SUBMITTED + 10000,
        ended_at=SUBMITTED + 75000,
        duration_s=65,
        charged_s=80,
        hangup_code="200",
        hangup_reason="Normal Clearing",
        cost=Decimal("0.042000"),
        currency="USD",
        rate=Decimal("0.031500"),
        billing_period="20+20",
        phone_group="Sales",
        phone_name="Desk 1",
        region="Afghanistan",
        recording_file_id="F/1?a=b&c",
        original=details.original,
    )
    assert str(details.cost) == "0.042000"
    assert (details.stage, details.ending) == (Stage.ENDED, Ending.ANSWERED)
    assert json.loads(details.original) == RECORD


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-02T03:04:05+08:00",
        "2026-01-01T19:04:05Z",
        "2026-01-01T19:04:05.000000+0000",
        "20260102T030405+08",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05",
        "  2026-01-02 03:04:05 ",
        SUBMITTED,
        str(SUBMITTED),
        float(SUBMITTED),
        SUBMITTED // 1000,
        str(SUBMITTED // 1000),
    ],
)
def test_a_time_is_read_however_it_is_written(written: object) -> None:
    assert read(submitTime=written).submitted_at == SUBMITTED


def test_parts_of_a_second_are_kept() -> None:
    assert read(submitTime="2026-01-02 03:04:05.678").submitted_at == SUBMITTED + 678


@pytest.mark.parametrize(
    "written",
    [
        "",
        None,
        "null",
        0,
        "0",
        -1,
        True,
        [],
        {},
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-08:00",
        "0000-00-00 00:00:00",
        "1970-01-01T08:00:00+08:00",
        "2026-02-30 00:00:00",
        10**30,
        1e300,
        "2026-01-02\ud800",
        "soon",
    ],
)
def test_what_is_no_time_is_none(written: object) -> None:
    assert read(submitTime=written).submitted_at is None


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (65, 65),
        ("65", 65),
        (" 65 ", 65),
        (65.9, 65),
        ("65.9", 65),
        ("6.5e1", 65),
        (0, 0),
        ("-0", 0),
        (-1, None),
        (-0.5, None),
        (10**7, 10**7),
        (10**7 + 1, None),
        (1e300, None),
        ("9" * 30, None),
        ("", None),
        (None, None),
        ("1:05", None),
        (True, None),
        ([65], None),
    ],
)
def test_durations(written: object, read_as: int | None) -> None:
    assert read(callDuration=written).duration_s == read_as
    assert read(chargedDuration=written).charged_s == read_as


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ('"0.042000"', "0.042000"),
        ("0.042000", "0.042000"),
        ("0.1", "0.1"),
        ("4", "4"),
        ("-1.5", "-1.5"),
        ("-0.00", "0.00"),
        ("1e-7", "1E-7"),
        ('"999999999999.999999"', "999999999999.999999"),
        ('"1000000000000"', None),
        ("1e-19", None),
        ("1e999", None),
        ('"NaN"', None),
        ('"Infinity"', None),
        ('"1,5"', None),
        ('"$1"', None),
        ('"١"', None),
        ("null", None),
        ('""', None),
        ("true", None),
        ("[1]", None),
    ],
)
def test_money_is_exact_and_bounded(written: str, read_as: str | None) -> None:
    text = json.dumps({**RECORD, "rate": None}).replace('"0.042000"', written)
    details = read_details(envelope_data(text), ID)
    assert details
    assert (str(details.cost) if details.cost is not None else None) == read_as
    assert type(details.cost) in (Decimal, type(None))
    assert details.currency == ("USD" if read_as else None)


def test_another_currency_comes_with_what_was_paid_in_dollars() -> None:
    details = read(currency="CNY", settleRate="0.0044", quoteExchange=7.12, settlePay="0.0059")
    assert (details.currency, details.settled_rate) == ("CNY", Decimal("0.0044"))
    assert (details.exchange_rate, details.settled_cost) == (Decimal("7.12"), Decimal("0.0059"))


def test_costs_may_be_in_euros_by_their_field() -> None:
    euros = read(cost=None, costEur="0.04")
    assert (euros.cost, euros.currency) == (Decimal("0.04"), "EUR")
    both = read(cost="0.05", costEur="0.04")
    assert (both.cost, both.currency) == (Decimal("0.05"), "USD")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("486", "486"),
        (486, "486"),
        (486.0, "486"),
        (" 486 ", "486"),
        ("SIP 486", "SIP 486"),
        ("", None),
        ("x" * 33, None),
        ("４８６", None),
        ("4\x0086", None),
        (48.6, None),
        (None, None),
        (False, None),
    ],
)
def test_hang_up_codes(written: object, read_as: str | None) -> None:
    assert read(terminationCode=written).hangup_code == read_as


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("+93 (2) 111-111 111", "932111111111"),
        ("00932111111111", "932111111111"),
        (932111111111, "932111111111"),
        ("anonymous\u202e", "anonymous"),
        ("123", "123"),
        ("", None),
        ({}, None),
    ],
)
def test_numbers_are_read_as_the_api_takes_them_where_they_can_be(
    written: object, read_as: str | None
) -> None:
    assert read(callee=written).callee == read_as
    assert read(displayNum=written).display_number == read_as


def test_text_is_one_plain_line() -> None:
    details = read(terminationReason="Busy\r\n\x1b[31mhere\u202e", phoneName=17, sipGroupName=["x"])
    assert (details.hangup_reason, details.phone_name) == ("Busy [31mhere", "17")
    assert details.phone_group is None


@pytest.mark.parametrize("written", ["a\nb", "x" * 257, "\ud800", "", None, 1.5, ["f"]])
def test_a_file_id_that_cannot_be_given_back_exactly_is_none(written: object) -> None:
    assert read(recordingFileId=written).recording_file_id is None


@pytest.mark.parametrize("said", [None, "", "  "])
def test_a_record_without_an_id_is_that_of_the_call_asked_about(said: object) -> None:
    assert read(voiceId=said).recording_id == ID
    assert read_details({**RECORD, "voiceId": said}, None) is None


@pytest.mark.parametrize("said", [2.2e18, True, [ID], {"id": ID}, "two words", "\u0661", "9" * 65])
def test_a_record_whose_id_cannot_be_told_is_none(said: object) -> None:
    assert read_details(envelope_data(json.dumps({**RECORD, "voiceId": said})), ID) is None


def test_a_record_says_whose_it_is() -> None:
    assert read(voiceId=int(ID) + 1).recording_id == "2203031113381000003"


def test_an_empty_record_says_nothing() -> None:
    assert read_details({}, ID) == CallDetails(ID, original="{}")


def test_the_original_is_the_record_as_it_came() -> None:
    text = (
        '{"z":1.50,"a":2203031113381000002,"e":1E+2,"n":null,"t":true,"f":false,"m":-0,'
        '"deep":[{"x":[]},{}],"text":"é\\"\\n\\u0000中"}'
    )
    details = read_details(envelope_data(text), ID)
    assert details
    assert details.original == text


def test_the_original_can_be_written_whatever_it_holds() -> None:
    details = read_details(envelope_data('{"a":"\\ud800 é"}'), ID)
    assert details
    assert json.loads(details.original.encode("utf-8")) == {"a": "\ud800 é"}


def test_a_password_in_a_record_is_not_kept() -> None:
    assert "hush" not in read(password="hush", more={"Password": "hush"}).original


def test_an_original_over_the_limit_is_left_out() -> None:
    assert read(phoneName="x" * ORIGINAL_LIMIT).original == "{}"
    fits = ORIGINAL_LIMIT - len('{"phoneName":""}')
    assert len(read_details({"phoneName": "x" * fits}, ID).original) == ORIGINAL_LIMIT  # type: ignore[union-attr]


def test_an_original_that_is_too_deep_is_left_out() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    details = read_details({"x": deep}, ID)
    assert details
    assert details.original == "{}"
    while deep:  # taken apart by hand: freeing it in one go recurses too
        deep = deep[0]  # type: ignore[assignment]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 10**14)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["", "0", "200", "1e400", "2026-01-02 03:04:05", "-1", "\ud800", "9" * 400])
    | st.datetimes().map(lambda at: at.isoformat()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from([*RECORD, "currency", "settlePay", "costEur"]), json_values, max_size=8
    )
    | json_values
)
def test_no_record_makes_the_reader_raise(record: object) -> None:
    details = read_details(envelope_data(json.dumps(record)), ID)
    assert (details is None) <= (not isinstance(record, dict) or "voiceId" in record)
    if details is None:
        return
    for text in (details.hangup_reason, details.phone_name, details.region, details.callee):
        assert text is None or plain(text) == text
    for moment in (details.submitted_at, details.ended_at):
        assert moment is None or 0 < moment < 2**42
    for amount in (details.cost, details.rate):
        assert amount is None or (amount.is_finite() and len(f"{amount:f}") < 40)
    assert json.loads(details.original.encode("utf-8")) == record
    hash(details)
