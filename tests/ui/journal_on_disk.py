"""The journal as other programs write and read it, while a window shows it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dialer.calls.call import CallRecord, CallRequest, Outcome
from dialer.calls.journal import CallJournal, JournalReader, prepare
from dialer.calls.lifeline import Lifeline

PLACED = Outcome.placed("2203031113381000002", reason="success")
REQUEST = CallRequest("932111111111", "sandbox", profile="sandbox", sandbox=True)


@dataclass
class JournalOnDisk:
    """One journal and all that was opened of it here. `close` lets go of it."""

    path: Path
    lifelines: Path
    _open: list[CallJournal | JournalReader | Lifeline] = field(default_factory=list)

    def reader(self) -> JournalReader:
        """A reader of its own; the journal is made if it is not there."""
        prepare(self.path, self.lifelines)
        self._open.append(made := JournalReader(self.path, self.lifelines))
        return made

    def writer(self, seconds_ago: float = 0.0) -> CallJournal:
        """What writes as another program; it may be used on one thread."""
        prepare(self.path, self.lifelines)
        self._open.append(lifeline := Lifeline(self.lifelines))
        now = round((time.time() - seconds_ago) * 1000)
        self._open.append(writer := CallJournal(self.path, lifeline, now=lambda: now))
        return writer

    def write(
        self,
        *outcomes: Outcome | None,
        request: CallRequest = REQUEST,
        seconds_ago: float = 3600.0,
    ) -> list[CallRecord]:
        """Write calls that another program placed, in this order; None is still under way."""
        writer = self.writer(seconds_ago)
        begun = [(writer.begin(request), outcome) for outcome in outcomes]
        return [writer.finish(call, outcome) if outcome else call for call, outcome in begun]

    def begin(self, outcome: Outcome) -> tuple[CallRecord, Callable[[], CallRecord]]:
        """Begin a call as another program does; the record, and what ends it with `outcome`."""
        writer = self.writer()
        call = writer.begin(REQUEST)
        return call, lambda: writer.finish(call, outcome)

    def calls(self) -> list[CallRecord]:
        """All calls, newest first; none where there is no journal."""
        if not self.path.exists():
            return []
        reader = JournalReader(self.path, self.lifelines)
        try:
            return reader.newest(10_000)
        finally:
            reader.close()

    def close(self) -> None:
        while self._open:
            self._open.pop().close()
