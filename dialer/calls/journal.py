"""The durable record of every call: written before a request leaves, finished when it ends.

SQLite in WAL mode with synchronous=FULL: a committed intent survives a kill and a power cut.
One connection a thread; any number of processes write at once.
"""

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from dialer.calls.call import CallRecord, CallRequest, Following, Outcome, OutcomeKind
from dialer.calls.journal_file import connect, identity, now_ms, prepare, told, writing
from dialer.calls.journal_reader import JournalReader
from dialer.calls.lifeline import Lifeline
from dialer.calls.place import JournalError, MendableError
from dialer.calls.reasons import may_still_ring
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

__all__ = ["CallJournal", "JournalReader", "prepare"]


class CallJournal:
    """Writes the journal. Used on the thread that made it. Fulfils `calls.place.Journal`.

    `lifeline` is this process's, shared by all its journal connections.
    """

    def __init__(self, path: Path, lifeline: Lifeline, now: Callable[[], int] = now_ms) -> None:
        self._path = path
        self._lifeline = lifeline
        self._now = now
        self._unwritten: dict[str, CallRecord] = {}
        with told(path):
            # In this order: a journal that is exchanged in between is taken for gone.
            self._file = identity(path)
            self._connection = connect(path)

    def begin(self, request: CallRequest) -> CallRecord:
        """Commit the intent to call to disk, before anything is sent. Raises JournalError."""
        self._write_rest()
        call_id = uuid.uuid4().hex
        begun_at = self._now()
        with told(self._path), writing(self._connection):
            if identity(self._path) != self._file:
                raise self._gone()
            row = self._connection.execute(
                "INSERT INTO calls (call_id, begun_at, owner, callee, account, display_number,"
                " app_id, note, profile, sandbox, lent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    call_id,
                    begun_at,
                    self._lifeline.name,
                    request.callee,
                    request.account,
                    request.display_number,
                    request.app_id,
                    request.note,
                    request.profile,
                    request.sandbox,
                    request.lent,
                ),
            ).lastrowid
        # Looked at again: who sets the journal aside has read it before or finds this call in it.
        if identity(self._path) != self._file:
            raise self._gone()
        return CallRecord(row or 0, call_id, begun_at, request, None)

    def finish(self, call: CallRecord, outcome: Outcome) -> CallRecord:
        """Commit how the call ended to disk.

        Raises JournalError; then the outcome is kept and written as soon as that is possible,
        at the next `begin` or in `close`. A journal that was exchanged meanwhile is opened anew:
        the call stands in the new one as it was begun.
        """
        ended = replace(
            call, outcome=outcome, ended_at=self._now(), following=first_following(outcome)
        )
        self._unwritten[call.call_id] = ended
        self._write(ended)
        return ended

    def _write(self, call: CallRecord) -> None:
        outcome = call.outcome
        if outcome is None:
            return
        if identity(self._path) not in (None, self._file):
            self._open_anew()
        with told(self._path), writing(self._connection):
            changed = self._connection.execute(
                "UPDATE calls SET ended_at = ?, outcome = ?, recording_id = ?, status = ?,"
                " reason = ?, cause = ?, detail = ?, following = ?, settled = 0"
                " WHERE call_id = ? AND settled = 0",
                (
                    call.ended_at,
                    outcome.kind,
                    outcome.recording_id,
                    outcome.status,
                    outcome.reason,
                    outcome.cause,
                    outcome.detail,
                    call.following,
                    call.call_id,
                ),
            ).rowcount
            # It was settled by the provider's records where its lifeline was lost meanwhile.
            there = (
                changed
                or self._connection.execute(
                    "SELECT 1 FROM calls WHERE call_id = ?", (call.call_id,)
                ).fetchone()
            )
        if not there or identity(self._path) != self._file:
            raise self._gone()
        self._unwritten.pop(call.call_id, None)

    def close(self) -> None:
        """Write what could not be written before, if that is possible now, and close."""
        with suppress(JournalError):
            self._write_rest()
        self._connection.close()

    def _write_rest(self) -> None:
        for call in tuple(self._unwritten.values()):
            self._write(call)

    def _open_anew(self) -> None:
        with told(self._path):
            file, connection = identity(self._path), connect(self._path)
        self._connection.close()
        self._file, self._connection = file, connection

    def _gone(self) -> JournalError:
        """Told because SQLite itself goes on writing into a file that nobody finds any more."""
        text = QT_TRANSLATE_NOOP(
            "dialer",
            "The journal {path} was moved, deleted or replaced while the program ran, so no call"
            " can be recorded. Start the program again.",
        )
        kind = JournalError if identity(self._path) is None else MendableError
        return kind(Sentence(text, path=self._path))


def first_following(outcome: Outcome) -> Following | None:
    """Whether the provider's records are looked at for a call that has just ended so."""
    looked_for = outcome.kind is OutcomeKind.PLACED or may_still_ring(outcome)
    return Following.OPEN if looked_for else None
