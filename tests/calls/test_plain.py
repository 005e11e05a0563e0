"""Text from outside is one line, without anything that steers a screen or a terminal."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialer.calls.plain import plain

ANY_TEXT = st.text(st.characters(), max_size=300)  # with control characters and surrogates
LIMITS = st.integers(min_value=1, max_value=120)
STEERS = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
JOINERS = "\u200c\u200d"
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(ANY_TEXT, LIMITS)
@example("\x1b[31mred\x1b[0m\x07", 50)
@example("a\u202egnp.exe", 50)
def test_no_control_or_direction_character_is_left(text: str, limit: int) -> None:
    for char in plain(text, limit):
        category = unicodedata.category(char)
        assert category not in STEERS
        assert category != "Cf" or char in JOINERS
        assert char not in BIDI


@given(ANY_TEXT, LIMITS)
@example("a\r\nb\u2028c\u0085d\x1ce", 50)
def test_what_comes_out_is_one_line_with_single_spaces(text: str, limit: int) -> None:
    line = plain(text, limit)
    assert len(line.splitlines()) <= 1
    assert line == " ".join(line.split())


@given(ANY_TEXT, LIMITS)
@example("word " * 100, 5)
def test_it_is_never_longer_than_the_limit(text: str, limit: int) -> None:
    assert len(plain(text, limit)) <= limit


@given(ANY_TEXT, LIMITS)
@example("aaaa bbbb", 6)
@example("\x00" * 50 + "a", 10)
def test_making_it_plain_again_changes_nothing(text: str, limit: int) -> None:
    once = plain(text, limit)
    assert plain(once, limit) == once


@given(st.text(st.sampled_from("abcXYZ0189äßçé中文字कमल().,;:+-_#*")), LIMITS)
def test_ordinary_text_within_the_limit_stays_as_it_is(text: str, limit: int) -> None:
    if len(text) <= limit:
        assert plain(text, limit) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  balance   too\tlow \n", "balance too low"),
        ("余额\u3000不足", "余额 不足"),
        ("a\u00a0b", "a b"),
        ("me\u200cm", "me\u200cm"),
        ("\u200b\ufeff\u00ad", ""),
        ("<b>not</b> & bold", "<b>not</b> & bold"),
        ("\ud800alone", "alone"),
        ("", ""),
    ],
)
def test_what_becomes_of(text: str, line: str) -> None:
    assert plain(text) == line


def test_what_is_cut_off_ends_in_an_ellipsis() -> None:
    assert plain("one two three", 9) == "one two…"
    assert plain("one two three", 1) == "…"
    assert plain("one two three", 13) == "one two three"


def test_what_is_cut_off_behind_much_that_is_never_shown_ends_in_an_ellipsis_too() -> None:
    assert plain("balance" + "\x00" * 5000 + "too low") == "balance…"
