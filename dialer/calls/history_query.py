"""What is looked for in the history: text, filters and an order, and their SQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dialer.calls.call import NOTE_LIMIT
from dialer.calls.legible import bare
from dialer.calls.plain import plain
from dialer.calls.schema import searched_text

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

_ALWAYS_THERE = frozenset((Sort.CALLEE, Sort.ACCOUNT))


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


Span = tuple[int, int] | None
"""The lowest and the highest row of a period, where they are known."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the full-text index is asked for: a MATCH expression, None where no call can fit.

    With `verified` it finds too much, and the text is looked for in what it finds.
    """

    expression: str | None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """The end of a SELECT over calls: from FROM to ORDER BY, with its values."""

    sql: str
    values: dict[str, object]


def statements(
    query: HistoryQuery,
    looked: Looked | None,
    span: Span = None,
    also: str = "",
    *,
    deleted: bool = False,
) -> list[Statement]:
    """The SQL of `query`: one statement, or two whose calls follow each other.

    Without `looked` the text is looked for in every call. No row outside of `span` is in the
    query's period. `also` is one more condition, written by us; with `deleted` calls are found
    too that were deleted and can still be restored. Text goes into values only.
    """
    conditions = [] if deleted else ["calls.id NOT IN (SELECT id FROM deleted)"]
    values: dict[str, object] = {}
    source = "calls"
    texts = forms(query.text)
    if texts and looked is not None:
        source = "search CROSS JOIN calls ON calls.id = search.rowid"
        conditions.append("0" if looked.expression is None else "search MATCH :match")
        values["match"] = looked.expression
    if texts and (looked is None or looked.verified):
        found = []
        for number, text in enumerate(texts):
            values[f"text{number}"] = _like(text)
            found.append(rf"{searched_text('calls')} LIKE :text{number} ESCAPE '\'")
        conditions.append(f"({' OR '.join(found)})")
    # The plus hides the index on time: it would have a whole period sorted for a page of it.
    period, bounds = period_of(query, "+begun_at")
    conditions += period
    values |= bounds
    chosen, names = _chosen(query)
    conditions += [*chosen, *([also] if also else [])]
    values |= names
    newest = "calls.id" if source == "calls" else "search.rowid"
    if span is not None:
        conditions.append(f"{newest} BETWEEN {span[0]:d} AND {span[1]:d}")
    way = "DESC" if query.descending else "ASC"
    if not (columns := _ORDERS[query.sort]):
        return [_statement(source, conditions, [f"{newest} {way}"], values)]
    newest = f"{newest} DESC"
    if query.sort is Sort.RECORDING_ID and source == "calls":
        # Its index has the calls that have one, and only these can be read in its order.
        order = [f"recording_id {way}", newest]
        return [
            _statement(source, [*conditions, "recording_id IS NOT NULL"], order, values),
            _statement(source, [*conditions, "recording_id IS NULL"], [newest], values),
        ]
    # What a call does not have stands last, whichever way. Where each call has it nothing is
    # said of that, so that an index serves.
    last = "" if query.sort in _ALWAYS_THERE else " NULLS LAST"
    order = [*(f"{column} {way}{last}" for column in columns), newest]
    return [_statement(source, conditions, order, values)]


def period_of(query: HistoryQuery, column: str = "begun_at") -> tuple[list[str], dict[str, object]]:
    """The conditions that keep calls within the query's period, and their values."""
    conditions: list[str] = []
    values: dict[str, object] = {}
    for sign, name, bound in (
        (">=", "since_ms", query.since_ms),
        ("<", "until_ms", query.until_ms),
    ):
        if bound is not None:
            conditions.append(f"{column} {sign} :{name}")
            values[name] = bound
    return conditions, values


def _chosen(query: HistoryQuery) -> tuple[list[str], dict[str, object]]:
    """The conditions of the filters, and their values."""
    conditions: list[str] = []
    values: dict[str, object] = {}
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
    return conditions, values


def _statement(
    source: str, conditions: list[str], order: list[str], values: dict[str, object]
) -> Statement:
    where = " AND ".join(conditions) or "1"
    return Statement(f"FROM {source} WHERE {where} ORDER BY {', '.join(order)}", values)


def forms(text: str) -> list[str]:
    """The texts of which one must stand in a call: as typed, and the digits of a number."""
    if not text:
        return []
    found = [text.replace("_", " ")] if "_" in text and " " not in text else []
    found.append(text)
    number = bare(text)
    if _NUMBER.fullmatch(number):
        # As people write a number: with a trunk 0 or 00 that the journal's digits lack.
        digits = re.sub(r"\(0\)|[^0-9]", "", number)
        found.append(digits.lstrip("0") or digits)
    return list(dict.fromkeys(found))


def _like(text: str) -> str:
    for char in r"\%_":
        text = text.replace(char, "\\" + char)
    return f"%{text}%"
