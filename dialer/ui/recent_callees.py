"""Who was called of late, read and put into words in the background."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QDate, QDateTime, QLocale, QObject, Signal, Slot

from dialer.calls.call import CallRecord
from dialer.calls.plain import plain
from dialer.settings.profile import Profile
from dialer.ui.background import Background
from dialer.ui.callee_offers import RecentCallee

Read = Callable[[Profile, bool], Sequence[CallRecord]]
"""Reads the newest call of each callee of a profile, in the sandbox or not; in the background."""

_NOTE_LENGTH = 60


class RecentCallees(QObject):
    """Keeps a list up to date for whoever shows it. UI thread.

    One reading at a time: what is asked for meanwhile is read once the one under way has ended.
    """

    changed = Signal(object)
    """A list of RecentCallee, the latest first."""

    def __init__(self, read: Read, formatted: Callable[[str], str], parent: QObject) -> None:
        super().__init__(parent)
        self._read = read
        self._formatted = formatted
        self._wanted: tuple[Profile, bool] | None = None
        self._reads = False

    def look(self, profile: Profile | None, *, sandbox: bool) -> None:
        """Read the callees of `profile`; ends in `changed`."""
        if profile is None:
            self._wanted = None
            self.changed.emit([])
            return
        self._wanted = profile, sandbox
        if not self._reads:
            self._begin(profile, sandbox)

    def _begin(self, profile: Profile, sandbox: bool) -> None:
        self._reads = True
        self._wanted = None
        reading = Background()
        reading.succeeded.connect(self._on_read)
        reading.failed.connect(self._on_failed)
        read, formatted = self._read, self._formatted
        reading.start(lambda: in_words(read(profile, sandbox), formatted))

    @Slot(object)
    def _on_read(self, callees: list[RecentCallee]) -> None:
        self._reads = False
        if self._wanted is None:
            self.changed.emit(callees)
        else:
            self._begin(*self._wanted)

    @Slot(object)
    def _on_failed(self, _: Exception) -> None:
        # The history tells of a journal that cannot be read; nothing is offered meanwhile.
        self._on_read([])


def in_words(calls: Sequence[CallRecord], formatted: Callable[[str], str]) -> list[RecentCallee]:
    """The callees of calls as they are shown. Any thread."""
    locale, today = QLocale(), QDate.currentDate()

    def when(call: CallRecord) -> str:
        moment = QDateTime.fromMSecsSinceEpoch(call.begun_at)
        if moment.date() == today:
            return moment.time().toString("HH:mm")
        return locale.toString(moment.date(), QLocale.FormatType.ShortFormat)

    return [
        RecentCallee(
            call.request.callee,
            formatted(call.request.callee),
            plain(call.request.note or "", _NOTE_LENGTH),
            when(call),
        )
        for call in calls
    ]
