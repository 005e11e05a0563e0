"""A period on the command line: dates in the local time zone, or moments."""

import argparse
from datetime import date, datetime, timedelta

from dialer.calls.days import midnight


def since(text: str) -> int:
    """The beginning of a period: a date's local midnight, or a moment. Milliseconds since 1970."""
    day = _date(text)
    return midnight(day) if day else _moment(text)


def until(text: str) -> int:
    """The end of a period: that of a date, which is part of it, or a moment, which is not."""
    day = _date(text)
    return midnight(day + timedelta(days=1)) if day else _moment(text)


def day(text: str) -> date:
    """A date."""
    found = _date(text)
    if found is None:
        raise argparse.ArgumentTypeError("must be a date, such as 2026-01-31")
    return found


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # Where dates end there is no midnight any more, and no call before 1970.
    return found if 1970 <= found.year < 9999 else None


def _moment(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or not 1971 <= moment.year < 9999:
        raise argparse.ArgumentTypeError(
            "must be a date, such as 2026-01-31, or a time, such as 2026-01-31T09:30:00Z"
        )
    # Without an offset it is the local time.
    return int(moment.timestamp() * 1000)
