"""What libphonenumber knows of numbers: which are valid, where they are, how they are written."""

# ruff: noqa: PLC0415 - phonenumbers is heavy: it comes with the first number, not with the window

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """What is known of digits that begin with a country code.

    `takes_letters` says that numbers of this kind are also written with keypad letters: toll-free,
    premium, shared-cost and company numbers everywhere, any number in North America. `ordinary`
    says that the number is valid, of a known country and not premium-rate: satellite and other
    networks of no country (+870, +881, +882, +979 …) are not.
    """

    formatted: str
    region: str | None
    valid: bool
    takes_letters: bool
    ordinary: bool = False


@lru_cache(maxsize=4096)
def look_up(digits: str) -> PlanEntry:
    """What is known of `digits`, country code first. Of anything else nothing is known."""
    import phonenumbers

    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return PlanEntry(digits, None, valid=False, takes_letters=False)
    # libphonenumber drops a trunk zero while it reads; with the zero, the digits are not valid.
    valid = phonenumbers.is_valid_number(number) and _digits_of(number) == digits
    region = phonenumbers.region_code_for_number(number)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    kept = (valid or region) and "".join(filter(str.isdigit, written)) == digits
    kind = phonenumbers.number_type(number)
    special = kind in (
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.UAN,
    )
    if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY:
        region = None
    premium = kind == phonenumbers.PhoneNumberType.PREMIUM_RATE
    return PlanEntry(
        formatted=written if kept else digits,
        region=region,
        valid=valid,
        takes_letters=valid and (special or number.country_code == 1),
        ordinary=valid and region is not None and not premium,
    )


def read_abroad(digits: str) -> str | None:
    """The digits to send if `digits` begin with a country code; None if that is not valid."""
    return _valid("+" + digits, None)


def read_at_home(digits: str, country: str) -> str | None:
    """The digits to send if `digits` are dialled in `country`; None if that is not valid."""
    return _valid(digits, country)


def prefix_for_abroad(digits: str, country: str) -> str:
    """What `digits` begin with if they are dialled in `country` to call abroad; "" if they are not.

    0011 in Australia, 00 in most countries; in some also the prefix of one carrier, as 009.
    """
    import phonenumbers

    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
    prefix = metadata and metadata.international_prefix
    found = re.match(prefix, digits) if prefix else None
    return found[0] if found else ""


def usual_prefix_for_abroad(country: str) -> str | None:
    """The prefix that everybody in `country` dials to call abroad; None where there are several."""
    import phonenumbers

    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
    if metadata is None:
        return None
    prefix = metadata.preferred_international_prefix or metadata.international_prefix or ""
    # A tilde stands where one waits for a tone, as in 8~10.
    usual = prefix.replace("~", "")
    return usual if usual.isdecimal() else None


def time_zones(digits: str) -> tuple[str, ...]:
    """The IANA names of the time zones where `digits` may ring; empty if unknown."""
    import phonenumbers
    import phonenumbers.timezone

    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return ()
    zones = phonenumbers.timezone.time_zones_for_number(number)
    return tuple(zone for zone in zones if zone != phonenumbers.timezone.UNKNOWN_TIMEZONE)


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The ISO 3166 codes of all countries whose numbering plan is known."""
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def _valid(text: str, country: str | None) -> str | None:
    """The digits of a valid number, country code first."""
    import phonenumbers

    try:
        digits = _digits_of(phonenumbers.parse(text, country))
    except phonenumbers.NumberParseException:
        return None
    return digits if look_up(digits).valid else None


def _digits_of(number: "PhoneNumber") -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
