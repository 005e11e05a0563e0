"""Calls as a table on the clipboard: for a spreadsheet, and as plain text."""

import html
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from dialer.calls.became import name_of
from dialer.calls.call import NOTE_LIMIT, CallRecord
from dialer.calls.details import Ending, Stage
from dialer.calls.export import csv_cell
from dialer.calls.plain import plain
from dialer.ui.amounts import duration_text
from dialer.ui.history_words import became_of
from dialer.ui.words import told

PIECE = 512
"""How many calls are read at a time."""

ReadCalls = Callable[[Sequence[int]], list[CallRecord]]
"""Reads the calls with these row numbers, in this order, those that are gone left out.

Called on any thread but the UI's; raises JournalError.
"""

# Spreadsheets guess what a cell is: a long ID would be rounded, and a number lose its plus.
# Some read the style of the cell, some that of its class.
_STYLE = r"<style>td.text{mso-number-format:\@}</style>"
_CELL = r'<td class="text" style="mso-number-format:\@">'


@dataclass(frozen=True, slots=True)
class TableWords:
    """The words of a table in the window's language; made on the UI thread, used on any."""

    titles: tuple[str, ...]
    outcomes: Mapping[str, str]
    """By the name of an outcome."""
    became: Mapping[Ending | Stage, str]
    sandbox: str
    """With {outcome} in it."""

    @classmethod
    def now(cls) -> "TableWords":
        """The words of the language that is used now."""
        titles = (
            QCoreApplication.translate("HistoryCopy", "Time"),
            QCoreApplication.translate("HistoryCopy", "Callee"),
            QCoreApplication.translate("HistoryCopy", "Display number"),
            QCoreApplication.translate("HistoryCopy", "Account"),
            QCoreApplication.translate("HistoryCopy", "Outcome"),
            QCoreApplication.translate("HistoryCopy", "Talk"),
            QCoreApplication.translate("HistoryCopy", "Cost"),
            QCoreApplication.translate("HistoryCopy", "Currency"),
            QCoreApplication.translate("HistoryCopy", "Recording ID"),
            QCoreApplication.translate("HistoryCopy", "Note"),
        )
        outcomes = {
            "placed": QCoreApplication.translate("HistoryCopy", "Placed"),
            "rejected": QCoreApplication.translate("HistoryCopy", "Rejected"),
            "not_sent": QCoreApplication.translate("HistoryCopy", "Not sent"),
            "unknown": QCoreApplication.translate("HistoryCopy", "Unknown"),
            "calling": QCoreApplication.translate("HistoryCopy", "Calling"),
        }
        became = {each: told(name_of(each)) for each in (*Ending, *Stage)}
        sandbox = QCoreApplication.translate("HistoryCopy", "{outcome} · sandbox")
        return cls(titles, outcomes, became, sandbox)


@dataclass(frozen=True, slots=True)
class Table:
    """The same table twice: with tabs between its cells, and as HTML."""

    text: str
    html: str


def table_of(records: Sequence[CallRecord], words: TableWords, zone: tzinfo | None = None) -> Table:
    """A table of calls with a row of titles. Any thread.

    No cell is run as a formula (`calls.export.csv_cell`), and none breaks its row.
    """
    rows = [words.titles, *(_cells(record, words, zone) for record in records)]
    lines = ["\t".join(map(csv_cell, row)) for row in rows]
    titles = "".join(f"<th>{html.escape(title)}</th>" for title in words.titles)
    body = "".join(f"<tr>{''.join(map(_td, row))}</tr>\n" for row in rows[1:])
    return Table(
        "\n".join(lines) + "\n",
        f'<html><head><meta charset="utf-8">{_STYLE}</head><body><table>\n'
        f"<tr>{titles}</tr>\n{body}</table></body></html>",
    )


def recording_ids_of(records: Sequence[CallRecord]) -> str:
    """The recording IDs of those calls that have one, a line each."""
    ids = (record.outcome.recording_id for record in records if record.outcome)
    return "\n".join(recording_id for recording_id in ids if recording_id)


def calls_of(journal: Path, lifelines: Path) -> ReadCalls:
    """What reads calls out of this journal, each time with a connection of its own."""

    def read(rows: Sequence[int]) -> list[CallRecord]:
        # Imported here because the window is on screen before anything is copied.
        from dialer.calls.journal_reader import JournalReader  # noqa: PLC0415

        records: list[CallRecord] = []
        with closing(JournalReader(journal, lifelines)) as reader:
            for start in range(0, len(rows), PIECE):
                wanted = rows[start : start + PIECE]
                found = reader.at(wanted)
                records.extend(found[row] for row in wanted if row in found)
        return records

    return read


def _cells(record: CallRecord, words: TableWords, zone: tzinfo | None) -> tuple[str, ...]:
    request = record.request
    begun = datetime.fromtimestamp(record.begun_at / 1000, zone)
    became = became_of(record)
    outcome = words.outcomes[record.outcome_name] if became is None else words.became[became]
    if request.sandbox:
        outcome = words.sandbox.format(outcome=outcome)
    return (
        f"{begun:%Y-%m-%d %H:%M:%S}",
        f"+{request.callee}",
        request.display_number or "",
        plain(request.account),
        outcome,
        duration_text(record.duration_s) if record.duration_s else "",
        "" if record.cost is None else f"{record.cost:f}",
        plain(record.currency or ""),
        (record.outcome.recording_id if record.outcome else None) or "",
        plain(request.note or "", NOTE_LIMIT),
    )


def _td(cell: str) -> str:
    return f"{_CELL}{html.escape(csv_cell(cell))}</td>"
