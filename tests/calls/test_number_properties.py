"""What holds of every text that is read as a number, and of every way to write one."""

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.calls.call import DIGITS
from dialer.calls.number import (
    Callee,
    Choice,
    NumberRefused,
    country_codes,
    format_digits,
    read_callee,
    read_display_number,
    written,
)


def read(text: str, country: str | None = None) -> Callee:
    """Read a text of which one reading is expected."""
    callee = read_callee(text, country)
    assert isinstance(callee, Callee)
    return callee


COUNTRY = st.sampled_from([None, "GB", "US", "DE", "RU", "AU", "CN", "IT", "HK"])
SCRAPS = st.sampled_from(
    [
        *"0123456789+-()[]./ ,;:#*xX@%=?&|<>\"'\n\t²Ⅷ٣３۴\u200b\u202a\u00a0–—＋A\ud800",
        *("00", "+44", "(0)", "442079460018", "020 7946 0018", "1-800-", "2125550123"),
        *("tel:", "sip:", "callto:", "%2B", ";ext=", ";phone-context=", "ext. "),
        *("Bob", "FLOWERS", " or ", " / "),
    ]
)
TEXTS = st.text() | st.lists(SCRAPS, max_size=40).map("".join)


@given(TEXTS, COUNTRY)
@settings(deadline=None, max_examples=500)
def test_any_text_becomes_a_sendable_number_or_a_refusal(text: str, country: str | None) -> None:
    try:
        number = read_callee(text, country)
    except NumberRefused as refused:
        assert str(refused.sentence).isprintable()
        return
    readings = [number] if isinstance(number, Callee) else [number.national, number.international]
    for callee in readings:
        assert DIGITS.fullmatch(callee.digits)
        assert not callee.digits.startswith("0")
        assert "".join(filter(str.isdigit, callee.formatted)) == callee.digits
        assert callee.valid or callee.hints
        assert all(str(hint).isprintable() for hint in callee.hints)
    assert len({callee.digits for callee in readings}) == len(readings)


@given(TEXTS, COUNTRY)
@settings(deadline=None)
def test_any_text_becomes_a_display_number_or_none_or_a_refusal(
    text: str, country: str | None
) -> None:
    try:
        number = read_display_number(text, country)
    except NumberRefused:
        return
    assert number is None or (DIGITS.fullmatch(number) and not number.startswith("0"))


@given(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True))
@settings(deadline=None)
def test_plain_digits_are_never_changed_without_a_default_country(digits: str) -> None:
    assert read(digits).digits == digits
    assert read_display_number(digits) == digits


@given(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True), COUNTRY)
@settings(deadline=None, max_examples=300)
def test_digits_that_were_sent_are_written_so_that_they_are_read_again(
    digits: str, country: str | None
) -> None:
    assert read(written(digits, country), country).digits == digits


def valid_numbers() -> list[str]:
    """A valid number of every kind of every country, as far as it can be sent."""
    examples = [
        phonenumbers.example_number_for_type(country, kind)
        for country in sorted(country_codes())
        for kind in range(11)
    ]
    numbers = {
        phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)[1:]
        for example in examples
        if example is not None
    }
    return sorted(filter(DIGITS.fullmatch, numbers))


VALID = st.sampled_from(valid_numbers())
ZEROS = st.sampled_from(["0", "\uff10", "\u0660", "\u06f0", "\u0966"])
GAPS = st.sampled_from([" ", "-", ".", "\u00a0", "\u2011", "\u200b", "\u202f", ") ("])
AROUND = st.sampled_from(
    [
        *("+{}", "00{}", "＋{} ", "(+{})", "+{}\n", "“+{}”", "\u202a+{}\u202c"),
        *("tel:+{}", "tel:%2B{}", "callto://00{}", "sip:+{}@host.example;user=phone"),
    ]
)


@given(VALID, COUNTRY, ZEROS, st.tuples(AROUND, GAPS, st.integers(2, 4)))
@settings(deadline=None, max_examples=300)
def test_every_way_of_writing_a_valid_number_gives_its_digits(
    digits: str, country: str | None, zero: str, writing: tuple[str, str, int]
) -> None:
    around, gap, group = writing
    script = "".join(chr(ord(zero) + int(digit)) for digit in digits)
    groups = [script[start : start + group] for start in range(0, len(script), group)]
    callee = read(around.format(gap.join(groups)), country)
    assert (callee.digits, callee.valid) == (digits, True)


@given(VALID, COUNTRY)
@settings(deadline=None, max_examples=300)
def test_reading_a_valid_number_again_changes_nothing(digits: str, country: str | None) -> None:
    callee = read("+" + digits)
    assert callee.digits == digits
    assert read(callee.formatted, country) == callee
    assert read("+" + callee.digits, country) == callee
    assert format_digits(digits) == callee.formatted


@given(VALID)
@settings(deadline=None, max_examples=300)
def test_a_number_as_its_own_country_writes_it_is_read_there(digits: str) -> None:
    number = phonenumbers.parse("+" + digits)
    country = phonenumbers.region_code_for_number(number)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    callee = read_callee(national, country)
    if isinstance(callee, Choice):
        callee = callee.national
    assert callee.digits == digits
