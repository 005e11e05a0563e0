"""The signature by the contract's test vector, and the provider's clock by its Date header."""

import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.credentials import Credentials
from dialer.provider.signing import ProviderClock, signed_headers

NOON = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)


def clock_at(moment: datetime) -> ProviderClock:
    return ProviderClock(moment.timestamp)


def test_the_contracts_test_vector_is_signed_as_the_contract_says() -> None:
    headers = signed_headers(Credentials("EXAMPLEKEY", "EXAMPLESECRET"), "1700000000")
    assert headers == {
        "Content-Type": "application/json;charset=UTF-8",
        "Sign": "1b2b8627b510bcd6f7cdfbc2e541af31",
        "Timestamp": "1700000000",
        "Api-Key": "EXAMPLEKEY",
    }


def test_no_secret_stands_in_the_headers() -> None:
    headers = signed_headers(Credentials("EXAMPLEKEY", "EXAMPLESECRET"), "1700000000")
    assert "EXAMPLESECRET" not in str(headers)


def test_the_timestamp_is_whole_seconds_of_this_computers_clock_at_first() -> None:
    assert ProviderClock(lambda: 1700000000.9).timestamp() == "1700000000"


@pytest.mark.parametrize("wrong_by", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=900)])
def test_a_wrong_clock_is_corrected_by_the_date_header(wrong_by: timedelta) -> None:
    clock = clock_at(NOON + wrong_by)
    assert clock.learn("Fri, 02 Jan 2026 12:00:00 GMT")
    assert clock.difference == -wrong_by.total_seconds()
    assert clock.timestamp() == str(int(NOON.timestamp()))


@pytest.mark.parametrize(
    "written",
    [
        "Fri, 02 Jan 2026 12:00:00 GMT",
        "Friday, 02-Jan-26 12:00:00 GMT",
        "Fri Jan  2 12:00:00 2026",
        "Fri, 02 Jan 2026 12:00:00 -0000",
        "Fri, 02 Jan 2026 20:00:00 +0800",
        "Fri, 02 Jan 2026 12:00:00",
    ],
)
def test_a_date_without_a_zone_is_greenwich_time_wherever_the_computer_stands(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        clock = clock_at(NOON)
        assert clock.learn(written)
        assert clock.difference == 0.0
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        " ",
        "yesterday",
        "Fri, 99 Jan 2026 12:00:00 GMT",
        f"Fri, 02 Jan {10**30} 12:00:00 GMT",
    ],
)
def test_a_date_header_that_says_no_time_teaches_nothing(written: str | None) -> None:
    clock = clock_at(NOON)
    clock.difference = 7.0
    assert not clock.learn(written)
    assert clock.difference == 7.0


@given(st.text(alphabet="0123456789 :,+-GMTFriJan", max_size=40) | st.text(max_size=60))
def test_no_date_header_is_too_strange_to_read(written: str) -> None:
    assert clock_at(NOON).learn(written) in (True, False)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)),
    st.integers(-12, 14),
)
def test_a_date_in_any_zone_is_read_to_the_second(moment: datetime, hours: int) -> None:
    theirs = moment.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    clock = clock_at(NOON)
    assert clock.learn(format_datetime(theirs))
    assert clock.timestamp() == str(int(theirs.timestamp()))
