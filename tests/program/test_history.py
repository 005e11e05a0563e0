"""`dialer history` as other programs read it."""

import csv
import io
import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from dialer.calls.call import CallRequest, Cause, Outcome
from dialer.calls.export import COLUMNS, utc_time
from dialer.calls.journal import CallJournal, prepare
from dialer.calls.lifeline import Lifeline
from program.program import Program

CALLS = [
    (CallRequest("442079460018", "test_001", "1008122211", None, "Bob", "work"), None),
    (CallRequest("442079460019", "=1+1", None, None, '"quoted", and\'so', "work"), "placed"),
    (CallRequest("442079460020", "'tis", None, None, "-5", "-work"), "rejected"),
    (CallRequest("442079460021", "@acc", None, None, "线路 Zoë\u2028", "+x", True), "not sent"),
    (CallRequest("932111111111", "test_001", None, "app", "=cmd|' /C calc'!A0", "work"), "unknown"),
]
OUTCOMES = {
    "placed": Outcome.placed("2203031113381000002", reason="=success"),
    "rejected": Outcome.rejected("-10", "balance, too\tlow"),
    "not sent": Outcome.not_sent(Cause.REFUSED, "connection refused"),
    "unknown": Outcome.unknown(Cause.NO_ANSWER),
}
NAMES = ["unknown", "not_sent", "rejected", "placed", "unknown"]
"""The outcomes, newest first; the oldest call's process ended without one."""


@pytest.fixture
def remembering(program: Program) -> Program:
    """The program with five calls in its history."""
    write(program, CALLS)
    return program


def write(program: Program, calls: list[tuple[CallRequest, str | None]]) -> None:
    folders = program.folders
    folders.create()
    prepare(folders.journal, folders.lifelines)
    lifeline = Lifeline(folders.lifelines)
    journal = CallJournal(folders.journal, lifeline)
    for request, outcome in calls:
        begun = journal.begin(request)
        if outcome:
            journal.finish(begun, OUTCOMES[outcome])
    journal.close()
    lifeline.close()


def test_json_is_a_list_of_what_a_call_printed_with_its_time(remembering: Program) -> None:
    ended = remembering.run("history", "--json")
    assert (ended.code, ended.err) == (0, "")
    rows = json.loads(ended.out)
    assert [row["outcome"] for row in rows] == NAMES
    assert [row["callee"] for row in rows] == [call.callee for call, _ in reversed(CALLS)]
    for row, call in zip(rows, remembering.calls(), strict=True):
        assert tuple(row) == COLUMNS
        assert row["time"] == utc_time(call.begun_at)
        assert row["time"].endswith("Z")
        told = datetime.fromisoformat(row["time"])
        assert timedelta() <= datetime.now(UTC) - told < timedelta(minutes=5)
        assert row["call_id"] == call.call_id
        assert row["sandbox"] is call.request.sandbox
        assert row["note"] == call.request.note


def test_csv_gives_back_exactly_what_was_there(remembering: Program) -> None:
    ended = remembering.run("history", "--csv")
    assert ended.code == 0
    assert ended.out.count("\r\n") == len(CALLS) + 1
    read = list(csv.DictReader(io.StringIO(ended.out, newline="")))
    for row in read:
        for cell in row.values():
            number = cell[:1] in "+-" and cell[1:].isdigit()
            assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r") or number
    rows = json.loads(remembering.run("history", "--json").out)
    given_back = [{name: cell.removeprefix("'") for name, cell in row.items()} for row in read]
    assert given_back == [{name: as_cell(value) for name, value in row.items()} for row in rows]


def as_cell(value: str | bool | None) -> str:
    return {None: "", True: "true", False: "false"}.get(value, value)  # type: ignore[arg-type,return-value]


def test_limit_and_search_narrow_what_is_listed(remembering: Program) -> None:
    def callees(*options: str) -> list[str]:
        return [row["callee"] for row in json.loads(remembering.run("history", *options).out)]

    newest_first = [call.callee for call, _ in reversed(CALLS)]
    assert callees("--json", "--limit", "2") == newest_first[:2]
    assert callees("--json", "--limit", "99999999999999999999999999") == newest_first
    assert callees("--json", "--search", "bob") == ["442079460018"]
    assert callees("--json", "--search", "020 7946 0018") == ["442079460018"]
    assert callees("--json", "--search", "100%") == []
    assert callees("--json", "--search", "442079", "--limit", "1") == ["442079460021"]


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", ""])
def test_a_limit_that_is_none_is_bad_input(remembering: Program, limit: str) -> None:
    ended = remembering.run("history", f"--limit={limit}")
    assert (ended.code, ended.out) == (2, "")
    assert "must be a whole number, 1 or more" in ended.err


