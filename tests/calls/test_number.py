"""Reading numbers: what becomes of everything that is typed or pasted into the callee field."""

import subprocess
import sys
from pathlib import Path

import phonenumbers
import pytest

import dialer
from dialer.calls.number import (
    Callee,
    Choice,
    NumberRefused,
    country_codes,
    format_digits,
    read_callee,
    read_display_number,
    time_zones,
    written,
)

LONDON = "442079460018"
COUNTRIES = (None, "GB", "US", "DE", "AU", "IT")


def read(text: str, country: str | None = None) -> Callee:
    """Read a text of which one reading is expected."""
    callee = read_callee(text, country)
    assert isinstance(callee, Callee)
    return callee


def refusal(text: str, country: str | None = None) -> str:
    """Why a text is refused, in words."""
    with pytest.raises(NumberRefused) as refused:
        read_callee(text, country)
    assert str(refused.value) == str(refused.value.sentence)
    return str(refused.value)


# How it is written


@pytest.mark.parametrize(
    "text",
    [
        "+44 20 7946 0018",
        "+442079460018",
        "0044 20 7946 0018",
        "(+44) 20 7946 0018",
        "+44 (0)20 7946 0018",
        "+44 020 7946 0018",
        "0044 (0) 20 7946 0018",
        "+44 (20) 7946-0018",
        "+44.20.7946.0018",
        "+44 20/79460018",
        "+44 [20] 7946 0018",
        "+44‐20‑7946‒00–1—8",
        "＋４４　（２０）　７９４６－００１８",
        "+٤٤ ٢٠ ٧٩٤٦ ٠٠١٨",
        "+۴۴ ۲۰ ۷۹۴۶ ۰۰۱۸",
        "٠٠٤٤٢٠٧٩٤٦٠٠١٨",
        "+४४ २० ७९४६ ००१८",
        "\u202a+44\u00a020\u202f7946\u2009001\u200b8\u202c",
        "\ufeff\u2066+44 20 79\u00ad46 0018\u2069",
        "  +44 20 7946 0018\r\n",
        "“+44 20 7946 0018”",
        "«+44 20 7946 0018»",
        "'+442079460018",
        "<+442079460018>",
        "☎️ +44 20 7946 0018",
        "+44·20·7946·0018",
        "+44 20 7946 0018,",
    ],
)
@pytest.mark.parametrize("country", COUNTRIES)
def test_a_number_with_its_country_code_is_read_however_it_is_written(
    text: str, country: str | None
) -> None:
    assert read(text, country) == Callee(
        LONDON, "+44 20 7946 0018", "GB", True, None, (), ordinary=True
    )


@pytest.mark.parametrize(
    "text",
    [
        "tel:+442079460018",
        "TEL:+44-20-7946-0018",
        "tel://+442079460018",
        "tel:%2B44%2020%207946%200018",
        "tel:+44%E2%80%8E2079460018",
        "tel:00442079460018",
        "tel:020-7946-0018;phone-context=+44",
        "tel:20-7946-0018;phone-context=%2B44",
        "tel:7946-0018;phone-context=+44-20",
        "tel:+442079460018;phone-context=example.com",
        "callto:+442079460018",
        "CallTo://+44 20 7946 0018",
        "sip:+442079460018@host.example;user=phone",
        "SIPS:+442079460018:secret@host.example:5061;transport=tls?subject=x",
        "sip:+44-20-7946-0018;phone-context=example.com@host.example",
        "sip:442079460018",
        "<sip:+442079460018@[2001:db8::1]>;tag=1",
    ],
)
def test_a_number_is_found_in_a_phone_address(text: str) -> None:
    assert read(text) == Callee(LONDON, "+44 20 7946 0018", "GB", True, None, (), ordinary=True)


@pytest.mark.parametrize(
    "address",
    ["sip:bob@example.com", "sip:192.168.100.10", "sip:pbx.example.com", "sip:1-800-FLOWERS@pbx"],
)
def test_a_name_in_a_sip_address_is_no_number(address: str) -> None:
    assert "is a name in a SIP address" in refusal(address)


def test_a_number_inside_a_domain_is_sent_with_a_word_about_it() -> None:
    callee = read("tel:2079460018;phone-context=pbx.example.com", "GB")
    assert callee.digits == LONDON
    assert [str(hint) for hint in callee.hints] == [
        "The link means a number inside pbx.example.com; check that it is this one."
    ]


