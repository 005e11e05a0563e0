"""Days as the operator's calendar has them: from one local midnight to the next."""

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

ZONE_CHANGES = hasattr(time, "tzset")


def today(zone: tzinfo | None = None) -> date:
    """The date of now, in the system's time zone unless told otherwise."""
    if zone is None and ZONE_CHANGES:
        # The operator may have come to another time zone since the program began.
        time.tzset()
    return datetime.now(zone).date()


def midnight(day: date, zone: tzinfo | None = None) -> int:
    """When `day` began, in milliseconds since 1970, UTC.

    The day's first moment, where the clock skips midnight, and the first midnight, where it
    strikes it twice. Days have 23 to 25 hours where the clock is changed.
    """
    naive = datetime(day.year, day.month, day.day)
    moment = naive.astimezone() if zone is None else naive.replace(tzinfo=zone)
    return int(moment.timestamp()) * 1000


def days(first: date, last: date) -> Iterator[date]:
    """The days from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
