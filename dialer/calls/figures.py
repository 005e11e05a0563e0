"""Figures of a day or a period: how many calls, how many answered, how long, at what cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Cost = tuple[tuple[str, Decimal], ...]
"""Amounts by the names of their currencies, in order of the names."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the calls that began in a period come to. Deleted ones do not count."""

    calls: int = 0
    placed: int = 0
    answered: int = 0
    unknown: int = 0
    """Calls whose outcome is not known, those among them that are under way."""
    talk_s: int = 0
    """Seconds of talk, of answered calls."""
    cost: Cost = ()
    """To the millionth, as the journal's rows have it; only `calls.details` is more exact."""

    @property
    def answer_rate(self) -> float | None:
        """The share, 0 to 1, of placed calls that were answered; None where none was placed.

        One that still rings counts as not answered yet.
        """
        return self.answered / self.placed if self.placed else None


@dataclass(frozen=True, slots=True)
class Day:
    """A local day and its figures; today's are those so far."""

    date: date
    figures: Figures


def total(days: Iterable[Day]) -> Figures:
    """The figures of all these days together."""
    listed = [day.figures for day in days]
    costs: dict[str, Decimal] = {}
    for figures in listed:
        for currency, amount in figures.cost:
            costs[currency] = costs.get(currency, Decimal(0)) + amount
    return Figures(
        calls=sum(each.calls for each in listed),
        placed=sum(each.placed for each in listed),
        answered=sum(each.answered for each in listed),
        unknown=sum(each.unknown for each in listed),
        talk_s=sum(each.talk_s for each in listed),
        cost=tuple(sorted(costs.items())),
    )
