"""Periods of the operator's own days, as the history is filtered by them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dialer.calls.days import midnight, today
from dialer.calls.journal_file import now_ms

WEEK = 7
"""The days of "7 days", today among them."""

LOOK_MS = 60_000
"""How often it is looked at least which day it is: timers sleep while the computer does."""


class Period(StrEnum):
    """The periods that can be chosen."""

    ALL = "all"
    TODAY = "today"
    WEEK = "week"
    DAYS = "days"
    """From one date to another, both included."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `since_ms` up to before `until_ms`, milliseconds since 1970; None is without end."""

    since_ms: int | None = None
    until_ms: int | None = None


def span_of(
    period: Period, day: date, days: tuple[date, date] | None = None, zone: tzinfo | None = None
) -> Span:
    """The time that `period` spans on `day`, by the calendar: days may have 23 to 25 hours.

    Of Today and 7 days the end is open: a call that is placed a moment later belongs to them.
    `days` are the first and the last of Period.DAYS.
    """
    if period is Period.TODAY:
        return Span(midnight(day, zone))
    if period is Period.WEEK:
        return Span(midnight(day - timedelta(days=WEEK - 1), zone))
    if period is Period.DAYS and days is not None:
        first, last = days
        return Span(midnight(first, zone), midnight(last + timedelta(days=1), zone))
    return Span()


class Calendar(QObject):
    """Says which day it is, and when that changes. UI thread.

    `clock` tells milliseconds since 1970; `zone` is the system's unless one is given.
    """

    changed = Signal()
    """It is another day, or here another time zone."""

    def __init__(
        self,
        clock: Callable[[], int] = now_ms,
        zone: tzinfo | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self.zone = zone
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        self.day = self._today()
        self._began = midnight(self.day, zone)
        self._wait()

    @Slot()
    def look(self) -> None:
        """See which day it is now."""
        day = self._today()
        began = midnight(day, self.zone)
        moved = (day, began) != (self.day, self._began)
        self.day, self._began = day, began
        self._wait()
        if moved:
            self.changed.emit()

    def _today(self) -> date:
        if self.zone is None:
            # For the sake of the system's zone, which may be another one by now.
            today()
        return datetime.fromtimestamp(self._clock() / 1000, self.zone).date()

    def _wait(self) -> None:
        left = midnight(self.day + timedelta(days=1), self.zone) - self._clock()
        self._timer.start(max(1, min(LOOK_MS, left)))
