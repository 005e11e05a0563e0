"""The balance in words, and when it is low."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.low_balance import amount, amount_text, is_low
from dialer.calls.records import Balance


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("99.990000", "99.99"),
        ("0.00000", "0.00"),
        ("0", "0.00"),
        ("-0.000", "0.00"),
        ("4.2", "4.20"),
        (" 12. ", "12.00"),
        ("-3.5", "-3.50"),
        ("0.0000001", "0.0000001"),
        ("007.125", "7.125"),
        ("123456789012345678901234567890.000001", "123456789012345678901234567890.000001"),
    ],
)
def test_an_amount_loses_zeros_and_nothing_else(text: str, shown: str) -> None:
    assert amount_text(text) == shown


@pytest.mark.parametrize("text", ["", "1,50", "1e9", "NaN", "١٢", "1_0", "0x1", "1" * 31, "--1"])
def test_what_is_no_amount_stays_as_it_is_and_is_never_low(text: str) -> None:
    assert amount(text) is None
    assert amount_text(text) == text
    assert not is_low(Balance(text), "5.00")


@pytest.mark.parametrize(
    ("balance", "limit", "low"),
    [
        ("4.999999", "5.00", True),
        ("5", "5.00", False),
        ("5.000001", "5", False),
        ("-1", "0", True),
        ("0", "0", False),
        ("-1", "", False),
        (None, "5", False),
        ("0.1", "0.10000000000000000001", True),
    ],
)
def test_a_balance_is_low_under_the_limit(balance: str | None, limit: str, low: bool) -> None:
    assert is_low(Balance(balance), limit) is low


def test_gift_and_credit_do_not_count() -> None:
    assert is_low(Balance("1", gift="100", credit="100"), "5")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20)))
def test_what_is_shown_is_the_same_amount(exact: Decimal) -> None:
    text = f"{exact:f}"
    if amount(text) is not None:
        assert amount(amount_text(text)) == exact
