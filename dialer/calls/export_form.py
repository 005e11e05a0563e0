"""The forms of an export: CSV, JSON Lines, a JSON list, and a spreadsheet, each as a stream."""

import csv
import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from dialer.calls.export import COLUMNS, SECONDS, csv_cell, history_object
from dialer.calls.journal_export import Exported
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

Seen = Callable[[int], None]
"""Told how many calls are written, now and then. What it raises ends the export."""

OFTEN = 32
"""After how many calls `Seen` is told again."""

SHEET_ROWS = 1_048_576
"""How many rows a sheet can have, the one with the titles included."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_CELL_LIMIT = 32_767  # characters, by the format's own definition
_NEVER_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_WIDTHS = {"time": 25, "message": 40, "recording_id": 24, "callee": 18, "note": 30, "call_id": 34}
_NO_SPREADSHEETS = QT_TRANSLATE_NOOP(
    "dialer",
    "Spreadsheets need the package XlsxWriter, which is not installed. Nothing was exported."
    ' Install it with: pip install "dialer[xlsx]", or export as CSV.',
)


class Form(StrEnum):
    """What an export can be. The names are those of files' endings."""

    CSV = "csv"
    """RFC 4180 in UTF-8; cells are those of `calls.export.csv_cell`."""
    JSON_LINES = "jsonl"
    """One JSON object a line."""
    JSON = "json"
    """One JSON list."""
    XLSX = "xlsx"
    """A spreadsheet whose cells are text, so that no ID is rounded; seconds are numbers."""


class ExportError(Exception):
    """The export cannot be written; `sentence` says why for people."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def write_form(
    form: Form,
    calls: Iterable[Exported],
    out: IO[bytes],
    *,
    seen: Seen = lambda _: None,
    mark: bool = False,
    scratch: Path | None = None,
) -> int:
    """Write `calls` to `out` as they come, in constant memory; how many there were.

    `mark` begins CSV with a byte order mark, without which Excel takes UTF-8 for something
    else. A spreadsheet needs a folder for what it collects: `scratch`, where nothing is left.
    Raises ExportError, OSError, and what `calls` and `seen` raise.
    """
    if form is Form.CSV:
        return _write_csv(calls, out, seen, mark)
    if form is Form.JSON_LINES:
        return _write_lines(calls, out, seen)
    if form is Form.JSON:
        return _write_list(calls, out, seen)
    return _write_xlsx(calls, out, seen, scratch)


def _write_csv(calls: Iterable[Exported], out: IO[bytes], seen: Seen, mark: bool) -> int:
    if mark:
        out.write(BYTE_ORDER_MARK)
    writer = csv.writer(_Utf8(out))
    writer.writerow(COLUMNS)
    count = 0
    for record, details in calls:
        writer.writerow([csv_cell(value) for value in history_object(record, details).values()])
        count += 1
        if count % OFTEN == 0:
            seen(count)
    return count


def _write_lines(calls: Iterable[Exported], out: IO[bytes], seen: Seen) -> int:
    count = 0
    for record, details in calls:
        out.write(_json(record, details) + b"\n")
        count += 1
        if count % OFTEN == 0:
            seen(count)
    return count


def _write_list(calls: Iterable[Exported], out: IO[bytes], seen: Seen) -> int:
    count = 0
    for record, details in calls:
        out.write((b",\n" if count else b"[\n") + _json(record, details))
        count += 1
        if count % OFTEN == 0:
            seen(count)
    out.write(b"\n]\n" if count else b"[]\n")
    return count


def _json(*call: Any) -> bytes:
    text = json.dumps(history_object(*call), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace")


class _Utf8:
    """Takes CSV's lines, with their own ends, as bytes."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(text.encode("utf-8", "backslashreplace"))


def _write_xlsx(calls: Iterable[Exported], out: IO[bytes], seen: Seen, scratch: Path | None) -> int:
    try:
        # Imported here because it is an optional extra, and slow to import.
        from xlsxwriter import Workbook  # type: ignore[import-untyped]  # noqa: PLC0415
        from xlsxwriter.exceptions import (  # type: ignore[import-untyped]  # noqa: PLC0415
            XlsxFileError,
        )
    except ImportError as error:
        raise ExportError(Sentence(_NO_SPREADSHEETS)) from error
    with TemporaryDirectory(prefix=".dialer-", dir=scratch) as folder:
        book = Workbook(
            out,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        book.use_zip64()
        try:
            count = _fill_book(book, calls, seen)
            book.close()
        except XlsxFileError as error:
            cause = error.args[0] if error.args else None
            raise cause if isinstance(cause, OSError) else OSError(str(error)) from error
        finally:
            for sheet in book.worksheets():
                # What it still collects goes with the folder, which Windows would not let go
                # of while it is open, and may not fit on the disk.
                if (file := getattr(sheet, "row_data_fh", None)) is not None:
                    with suppress(OSError):
                        file.close()
    return count


def _fill_book(book: Any, calls: Iterable[Exported], seen: Seen) -> int:
    bold = book.add_format({"bold": True})
    sheet = _new_sheet(book, bold)
    row = count = 0
    for record, details in calls:
        row += 1
        if row == SHEET_ROWS:
            sheet = _new_sheet(book, bold)
            row = 1
        for column, (name, value) in enumerate(history_object(record, details).items()):
            if value is None or value == "":
                continue
            if name in SECONDS:
                sheet.write_number(row, column, value)
            elif isinstance(value, bool):
                sheet.write_string(row, column, "true" if value else "false")
            else:
                sheet.write_string(row, column, _xlsx_text(str(value)))
        count += 1
        if count % OFTEN == 0:
            seen(count)
    return count


def _new_sheet(book: Any, bold: Any) -> Any:
    number = len(book.worksheets()) + 1
    sheet = book.add_worksheet("Calls" if number == 1 else f"Calls {number}")
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(name, 16))
        sheet.write_string(0, column, name, bold)
    sheet.freeze_panes(1, 0)
    return sheet


def _xlsx_text(text: str) -> str:
    """The text as a cell can hold it. XlsxWriter itself escapes control characters."""
    text = _NEVER_IN_XML.sub("\ufffd", text)[:_CELL_LIMIT]
    # XlsxWriter would take this for marked-up text of its own, and write it as it is.
    return f" {text}" if text.startswith("<r>") and text.endswith("</r>") else text
