"""Looks up what a query is about in the journal's indexes, before the calls are read."""

import sqlite3

from dialer.calls.history_query import HistoryQuery, Looked, Span, forms, period_of

TRIGRAM = 3
"""The characters of a term of the index. A shorter text is looked up by all that begin with it."""

_TERMS = 1_000  # looked up for a short text at most: each takes some 20 µs
_LONG = 10
_PIECE = 6
_FEW = 20_000  # calls, which are read in less time than the index takes for a long number
_COUNTED = 50_000  # calls of a period that reaches up to now


def look_up(connection: sqlite3.Connection, query: HistoryQuery) -> Looked | None:
    """What the index is to be asked for `query`; None where it is no help. Raises sqlite3.Error."""
    texts = forms(query.text)
    if not texts:
        return None
    parts: list[str] = []
    for text in texts:
        found = [text] if len(text) >= TRIGRAM else _terms(connection, text)
        if found is None:
            return None
        parts += found
    if not parts:
        return Looked(None)
    if (piece := _rare_piece(connection, texts)) is not None:
        return Looked(_quoted(piece), verified=True)
    return Looked(" OR ".join(_quoted(part) for part in dict.fromkeys(parts)))


def look_up_period(connection: sqlite3.Connection, query: HistoryQuery) -> Span:
    """The rows among which the query's period lies; None if that is no help.

    Rows stand in order of time but for changes of the clock, so the index on time is asked
    for all of them. Raises sqlite3.Error.
    """
    conditions, values = period_of(query)
    if not conditions:
        return None
    # A long period that goes on till now has the first calls that are read: no need to count.
    limit = _COUNTED if query.until_ms is None else -1
    sql = (
        "SELECT count(*), min(id), max(id) FROM (SELECT id FROM calls"  # noqa: S608
        f" WHERE {' AND '.join(conditions)} LIMIT {limit:d})"
    )
    calls, lowest, highest = connection.execute(sql, values).fetchone()
    if calls == limit:
        return None
    return (lowest, highest) if calls else (0, 0)


def _terms(connection: sqlite3.Connection, text: str) -> list[str] | None:
    """All terms that begin with `text`; None if they are too many.

    A term begins at each character of a call, since the searched text ends with a line break.
    """
    found: list[str] = []
    # The table has a row for each place of a term. Asked for the first term from the one
    # before on, with something behind it, it goes there at once and past all those rows.
    sql = "SELECT term FROM search_terms WHERE term >= ? AND term <= ? LIMIT 1"
    for prefix in _folded(text):
        start, end = prefix, f"{prefix}\U0010ffff\U0010ffff"
        while (row := connection.execute(sql, (start, end)).fetchone()) is not None:
            found.append(row[0])
            if len(found) > _TERMS:
                return None
            start = f"{row[0]}\x01"
    return found


def _folded(text: str) -> list[str]:
    """`text` as the index may have it, without regard to case.

    SQLite folds each character to one other; Python has the same tables but also folds one to
    several, which is not wanted. Of newer letters they may say different things, so each is
    taken as it is too.
    """
    ways = [""]
    for char in text:
        each = dict.fromkeys((char, char.lower(), char.casefold()))
        ways = [way + one for way in ways for one in each if len(one) == 1]
    return ways


def _rare_piece(connection: sqlite3.Connection, texts: list[str]) -> str | None:
    """The end or the beginning of a long number, if it alone leaves few calls.

    Recording IDs begin alike: the index would go through most calls for each three digits.
    """
    long = texts[0]
    if len(texts) > 1 or len(long) < _LONG or not (long.isascii() and long.isdigit()):
        return None
    sql = "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)"
    for piece in (long[-_PIECE:], long[:_PIECE]):
        (calls,) = connection.execute(sql, (_quoted(piece), _FEW + 1)).fetchone()
        if calls <= _FEW:
            return piece
    return None


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
