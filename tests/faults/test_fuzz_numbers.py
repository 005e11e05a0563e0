"""Any text is a number that is sent as it is shown, or is refused in words, in no time."""

import phonenumbers
import pytest
from hypothesis import strategies as st

from dialer.calls.call import DIGITS
from dialer.calls.dialled_text import LONGEST_TEXT
from dialer.calls.found_numbers import find_numbers
from dialer.calls.legible import bare
from dialer.calls.link import LinkRefused, is_link, read_link
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
from dialer.calls.plain import plain
from faults.fuzz import LONG_TEXTS, SHAPES, TEXTS, Fuzz

COUNTRIES = st.sampled_from([None, *sorted(country_codes())])
FEW_COUNTRIES = (None, "GB", "US", "AU", "RU", "SG", "HK", "CN", "IT")


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """What is imported with the first number is no part of what reading one takes."""
    find_numbers("call +44 20 7946 0018 now", "GB")


def readings(text: str, country: str | None) -> list[Callee]:
    """What may be called of a text; nothing where it is refused in words."""
    try:
        read = read_callee(text, country)
    except NumberRefused as refused:
        assert str(refused.sentence).isprintable()
        return []
    return [read] if isinstance(read, Callee) else [read.national, read.international]


def figures(text: str) -> str:
    return "".join(char for char in bare(text) if char in "0123456789")


def is_part_of(digits: str, whole: str) -> bool:
    """Whether the digits stand in `whole` in their order, perhaps with others in between."""
    left = iter(whole)
    return all(digit in left for digit in digits)


def hostile(*countries: str | None) -> list[tuple[str, str | None]]:
    """Each shape as long as it comes, and as long as a number is looked at."""
    texts = [*SHAPES, *(shape[:LONGEST_TEXT] for shape in SHAPES)]
    return [(text, country) for text in texts for country in countries]


def test_any_text_is_sent_as_it_is_shown_or_refused(fuzz: Fuzz) -> None:
    @fuzz("numbers", TEXTS | LONG_TEXTS, COUNTRIES, always=hostile(None, "GB"), share=2)
    def reads(text: str, country: str | None) -> None:
        found = readings(text, country)
        for callee in found:
            assert DIGITS.fullmatch(callee.digits)
            assert not callee.digits.startswith("0")
            assert (
                figures(callee.formatted) == callee.digits == figures(format_digits(callee.digits))
            )
            assert callee.valid or callee.hints
            assert all(str(hint).isprintable() for hint in callee.hints)
            again = read_callee(written(callee.digits, country), country)
            assert isinstance(again, Callee)
            assert again.digits == callee.digits
        assert len({callee.digits for callee in found}) == len(found)


def test_no_digit_is_sent_that_was_not_written(fuzz: Fuzz) -> None:
    """Nor is one put elsewhere: all that may be left out is a prefix or a trunk zero."""
    digits = st.from_regex(r"(\+|00|011|0011|810|=)?[0-9]{1,16}", fullmatch=True)

    @fuzz("numbers", digits, COUNTRIES, share=2.5)
    def reads(text: str, country: str | None) -> None:
        for callee in readings(text, country):
            code = phonenumbers.country_code_for_region(country) if country else 0
            known = [figures(text), *([f"{code}{figures(text)}"] if text[0] not in "+=" else [])]
            assert any(is_part_of(callee.digits, each) for each in known)
            if text.startswith("="):
                assert callee.digits == text[1:]
            if country is None and text[0] != "+" and not text.startswith("0"):
                assert callee.digits == figures(text)


def test_what_was_sent_is_written_so_that_it_is_sent_again(fuzz: Fuzz) -> None:
    digits = st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True)
    with_trunk_zero = st.builds(
        lambda code, rest: f"{code}0{rest}"[:15],
        st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
        st.from_regex(r"[1-9][0-9]{7,11}", fullmatch=True),
    )

    @fuzz("numbers", digits | with_trunk_zero, COUNTRIES, share=2.5)
    def writes(sent: str, country: str | None) -> None:
        again = read_callee(written(sent, country), country)
        assert isinstance(again, Callee)
        assert again.digits == sent
        assert read_display_number(sent, country) == sent


