"""Journals as they can be met: of version 1, half indexed, and how to tell that all is well."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from calls.data_folder import DataFolder
from dialer.calls import schema

PAGE = 4096
"""The bytes of a page of every journal here."""

BEGUN_MS = 1_700_000_000_000
"""When the first call of a made journal began; each next one a minute later."""


@contextmanager
def opened_at(journal: Path) -> Iterator[sqlite3.Connection]:
    """A connection behind the program's back, closed afterwards."""
    with closing(sqlite3.connect(journal, isolation_level=None)) as connection:
        yield connection


def opened(folder: DataFolder) -> AbstractContextManager[sqlite3.Connection]:
    """The same, to the journal of a folder."""
    return opened_at(folder.journal)


def write_version_one(folder: DataFolder, calls: int, *, begun_ms: int = BEGUN_MS) -> None:
    """A journal as version 1 of the schema left it, with so many calls of all outcomes."""
    folder.path.mkdir(parents=True, exist_ok=True)
    with opened(folder) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN")
        schema.STEPS[0](connection)
        connection.execute("PRAGMA user_version = 1")
        connection.executemany(
            "INSERT INTO calls (call_id, begun_at, ended_at, owner, callee, account, note, profile,"
            " sandbox, outcome, recording_id, status, reason, cause)"
            " VALUES (?, ?, ?, '0123456789abcdef', ?, ?, ?, 'work', 0, ?, ?, ?, ?, ?)",
            [
                (
                    f"call{number}",
                    begun_ms + number * 60_000,
                    begun_ms + number * 60_000 + 900,
                    f"4420794{number:05d}",
                    f"test_{number % 7:03d}",
                    f"Ärger no. {number}" if number % 3 else None,
                    *_OUTCOMES[number % len(_OUTCOMES)](number),
                )
                for number in range(calls)
            ],
        )
        connection.execute("COMMIT")


_OUTCOMES = (
    lambda number: ("placed", f"2203031113381{number:06d}", "0", "success", None),
    lambda _: ("rejected", None, "-10", "余额不足", None),
    lambda _: ("unknown", None, None, None, "no_answer"),
    lambda _: ("not_sent", None, None, None, "unreachable"),
    lambda _: (None, None, None, None, None),
)


def assert_sound(folder: DataFolder) -> None:
    """The file is whole, and the full-text index has exactly what the calls have."""
    with opened(folder) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT filled_from FROM search_state").fetchone() == (0,)
        # Raises "database disk image is malformed" where index and calls differ.
        connection.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        for table in ("details", "candidates", "deleted"):
            (left,) = connection.execute(
                f"SELECT count(*) FROM {table} WHERE id NOT IN (SELECT id FROM calls)"
            ).fetchone()
            assert left == 0, f"{table} of calls that are gone"


def forget_index(folder: DataFolder) -> None:
    """Leave the full-text index as it is right after a journal of version 1 came forward."""
    with opened(folder) as connection:
        connection.execute("BEGIN")
        connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
        connection.execute("UPDATE search_state SET filled_from = (SELECT max(id) + 1 FROM calls)")
        connection.execute("COMMIT")


def root_of(journal: Path, table: str) -> int:
    """The page on which the tree of a table or an index begins."""
    with closing(sqlite3.connect(journal)) as connection:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        return int(connection.execute(sql, (table,)).fetchone()[0])


def pages_of(journal: Path, table: str) -> list[int]:
    """The pages of a table or an index that have its rows, in order. Nobody has it open."""
    todo, found = [root_of(journal, table)], []
    data = journal.read_bytes()
    while todo:
        number = todo.pop()
        page = data[(number - 1) * PAGE : number * PAGE]
        if page[0] in (0x0D, 0x0A):
            found.append(number)
            continue
        todo.append(int.from_bytes(page[8:12], "big"))
        for cell in range(int.from_bytes(page[3:5], "big")):
            at = int.from_bytes(page[12 + 2 * cell : 14 + 2 * cell], "big")
            todo.append(int.from_bytes(page[at : at + 4], "big"))
    return sorted(found)


def overwrite(path: Path, start: int, length: int) -> None:
    """Have the disk return something else for these bytes."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * length)


def spoil_page(journal: Path, number: int) -> None:
    """Have the disk return something else for a page, from 1."""
    overwrite(journal, (number - 1) * PAGE, PAGE)
