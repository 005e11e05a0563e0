"""What is looked for in the history: text, filters and an order, and their SQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dialer.calls.call import NOTE_LIMIT
from dialer.calls.legible import bare
from dialer.calls.plain import plain
from dialer.calls.schema import searched_text

TRIGRAM = 3
"""The fewest characters that the full-text index can look up."""

_NUMBER = re.compile(r"[ +()./-]*[0-9][0-9 +()./-]*")


class Kind(StrEnum):
    """The kinds of calls that can be filtered for: outcomes, and endings of placed calls."""

    PLACED = "placed"
    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


_KINDS: Mapping[Kind, str] = {
    Kind.PLACED: "outcome = 'placed'",
    Kind.ANSWERED: "ending = 'answered'",
    Kind.NOT_ANSWERED: "ending <> 'answered'",
    Kind.REJECTED: "outcome = 'rejected'",
    Kind.NOT_SENT: "outcome = 'not_sent'",
    # Without an outcome: under way, or interrupted.
    Kind.UNKNOWN: "(outcome = 'unknown' OR outcome IS NULL)",
}


class Sort(StrEnum):
    """What the history can be put in order by. Calls that are alike stand in order of time."""

    TIME = "time"
    CALLEE = "callee"
    DISPLAY_NUMBER = "display_number"
    ACCOUNT = "account"
    OUTCOME = "outcome"
    DURATION = "duration"
    COST = "cost"
    RECORDING_ID = "recording_id"


_ORDERS: Mapping[Sort, tuple[str, ...]] = {
    Sort.TIME: (),
    Sort.CALLEE: ("callee",),
    Sort.DISPLAY_NUMBER: ("display_number",),
    Sort.ACCOUNT: ("account",),
    Sort.OUTCOME: ("outcome", "ending"),
    Sort.DURATION: ("duration_s",),
    Sort.COST: ("cost",),
    Sort.RECORDING_ID: ("recording_id",),
}


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Which calls, in which order; the default is all of them, newest first.

    `search` is text as it was typed. A period is from `since_ms` up to before `until_ms`,
    milliseconds since 1970. Of each filter that is not empty one must fit.
    """

    search: str = ""
    since_ms: int | None = None
    until_ms: int | None = None
    kinds: tuple[Kind, ...] = ()
    accounts: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    callee: str | None = None
    """Only calls of exactly this callee."""
    sort: Sort = Sort.TIME
    descending: bool = True

    @property
    def text(self) -> str:
        """What is searched for, as one line; "" searches for nothing."""
        return plain(self.search, NOTE_LIMIT)

    @property
    def filters(self) -> bool:
        """Whether calls may be left out."""
        return bool(
            self.text
            or self.since_ms is not None
            or self.until_ms is not None
            or self.kinds
            or self.accounts
            or self.profiles
            or self.callee
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """The end of a SELECT over calls: from FROM to ORDER BY, with its values."""

    sql: str
    values: dict[str, object]


def statement(query: HistoryQuery, *, indexed: bool, also: str = "") -> Statement:
    """The SQL of `query`; `indexed` says whether the full-text index is complete.

    `also` is one more condition, written by us. Text goes into values only.
    """
    conditions = ["calls.id NOT IN (SELECT id FROM deleted)"]
    values: dict[str, object] = {}
    source = "calls"
    forms = _forms(query.text)
    if forms and indexed and all(len(form) >= TRIGRAM for form in forms):
        source = "search CROSS JOIN calls ON calls.id = search.rowid"
        conditions.append("search MATCH :match")
        values["match"] = " OR ".join(_quoted(form) for form in forms)
    elif forms:
        found = []
        for number, form in enumerate(forms):
            values[f"text{number}"] = _like(form)
            found.append(rf"{searched_text('calls')} LIKE :text{number} ESCAPE '\'")
        conditions.append(f"({' OR '.join(found)})")
    if query.since_ms is not None:
        conditions.append("begun_at >= :since_ms")
        values["since_ms"] = query.since_ms
    if query.until_ms is not None:
        conditions.append("begun_at < :until_ms")
        values["until_ms"] = query.until_ms
    if query.callee is not None:
        conditions.append("callee = :callee")
        values["callee"] = query.callee
    if query.kinds:
        conditions.append(f"({' OR '.join(_KINDS[kind] for kind in query.kinds)})")
    for column, wanted in (("account", query.accounts), ("profile", query.profiles)):
        if wanted:
            names = [f"{column}{number}" for number in range(len(wanted))]
            conditions.append(f"{column} IN ({', '.join(f':{name}' for name in names)})")
            values.update(zip(names, wanted, strict=True))
    if also:
        conditions.append(also)
    return Statement(
        f"FROM {source} WHERE {' AND '.join(conditions)} ORDER BY {_order(query, source)}", values
    )


def terms_prefix(query: HistoryQuery) -> str | None:
    """A text too short for the index, in the form in which trigrams begin with it."""
    forms = _forms(query.text)
    return forms[0].casefold() if len(forms) == 1 and 0 < len(forms[0]) < TRIGRAM else None


def _order(query: HistoryQuery, source: str) -> str:
    way = "DESC" if query.descending else "ASC"
    newest = "search.rowid" if source != "calls" else "calls.id"
    if source == "calls" and query.since_ms is not None:
        # The plus keeps SQLite from walking the whole table in order to save a sort: the
        # calls of a period are few, and the index on time has them.
        newest = "+calls.id"
    if not (columns := _ORDERS[query.sort]):
        return f"{newest} {way}"
    # What a call does not have stands last, whichever way.
    return ", ".join(
        [*(f"{column} IS NULL, {column} {way}" for column in columns), f"{newest} DESC"]
    )


def _forms(text: str) -> list[str]:
    """The texts of which one must stand in a call: as typed, and the digits of a number."""
    if not text:
        return []
    forms = [text.replace("_", " ")] if "_" in text and " " not in text else []
    forms.append(text)
    number = bare(text)
    if _NUMBER.fullmatch(number):
        # As people write a number: with a trunk 0 or 00 that the journal's digits lack.
        digits = re.sub(r"\(0\)|[^0-9]", "", number)
        forms.append(digits.lstrip("0") or digits)
    return list(dict.fromkeys(forms))


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _like(text: str) -> str:
    for char in r"\%_":
        text = text.replace(char, "\\" + char)
    return f"%{text}%"