# Country code or not


def test_a_national_number_needs_the_default_country() -> None:
    assert read("020 7946 0018", "GB").digits == LONDON
    assert read("(020) 7946 0018", "gb").digits == LONDON
    assert read("2079460018", "GB").digits == LONDON
    assert "No country code starts with 0" in refusal("020 7946 0018")
    assert "set the default country" in refusal("020 7946 0018")


def test_plain_digits_without_a_default_country_go_as_they_are() -> None:
    assert read("442079460018").digits == LONDON
    assert read("4402079460018").digits == "4402079460018"
    assert not read("4402079460018").valid


def test_the_only_valid_reading_is_taken() -> None:
    assert read("442079460018", "US").digits == LONDON
    assert read("442079460018", "GB").digits == LONDON
    assert read("(212) 555-0123", "US").digits == "12125550123"
    assert read("030/1234567", "DE").digits == "49301234567"
    assert read("06 1234 5678", "IT").digits == "390612345678"


def test_two_valid_readings_are_a_choice() -> None:
    choice = read_callee("442079460018", "DE")
    assert isinstance(choice, Choice)
    assert (choice.national.digits, choice.national.region) == ("49442079460018", "DE")
    assert (choice.international.digits, choice.international.region) == (LONDON, "GB")
    assert choice.national.formatted == "+49 4420 79460018"


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("011 44 20 7946 0018", "US"),
        ("011 44 20 7946 0018", "CA"),
        ("0011 44 20 7946 0018", "AU"),
        ("001 44 20 7946 0018", "HK"),
        ("001 44 20 7946 0018", "SG"),
        ("8 10 44 20 7946 0018", "RU"),
        ("010 44 20 7946 0018", "JP"),
        ("009 44 20 7946 0018", "NG"),
        ("000 44 20 7946 0018", "KE"),
        ("119 44 20 7946 0018", "CU"),
        ("00 44 20 7946 0018", "CO"),
    ],
)
def test_a_country_s_own_prefix_for_calls_abroad_is_understood(text: str, country: str) -> None:
    assert read(text, country).digits == LONDON


def test_what_is_dialled_to_call_abroad_comes_before_a_00_that_only_stands_in_it() -> None:
    # Behind 00 there would be a valid number of Oregon, +1 1503 900 1234, with a trunk 1.
    assert read("0011 503 900 1234", "AU").digits == "5039001234"
    assert read_display_number("0011 503 900 1234", "AU") == "5039001234"
    # The same where no plan knows the number: what Australians dial is no part of it.
    assert read("0011 44 20 7946 001", "AU").digits == "44207946001"
    assert read("000 44 20 7946 001", "KE").digits == "44207946001"


@pytest.mark.parametrize("country", ["AU", "HK", "GB", "WS"])
def test_00_comes_first_where_everybody_dials_that_or_something_else(country: str) -> None:
    """By Hong Kong's plan +1 812 345 6789 too, behind 009; Samoa dials 0 alone."""
    assert read("0091 8123456789", country).digits == "918123456789"
    assert read("0044 20 7946 001", country).digits == "44207946001"


@pytest.mark.parametrize("country", ["NG", "KH", "SG"])
def test_a_number_that_is_valid_behind_00_and_behind_what_is_dialled_there_is_a_choice(
    country: str,
) -> None:
    text = {"NG": "0091 8123456789", "KH": "0043 1234567890", "SG": "0091 8123456789"}[country]
    choice = read_callee(text, country)
    assert isinstance(choice, Choice)
    assert choice.international.digits == text.replace(" ", "")[2:]
    assert choice.national.digits == text.replace(" ", "")[3:]
    with pytest.raises(NumberRefused, match=rf"Write \+{choice.national.digits} or \+"):
        read_display_number(text, country)


def test_00_means_abroad_even_where_it_is_not_dialled() -> None:
    assert read("0044 20 7946 0018", "US").digits == LONDON
    assert read("00932111111111", "AU").digits == "932111111111"


def test_a_zero_after_the_international_prefix_is_refused() -> None:
    assert "none starts with 0" in refusal("+0044 20 7946 0018")
    assert "none starts with 0" in refusal("000442079460018", "GB")


def test_a_zero_that_begins_no_valid_number_is_refused() -> None:
    told = refusal("0123 456 789", "GB")
    assert "no valid number in the default country (GB)" in told


