"""Finds the calls of the history on a thread of its own: the first of them at once, then all."""

import logging
import threading
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from dialer.calls.call import CallRecord
from dialer.calls.history_query import HistoryQuery, Sort
from dialer.calls.place import JournalError
from dialer.ui.row_numbers import Found
from dialer.ui.words import told

log = logging.getLogger(__name__)

FIRST = 128
"""How many calls are found at first: more than a screen has."""

SETTLE = 0.05
"""Seconds in which the next key comes before all calls are looked for."""

BREATH = 0.004
"""Seconds between two pieces of work, in which the UI thread gets to do its own."""

PIECE = 200_000
"""From how many rows on those found so far are handed over."""

_ENDS = 2.0  # seconds in which the thread, interrupted, ends


class Reader(Protocol):
    """What is asked of the journal (calls.journal_reader.JournalReader)."""

    def page(self, query: HistoryQuery, limit: int) -> list[CallRecord]:
        """The first `limit` calls that `query` finds."""
        ...

    def ids(self, query: HistoryQuery, after: int = 0) -> "Iterator[array[int]]":
        """The row numbers above `after` of all calls that `query` finds, in chunks."""
        ...

    def count(self) -> int:
        """How many calls there are."""
        ...

    def interrupt(self) -> None:
        """End the statement under way. Any thread."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


@dataclass(frozen=True, slots=True)
class Search:
    """What is to be found. `generation` tells its answers from those of earlier ones.

    A quiet one is told once all is found, in one piece: what is on screen stays until then.
    `newest` and `count` say what is shown now, if that are all calls: newer ones may be enough.
    """

    generation: int
    query: HistoryQuery
    quiet: bool = False
    newest: int = 0
    count: int = -1


class HistoryFinder(QObject):
    """Finds one thing at a time, the latest that was asked for. What is overtaken tells nothing.

    Lives on the UI thread, its work on a daemon thread with a journal connection of its own,
    which `reader` opens there. Connect the signals to bound slots: they arrive queued.
    """

    first = Signal(object, object)
    """Search, and the first FIRST calls, list[CallRecord]: all there are if they are fewer."""
    more = Signal(object, object, bool)
    """Search, row numbers that follow the ones before (the first FIRST are among them), whether
    these are the last."""
    replaced = Signal(object, object)
    """A quiet Search, and all row numbers."""
    newer = Signal(object, object)
    """A quiet Search, and the row numbers above `newest`; else all is as it was."""
    failed = Signal(object, str)
    """Search, and why nothing is found."""

    def __init__(self, reader: Callable[[], Reader], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = reader
        self._reader: Reader | None = None
        self._wanted: Search | None = None
        self._closing = False
        self._stale = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def find(self, search: Search) -> None:
        """Look for `search`, and for nothing else any more. UI thread."""
        with self._change:
            self._wanted = search
            self._change.notify()
            # Under the lock, so that it ends what was overtaken and not what comes next.
            self._interrupt()

    def open_anew(self) -> None:
        """Read through a new connection from the next search on: another file is the journal."""
        self._stale = True

    def close(self) -> None:
        """End the thread and its connection."""
        with self._change:
            self._closing = True
            self._wanted = None
            self._change.notify()
            self._interrupt()
        self._thread.join(_ENDS)

    def _interrupt(self) -> None:
        reader = self._reader
        if reader is not None:
            reader.interrupt()

    def _run(self) -> None:
        done: Search | None = None
        while True:
            with self._change:
                while not self._closing and (self._wanted is None or self._wanted is done):
                    self._change.wait()
                if self._closing:
                    break
                done = self._wanted
            assert done is not None  # noqa: S101
            try:
                self._find(done)
            except JournalError as error:
                if not self._overtaken(done):
                    self._tell(self.failed, done, told(error.sentence))
            except Exception as error:
                # A defect; the next key is answered all the same.
                log.exception("the search failed")
                self._tell(self.failed, done, type(error).__name__)
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _find(self, search: Search) -> None:
        if self._stale:
            self._stale = False
            stale, self._reader = self._reader, None
            if stale is not None:
                stale.close()
        if self._reader is None:
            self._reader = self._open()
        reader = self._reader
        if search.quiet:
            self._find_quietly(reader, search)
            return
        records = reader.page(search.query, FIRST)
        if self._overtaken(search):
            return
        self._tell(self.first, search, records)
        if len(records) < FIRST or self._overtaken(search, SETTLE):
            return
        if (span := _span(reader, search.query, records[0].row)) is not None:
            if not self._overtaken(search):
                self._tell(self.more, search, span, True)
            return
        found = array("q")
        for chunk in reader.ids(search.query):
            found.extend(chunk)
            if self._overtaken(search, BREATH):
                return
            if len(found) >= PIECE:
                self._tell(self.more, search, found, False)
                found = array("q")
        self._tell(self.more, search, found, True)

    def _find_quietly(self, reader: Reader, search: Search) -> None:
        query = search.query
        if search.count >= 0:
            added = array("q")
            for chunk in reader.ids(query, search.newest):
                added.extend(chunk)
                if self._overtaken(search):
                    return
            if reader.count() == search.count + len(added):
                if not self._overtaken(search):
                    self._tell(self.newer, search, added)
                return
        newest = reader.page(query, 1)
        found: Found | None = _span(reader, query, newest[0].row) if newest else array("q")
        if found is None:
            found = array("q")
            for chunk in reader.ids(query):
                found.extend(chunk)
                if self._overtaken(search, BREATH):
                    return
        if not self._overtaken(search):
            self._tell(self.replaced, search, found)

    def _overtaken(self, search: Search, seconds: float = 0.0) -> bool:
        """Whether something else is wanted by now, or within so many seconds."""
        with self._change:
            if seconds and self._wanted is search:
                self._change.wait(seconds)
            return self._wanted is not search

    def _tell(self, signal: object, *news: object) -> None:
        try:
            signal.emit(*news)  # type: ignore[attr-defined]
        except RuntimeError:
            log.debug("calls were found after the window had gone")


def _span(reader: Reader, query: HistoryQuery, newest: int) -> range | None:
    """All row numbers of the whole history, newest first, if none is missing in between."""
    if query.filters or query.sort is not Sort.TIME or not query.descending:
        return None
    for oldest in reader.page(HistoryQuery(descending=False), 1):
        if reader.count() == newest - oldest.row + 1:
            return range(newest, oldest.row - 1, -1)
    return None
