"""The texts of a call in the history's columns."""

from collections.abc import Callable

from PySide6.QtCore import QDate, QDateTime, QLocale, QObject

from dialer.calls.became import name_of
from dialer.calls.call import CallRecord, Following, OutcomeKind
from dialer.calls.details import Ending, Stage
from dialer.ui.amounts import duration_text, money_text
from dialer.ui.words import told

_NONE = "—"
_KEPT = 4_096  # callees repeat, and the plan of numbers takes long to ask


class HistoryWords(QObject):
    """Makes the texts of calls. `formatted` makes digits readable. UI thread."""

    def __init__(self, formatted: Callable[[str], str]) -> None:
        super().__init__()
        self._formatted = formatted
        self._locale = QLocale()
        self._numbers: dict[str, str] = {}
        self._days: dict[int, str] = {}
        self._today = QDate.currentDate()

    def begin_day(self) -> None:
        """See whether it is another day by now, or here another time zone."""
        self._days.clear()
        self._today = QDate.currentDate()

    def texts(self, record: CallRecord) -> tuple[str, ...]:
        """The texts of a call, from the first column to the last."""
        request = record.request
        return (
            self._time(record.begun_at),
            self._number(request.callee),
            request.display_number or _NONE,
            request.account,
            self._outcome(record),
            duration_text(record.duration_s) if record.duration_s else "",
            "" if record.cost is None else money_text(record.cost, None),
            (record.outcome.recording_id if record.outcome else None) or _NONE,
        )

    def full_time(self, record: CallRecord) -> str:
        """When a call began, with day and time zone."""
        moment = QDateTime.fromMSecsSinceEpoch(record.begun_at)
        return self._locale.toString(moment, QLocale.FormatType.LongFormat)

    def full_cost(self, record: CallRecord) -> str:
        """What a call cost, with its currency; "" where that is not known."""
        return "" if record.cost is None else money_text(record.cost, record.currency)

    def _time(self, ms: int) -> str:
        moment = QDateTime.fromMSecsSinceEpoch(ms)
        time = moment.time().toString("HH:mm:ss")
        date = moment.date()
        if date == self._today:
            return time
        number = date.toJulianDay()
        day = self._days.get(number)
        if day is None:
            day = self._days[number] = self._locale.toString(date, QLocale.FormatType.ShortFormat)
        return f"{day} {time}"

    def _number(self, digits: str) -> str:
        written = self._numbers.get(digits)
        if written is None:
            if len(self._numbers) >= _KEPT:
                self._numbers.clear()
            written = self._numbers[digits] = self._formatted(digits)
        return written

    def _outcome(self, record: CallRecord) -> str:
        kind, name = kind_of(record), ""
        became = became_of(record)
        if became is not None:
            name = told(name_of(became))
        elif record.following is Following.SEVERAL:
            name = self.tr("Unknown: choose")
        else:
            name = {
                "placed": self.tr("Placed"),
                "rejected": self.tr("Rejected"),
                "not_sent": self.tr("Not sent"),
                "unknown": self.tr("Unknown"),
                "calling": self.tr("Calling"),
            }[kind]
        if record.request.sandbox:
            return self.tr("{outcome} · sandbox").format(outcome=name)
        return name


def became_of(record: CallRecord) -> Ending | Stage | None:
    """How a placed call ended, or else how far it has come; None where no record says it."""
    if record.outcome is None or record.outcome.kind is not OutcomeKind.PLACED:
        return None
    if record.ending is not None:
        return record.ending
    return None if record.stage in (None, Stage.ENDED) else record.stage


def kind_of(record: CallRecord) -> str:
    """What became of a call, as pills are coloured by it."""
    became = became_of(record)
    if became is None:
        return record.outcome_name
    if became is Ending.ANSWERED:
        return "placed"
    return "neutral" if isinstance(became, Ending) else "calling"
