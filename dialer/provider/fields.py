"""What single fields of an answer say, however they are written; None where they say nothing.

Values are as `provider.envelope` reads them. Nothing here raises for what stands in an answer.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from dialer.calls.call import DIGITS
from dialer.calls.plain import plain
from dialer.provider.envelope import as_text

PROVIDER_ZONE = timezone(timedelta(hours=8))
"""The zone of times that name none."""

LONGEST_S = 10**7
"""The longest duration that is believed, in seconds: four months."""

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?", re.ASCII
)
_CODE = re.compile(r"[\x20-\x7e]{1,32}")
_BETWEEN_DIGITS = re.compile(r"[\s().-]+")
_LARGEST = 10**20
_FINEST = -18
_TRILLION_DIGITS = 12

_EPOCH = datetime.fromtimestamp(0, UTC)
_MILLISECOND = timedelta(milliseconds=1)
# The provider is younger than the one, and this program will not see the other.
_FIRST_MS = (datetime(2000, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LAST_MS = (datetime(2100, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
_SECONDS_BELOW = 10**11
"""A smaller number of milliseconds would be before 1974: it counts seconds."""


def words(value: object, limit: int) -> str | None:
    """Text or a whole number as one plain line of at most `limit` characters."""
    text = as_text(value)
    return (plain(text, limit) or None) if text else None


def exactly(value: object, limit: int) -> str | None:
    """Text that is given back to the provider, and so must be whole and as it came."""
    text = as_text(value)
    return text if text and plain(text, limit) == text else None


def phone_digits(value: object) -> str | None:
    """A phone number as the API takes it, from one that may be written for people."""
    text = _BETWEEN_DIGITS.sub("", as_text(value) or "")
    digits = text.removeprefix("+").removeprefix("00")
    return digits if DIGITS.fullmatch(digits) else None


def code(value: object) -> str | None:
    """A code: 1 to 32 printable ASCII characters, or a number that is whole in fact."""
    if isinstance(value, Decimal):
        value = str(int(value)) if _is_sane(value) and value == int(value) else None
    text = as_text(value)
    return text if text and _CODE.fullmatch(text) else None


def money(value: object) -> Decimal | None:
    """An amount, exactly; below a trillion and to 18 decimals. A refund may be negative."""
    amount = _number(value)
    if amount is None or amount.adjusted() >= _TRILLION_DIGITS:
        return None
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < _FINEST:
        return None
    return abs(amount) if amount.is_zero() else Decimal(amount)


def seconds(value: object) -> int | None:
    """A duration in whole seconds, begun ones not counted."""
    duration = _number(value)
    return int(duration) if duration is not None and 0 <= duration <= LONGEST_S else None


def time_ms(value: object) -> int | None:
    """A moment in milliseconds since 1970, UTC, within this century.

    ISO 8601 in any form that Python reads, in the provider's zone where it names none, or a
    number: milliseconds since 1970, or seconds where it is too small for these.
    """
    number = _number(value)
    if number is not None:
        moment = int(number * 1000 if abs(number) < _SECONDS_BELOW else number)
    else:
        try:
            written = datetime.fromisoformat((as_text(value) or "")[:64])
            if written.tzinfo is None:
                written = written.replace(tzinfo=PROVIDER_ZONE)
            moment = (written - _EPOCH) // _MILLISECOND
        except (ValueError, OverflowError):
            return None
    return moment if _FIRST_MS <= moment < _LAST_MS else None


def whole(value: object) -> int | None:
    """A count: a whole number from 0 on."""
    number = _number(value)
    return int(number) if number is not None and number >= 0 and number == int(number) else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, Decimal):
        number = Decimal(value)
    elif (text := as_text(value)) and _NUMBER.fullmatch(text):
        number = Decimal(text)
    else:
        return None
    return number if _is_sane(number) else None


def _is_sane(number: Decimal) -> bool:
    """Whether arithmetic with the number takes no time to speak of."""
    if not number.is_finite() or abs(number.adjusted()) > 40:
        return False
    return len(number.as_tuple().digits) <= 40 and abs(number) < _LARGEST
