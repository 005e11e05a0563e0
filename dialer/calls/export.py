"""Calls as other programs read them: JSON objects and CSV cells."""

import re
from datetime import UTC, datetime

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails
from dialer.calls.reasons import words
from dialer.calls.sentence import QT_TRANSLATE_NOOP

Value = str | bool | int | None
CallObject = dict[str, Value]
"""One call in JSON. A recording ID is text: as a number it would be rounded. So is money."""

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
    "settled",
    "ending",
    "duration_s",
    "charged_s",
    "cost",
    "currency",
    "hangup_code",
    "hangup_reason",
    "submitted_at",
    "called_at",
    "ringing_at",
    "answered_at",
    "ended_at",
)
"""The keys of `history_object` in their order, which a CSV file has even without a call."""

SECONDS = frozenset(("duration_s", "charged_s"))
"""The columns that are whole numbers; the others are text, true or false, or nothing."""

_UNDER_WAY = QT_TRANSLATE_NOOP("dialer", "The call is under way.")
_SIGNED_NUMBER = re.compile(r"[-+][0-9]+")
# Spreadsheets of East Asia take full-width signs for the others.
_BEGINS_FORMULA = frozenset("=+-@\t\r\n＝＋－＠'")


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


def history_object(record: CallRecord, details: CallDetails | None = None) -> CallObject:
    """What an export says of a call: the same, with its time in UTC and what became of it.

    `details` are the provider's; what they do not say is None, and so is all of it without them.
    """
    told: CallObject = {"time": utc_time(record.begun_at), **call_object(record)}
    cost = record.cost if details is None else details.cost
    told["settled"] = record.settled
    told["ending"] = record.ending.value if record.ending else None
    told["duration_s"] = record.duration_s
    told["charged_s"] = details.charged_s if details else None
    told["cost"] = None if cost is None else f"{cost:f}"
    told["currency"] = record.currency
    told["hangup_code"] = record.hangup_code
    told["hangup_reason"] = record.hangup_reason
    for name in ("submitted_at", "called_at", "ringing_at", "answered_at", "ended_at"):
        moment = getattr(details, name) if details else None
        told[name] = None if moment is None else utc_time(moment)
    return told


def utc_time(ms: int) -> str:
    """Milliseconds since 1970 as RFC 3339 in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def csv_cell(value: Value) -> str:
    """A CSV cell that no spreadsheet runs as a formula; `csv_text` is its inverse.

    What begins like a formula gets an apostrophe in front, and so does what begins with one,
    so that dropping a leading apostrophe gives back exactly what was there. A number with its
    sign is left alone: it runs nothing.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if value[:1] in _BEGINS_FORMULA and not _SIGNED_NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def csv_text(cell: str) -> str:
    """What stood in a call before `csv_cell` made a CSV cell of it: one apostrophe less."""
    return cell.removeprefix("'")
