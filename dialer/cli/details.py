"""`dialer details`: what became of a placed call, by its recording ID."""

import argparse
import json
import time
from datetime import UTC, datetime

from dialer.calls.became import what_became
from dialer.calls.details import CallDetails
from dialer.calls.known import keep_record
from dialer.calls.patience import Patience
from dialer.calls.plain import plain
from dialer.calls.records import Records, RecordsError
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.cli.asking import add_where, ask, refuse
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import answer, complain, remark
from dialer.settings.profile import Profile

__all__ = ["add_arguments", "refuse", "run"]

_NO_RECORD = QT_TRANSLATE_NOOP(
    "dialer",
    "The provider has no record of this call: there is none yet, it is older than two months,"
    " or the recording ID is not one of this provider account's.",
)
_KEPT = QT_TRANSLATE_NOOP("dialer", "This is what was fetched before. {why}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    parser.add_argument("recording_id", metavar="RECORDING_ID", help="of a placed call")
    add_where(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace, house: House) -> int:
    """Ask for the call's record, keep it beside the call, and print it."""

    def question(records: Records, profile: Profile) -> int:
        fates = house.fates()
        call = fates.placed(options.recording_id)
        known = fates.details(call.row) if call else None
        try:
            details = records.record(options.recording_id, Patience(profile.timeout))
        except RecordsError as error:
            if known is None:
                raise
            details, why = None, str(error)
        else:
            why = str(Sentence(_NO_RECORD))
        if details is None and known is None:
            complain(Sentence(_NO_RECORD))
            return Exit.REJECTED
        if details is None:
            remark(Sentence(_KEPT, why=why))
        elif call is not None:
            call = keep_record(fates, call, details, time.time_ns() // 1_000_000)
            known = fates.details(call.row)
        shown = known or details
        assert shown is not None  # noqa: S101 - one of them is there
        if options.json:
            answer(details_json(shown))
        else:
            _print(shown)
            became = what_became(call) if call else None
            if became is not None:
                remark(became)
        return Exit.DONE

    return ask(options, house, question)


def details_json(details: CallDetails) -> str:
    """One JSON object; under `provider` stands the record as it came, number for number."""
    values = {
        "recording_id": details.recording_id,
        "answered": details.answered,
        "submitted_at": _time(details.submitted_at),
        "called_at": _time(details.called_at),
        "ringing_at": _time(details.ringing_at),
        "answered_at": _time(details.answered_at),
        "ended_at": _time(details.ended_at),
        "duration_s": details.duration_s,
        "charged_s": details.charged_s,
        "hangup_code": details.hangup_code,
        "hangup_reason": details.hangup_reason,
        "cost": None if details.cost is None else f"{details.cost:f}",
        "currency": details.currency,
        "recording_file_id": details.recording_file_id,
    }
    written = json.dumps(values, ensure_ascii=False, indent=2).removesuffix("\n}")
    return f'{written},\n  "provider": {details.original}\n}}'


def _print(details: CallDetails) -> None:
    rows = (
        ("Recording ID", details.recording_id),
        ("Callee", details.callee),
        ("Submitted", _local(details.submitted_at)),
        ("Called", _local(details.called_at)),
        ("Ringing", _local(details.ringing_at)),
        ("Answered", _local(details.answered_at)),
        ("Ended", _local(details.ended_at)),
        ("Talk", None if details.duration_s is None else f"{details.duration_s} s"),
        ("Charged", None if details.charged_s is None else f"{details.charged_s} s"),
        ("Ended by", " ".join(filter(None, (details.hangup_code, details.hangup_reason)))),
        ("Cost", None if details.cost is None else f"{details.cost:f} {details.currency or ''}"),
        ("Phone", " / ".join(filter(None, (details.phone_group, details.phone_name)))),
        ("Region", details.region),
        ("Recording file", details.recording_file_id),
    )
    for name, value in rows:
        if value:
            answer(f"{name:<15} {plain(value)}")


def _time(ms: int | None) -> str | None:
    """RFC 3339 with a numeric offset."""
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat()


def _local(ms: int | None) -> str | None:
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000).astimezone().isoformat(" ", "seconds")
