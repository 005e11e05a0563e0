"""Durations and money as people read them, in figures that stand still."""

from decimal import Decimal

_DECIMALS = 4
"""Money has at least so many: calls cost fractions of a cent."""


def duration_text(seconds: float) -> str:
    """`seconds` as minutes and seconds, `1:23`, with hours before them where there are any."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def money_text(amount: Decimal, currency: str | None) -> str:
    """`amount` exactly, without the zeros that end it, and its currency if it is known."""
    if not amount.is_finite():
        return str(amount)
    whole, _, fraction = f"{amount:f}".partition(".")
    figures = f"{whole}.{fraction.rstrip('0').ljust(_DECIMALS, '0')}"
    return f"{figures} {currency}" if currency else figures
