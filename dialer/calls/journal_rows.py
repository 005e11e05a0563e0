"""The journal's rows: how a call is read from one."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from dialer.calls.call import (
    CallRecord,
    CallRequest,
    Cause,
    Following,
    Outcome,
    OutcomeKind,
)
from dialer.calls.details import Ending, Stage

COLUMNS = (
    "id, call_id, begun_at, ended_at, owner, callee, account, display_number, app_id, note,"
    " profile, sandbox, outcome, recording_id, status, reason, cause, detail, settled,"
    " following, stage, ending, duration_s, cost, currency, hangup_code, hangup_reason, lent"
)
"""The columns of a row, in the order in which `record_of` takes them."""

Row = tuple[Any, ...]

_CAUSES = frozenset(Cause)
_Name = TypeVar("_Name", bound=StrEnum)


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
        following,
        stage,
        ending,
        duration_s,
        cost,
        currency,
        hangup_code,
        hangup_reason,
        lent,
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
    request = CallRequest(
        callee, account, display_number, app_id, note, profile, bool(sandbox), bool(lent)
    )
    return CallRecord(
        row_id,
        call_id,
        begun_at,
        request,
        outcome,
        ended_at,
        bool(settled),
        _member(Following, following),
        _member(Stage, stage),
        _member(Ending, ending),
        duration_s,
        None if cost is None else Decimal(cost).scaleb(-6),
        currency,
        hangup_code,
        hangup_reason,
    )


def _member(kind: type[_Name], name: str | None) -> _Name | None:
    """The member by its name; None too where a newer version knew one that this one does not."""
    return kind._value2member_map_.get(name) if name else None  # type: ignore[return-value]
