"""Numbers in a text that was copied: found where they are, and nowhere else."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.calls.found_numbers import LONGEST_COPY, FoundNumber, find_numbers
from dialer.calls.number import Callee, Choice, read_callee
from dialer.calls.plain import plain

LONDON = "+44 20 7946 0958"
SENT = "442079460958"
TWO_READINGS = "3901000000"
"""In Italy a mobile number, and read with its country code a short one in Genoa."""


def digits(text: str, country: str | None = None) -> list[str | None]:
    return [number.digits for number in find_numbers(text, country)]


@pytest.mark.parametrize(
    "text",
    [
        LONDON,
        f"  {LONDON}\n",
        f"\u202a{LONDON}\u202c",
        "+44\u200b20\u00a07946\u20110958",
        "+44 (0)20 7946 0958",
        "0044 20 7946 0958",
        SENT,
        "tel:+44-20-7946-0958",
        "callto:+442079460958",
        "TEL:%2B44%2020%207946%200958",
        "+44 20 7946 0958 ext. 12",
        "☎ +44 20 7946 0958",
        "+٤٤ ٢٠ ٧٩٤٦ ٠٩٥٨",
    ],
)
def test_a_text_that_is_a_number_is_that_number(text: str) -> None:
    (found,) = find_numbers(text)
    assert (found.digits, found.formatted, found.around) == (SENT, LONDON, "")
    assert found.text == plain(found.text)
    assert not found.text.lower().startswith(("tel:", "callto:"))


def test_keypad_letters_and_an_extension_of_a_whole_text_are_kept() -> None:
    assert digits("1-800-FLOWERS", "US") == ["18003569377"]
    (found,) = find_numbers(f"{LONDON} x12")
    assert found.text == f"{LONDON} x12"


def test_a_number_with_two_readings_stays_as_it_was_written() -> None:
    written = TWO_READINGS
    assert isinstance(read_callee(written, "IT"), Choice)
    assert find_numbers(written, "IT") == [FoundNumber(written, None, written, "")]
    (found,) = find_numbers(f"call {written} now", "IT")
    assert (found.text, found.digits, found.formatted) == (written, None, written)
    assert len(find_numbers(f"call {written} now, or {written}", "IT")) == 1


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        (f"Please ring Mr. Smith on {LONDON} today.", None, [SENT]),
        ("Call 020 7946 0958 before 12.05.2024 14:30", "GB", [SENT]),
        ("ring 0044 20 7946 0958, or write", None, [SENT]),
        ("his number is 442079460958.", None, [SENT]),
        ("电话13800138000，订单13900139000", "CN", ["8613800138000"]),
        ("BEGIN:VCARD\nTEL;TYPE=CELL:+442079460958\nEND:VCARD", None, [SENT]),
        ("Bürozeiten 9-17, Tel.030/1234567", "DE", ["49301234567"]),
        ("mobile 1-800-356-9377 x12, thanks", "US", ["18003569377"]),
        ("nummer: 32.12.34.56 tak", "DK", ["4532123456"]),
        (f"({LONDON})", None, [SENT]),
        (f"„{LONDON}“ sagte er", None, [SENT]),
        (f"order {LONDON} is what it says", None, [SENT]),
        ("customer phone: 442079460958", None, [SENT]),
        ("caller ID 442079460958", None, [SENT]),
    ],
)
def test_a_number_in_a_sentence_is_found(
    text: str, country: str | None, expected: list[str]
) -> None:
    assert digits(text, country) == expected


def test_several_numbers_come_in_order_each_once_with_what_stands_about_them() -> None:
    text = (
        "name\tphone\torder\nAnn Lee\t442079460958\t10023456\nBob\t+49 30 1234567\t10023457\n"
        f"Ann again\t{LONDON}\t10023458\n"
    )
    found = find_numbers(text)
    assert [(each.digits, each.around) for each in found] == [
        (SENT, "Ann Lee 442079460958 10023456"),
        ("49301234567", "Bob +49 30 1234567 10023457"),
    ]


def test_a_long_line_is_cut_between_words() -> None:
    words = "many words that say nothing of it at all "
    (found,) = find_numbers(words * 5 + LONDON + " " + words * 5)
    assert found.around == f"… say nothing of it at all {LONDON} many words that say …"


def test_no_more_are_told_than_asked_for() -> None:
    column = "\n".join(f"+44 20 7946 {n:04d}" for n in range(900, 950))
    assert digits(column) == [f"4420794609{n:02d}" for n in range(20)]
    assert len(find_numbers(column, limit=3)) == 3


def test_lists_without_words_are_found() -> None:
    for between in ("\n", ",", "; ", " ", "\t"):
        assert digits(between.join((SENT, "49301234567"))) == [SENT, "49301234567"]


def test_links_in_a_page_are_found_and_what_they_show_is_the_same_number() -> None:
    page = (
        '<p>A <a href="tel:+44%2020%207946%200958">020 7946 0958</a>, order 20794609\n'
        "<a href='callto:+49301234567'>here</a> or tel:+33-1-23-45-67-89. (tel:+390612345678)"
    )
    assert digits(page, "GB") == [SENT, "49301234567", "33123456789", "390612345678"]


@pytest.mark.parametrize(
    "link", ["tel:*21*442079460958#", "tel:+44", "tel:442079460958;m-x=1", "sip:bob4420794@a.b"]
)
def test_nothing_is_taken_out_of_the_middle_of_a_link_that_is_refused(link: str) -> None:
    assert digits(f"see {link} there") == []


def test_a_label_is_no_link_whatever_it_looks_like() -> None:
    assert digits("Tel:020 7946 0958, daily", "GB") == [SENT]
    assert digits("hotel:442079460958 nights", "GB") == [SENT]


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-12",
        "12.05.2024",
        "20240512143000",
        "192.168.100.200",
        "12.34.56.78",
        "1.234.567",
        "2019-2024",
        "4111 1111 1111 1111",
        "on 2024-05-12 14:30:12 and 12.05.2024 and 05/12/2024",
        "at 20240512 143000, that is 20240512T143000",
        "host 192.168.100.200 answers, 12.34.56.78 does not",
        "card 4111 1111 1111 1111, 3782 822463 10005, 4111-1111-1111-1111",
        "IBAN DE89 3704 0044 0532 0130 00 or DE89370400440532013000",
        "GB29 NWBK 6016 1331 9268 19",
        "order no. 2125551234",
        "Rechnung Nr. 2125551234",
        "Your reference: 2125551234",
        "订单2125551234",
        "ticket #2125551234 and #2125551235",
        "Order\n2125551234",
        "$2125551234 or 2125551234 EUR or € 212 555 1234",
        "2125551234,50 in all",
        "2125551234 % of 212 555 1234 kg",
        "INV-2125551234, AB_2125551234, 2125551234-AB, a2125551234",
        "550e8400-e29b-41d4-a716-446655440000",
        "https://example.com/2125551234?id=2125551235 www.example.com/2125551234",
        "2125551234@example.com, bob2125551234@example.com",
        "lat 51.507351, lon -0.127758",
        "21255512342125551234",
        "1234567 people, 7654321 more",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        "",
        " \n\t",
        "no number at all",
    ],
)
@pytest.mark.parametrize("country", [None, "US"])
def test_what_is_no_phone_number_is_not_found(text: str, country: str | None) -> None:
    assert digits(text, country) == []


def test_the_nearest_word_before_a_number_says_what_it_is() -> None:
    assert digits("order 2125551234, phone 2125551235", "US") == ["12125551235"]
    assert digits("phone 2125551234, order 2125551235", "US") == ["12125551234"]
    assert digits("Phone\n2125551234\nOrder\n2125551235", "US") == ["12125551234"]


def test_a_number_of_no_plan_counts_only_where_it_is_said_to_be_one() -> None:
    assert digits("it was 999123456789 there") == []
    assert digits("phone 999123456789 there") == ["999123456789"]


def test_the_beginning_of_a_number_that_goes_on_in_the_next_line_is_none() -> None:
    assert digits("call me: +44 20 7946\n0958") == []
    assert digits("phone 999123456\n789") == []


def test_a_number_that_is_cut_off_with_the_text_is_none() -> None:
    padding = "words " * (LONGEST_COPY // 6)
    start = padding[: LONGEST_COPY - len("+49 30 1234567")]
    assert digits(start + "+49 30 12345678") == []
    assert digits(start[:-4] + " " + LONDON) == [SENT]
    assert digits(padding + " " + LONDON) == []


def test_a_number_that_libphonenumber_and_the_field_read_differently_is_none() -> None:
    assert digits("call 0800 12345/22 now", "RS") == []


def test_a_number_that_may_be_dialled_to_call_abroad_or_be_written_for_anybody_stays_as_it_is() -> (
    None
):
    assert digits("call 009 264 61 221 234 now", "NG") == [None]


def test_a_default_country_that_is_none_finds_nothing_and_does_not_fail() -> None:
    assert digits(f"call {LONDON} now", "XX") == []
    assert digits("call 020 7946 0958 now", " gb ") == [SENT]


_PIECES = st.sampled_from(
    [
        LONDON,
        SENT,
        "tel:",
        "callto:+4420",
        "Phone ",
        "order ",
        "020 7946 0958",
        "(0)",
        " x12",
        "\u202e",
        "\x00",
        "\ud800",
        "\n",
        "\t",
        "/",
        ",",
        "+",
        "ＴＥＬ：",
        "٤٤",
        "1-800-FLOWERS",
        "%2B",
        ";ext=",
        "@",
        "<a href='",
    ]
)
_TEXTS = st.one_of(st.text(), st.lists(st.one_of(_PIECES, st.text(max_size=4))).map("".join))


@given(_TEXTS, st.sampled_from([None, "GB", "IT", "CN", "XX"]))
@settings(max_examples=300, deadline=2_000)
def test_whatever_was_copied_what_is_found_is_read_again_as_the_same(
    text: str, country: str | None
) -> None:
    found = find_numbers(text, country)
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


@pytest.mark.parametrize(
    "text",
    [
        "1" * 65_536,
        "1 " * 32_768,
        "1-" * 32_768,
        "(1)" * 20_000,
        "+1" * 32_768,
        "tel:" * 16_000,
        "tel:1" * 13_000,
        "a@" * 32_768,
        "AB12 " * 13_000,
        "(" * 65_536,
        "\u0661" * 65_536,
        "1234567;" * 8_000,
        "2125551234 " * 6_000,
        "+44 20 7946 " * 6_000,
        ("9" * 15 + "\n") * 4_000,
    ],
    ids=lambda text: text[:14],
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    find_numbers(LONDON)  # imports what is needed
    begun = time.thread_time()
    find_numbers(text * 30, "US")
    assert time.thread_time() - begun < 1.5
