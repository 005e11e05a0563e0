"""Figures of a day in words: short for a line, in full for a tooltip."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from dialer.calls.figures import Figures

SEPARATOR = " · "
"""Between the figures in a line."""


def short_words(figures: Figures) -> str:
    """The figures in one line: `38 calls · 24 answered (63 %) · 1 h 12 min · 3.42 USD`."""
    parts = [_calls(figures.calls)]
    if figures.calls:
        parts.append(_answered(figures))
    if figures.talk_s:
        parts.append(talk_text(figures.talk_s))
    parts += [_money(_rounded(amount), currency) for currency, amount in figures.cost if amount]
    return SEPARATOR.join(parts)


def full_words(figures: Figures) -> list[str]:
    """The figures line by line, money to the millionth and what they are counted of."""
    lines = [_calls(figures.calls)]
    if not figures.calls:
        return lines
    placed = _number(figures.placed)
    if figures.placed == 1:
        lines.append(QCoreApplication.translate("FigureWords", "1 placed"))
    else:
        lines.append(
            QCoreApplication.translate("FigureWords", "{placed} placed").format(placed=placed)
        )
    lines.append(_answered(figures))
    if figures.unknown:
        lines.append(
            QCoreApplication.translate("FigureWords", "{number} unknown").format(
                number=_number(figures.unknown)
            )
        )
    lines.append(
        QCoreApplication.translate("FigureWords", "{duration} of talk").format(
            duration=talk_text(figures.talk_s)
        )
    )
    lines += [_money(amount.normalize(), currency) for currency, amount in figures.cost]
    return lines


def day_text(day: date) -> str:
    """The day with its weekday, as the operator's language writes it."""
    return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.LongFormat)


def talk_text(seconds: int) -> str:
    """A long duration in its two largest units: `1 h 12 min`."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    if hours:
        return QCoreApplication.translate("FigureWords", "{hours} h {minutes} min").format(
            hours=_number(hours), minutes=minutes
        )
    if minutes:
        return QCoreApplication.translate("FigureWords", "{minutes} min").format(minutes=minutes)
    return QCoreApplication.translate("FigureWords", "{seconds} s").format(seconds=rest)


def _calls(number: int) -> str:
    if number == 1:
        return QCoreApplication.translate("FigureWords", "1 call")
    return (
        QCoreApplication.translate("FigureWords", "{number} calls").format(number=_number(number))
        if number
        else QCoreApplication.translate("FigureWords", "No calls")
    )


def _answered(figures: Figures) -> str:
    number = _number(figures.answered)
    rate = figures.answer_rate
    if rate is None:
        return QCoreApplication.translate("FigureWords", "{number} answered").format(number=number)
    # Neither all nor none is said of a share that only comes near to it.
    percent = round(rate * 100) if rate in (0, 1) else min(99, max(1, round(rate * 100)))
    return QCoreApplication.translate("FigureWords", "{number} answered ({percent} %)").format(
        number=number, percent=percent
    )


def _rounded(amount: Decimal) -> Decimal:
    """Two decimals, or four of what is less than one."""
    exponent = Decimal("0.01") if abs(amount) >= 1 else Decimal("0.0001")
    return amount.quantize(exponent, ROUND_HALF_EVEN)


def _money(amount: Decimal, currency: str) -> str:
    sign = QLocale().negativeSign() if amount < 0 else ""
    whole, _, fraction = f"{abs(amount):f}".partition(".")
    point = QLocale().decimalPoint()
    return f"{sign}{_number(int(whole))}{point}{fraction.ljust(2, '0')} {currency}"


def _number(number: int) -> str:
    return QLocale().toString(number)
