"""The balance in words: its amounts as they are read, and when it is low."""

import re
from decimal import Decimal

from dialer.calls.records import Balance

_AMOUNT = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})", re.ASCII)
_DECIMALS = 2


def amount(text: str | None) -> Decimal | None:
    """The exact amount behind the provider's text; None where it is no plain decimal number."""
    written = (text or "").strip()
    return Decimal(written) if _AMOUNT.fullmatch(written) else None


def amount_text(text: str) -> str:
    """An amount without the zeros that end it, but for two decimals; exact, never rounded.

    What is no number stays as it is.
    """
    exact = amount(text)
    if exact is None:
        return text
    whole, _, fraction = f"{abs(exact) if exact.is_zero() else exact:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(_DECIMALS, '0')}"


def is_low(balance: Balance, limit: str) -> bool:
    """Whether the balance is under the profile's limit, "" for none.

    Gift and credit do not count: nothing says what the provider takes them for. A balance that
    is no number is never low.
    """
    exact, least = amount(balance.balance), amount(limit)
    return exact is not None and least is not None and exact < least
