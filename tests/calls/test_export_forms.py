"""Exports of many hostile calls: whole, safe, and read back exactly, in every form."""

import csv
import io
import json
import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from calls.data_folder import REQUEST, DataFolder
from dialer.calls import export_form
from dialer.calls.call import CallRecord, Cause, Following, Outcome
from dialer.calls.details import CallDetails, Ending
from dialer.calls.export import COLUMNS, csv_cell, csv_text, history_object
from dialer.calls.export_file import ExportStopped, export_to
from dialer.calls.export_form import ExportError, Form, write_form
from dialer.calls.history_query import HistoryQuery, Kind
from dialer.calls.journal_export import Exported, ExportReader
from dialer.calls.journal_fates import FateJournal

MANY = 20_000
HOSTILE = (
    None,
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "＝1",
    "'tis",
    "''",
    "\ttab",
    "\r\nline, break",
    'a "quote", and\nmore;=1',
    "线路 Zoë\u2028",
    "\x01_x0041_\x1f",
    "<r>&amp;</r>",
    "\ufffe",
    "null",
    " spaced ",
    "-10",
)
DETAILS = CallDetails(
    "2203031113381000002",
    submitted_at=1_767_294_245_250,
    answered_at=1_767_294_250_000,
    ended_at=1_767_294_300_999,
    duration_s=50,
    charged_s=60,
    hangup_code="200",
    hangup_reason="=OK",
    cost=Decimal("0.000000000000000042"),
    currency="USD",
)


def hostile(count: int = MANY) -> Iterator[Exported]:
    for number in range(count):
        note = HOSTILE[number % len(HOSTILE)]
        request = replace(REQUEST, note=note, callee=f"{4_420_000_000 + number}")
        outcome = Outcome.placed(f"22030311133810{number:06}", reason=note)
        if number % 7 == 0:
            outcome = Outcome.unknown(Cause.NO_ANSWER)
        record = CallRecord(
            number + 1, f"{number:032x}", 1_767_294_245_250 + number, request, outcome
        )
        yield record, DETAILS if number % 3 else None


def written(form: Form, calls: Iterator[Exported], **options: bool) -> bytes:
    out = io.BytesIO()
    write_form(form, calls, out, **options)
    return out.getvalue()


def test_twenty_thousand_hostile_calls_come_back_equal_from_csv() -> None:
    text = written(Form.CSV, hostile()).decode("utf-8")
    assert text.count("\r\n") >= MANY + 1
    count = 0
    read = csv.DictReader(io.StringIO(text, newline=""))
    for row, (record, details) in zip(read, hostile(), strict=True):
        told = history_object(record, details)
        assert {name: csv_text(cell) for name, cell in row.items()} == {
            name: csv_text(csv_cell(value)) for name, value in told.items()
        }
        assert csv_text(row["note"]) == (record.request.note or "")
        assert row["note"][:1] not in tuple("=+@＝\t\r")
        count += 1
    assert count == MANY


def test_the_mark_for_excel_is_one_and_comes_first() -> None:
    assert written(Form.CSV, hostile(2), mark=True).startswith(b"\xef\xbb\xbftime,")
    assert written(Form.CSV, hostile(2)).startswith(b"time,")


@pytest.mark.parametrize("count", [0, 1, 600])
def test_json_in_both_forms_has_every_call_as_it_is(count: int) -> None:
    wanted = [history_object(*call) for call in hostile(count)]
    assert json.loads(written(Form.JSON, hostile(count))) == wanted
    # Lines end in LF alone: a note may have other line ends, and JSON does not escape them all.
    lines = written(Form.JSON_LINES, hostile(count)).decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == wanted


def test_details_are_told_exactly_and_are_nothing_without_them() -> None:
    (record, _), *_ = hostile(1)
    ended = replace(record, ending=Ending.ANSWERED, duration_s=50, currency="USD", settled=True)
    told = history_object(ended, DETAILS)
    assert (told["settled"], told["ending"], told["duration_s"]) == (True, "answered", 50)
    assert (told["charged_s"], told["cost"]) == (60, "0.000000000000000042")
    assert told["answered_at"] == "2026-01-01T19:04:10.000Z"
    assert told["ended_at"] == "2026-01-01T19:05:00.999Z"
    assert told["ringing_at"] is None
    bare = history_object(record)
    assert {bare[name] for name in COLUMNS[COLUMNS.index("ending") :]} == {None}


