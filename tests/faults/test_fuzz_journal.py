"""What is written down is read, found and exported as it was, whatever stands in it."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from calls.data_folder import REQUEST, DataFolder
from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome
from dialer.calls.details import CallDetails, Ending
from dialer.calls.export import COLUMNS, SECONDS, csv_cell, csv_text, history_object
from dialer.calls.export_form import BYTE_ORDER_MARK, Form, write_form
from dialer.calls.history_query import HistoryQuery
from dialer.calls.journal import CallJournal, JournalReader
from dialer.calls.plain import plain
from dialer.provider.envelope import read_envelope
from dialer.provider.record_reader import read_details
from faults.fuzz import LONG_TEXTS, SHAPES, TEXTS, Fuzz
from faults.wire import RECORD, envelope

UTF8 = st.text(st.characters(codec="utf-8")) | TEXTS.map(
    lambda text: text.encode("utf-8", "replace").decode()
)
DIGITS = st.from_regex(r"[0-9]{7,15}", fullmatch=True)
LINES = TEXTS.map(plain).filter(bool)
REQUESTS = st.builds(
    CallRequest,
    callee=DIGITS,
    account=LINES,
    display_number=st.none() | DIGITS,
    app_id=st.none() | LINES,
    note=st.none() | UTF8.map(lambda text: text[:1000]).filter(bool),
    profile=UTF8,
    sandbox=st.booleans(),
    lent=st.booleans(),
)
REASONS = st.none() | LINES
OUTCOMES = (
    st.builds(
        lambda recording_id, reason: Outcome.placed(recording_id, reason=reason),
        st.from_regex(r"[\x21-\x7e]{1,64}", fullmatch=True),
        REASONS,
    )
    | st.builds(Outcome.rejected, st.from_regex(r"[\x21-\x7e]{1,32}", fullmatch=True), REASONS)
    | st.builds(Outcome.not_sent, st.sampled_from(Cause), REASONS)
    | st.builds(Outcome.unknown, st.sampled_from(Cause), REASONS)
)
FORMULAS = st.builds(
    str.__add__, st.sampled_from([*"=+-@\t\r\n'＝＋－＠", "'=", "''", "-1", "+1", "<r>"]), UTF8
)
CELLS = st.text() | TEXTS | FORMULAS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    made = DataFolder(tmp_path_factory.mktemp("journal"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def writer(folder: DataFolder) -> CallJournal:
    return folder.writer()


@pytest.fixture(scope="module")
def reader(folder: DataFolder, writer: CallJournal) -> JournalReader:
    return folder.reader()


def test_any_call_is_read_as_it_was_written_and_found(
    fuzz: Fuzz, writer: CallJournal, reader: JournalReader
) -> None:
    @fuzz("journal", REQUESTS, OUTCOMES, share=2)
    def writes(request: CallRequest, outcome: Outcome) -> None:
        call = writer.begin(request)
        ended = writer.finish(call, outcome)
        read = reader.call(call.call_id)
        assert read == ended
        assert (read.request, read.outcome) == (request, outcome)
        if "\0" in f"{request.note}{request.profile}":
            return  # no field and no argument can hold one, and the index ends a term there
        for text in (request.callee, request.account, outcome.recording_id, request.note):
            # A search is one line, as a call is shown.
            if text and plain(text) == text:
                assert call.row in reader.rows(text), text


def folded(text: str) -> str:
    # SQLite folds each letter to one other.
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def test_any_search_finds_what_stands_there_and_never_fails(
    fuzz: Fuzz, writer: CallJournal, reader: JournalReader
) -> None:
    notes = ['say "no" AND yes', "a* OR b^2 NEAR(c)", "100% _of_ it\\", "王小明 ß İ ſ", "x" * 1000]
    rows = {writer.begin(replace(REQUEST, note=note)).row: note for note in notes}
    pieces = st.sampled_from([*"\"*^():-+{}%_\\'", "AND", "OR", "NOT", "NEAR(", "text:", "\0", " "])
    parts = st.sampled_from(notes).flatmap(
        lambda note: st.tuples(st.integers(0, len(note)), st.integers(1, 9)).map(
            lambda cut: note[cut[0] : cut[0] + cut[1]]
        )
    )
    searches = TEXTS | LONG_TEXTS | st.lists(pieces, max_size=8).map("".join) | parts

    @fuzz("history search", searches, always=[(shape,) for shape in SHAPES], share=2)
    def searches_for(text: str) -> None:
        found = set(reader.rows(text))
        page = reader.page(HistoryQuery(text), 5)
        assert [record.row for record in page] == sorted(found, reverse=True)[:5]
        wanted = HistoryQuery(text).text
        if wanted and wanted.isascii():
            # SQLite and Python may fold letters differently that were added to Unicode lately.
            there = {row for row, note in rows.items() if folded(wanted) in folded(note)}
            assert there <= found


def test_a_cell_gives_back_what_was_there_and_runs_nothing(fuzz: Fuzz) -> None:
    always = [(f"{sign}{shape}",) for shape in SHAPES for sign in ("", "=")]

    @fuzz("exports", CELLS | LONG_TEXTS, always=always, share=4)
    def writes(text: str) -> int:
        cell = csv_cell(text)
        assert csv_text(cell) == cell.removeprefix("'") == text
        number = cell[1:].isascii() and cell[1:].isdecimal()
        narrow = unicodedata.normalize("NFKC", cell[:1])
        return narrow in tuple("=+-@\t\r\n") and not (cell[0] in "+-" and number)


RECORDS = st.builds(
    CallRecord,
    row=st.integers(1, 2**62),
    call_id=st.uuids().map(lambda each: each.hex),
    begun_at=st.integers(0, 4_102_444_800_000),
    request=REQUESTS,
    outcome=st.none() | OUTCOMES,
    settled=st.booleans(),
    ending=st.none() | st.sampled_from(Ending),
    duration_s=st.none() | st.integers(0, 10**7),
    cost=st.none() | st.decimals(-(10**11), 10**11, places=6),
    currency=REASONS,
    hangup_code=REASONS,
    hangup_reason=REASONS,
)
DETAILS = st.none() | RECORD.map(
    lambda text: (
        (read := read_envelope(envelope(text).encode("utf-8", "replace")))
        and read_details(read.data, "1")
    )
)
CALLS = st.lists(st.tuples(RECORDS, DETAILS), max_size=4)


def test_an_export_says_the_same_in_every_form(fuzz: Fuzz) -> None:
    @fuzz("exports", CALLS, st.booleans(), share=0.7)
    def exports(calls: list[tuple[CallRecord, CallDetails | None]], mark: bool) -> None:
        expected = [history_object(*call) for call in calls]
        made = {form: io.BytesIO() for form in (Form.CSV, Form.JSON_LINES, Form.JSON)}
        for form, out in made.items():
            assert write_form(form, calls, out, mark=mark) == len(calls)
        lines = made[Form.JSON_LINES].getvalue().split(b"\n")
        assert [json.loads(line) for line in lines if line] == expected
        assert json.loads(made[Form.JSON].getvalue()) == expected
        raw = made[Form.CSV].getvalue()
        assert raw.startswith(BYTE_ORDER_MARK) == mark
        text = raw.decode("utf-8-sig" if mark else "utf-8")
        # A row ends as RFC 4180 says; a note may have any line break in it.
        heads, *rows = csv.reader(io.StringIO(text, newline=""))
        assert tuple(heads) == COLUMNS
        for row, call in zip(rows, expected, strict=True):
            for cell, (name, value) in zip(row, call.items(), strict=True):
                assert csv_text(cell) == as_cell(value), name
                assert name not in SECONDS or cell == "" or cell.isdecimal()


def as_cell(value: str | bool | int | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