def test_a_trunk_zero_in_brackets_is_kept_where_the_country_keeps_it() -> None:
    assert read("+39 (0)6 1234 5678").digits == "390612345678"
    assert read("39 (0)6 1234 5678").digits == "390612345678"
    assert read("44 (0)20 7946 0018").digits == LONDON
    assert read("+93 (0)211 111 1111 1").digits == "9321111111111"


def test_an_unknown_default_country_is_told() -> None:
    assert "“UK” is no country code" in refusal("020 7946 0018", "uk")
    assert read("+442079460018", "").digits == LONDON


# libphonenumber advises, the contract decides


@pytest.mark.parametrize("country", [None, "GB", "US", "FR"])
def test_the_provider_s_own_sample_is_called_as_it_is(country: str | None) -> None:
    callee = read("932111111111", country)
    assert callee.digits == "932111111111"
    assert not callee.valid
    assert [str(hint) for hint in callee.hints] == [
        "Not a valid number by the numbering plan; it is called as it stands."
    ]
    assert read_display_number("1008122211", country) == "1008122211"


def test_a_number_of_no_country_has_no_region() -> None:
    callee = read("+800 1234 5678")
    assert (callee.region, callee.valid, callee.formatted) == (None, True, "+800 1234 5678")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "There is no number yet: type or paste one."),
        (" \u200b\n", "There is no number yet: type or paste one."),
        ("1", "1 digit: 7 to 15 are needed."),
        ("12345", "5 digits: 7 to 15 are needed."),
        ("+123456", "6 digits: 7 to 15 are needed."),
        ("1234567890123456", "16 digits: 7 to 15 are needed."),
        (
            "tel:+442079460018;m-secure=yes",
            "The link demands something that Dialer does not know (“m-secure”), so its number"
            " cannot be called.",
        ),
        ("tel:", "0 digits: 7 to 15 are needed."),
        ("sip:1001@pbx.example.com", "4 digits: 7 to 15 are needed."),
    ],
)
def test_too_few_or_too_many_digits_are_counted(text: str, told: str) -> None:
    assert refusal(text) == told


def test_digits_are_counted_while_a_national_number_is_typed() -> None:
    assert refusal("020 79", "GB") == "5 digits: 7 to 15 are needed."


def test_a_huge_paste_is_refused_unread() -> None:
    assert refusal("7" * 100_000).startswith("100000 characters are too many")


# Letters, codes and strange characters


@pytest.mark.parametrize(
    ("text", "country", "digits"),
    [
        ("1-800-FLOWERS", None, "18003569377"),
        ("1-800-FLOWERS", "US", "18003569377"),
        ("1-800-flowers", "US", "18003569377"),
        ("1 800 FLOWERS", "GB", "18003569377"),
        ("+1 (800) FLOWERS", None, "18003569377"),
        ("800-GO-FEDEX", "US", "18004633339"),
        ("1-212-MATTRES", "US", "12126288737"),
        ("0800 FLOWERS", "GB", "448003569377"),
        ("13 CABS", "AU", "61132227"),
    ],
)
def test_letters_of_a_number_written_for_the_keypad_are_digits(
    text: str, country: str | None, digits: str
) -> None:
    assert read(text, country).digits == digits


@pytest.mark.parametrize(
    ("text", "country", "letters"),
    [
        ("020 7946 0018 Bob", "GB", "Bob"),
        ("02079460018BOB", "GB", "BOB"),
        ("020 7946 0 Bob", "GB", "Bob"),
        ("Bob 020 7946 0018", "GB", "Bob"),
        ("415-2234 BOB", "US", "BOB"),
        ("415-2234 ANNA", "US", "ANNA"),
        ("0800 1111 BOB", "GB", "BOB"),
        ("020 7946 0O18", "GB", "O"),
        ("800-FLOWERS", None, "FLOWERS"),
        ("1-800-FLOWERSHOPS", "US", "FLOWERSHOPS"),
        ("Тел 020 7946 0018", "GB", "Тел"),
        ("020 7946 0018 or 19", "GB", "or"),
        ("javascript:alert(1)", "GB", "javascript"),
    ],
)
def test_any_other_letters_are_refused_by_name(
    text: str, country: str | None, letters: str
) -> None:
    assert refusal(text, country).startswith(f"“{letters}” is no part of a number")