def test_a_spreadsheet_holds_text_that_no_program_runs_or_rounds(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    from openpyxl.utils.escape import unescape

    path = tmp_path / "calls.xlsx"
    count = 3 * len(HOSTILE)
    assert export_to(path, Form.XLSX, hostile(count)) == count
    book = openpyxl.load_workbook(path)
    titles, *rows = book["Calls"].iter_rows()
    assert tuple(cell.value for cell in titles) == COLUMNS
    for row, (record, details) in zip(rows, hostile(count), strict=True):
        found = {title.value: cell for title, cell in zip(titles, row, strict=True)}
        told = history_object(record, details)
        assert found["recording_id"].value == told["recording_id"]
        assert found["charged_s"].value == told["charged_s"]
        assert found["cost"].value == told["cost"]
        for name in ("callee", "note", "reason"):
            assert found[name].data_type in ("s", "inlineStr", "n" if not told[name] else "s")
        note = record.request.note or ""
        as_written = {"\ufffe": "\ufffd", "<r>&amp;</r>": " <r>&amp;</r>"}.get(note, note)
        assert unescape(found["note"].value or "") == as_written
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    assert [file.name for file in tmp_path.iterdir()] == ["calls.xlsx"]


def test_more_calls_than_a_sheet_holds_go_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    monkeypatch.setattr(export_form, "SHEET_ROWS", 11)
    assert export_to(tmp_path / "calls.xlsx", Form.XLSX, hostile(25)) == 25
    book = openpyxl.load_workbook(tmp_path / "calls.xlsx")
    assert [(sheet.title, sheet.max_row) for sheet in book] == [
        ("Calls", 11),
        ("Calls 2", 11),
        ("Calls 3", 6),
    ]
    assert book["Calls 3"]["A1"].value == "time"


def test_without_the_extra_it_says_which_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(ExportError, match=r"dialer\[xlsx\]"):
        export_to(tmp_path / "calls.xlsx", Form.XLSX, hostile(1))
    assert list(tmp_path.iterdir()) == []


# The file


@pytest.mark.parametrize("form", [Form.CSV, Form.XLSX])
def test_an_export_that_is_stopped_leaves_what_was_there(tmp_path: Path, form: Form) -> None:
    path = tmp_path / f"calls.{form}"
    path.write_text("before")

    def seen(count: int) -> None:
        assert [file.name for file in tmp_path.glob("*.part")] == [f"{path.name}.part"]
        assert stat.S_IMODE((tmp_path / f"{path.name}.part").stat().st_mode) == 0o600
        raise ExportStopped

    with pytest.raises(ExportStopped):
        export_to(path, form, hostile(600), seen=seen)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "before"


def test_a_finished_export_replaces_the_file_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("before")
    somebodys = tmp_path / "calls.csv.part"
    somebodys.write_text("somebody's")
    assert export_to(path, Form.CSV, hostile(3)) == 3
    assert path.read_bytes() == written(Form.CSV, hostile(3))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert somebodys.read_text() == "somebody's"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    link = tmp_path / "calls.csv"
    link.symlink_to(tmp_path / "kept" / "real.csv")
    export_to(link, Form.CSV, hostile(1))
    assert link.is_symlink()
    assert link.read_bytes() == written(Form.CSV, hostile(1))


@pytest.mark.parametrize(
    ("name", "says"), [("gone/calls.csv", "is not there"), ("taken", "no ordinary file")]
)
def test_a_place_where_no_file_can_be_is_told(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(ExportError, match=says):
        export_to(tmp_path / name, Form.CSV, hostile(1))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_device_is_never_replaced() -> None:
    with pytest.raises(ExportError, match="no ordinary file"):
        export_to(Path("/dev/full"), Form.CSV, hostile(1))
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("form", [Form.CSV, Form.XLSX])
def test_a_full_disk_is_told_and_nothing_is_left(tmp_path: Path, form: Form) -> None:
    resource = pytest.importorskip("resource")
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heeded = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(ExportError, match="disk is full"):
            export_to(tmp_path / f"calls.{form}", form, hostile(2_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heeded)
    assert list(tmp_path.iterdir()) == []


# Out of a journal


def test_a_journals_calls_come_with_their_details_in_order(folder: DataFolder) -> None:
    writer = folder.writer()
    placed = []
    for number in range(600):
        outcome = Outcome.placed(f"22030311133810{number:06}") if number % 2 else None
        begun = writer.begin(replace(REQUEST, callee=f"{4_420_000_000 + number}"))
        placed.append(writer.finish(begun, outcome or Outcome.not_sent(Cause.REFUSED)))
    fates = FateJournal(folder.journal, folder.lifelines)
    fates.keep(placed[1], replace(DETAILS, recording_id="2203031113381000001"), Following.FINAL)
    fates.close()
    with closing(ExportReader(folder.journal, folder.lifelines)) as reader:
        every = list(reader.exported(HistoryQuery()))
        assert [record.row for record, _ in every] == list(range(600, 0, -1))
        only = list(reader.exported(HistoryQuery(kinds=(Kind.NOT_SENT,))))
        assert len(only) == 300
        picked = [record.row for record, _ in reader.exported([5, 2, 9_999, 7])]
        assert picked == [5, 2, 7]
    told = history_object(*every[-2])
    assert (told["ending"], told["cost"]) == ("answered", "0.000000000000000042")
    assert (told["charged_s"], told["hangup_reason"]) == (60, "=OK")
    assert history_object(*every[-1])["cost"] is None


def test_calls_that_are_deleted_meanwhile_are_left_out(folder: DataFolder) -> None:
    writer = folder.writer()
    for _ in range(3):
        writer.finish(writer.begin(REQUEST), Outcome.not_sent(Cause.REFUSED))
    with closing(sqlite3.connect(folder.journal)) as connection, connection:
        connection.execute("INSERT INTO deleted VALUES (2, 0)")
    with closing(ExportReader(folder.journal, folder.lifelines)) as reader:
        assert [record.row for record, _ in reader.exported([1, 2, 3])] == [1, 3]