def test_any_text_is_a_display_number_or_none_or_refused(fuzz: Fuzz) -> None:
    @fuzz("numbers", TEXTS | LONG_TEXTS, COUNTRIES, always=hostile("AU"))
    def reads(text: str, country: str | None) -> None:
        try:
            number = read_display_number(text, country)
        except NumberRefused as refused:
            assert str(refused.sentence).isprintable()
            return
        if number is not None:
            assert DIGITS.fullmatch(number)
            assert not number.startswith("0")
            assert read_display_number(number, country) == number


def test_any_link_is_what_its_number_says_alone_or_refused(fuzz: Fuzz) -> None:
    schemes = st.sampled_from(
        ["tel:", "callto:", "sip:", "sips:", "dialer:", "TEL :", "dialer:?callee=", "dialer:?note="]
    )
    links = st.builds("{}{}".format, schemes, TEXTS | LONG_TEXTS)
    always = [
        (f"{scheme}{shape[: length - len(scheme)]}", None)
        for scheme in ("tel:", "sip:", "dialer:", "dialer:?callee=+442079460018&note=")
        for shape in SHAPES
        for length in (12_000, len(shape))
    ]

    @fuzz("links", links, COUNTRIES, always=always, share=1)
    def reads(text: str, country: str | None) -> int:
        assert is_link(text)
        try:
            link = read_link(text)
        except LinkRefused as refused:
            assert str(refused.sentence).isprintable()
            return 0
        for value in (link.number, link.note, link.display_number, link.account, link.profile):
            assert value is None or value.isprintable()
        assert not link.number.startswith("-")
        if not text.lower().startswith("dialer"):
            by_link = [callee.digits for callee in readings(text, country)]
            assert [callee.digits for callee in readings(link.number, country)] == by_link
            # A link of the whole world's carries nothing else.
            return 0 if link.is_number_alone else 1
        return 0


def test_no_text_but_a_link_is_one(fuzz: Fuzz) -> None:
    @fuzz("links", TEXTS, always=[(shape,) for shape in SHAPES])
    def reads(text: str) -> None:
        try:
            read_link(text)
        except LinkRefused as refused:
            assert str(refused.sentence).isprintable()
        else:
            assert is_link(text)


def test_whatever_was_copied_is_looked_through_in_no_time(fuzz: Fuzz) -> None:
    around = st.builds("{} +44 20 7946 0018 {}".format, TEXTS, TEXTS)
    always = [(f"{lead}{shape}", "US") for shape in SHAPES for lead in ("", "phone ")]

    @fuzz(
        "copied text",
        TEXTS | LONG_TEXTS | around,
        st.sampled_from(FEW_COUNTRIES),
        always=always,
        share=0.3,
    )
    def looks(text: str, country: str | None) -> None:
        found = find_numbers(text, country)
        assert len(found) <= 20
        seen = set()
        for number in found:
            reading = read_callee(number.text, country)
            if number.digits is None:
                assert isinstance(reading, Choice)
            else:
                assert isinstance(reading, Callee)
                assert (reading.digits, reading.formatted) == (number.digits, number.formatted)
                assert number.digits not in seen
                seen.add(number.digits)
            for shown in (number.text, number.formatted, number.around):
                assert shown == plain(shown)


def test_any_text_is_made_plain_once_and_for_all(fuzz: Fuzz) -> None:
    limits = st.integers(1, 600)

    @fuzz(
        "plain text",
        TEXTS | LONG_TEXTS,
        limits,
        always=[(shape, 500) for shape in SHAPES],
        share=0.6,
    )
    def shows(text: str, limit: int) -> None:
        line = plain(text, limit)
        assert len(line) <= limit
        assert plain(line, limit) == line
        assert all(char.isprintable() or char in "\u200c\u200d" for char in line)
        line.encode()
        narrow = bare(text[:2_000])
        assert bare(narrow) == narrow
