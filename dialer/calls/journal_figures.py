"""Reads figures out of the journal, day by day, by sums that SQLite makes."""

from collections.abc import Sequence
from datetime import date, timedelta, tzinfo
from decimal import Decimal

from dialer.calls import days as calendar
from dialer.calls.figures import Day, Figures
from dialer.calls.journal_file import told
from dialer.calls.journal_reader import JournalReader

_AT_ONCE = 400
"""How many days one statement sums up."""

_NO_CURRENCY = "USD"
"""The provider's own, where its record names none."""


class FigureReader(JournalReader):
    """Reads figures. Used on the thread that made it. Raises JournalError."""

    def days(
        self,
        first: date,
        last: date,
        *,
        profile: str | None = None,
        sandbox: bool = False,
        zone: tzinfo | None = None,
    ) -> list[Day]:
        """The figures of each day from `first` to `last`, both included, those without calls too.

        Of one profile's calls, or of all; those of the sandbox count only where they are asked
        for. Days are those of `zone`, or else of the system's time zone.
        """
        wanted = list(calendar.days(first, last))
        found: list[Day] = []
        for start in range(0, len(wanted), _AT_ONCE):
            found += self._some(wanted[start : start + _AT_ONCE], profile, sandbox, zone)
        return found

    def _some(
        self, wanted: Sequence[date], profile: str | None, sandbox: bool, zone: tzinfo | None
    ) -> list[Day]:
        bounds = [calendar.midnight(day, zone) for day in wanted]
        bounds.append(calendar.midnight(wanted[-1] + timedelta(days=1), zone))
        values: list[object] = []
        for number in range(len(wanted)):
            values += [number, bounds[number], bounds[number + 1]]
        rows = ", ".join(["(?, ?, ?)"] * len(wanted))
        of_profile = "" if profile is None else " AND +profile = ?"
        sql = _SUMS.format(rows=rows, of_profile=of_profile)
        values += [sandbox, *([] if profile is None else [profile])]
        sums: list[dict[str, list[int]]] = [{} for _ in wanted]
        with told(self._path):
            for number, currency, *figures in self._connection.execute(sql, values):
                sums[number][currency or ""] = [figure or 0 for figure in figures]
        return [Day(day, _figures(found)) for day, found in zip(wanted, sums, strict=True)]


def _figures(by_currency: dict[str, list[int]]) -> Figures:
    costs: dict[str, Decimal] = {}
    counted = [0] * 5
    for currency, (*counts, with_cost, units, millionths) in by_currency.items():
        counted = [before + more for before, more in zip(counted, counts, strict=True)]
        if with_cost:
            name = currency or _NO_CURRENCY
            amount = Decimal(units) + Decimal(millionths).scaleb(-6)
            costs[name] = costs.get(name, Decimal(0)) + amount
    calls, placed, answered, unknown, talk_s = counted
    return Figures(calls, placed, answered, unknown, talk_s, tuple(sorted(costs.items())))


# CROSS JOIN has SQLite go from the days to their calls, and the pluses through the index on
# time: of many days it would otherwise first make an index of its own over all calls. Whole
# units are summed apart from millionths, for SQLite fails over a sum that passes its integers.
_SUMS = """
WITH days (day, since, until) AS (VALUES {rows})
SELECT day, currency, count(*), sum(outcome IS 'placed'), sum(ending IS 'answered'),
    sum(outcome IS NULL OR outcome = 'unknown'),
    sum(CASE WHEN ending = 'answered' THEN duration_s END),
    count(cost), sum(cost / 1000000), sum(cost % 1000000)
FROM days CROSS JOIN calls ON begun_at >= since AND begun_at < until
WHERE +sandbox = ?{of_profile} AND calls.id NOT IN (SELECT id FROM deleted)
GROUP BY day, currency
"""
