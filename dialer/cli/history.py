"""`dialer history`: list calls, newest first."""

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

from dialer.calls.call import CallRecord
from dialer.calls.export import COLUMNS, csv_cell, history_object
from dialer.calls.journal import JournalReader
from dialer.calls.place import JournalError
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import answer, complain, heard

PAGE = 500
"""How many calls are read at a time, so that a long history needs no more memory."""

ON_SCREEN = 50
"""How many calls are listed for people when no limit is given."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    parser.add_argument(
        "--limit",
        metavar="N",
        type=_natural,
        help=f"at most N calls; without it {ON_SCREEN} in the list, all with --json or --csv",
    )
    parser.add_argument("--search", metavar="TEXT", default="", help="calls that have TEXT in them")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a list of JSON objects")
    form.add_argument(
        "--csv",
        action="store_true",
        help="print CSV; a cell that could run as a formula has an apostrophe in front",
    )


def refuse(words: str, _arguments: Sequence[str]) -> None:
    """Tell that the arguments cannot be read."""
    complain(words)


def run(options: argparse.Namespace, house: House) -> int:
    """List the calls."""
    try:
        calls = _calls(house.history(), options.search, options.limit)
        if options.json:
            with heard():
                _print_json(calls)
        elif options.csv:
            with heard():
                _print_csv(calls)
        else:
            _print_table(calls if options.limit else _first(calls, ON_SCREEN))
    except JournalError as error:
        complain(str(error))
        return Exit.NOT_SENT
    return Exit.DONE


def _calls(reader: JournalReader, search: str, limit: int | None) -> Iterator[CallRecord]:
    before: int | None = None
    left = limit
    while left is None or left > 0:
        page = reader.newest(PAGE if left is None else min(PAGE, left), search, before)
        yield from page
        if not page:
            return
        before = page[-1].row
        left = None if left is None else left - len(page)


def _first(calls: Iterator[CallRecord], count: int) -> Iterator[CallRecord]:
    for _, record in zip(range(count), calls, strict=False):
        yield record


def _print_json(calls: Iterator[CallRecord]) -> None:
    lead = "[\n"
    for record in calls:
        print(lead + json.dumps(history_object(record), ensure_ascii=False), end="")
        lead = ",\n"
    print("[]" if lead == "[\n" else "\n]", flush=True)


def _print_csv(calls: Iterator[CallRecord]) -> None:
    writer = csv.DictWriter(_Lines(), COLUMNS)
    writer.writeheader()
    for record in calls:
        writer.writerow({name: csv_cell(value) for name, value in history_object(record).items()})
    sys.stdout.flush()


class _Lines:
    """Hands CSV's own line ends (RFC 4180: CR LF) to stdout unchanged."""

    def write(self, text: str) -> int:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        return len(text)


def _print_table(calls: Iterator[CallRecord]) -> None:
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
        complain("no calls yet")


def _line(time: str, callee: str, account: str, outcome: str, recording_id: str) -> str:
    return f"{time:<19}  {callee:<15}  {account:<16}  {outcome:<18}  {recording_id}"


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdigit() and text.strip("0")):
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    # More than there can be calls is all of them, and fits into the journal's integers.
    return int(text.lstrip("0")[:15])