@pytest.mark.parametrize(
    "code", ["*#06#", "*67 020 7946 0018", "#31#02079460018", "+44207946*0018"]
)
def test_dialling_codes_are_refused(code: str) -> None:
    assert "codes with * or # are dialled on the phone itself" in refusal(code, "GB")


@pytest.mark.parametrize("numeral", ["²", "Ⅷ", "①", "½", "㊀"])
def test_a_numeral_that_is_no_digit_is_refused_by_name(numeral: str) -> None:
    assert refusal(f"+44 20 7946 001{numeral}").startswith(f"“{numeral}” is no digit")


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("+44_20_7946_0018", "_"),
        ("+442079460018?", "?"),
        ("44+2079460018", "+"),
        ("++442079460018", "+"),
        ("+44 20 7946\x000018", "U+0000"),
        ("+44 20 7946\ud8000018", "U+D800"),
        ("2,079,460,018", ","),
    ],
)
def test_the_character_that_is_wrong_is_named(text: str, character: str) -> None:
    assert refusal(text).startswith(f"“{character}”")


# Two numbers


@pytest.mark.parametrize(
    "text",
    [
        "020 7946 0018 / 020 7946 0019",
        "020 7946 0018/020 7946 0019",
        "020 7946 0018 or 020 7946 0019",
        "020 7946 0018\n020 7946 0019",
        "020 7946 0018\u2028020 7946 0019",
        "020 7946 0018\t020 7946 0019",
        "020 7946 0018, 020 7946 0019",
        "02079460018,02079460019",
        "02079460018;02079460019",
        "020 7946 0018 | 020 7946 0019",
        "020 7946 0018 & 020 7946 0019",
        "020 7946 0018 - 020 7946 0019",
        "02079460018 02079460019",
        "020 7946 0018 (home) 020 7946 0019 (mobile)",
        "tel:02079460018,02079460019",
        "+44 20 7946 0018 +44 20 7946 0019",
        "7946001 / 7946002",
        "794-6001 794-6002",
        "020 7946 0018/19",
        "020 7946\n0018",
    ],
)
def test_two_numbers_in_one_field_are_told_not_guessed(text: str) -> None:
    assert refusal(text, "GB").startswith("There are two numbers here, ")


def test_both_numbers_are_named() -> None:
    assert refusal("020 7946 0018 / 020 7946 0019", "GB") == (
        "There are two numbers here, 020 7946 0018 and 020 7946 0019: keep the one to call."
    )


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+49 8141/123456", "498141123456"),
        ("0049 33203/12345", "493320312345"),
        ("+49 (0)30 / 1234567", "49301234567"),
        ("+32/475/12.34.56", "32475123456"),
        ("030 1234-567", "49301234567"),
    ],
)
def test_a_slash_or_dash_inside_one_number_is_no_second_number(text: str, digits: str) -> None:
    assert read(text, "DE").digits == digits


# Extensions


@pytest.mark.parametrize(
    "ending",
    [
        *(
            ";ext=12",
            "x12",
            " x 12",
            " ext. 12",
            " ext 12",
            " extension 12",
            " Extn:12",
            ", ext 12",
        ),
        *(" доб. 12", " anexo 12", " #12", " - 12#", ",12", ",,12", ";12"),
    ],
)
def test_an_extension_is_read_as_libphonenumber_reads_it_and_told(ending: str) -> None:
    text = "+44 20 7946 0018" + ending
    callee = read(text)
    assert callee.digits == LONDON
    assert callee.extension == phonenumbers.parse(text).extension == "12"
    assert [str(hint) for hint in callee.hints] == [
        "The extension cannot be sent: dial 12 on your phone once the call is answered."
    ]


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        ("tel:+44-20-7946-0018;ext=12", "12"),
        ("tel:+442079460018;EXT=1%2D2;isub=7", "12"),
        ("sip:+442079460018;ext=12@host.example", "12"),
        ("+442079460018,,12#", "12#"),
        ("+442079460018,,81234567890#,,,,*123456#", "81234567890#, *123456#"),
    ],
)
def test_what_is_dialled_after_the_answer_is_told(text: str, extension: str) -> None:
    callee = read(text)
    assert (callee.digits, callee.extension) == (LONDON, extension)
    assert f"dial {extension} on your phone" in str(callee.hints[-1])


