"""Calls for other programs: a CSV cell is never a formula, and nothing is lost on the way."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.data_folder import PLACED, REQUEST
from dialer.calls.call import CallRecord
from dialer.calls.export import (
    COLUMNS,
    call_object,
    csv_cell,
    csv_text,
    history_object,
    utc_time,
)

RECORD = CallRecord(1, "c0ffee", 1_767_294_245_250, REQUEST, PLACED, 1_767_294_245_900)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(TEXT | st.text("=+-@\t\r'1aé", max_size=5))
def test_a_cell_is_no_formula_and_gives_its_text_back(text: str) -> None:
    cell = csv_cell(text)
    assert cell[:1] not in ("=", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
    assert cell[:1] not in ("+", "-") or re.fullmatch("[-+][0-9]+", cell)
    assert csv_text(cell) == cell.removeprefix("'") == text
    written = io.StringIO(newline="")
    csv.writer(written).writerow([cell, "next"])
    assert next(csv.reader(io.StringIO(written.getvalue(), newline=""))) == [cell, "next"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        ("-10", "-10"),
        ("+442079460018", "+442079460018"),
        ("-10+1", "'-10+1"),
        ("=1+1", "'=1+1"),
        ("'tis", "''tis"),
    ],
)
def test_a_cell_is_as_it_was_but_for_what_could_run(value: str | bool | None, cell: str) -> None:
    assert csv_cell(value) == cell


def test_the_columns_are_the_keys_in_their_order() -> None:
    assert tuple(history_object(RECORD)) == COLUMNS
    assert tuple(call_object(RECORD)) == COLUMNS[1 : COLUMNS.index("settled")]


def test_a_call_under_way_is_calling() -> None:
    told = call_object(CallRecord(1, "c0ffee", 0, REQUEST, None))
    assert (told["outcome"], told["recording_id"], told["status"]) == ("calling", None, None)
    assert told["message"] == "The call is under way."


def test_time_is_utc_to_the_millisecond() -> None:
    assert utc_time(1_767_294_245_250) == "2026-01-01T19:04:05.250Z"
    assert utc_time(0) == "1970-01-01T00:00:00.000Z"
