"""`dialer history`: list calls, newest first, export them, or copy the journal."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path

from dialer.calls.call import CallRecord
from dialer.calls.export_file import export_to
from dialer.calls.export_form import ExportError, Form, write_form
from dialer.calls.history_query import HistoryQuery, Kind
from dialer.calls.journal_export import ExportReader
from dialer.calls.place import JournalError
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.periods import since, until
from dialer.cli.say import answer, complain, heard, remark

ON_SCREEN = 50
"""How many calls are listed for people when no limit is given."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    parser.add_argument(
        "--limit",
        metavar="N",
        type=_natural,
        help=f"at most N calls; without it {ON_SCREEN} in the list, all in an export",
    )
    which = parser.add_argument_group("which calls; of a filter given twice, either may fit")
    which.add_argument("--search", metavar="TEXT", default="", help="calls that have TEXT in them")
    which.add_argument(
        "--since",
        metavar="T",
        type=since,
        help="from a date on, in local time, or a time: 2026-01-31 or 2026-01-31T09:30:00Z",
    )
    which.add_argument(
        "--until",
        metavar="T",
        type=until,
        help="up to a date, which is part of it, or before a time",
    )
    which.add_argument(
        "--outcome",
        action="append",
        choices=[kind.value for kind in Kind],
        help="what became of it",
    )
    which.add_argument("--account", metavar="A", action="append", help="calls of this account")
    which.add_argument(
        "--profile", metavar="P", action="append", help="calls with this profile, or sandbox"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a list of JSON objects")
    form.add_argument("--jsonl", action="store_true", help="print a JSON object a line")
    form.add_argument(
        "--csv",
        action="store_true",
        help="print CSV; a cell that could run as a formula has an apostrophe in front",
    )
    form.add_argument(
        "--xlsx",
        metavar="FILE",
        type=Path,
        help='write a spreadsheet of text cells; needs: pip install "dialer[xlsx]"',
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        type=Path,
        help="write JSON or CSV into FILE, all of it or nothing, in place of printing it",
    )
    copies = parser.add_argument_group("copies of the journal, with all calls and all of each")
    form_of_copy = copies.add_mutually_exclusive_group()
    form_of_copy.add_argument(
        "--backup",
        metavar="FILE",
        type=Path,
        help="copy the journal into FILE, also while calls are placed",
    )
    form_of_copy.add_argument(
        "--restore",
        metavar="FILE",
        type=Path,
        help="put such a copy in the journal's place, and keep the journal beside it",
    )
    copies.add_argument(
        "--force", action="store_true", help="with --backup: replace FILE if it is there already"
    )


def refuse(words: str, _arguments: Sequence[str]) -> None:
    """Tell that the arguments cannot be read."""
    complain(words)


def run(options: argparse.Namespace, house: House) -> int:
    """List the calls."""
    form = _form(options)
    if options.backup or options.restore or options.force:
        from dialer.cli.history_copies import run_copy

        return run_copy(options, house, alone=form is None and not _narrows(options))
    if options.output is not None and (form is None or form is Form.XLSX):
        complain("--output needs one of --csv, --json and --jsonl")
        return Exit.BAD_INPUT
    query = HistoryQuery(
        search=options.search,
        since_ms=options.since,
        until_ms=options.until,
        kinds=tuple(Kind(name) for name in options.outcome or ()),
        accounts=tuple(options.account or ()),
        profiles=tuple(options.profile or ()),
    )
    try:
        reader = house.exporting()
        if form is None:
            _print_table(reader.page(query, options.limit or ON_SCREEN), query)
        else:
            _export(options, reader, query, form)
    except (JournalError, ExportError) as error:
        complain(error.sentence)
        return Exit.NOT_SENT
    return Exit.DONE


def _narrows(options: argparse.Namespace) -> bool:
    """Whether anything else was asked for than the journal as it is."""
    names = ("limit", "search", "since", "until", "outcome", "account", "profile", "output")
    return any(getattr(options, name) for name in names)


def _form(options: argparse.Namespace) -> Form | None:
    if options.xlsx is not None:
        return Form.XLSX
    forms = {Form.JSON: options.json, Form.JSON_LINES: options.jsonl, Form.CSV: options.csv}
    return next((form for form, asked in forms.items() if asked), None)


def _export(
    options: argparse.Namespace, reader: ExportReader, query: HistoryQuery, form: Form
) -> None:
    path = options.xlsx or options.output
    with closing(reader.exported(query)) as every:
        calls = islice(every, options.limit)
        if path is not None:
            count = export_to(path, form, calls)
            remark(f"{path}: {count} calls" if count != 1 else f"{path}: 1 call")
            return
        with heard():
            sys.stdout.flush()
            write_form(form, calls, sys.stdout.buffer)
            sys.stdout.buffer.flush()


def _print_table(calls: Iterable[CallRecord], query: HistoryQuery) -> None:
    some = False
    for record in calls:
        if not some:
            answer(_line("Time", "Callee", "Account", "Outcome", "Recording ID"))
            some = True
        time = datetime.fromtimestamp(record.begun_at / 1000).astimezone()
        request = record.request
        answer(
            _line(
                time.strftime("%Y-%m-%d %H:%M:%S"),
                request.callee,
                request.account,
                record.outcome_name.replace("_", " ") + (" (sandbox)" if request.sandbox else ""),
                (record.outcome.recording_id if record.outcome else None) or "-",
            ).rstrip()
        )
    if not some:
        complain("no such calls" if query.filters else "no calls yet")


def _line(time: str, callee: str, account: str, outcome: str, recording_id: str) -> str:
    return f"{time:<19}  {callee:<15}  {account:<16}  {outcome:<18}  {recording_id}"


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdigit() and text.strip("0")):
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    # More than there can be calls is all of them, and fits into the journal's integers.
    return int(text.lstrip("0")[:15])
