"""The journal's rows: how a call is read from one, and how calls are searched for."""

import re
from collections.abc import Callable
from typing import Any

from dialer.calls.call import NOTE_LIMIT, CallRecord, CallRequest, Cause, Outcome, OutcomeKind
from dialer.calls.legible import bare
from dialer.calls.plain import plain

COLUMNS = (
    "id, call_id, begun_at, ended_at, owner, callee, account, display_number, app_id, note,"
    " profile, sandbox, outcome, recording_id, status, reason, cause, detail, settled"
)
"""The columns of a row, in the order in which `record_of` takes them."""

Row = tuple[Any, ...]

_CAUSES = frozenset(Cause)

_NUMBER = re.compile(r"[ +()./-]*[0-9][0-9 +()./-]*")

_SEARCHED = ("callee", "display_number", "account", "note", "recording_id", "reason", "profile")


def search_condition(search: str) -> tuple[str, dict[str, object]]:
    """The condition, with its values, that finds `search` anywhere in a call."""
    text = plain(search, NOTE_LIMIT)
    if not text:
        return "1", {}
    values: dict[str, object] = {"text": _like(text)}
    found = [rf"{field} LIKE :text ESCAPE '\'" for field in _SEARCHED]
    number = bare(text)
    if _NUMBER.fullmatch(number):
        # As people write a number: with a trunk 0 or 00 that the journal's digits lack.
        digits = re.sub(r"\(0\)|[^0-9]", "", number)
        values["digits"] = _like(digits.lstrip("0") or digits)
        found += [rf"{field} LIKE :digits ESCAPE '\'" for field in ("callee", "display_number")]
    return f"({' OR '.join(found)})", values


def _like(text: str) -> str:
    for char in r"\%_":
        text = text.replace(char, "\\" + char)
    return f"%{text}%"


def record_of(row: Row, lives: Callable[[str], bool]) -> CallRecord:
    """The call in `row`, whose values are those of COLUMNS.

    `lives` says whether the process behind a lifeline's name still lives: a call without an
    outcome is under way while it does, and interrupted after.
    """
    (
        row_id,
        call_id,
        begun_at,
        ended_at,
        owner,
        callee,
        account,
        display_number,
        app_id,
        note,
        profile,
        sandbox,
        kind,
        recording_id,
        status,
        reason,
        cause,
        detail,
        settled,
    ) = row
    outcome: Outcome | None = None
    if kind is not None:
        outcome = Outcome(
            OutcomeKind(kind),
            recording_id,
            status,
            reason,
            Cause(cause) if cause in _CAUSES else None,
            detail,
        )
    elif not lives(owner):
        outcome = Outcome.unknown(Cause.INTERRUPTED)
    request = CallRequest(callee, account, display_number, app_id, note, profile, bool(sandbox))
    return CallRecord(row_id, call_id, begun_at, request, outcome, ended_at, bool(settled))
