"""The work behind `ui.forgetting`: calls deleted and forgotten, on whichever thread runs it."""

import logging
import threading
from array import array
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from dialer.calls.days import midnight
from dialer.calls.history_query import HistoryQuery
from dialer.calls.place import JournalError
from dialer.calls.sentence import Sentence

if TYPE_CHECKING:
    from dialer.calls.journal_forget import Forgetter

PIECE = 2_000
"""How many calls are deleted between two looks at whether to stop."""

PAUSE_S = 0.02
"""How long others may write between two transactions, in seconds."""

UNDO_MS = 10 * 60_000
"""For how long a deletion can be undone, in milliseconds; then it is taken out for good."""

BELIEVED_MS = 92 * 86_400_000
"""A clock so far past the newest call is not believed where calls are deleted unasked."""

Rows: TypeAlias = "array[int]"
"""Row numbers of the journal."""

log = logging.getLogger(__name__)


class Stopped(Exception):
    """The program ends, and the work with it."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """The calls that are hidden now, and why there are not more, if something failed."""

    rows: Rows
    trouble: Sentence | None = None


class ForgettingWork:
    """Opens a connection for each piece of work. Any thread but the UI's; raises JournalError.

    No QObject: the thread that works may be the last to hold it, and would delete it there.
    """

    def __init__(
        self, journal: Path, lifelines: Path, clock: Callable[[], int], zone: tzinfo | None
    ) -> None:
        self._journal = journal
        self._lifelines = lifelines
        self._clock = clock
        self._zone = zone
        self.cancel = threading.Event()
        """Set it to end a deletion early, with what it has done by then."""
        self.closing = threading.Event()
        """Set it to end all work."""
        self.done = 0
        """How many calls the deletion under way has been through."""

    def delete(self, rows: Rows) -> Deleted:
        """Hide calls, those under way left out."""
        self.done = 0
        hidden = array("q")
        with closing(self._open()) as forgetter:
            for start in range(0, len(rows), PIECE):
                if self.cancel.is_set():
                    break
                try:
                    hidden.extend(forgetter.delete(rows[start : start + PIECE]))
                except JournalError as error:
                    # What is hidden by now is told all the same: it can be undone.
                    return Deleted(hidden, error.sentence)
                self.done = min(start + PIECE, len(rows))
        return Deleted(hidden)

    def restore(self, rows: Rows, *, some_are_gone: bool) -> Rows:
        """Bring calls back; those that are back. Looking which takes long, for many."""
        with closing(self._open()) as forgetter:
            forgetter.restore(rows)
            if not some_are_gone:
                return rows
            back = array("q")
            for start in range(0, len(rows), PIECE):
                piece = rows[start : start + PIECE]
                found = forgetter.at(piece)
                back.extend(row for row in piece if row in found)
                self._pause()
        return back

    def forget_callee(self, callee: str) -> int:
        """Delete all calls of a callee for good, those deleted before among them."""
        with closing(self._open()) as forgetter:
            return forgetter.forget(HistoryQuery(callee=callee))

    def forget_older(self, keep_days: int) -> int:
        """Delete for good what is kept no longer; 0 days keeps all."""
        if not keep_days:
            return 0
        with closing(self._open()) as forgetter:
            # To rewrite the index over them at each start would take seconds in a long history.
            older = HistoryQuery(until_ms=self._before(keep_days))
            return forgetter.forget(older, overwrite=False)

    def purge(self) -> int:
        """Take out for good what cannot be undone any more."""
        with closing(self._open()) as forgetter:
            return forgetter.purge(UNDO_MS)

    def purge_old(self, keep_days: int) -> int:
        """Both, at the start of the program; how many calls went.

        Nobody is asked here, so a clock that is far past the newest call is not believed: it
        would have the whole history deleted.
        """
        purged = self.purge()
        older = 0
        if keep_days and self._clock_is_far_off():
            log.info("no calls are deleted: the clock is far past the newest call")
        else:
            older = self.forget_older(keep_days)
        if purged:
            log.info("deleted calls taken out of the journal: %d", purged)
        if keep_days:
            log.info("calls older than %d days deleted: %d", keep_days, older)
        return purged + older

    def _clock_is_far_off(self) -> bool:
        with closing(self._open()) as forgetter:
            newest = forgetter.newest_at()
        return newest is not None and self._clock() - newest > BELIEVED_MS

    def count_older(self, keep_days: int) -> int:
        """How many calls would go if calls were kept so long."""
        if not keep_days:
            return 0
        with closing(self._open()) as forgetter:
            return forgetter.older_than(self._before(keep_days))

    def count_callee(self, callee: str) -> int:
        """How many calls of this callee there are."""
        with closing(self._open()) as forgetter:
            return sum(map(len, forgetter.ids(HistoryQuery(callee=callee))))

    def _open(self) -> "Forgetter":
        # Imported here because the window is on screen before anything is deleted.
        from dialer.calls.journal_forget import Forgetter  # noqa: PLC0415

        return Forgetter(self._journal, self._lifelines, self._clock, self._pause)

    def _pause(self) -> None:
        if self.closing.wait(PAUSE_S):
            raise Stopped

    def _before(self, keep_days: int) -> int:
        """When the oldest call that is kept may have begun: at a midnight of the operator's."""
        today = datetime.fromtimestamp(self._clock() / 1000, self._zone).date()
        return midnight(today - timedelta(days=keep_days), self._zone)
