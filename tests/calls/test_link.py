"""What a link may fill in, and what it may not: any text at all is one or the other."""

import string
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.__main__ import LINK_SCHEMES
from dialer.calls.call import NOTE_LIMIT
from dialer.calls.link import NUMBER_SCHEMES, OWN_SCHEME, Link, LinkRefused, is_link, read_link
from dialer.calls.number import Callee, Choice, NumberRefused, read_callee

LONDON = "442079460018"


def refusal(text: str) -> str:
    with pytest.raises(LinkRefused) as refused:
        read_link(text)
    return str(refused.value.sentence)


@pytest.mark.parametrize(
    ("link", "number"),
    [
        ("tel:+44-20-7946-0018", "+442079460018"),
        ("TEL:+442079460018", "+442079460018"),
        ("tel:%2B44%20(20)%207946.0018", "+442079460018"),
        ("tel://+442079460018", "+442079460018"),
        ("tel:02079460018", "02079460018"),
        ("tel:7946-0018;phone-context=+44-20", "+442079460018"),
        ("tel:+44-20-7946-0018;ext=12", "+442079460018 ext. 12"),
        ("tel:+442079460018;isub=7;x-any=1", "+442079460018"),
        ("tel:+1-800-FLOWERS", "+1-800-FLOWERS"),
        ("tel:+44(0)2079460018", "+44(0)2079460018"),
        ("callto:+442079460018?call", "+442079460018"),
        ("sip:+442079460018@sip.example.com;transport=tls", "+442079460018"),
        ("sips:442079460018@sip.example.com", "442079460018"),
        ("dialer:+442079460018", "+442079460018"),
        ("dialer://+442079460018/", "+442079460018"),
        ("dialer:?callee=%2B442079460018", "+442079460018"),
        ("dialer:?callee=+442079460018", "+442079460018"),
        ("dialer:?callee=%2B44+20+7946+0018", "+442079460018"),
    ],
)
def test_a_link_fills_in_its_number(link: str, number: str) -> None:
    assert read_link(link) == Link(number)


def test_the_programs_own_link_names_a_note_and_values_to_be_looked_up() -> None:
    values = {
        "callee": "+442079460018",
        "note": "Ann & Bob: 50 % + 王",
        "display-number": "+1008122211",
        "account": "a+b c",
        "profile": "Work",
    }
    link = read_link("dialer:?" + urlencode(values))
    assert link == Link("+442079460018", values["note"], "+1008122211", "a+b c", "Work")
    assert not link.is_number_alone
    assert read_link("dialer:?callee=442079460018&note=%20").is_number_alone


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("tel:--help", "“help” is no part of a number"),
        ("tel:--profile=Work", "“profile” is no part of a number"),
        ("tel:1234567/account:x", "“account” is no part of a number"),
        ("tel:", "no number in it"),
        ("tel:;ext=5", "no number in it"),
        ("tel:*21*442079460018%23", "“*” cannot be sent"),
        ("tel:+442079460018%00", "“U+0000” is no part"),
        ("tel:+442079460018%0A+442079460019", "two numbers here"),
        ("tel:+442079460018;m-pay=1", "“m-pay”"),
        ("sip:alice@example.com", "“alice” is a name in a SIP address"),
        ("callto:echo123", "“echo” is no part of a number"),
        ("tel:" + "1" * 600, "604 characters are too many for a number"),
        ("tel:" + "1" * 20_000, "20004 characters, which is far too many"),
        ("https://example.com", "no phone link"),
        ("dialer:", "no number in it"),
        ("dialer:?note=x", "no number in it"),
        ("dialer:?callee=442079460018&api-key=K", "“api-key”"),
        ("dialer:?callee=442079460018&base-url=https://evil.example", "“base-url”"),
        ("dialer:?callee=442079460018&callee=442079460019", "“callee” twice"),
        ("dialer:442079460018?callee=442079460019", "“callee” twice"),
        ("dialer:?callee=442079460018&Account=x", "“Account”"),
        ("dialer:?callee=442079460018&account=" + "a" * 65, "“account” is too long"),
        ("dialer:?callee=442079460018&account=a%E2%80%AEb", "characters that nobody sees"),
        ("dialer:?callee=442079460018&note=%FF", "not encoded as links are"),
        ("dialer:%FF", "not encoded as links are"),
        ("dialer:?callee=442079460018&note=" + "n" * 1001, "1001 characters: 1000 at most"),
    ],
)
def test_a_link_that_asks_for_more_fills_in_nothing(link: str, says: str) -> None:
    assert says in refusal(link)


def test_digits_that_are_to_be_sent_as_they_are_stay_marked_as_such() -> None:
    assert read_link("dialer:?callee=%3D8604649043347").number == "=8604649043347"
    assert "“=” is no part" in refusal("tel:=8604649043347")


def test_only_an_ampersand_parts_two_values() -> None:
    link = read_link("dialer:?callee=442079460018&note=a;account=b")
    assert (link.note, link.account) == ("a;account=b", None)


def test_the_longest_note_fits_into_a_link_whatever_its_script() -> None:
    note = "王" * NOTE_LIMIT
    assert read_link("dialer:?callee=442079460018&note=" + quote(note)).note == note


def test_the_start_knows_the_same_schemes() -> None:
    assert set(LINK_SCHEMES) == {f"{scheme}:" for scheme in (*NUMBER_SCHEMES, OWN_SCHEME)}


SCRAPS = st.sampled_from(
    [
        *"0123456789+-()[]./ ,;:#*xX@%=?&|<>\"'\n\t²Ⅷ٣\u200b\u202e\u00a0–＋A\ud800\x00",
        *("00", "+44", "(0)", LONDON, "020 7946 0018", "1-800-FLOWERS", "--sandbox", "--help"),
        *("%2B", "%00", "%0a", "%FF", "%", ";ext=", ";phone-context=", ";m-x=", "?call", "//"),
        *("callee=", "&note=", "&account=", "&profile=", "&display-number=", "&api-key=", "王"),
        *("tel:", "dialer:", "sip:", "@", "user:password@host", "../", "$(x)", "`x`", "{0}"),
    ]
)
SCHEMES = st.sampled_from(
    ["tel:", "callto:", "sip:", "sips:", "dialer:", "TEL:", "dialer:?callee="]
)
LINKS = st.builds(
    "{}{}".format,
    SCHEMES,
    st.text(max_size=60) | st.lists(SCRAPS, max_size=30).map("".join),
)
COUNTRY = st.sampled_from([None, "GB", "US", "DE", "CN"])


@given(LINKS, COUNTRY)
@settings(deadline=None, max_examples=1000)
def test_any_link_is_a_number_that_can_be_read_or_a_refusal(text: str, country: str | None) -> None:
    assert is_link(text)
    try:
        link = read_link(text)
    except LinkRefused as refused:
        assert str(refused.sentence).isprintable()
        return
    assert link.number.isprintable()
    assert not link.number.startswith("-")
    for value in (link.note, link.display_number, link.account, link.profile):
        assert value is None or value.isprintable()
    if not text.lower().startswith("dialer:"):
        assert link.is_number_alone is not any(mark in text for mark in ";?")
        assert reading(link.number, country) == reading(text, country)


def reading(text: str, country: str | None) -> tuple[str | None, ...] | str:
    try:
        read = read_callee(text, country)
    except NumberRefused as refused:
        return "".join(char for char in str(refused.sentence) if char in string.digits)
    if isinstance(read, Choice):
        return read.national.digits, read.international.digits
    assert isinstance(read, Callee)
    return read.digits, read.extension