def test_people_get_a_table(remembering: Program) -> None:
    ended = remembering.run("history")
    head, *lines = ended.out.splitlines()
    assert head.split() == ["Time", "Callee", "Account", "Outcome", "Recording", "ID"]
    assert len(lines) == len(CALLS)
    assert "not sent (sandbox)" in lines[1]
    assert lines[3].endswith("2203031113381000002")


def test_with_no_calls_every_form_is_whole(program: Program) -> None:
    assert program.run("history", "--json").out == "[]\n"
    assert program.run("history", "--csv").out.rstrip("\r\n") == ",".join(COLUMNS)
    shown = program.run("history")
    assert (shown.code, shown.out) == (0, "")
    assert "no calls yet" in shown.err


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("command", ["history --json", "history --csv", "history", "doctor"])
def test_a_reader_that_leaves_early_is_no_error(program: Program, command: str) -> None:
    write(program, CALLS[:1] * 400)
    ended = program.shell(f'{{ $DIALER {command}; echo "code $?" >&2; }} | head -1')
    assert ended.out.count("\n") == 1
    assert ended.err == "code 0\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("form", ["--json", "--csv", "--limit=5"])
def test_a_history_that_cannot_be_written_down_is_an_error(remembering: Program, form: str) -> None:
    ended = remembering.shell(f"$DIALER history {form} >/dev/full")
    assert ended.code == 4
    assert ended.err == "dialer: The answer could not be written: No space left on device.\n"


def test_filters_narrow_what_is_listed(remembering: Program) -> None:
    def callees(*options: str) -> list[str]:
        ended = remembering.run("history", "--json", *options)
        assert ended.code == 0, ended.err
        return [row["callee"][-2:] for row in json.loads(ended.out)]

    assert callees("--outcome", "rejected") == ["20"]
    assert callees("--outcome", "rejected", "--outcome", "unknown") == ["11", "20", "18"]
    assert callees("--account", "test_001", "--account", "'tis") == ["11", "20", "18"]
    assert callees("--profile", "work", "--limit", "2") == ["11", "19"]
    assert callees("--profile=-work") == ["20"]
    today = datetime.now().date()
    tomorrow = today + timedelta(days=1)
    yesterday = today - timedelta(days=1)
    assert len(callees("--since", f"{yesterday}", "--until", f"{tomorrow}")) == len(CALLS)
    assert callees("--since", f"{tomorrow}") == callees("--until", f"{yesterday}") == []
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    assert callees("--since", later) == []
    assert len(callees("--until", later.replace("+00:00", "Z"))) == len(CALLS)


def test_a_filter_that_cannot_be_read_is_bad_input(remembering: Program) -> None:
    for options in (
        ("--since", "yesterday"),
        ("--until", "2026-02-30"),
        ("--outcome", "busy"),
        ("--csv", "--jsonl"),
        ("--output", "calls.csv"),
        ("--xlsx", "calls.xlsx", "--output", "calls.csv"),
    ):
        ended = remembering.run("history", *options)
        assert (ended.code, ended.out) == (2, ""), options
        assert ended.err.startswith("dialer: ")
    assert remembering.run("history", "--search", "nowhere").err == "dialer: no such calls\n"


def test_a_file_has_what_is_printed_without_one(remembering: Program) -> None:
    for form in ("--json", "--jsonl", "--csv"):
        path = remembering.home / f"calls{form}"
        ended = remembering.run("history", form, "--output", str(path))
        assert (ended.code, ended.out) == (0, "")
        assert ended.err == f"{path}: 5 calls\n"
        printed = remembering.run("history", form).out
        assert path.read_bytes().decode() == printed
    rows = [json.loads(line) for line in printed_lines(remembering)]
    assert [row["outcome"] for row in rows] == NAMES


def printed_lines(program: Program) -> list[str]:
    return program.run("history", "--jsonl").out.strip("\n").split("\n")


def test_a_spreadsheet_has_recording_ids_in_full(remembering: Program) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = remembering.home / "calls.xlsx"
    ended = remembering.run("history", "--xlsx", str(path), "--outcome", "placed")
    assert (ended.code, ended.out, ended.err) == (0, "", f"{path}: 1 call\n")
    titles, row = openpyxl.load_workbook(path)["Calls"].iter_rows(values_only=True)
    assert dict(zip(titles, row, strict=True))["recording_id"] == "2203031113381000002"


def test_a_file_that_cannot_be_written_is_told(remembering: Program) -> None:
    path = remembering.home / "gone" / "calls.csv"
    ended = remembering.run("history", "--csv", "--output", str(path))
    assert (ended.code, ended.out) == (4, "")
    assert f"The folder {path.parent} is not there." in ended.err
