"""`dialer stats`: the figures of each day, and of all together."""

import argparse
from collections.abc import Sequence
from datetime import timedelta

from dialer.calls.days import today
from dialer.calls.figures import Day, Figures, total
from dialer.calls.place import JournalError
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.periods import day
from dialer.cli.say import answer, answer_json, complain

DAYS = 30
"""How many days are looked at unless told otherwise, today among them."""

MOST_DAYS = 40_000
"""More than a century: nobody has made calls for longer."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    parser.add_argument(
        "--since",
        metavar="DATE",
        type=day,
        help=f"the first day, such as 2026-01-31; without it the last {DAYS} days",
    )
    parser.add_argument("--until", metavar="DATE", type=day, help="the last day; else today")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--profile", metavar="NAME", help="calls of this profile alone")
    whose.add_argument(
        "--sandbox", action="store_true", help="calls of the sandbox, which do not count otherwise"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def refuse(words: str, _arguments: Sequence[str]) -> None:
    """Tell that the arguments cannot be read."""
    complain(words)


def run(options: argparse.Namespace, house: House) -> int:
    """Print the figures."""
    last = options.until or today()
    first = options.since or last - timedelta(days=DAYS - 1)
    if first > last:
        complain("--since is later than --until")
        return Exit.BAD_INPUT
    if (last - first).days > MOST_DAYS:
        complain(f"the period is longer than {MOST_DAYS} days")
        return Exit.BAD_INPUT
    try:
        days = house.figures().days(first, last, profile=options.profile, sandbox=options.sandbox)
    except JournalError as error:
        complain(error.sentence)
        return Exit.NOT_SENT
    if options.json:
        answer_json(_object(days))
    else:
        _print_table(days)
    return Exit.DONE


def _object(days: Sequence[Day]) -> dict[str, object]:
    return {
        "since": days[0].date.isoformat(),
        "until": days[-1].date.isoformat(),
        **_figures(total(days)),
        "days": [{"date": each.date.isoformat(), **_figures(each.figures)} for each in days],
    }


def _figures(figures: Figures) -> dict[str, object]:
    rate = figures.answer_rate
    return {
        "calls": figures.calls,
        "placed": figures.placed,
        "answered": figures.answered,
        "answer_rate": None if rate is None else round(rate, 4),
        "unknown": figures.unknown,
        "talk_s": figures.talk_s,
        "cost": {currency: f"{amount.normalize():f}" for currency, amount in figures.cost},
    }


def _print_table(days: Sequence[Day]) -> None:
    shown = [each for each in days if each.figures.calls]
    if not shown:
        complain("no calls in this period")
        return
    answer(_line("Date", "Calls", "Placed", "Answered", "Rate", "Unknown", "Talk", "Cost"))
    for each in shown:
        answer(_told(each.date.isoformat(), each.figures))
    answer(_told("all", total(shown)))


def _told(name: str, figures: Figures) -> str:
    rate = figures.answer_rate
    minutes, seconds = divmod(figures.talk_s, 60)
    hours, minutes = divmod(minutes, 60)
    return _line(
        name,
        str(figures.calls),
        str(figures.placed),
        str(figures.answered),
        "-" if rate is None else f"{rate:.0%}",
        str(figures.unknown),
        f"{hours}:{minutes:02}:{seconds:02}",
        ", ".join(f"{amount.normalize():f} {currency}" for currency, amount in figures.cost) or "-",
    )


def _line(date: str, *columns: str) -> str:
    *counts, cost = columns
    return f"{date:<10}" + "".join(f"  {each:>9}" for each in counts) + f"  {cost}"
