"""What is done about a damaged journal: looked through, set aside, and recovered into a new one."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from dialer.calls import journal_exchange as exchange
from dialer.calls.journal_file import connect, writing
from dialer.calls.journal_recovery import Recovered, recover
from dialer.calls.journal_trouble import suspects_index, suspicion
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

Progress = Callable[[float], None]

_TABLES = ("calls", "details", "candidates", "deleted", "spent", "search_state")
_EMPTY = "INSERT INTO search (search) VALUES ('delete-all')"

_ALL = QT_TRANSLATE_NOOP(
    "dialer",
    "It was set aside as {path}. All calls that it names were recovered:"
    " {recovered}. Calls can be placed.",
)
_SOME = QT_TRANSLATE_NOOP(
    "dialer",
    "It was set aside as {path}. Calls recovered: {recovered}; lost:"
    " {lost}. Calls can be placed. What the history lacks, a comparison with the provider lists.",
)
_UNTOLD = QT_TRANSLATE_NOOP(
    "dialer",
    "It was set aside as {path}. Calls recovered: {recovered}; whether"
    " others are lost cannot be told. Calls can be placed. What the history lacks, a comparison"
    " with the provider lists.",
)
_NOTHING = QT_TRANSLATE_NOOP(
    "dialer",
    "It was set aside as {path}, and a new one was begun: no call could"
    " be read in it. Calls can be placed. What the history lacks, a comparison with the provider"
    " lists.",
)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A damaged journal that was set aside, and what of it is in the new one."""

    path: Path
    recovered: Recovered

    @property
    def sentence(self) -> Sentence:
        """What became of the damaged journal, what it means and what to do, for people."""
        calls, lost = self.recovered.calls, self.recovered.lost
        if not calls and not lost:
            return Sentence(_NOTHING, path=self.path)
        if lost is None:
            return Sentence(_UNTOLD, path=self.path, recovered=calls)
        text = _SOME if lost else _ALL
        return Sentence(text, path=self.path, recovered=calls, lost=lost)


def set_aside(path: Path, at_ms: int, progress: Progress) -> SetAside:
    """Set the damaged journal aside and put in its place what can be read of it.

    Used by who holds the journal's lock. Ended midway, `take_up` goes on with it. Raises
    sqlite3.Error and OSError, and what `progress` raises.
    """
    aside = path.with_name(f"{path.name}.damaged-{at_ms}")
    exchange.begin(path, aside, made=False)
    recovered = _recover(path, aside, progress)
    exchange.end(path)
    suspicion(path).unlink(missing_ok=True)
    return SetAside(aside, recovered)


def take_up(path: Path, progress: Progress) -> SetAside | None:
    """Go on with setting aside or restoring that ended midway; what there is to tell."""
    made: list[Recovered] = []

    def make(aside: Path) -> None:
        made.append(_recover(path, aside, progress))

    ended = exchange.take_up(path, make)
    if ended is None or ended.made:
        return None
    suspicion(path).unlink(missing_ok=True)
    if not made:
        with closing(connect(path, read_only=True)) as connection:
            (calls,) = connection.execute("SELECT count(*) FROM calls").fetchone()
        made.append(Recovered(calls, None))
    return SetAside(ended.aside, made[0])


def examine(path: Path, *, torn: bool = False) -> None:
    """Look through a journal in which damage was met: it may lie beyond the first page.

    `torn` says that the file ends within a page, which may be one of the search index.

    Where the calls are whole and the search index is not, the index is emptied, to be filled
    again as after a step forward. Raises sqlite3.DatabaseError where calls are damaged.
    """
    # Read-only: of a damaged file SQLite may drop the log when a writing connection closes.
    with closing(connect(path, read_only=True)) as connection:
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        for table in _TABLES:
            if table in there:
                _check(connection, table)
        # What FTS5 finds wrong with its own pages, SQLite finds in order.
        index = torn or suspects_index(path)
        try:
            _check(connection, "1")
        except sqlite3.DatabaseError:
            if "search_state" not in there:
                raise  # version 1 has no such index
            index = True
    if index:
        _empty_index(path)
    suspicion(path).unlink(missing_ok=True)


def _check(connection: sqlite3.Connection, what: str) -> None:
    said = connection.execute(f"PRAGMA quick_check({what})").fetchone()[0]
    if said != "ok":
        error = sqlite3.DatabaseError(said)
        error.sqlite_errorname = "SQLITE_CORRUPT"
        raise error


def _empty_index(path: Path) -> None:
    with closing(connect(path)) as connection, writing(connection):
        try:
            connection.execute(_EMPTY)
        except sqlite3.DatabaseError:
            # FTS5 opens nothing whose record of its own structure is spoilt, not even to drop it.
            # The format is told at the head of SQLite's fts5_index.c: an average that is unknown,
            # and a structure without levels.
            for table in ("data", "idx", "docsize"):
                connection.execute(f"DELETE FROM search_{table}")  # noqa: S608
            connection.execute("INSERT INTO search_data VALUES (1, x''), (10, zeroblob(7))")
            connection.execute(_EMPTY)
        connection.execute(
            "UPDATE search_state SET filled_from = (SELECT coalesce(max(id) + 1, 0) FROM calls)"
        )
        _check(connection, "1")


def _recover(path: Path, aside: Path, progress: Progress) -> Recovered:
    fresh = exchange.fresh_of(path)
    fresh.unlink(missing_ok=True)
    exchange.create_private(fresh)
    recovered = recover(aside, fresh, progress)
    exchange.sync(fresh)
    return recovered
