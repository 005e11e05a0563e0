"""Calls as other programs read them: JSON objects and CSV cells."""

import re
from datetime import UTC, datetime

from dialer.calls.call import CallRecord
from dialer.calls.reasons import words
from dialer.calls.sentence import QT_TRANSLATE_NOOP

CallObject = dict[str, str | bool | None]
"""One call in JSON. A recording ID is text: as a number it would be rounded."""

COLUMNS = (
    "time",
    "outcome",
    "recording_id",
    "status",
    "reason",
    "message",
    "callee",
    "display_number",
    "account",
    "note",
    "profile",
    "sandbox",
    "call_id",
)
"""The keys of `history_object` in their order, which a CSV file has even without a call."""

_UNDER_WAY = QT_TRANSLATE_NOOP("dialer", "The call is under way.")
_SIGNED_NUMBER = re.compile(r"[-+][0-9]+")


def call_object(record: CallRecord) -> CallObject:
    """What `dialer call --json` prints of a call."""
    request, outcome = record.request, record.outcome
    message = _UNDER_WAY
    if outcome is not None:
        told = words(outcome, request.account, sandbox=request.sandbox)
        message = f"{told.headline} {told.text}"
    return {
        "outcome": record.outcome_name,
        "recording_id": outcome.recording_id if outcome else None,
        "status": outcome.status if outcome else None,
        "reason": outcome.reason if outcome else None,
        "message": message,
        "callee": request.callee,
        "display_number": request.display_number,
        "account": request.account,
        "note": request.note,
        "profile": request.profile,
        "sandbox": request.sandbox,
        "call_id": record.call_id,
    }


def history_object(record: CallRecord) -> CallObject:
    """What `dialer history --json` prints of a call: the same, with its time in UTC."""
    return {"time": utc_time(record.begun_at), **call_object(record)}


def utc_time(ms: int) -> str:
    """Milliseconds since 1970 as RFC 3339 in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def csv_cell(value: str | bool | None) -> str:
    """A CSV cell that no spreadsheet runs as a formula.

    What begins like a formula gets an apostrophe in front, and so does what begins with one,
    so that dropping a leading apostrophe gives back exactly what was there.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value[:1] in ("=", "+", "-", "@", "\t", "\r", "'") and not _SIGNED_NUMBER.fullmatch(value):
        return f"'{value}"
    return value
