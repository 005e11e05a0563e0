"""`dialer accounts`: list the phone accounts of the profile's application."""

import argparse
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict

from dialer.calls.patience import Patience
from dialer.calls.records import PhoneAccount, Records
from dialer.cli.asking import add_where, ask, refuse
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import answer, answer_json, remark
from dialer.settings.profile import Profile

__all__ = ["add_arguments", "refuse", "run"]

LIST_SECONDS = 120.0
"""How long all pages together may take."""

_TITLES = ("Account", "Phone name", "Group", "Display number")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    add_where(parser)
    parser.add_argument("--json", action="store_true", help="print a list of objects")


def run(options: argparse.Namespace, house: House) -> int:
    """List the accounts."""

    def question(records: Records, profile: Profile) -> int:
        accounts = records.accounts(profile.app_id, Patience(LIST_SECONDS))
        if options.json:
            answer_json([asdict(account) for account in accounts])
        else:
            _print_table(accounts)
        return Exit.DONE

    return ask(options, house, question)


def _print_table(accounts: Sequence[PhoneAccount]) -> None:
    if not accounts:
        remark("The provider lists no phone accounts for this application ID.")
        return
    rows = [
        _TITLES,
        *((each.account, each.phone_name, each.group, each.display_number) for each in accounts),
    ]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        answer("  ".join(cell + " " * (width - _width(cell)) for cell, width in cells).rstrip())


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: Chinese characters take two."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