def test_both_numbers_of_a_choice_carry_the_extension() -> None:
    choice = read_callee("442079460018 x12", "DE")
    assert isinstance(choice, Choice)
    assert choice.national.extension == choice.international.extension == "12"


# Display numbers


def test_a_display_number_is_cleaned_like_a_callee() -> None:
    assert read_display_number(" \u200b ") is None
    assert read_display_number("020 7946 0018", "GB") == LONDON
    assert read_display_number("\u202a+44\u00a020 7946 0018\u202c") == LONDON
    assert read_display_number("100-812-2211") == "1008122211"


def test_a_display_number_with_two_readings_stays_as_it_stands() -> None:
    assert read_display_number("442079460018", "DE") == LONDON


def test_a_display_number_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(NumberRefused, match=r"^5 digits: 7 to 15 are needed\.$"):
        read_display_number("12345")
    with pytest.raises(NumberRefused, match="A display number has no extension: take “12” out"):
        read_display_number("+442079460018 x12")


# Digits that are sent again


UNWRITABLE = "8604649043347"
"""China's country code with a trunk zero: libphonenumber reads it as +86 464 904 3347."""


@pytest.mark.parametrize(
    ("digits", "text"),
    [(LONDON, f"+{LONDON}"), (UNWRITABLE, f"={UNWRITABLE}"), ("932111111111", "+932111111111")],
)
@pytest.mark.parametrize("country", ["GB", "CN", "AU", "US"])
def test_digits_of_an_earlier_call_are_written_so_that_they_are_sent_again(
    digits: str, text: str, country: str
) -> None:
    assert written(digits, country) == text
    assert read(text, country).digits == digits
    assert read_display_number(text, country) == digits


def test_digits_behind_an_equals_sign_are_sent_as_they_are() -> None:
    assert read("= 4402 079 460 018", "GB").digits == "4402079460018"
    assert read("=+44 (0)20 7946 0018", "GB").digits == "4402079460018"
    assert read(f"={LONDON}", "DE").digits == LONDON
    assert read("=442079460018 x12", "DE").extension == "12"
    assert not read("=8604649043347", "CN").valid


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("=020 7946 0018", "no country code starts with 0"),
        ("=0044 20 7946 0018", "no country code starts with 0"),
        ("=12345", "5 digits"),
        ("==442079460018", "“=” is no part of a number"),
        ("44=2079460018", "“=” is no part of a number"),
        ("tel:=442079460018", "“=” is no part of a number"),
        ("=", "0 digits"),
        ("=BOB", "BOB"),
    ],
)
def test_an_equals_sign_makes_a_number_of_nothing_else(text: str, why: str) -> None:
    assert why in refusal(text, "GB")


# What else is known


def test_the_time_zones_of_a_callee_are_known() -> None:
    assert time_zones(read("+44 20 7946 0018")) == ("Europe/London",)
    assert time_zones(read("+1 212 555 0123")) == ("America/New_York",)
    assert time_zones(read("932111111111")) == ()
    assert time_zones(read("999999999")) == ()


def test_country_codes_are_the_ones_that_can_be_a_default_country() -> None:
    assert {"GB", "US", "DE", "CN"} <= country_codes()
    assert "UK" not in country_codes()
    assert all(len(code) == 2 for code in country_codes())


def test_digits_of_the_journal_are_formatted_for_reading() -> None:
    assert format_digits(LONDON) == "+44 20 7946 0018"
    assert format_digits("1008122211") == "1008122211"
    assert format_digits("not digits") == "not digits"


def test_the_numbering_plan_is_not_loaded_before_the_first_number() -> None:
    code = "import sys, dialer.calls.number; print('phonenumbers' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(dialer.__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert told.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("text", "ordinary"),
    [
        ("+44 20 7946 0018", True),
        ("+49 171 2345678", True),
        ("+1 800 356 9377", True),
        ("+44 909 879 0000", False),
        ("+1 900 555 2345", False),
        ("+870 773 111 632", False),
        ("+881 612 345 678", False),
        ("+882 1612 3456", False),
        ("+979 123 456 789", False),
        ("+800 1234 5678", False),
        ("+999 1234 5678", False),
        ("932111111111", False),
    ],
)
def test_premium_satellite_and_unknown_numbers_are_not_ordinary(text: str, ordinary: bool) -> None:
    assert read(text).ordinary is ordinary
