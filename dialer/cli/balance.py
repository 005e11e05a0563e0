"""`dialer balance`: the balance of the profile's account at the provider."""

import argparse
from dataclasses import asdict

from dialer.calls.low_balance import amount_text, is_low
from dialer.calls.patience import Patience
from dialer.calls.records import Balance, Records
from dialer.cli.asking import add_where, ask, refuse
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import answer, answer_json, remark
from dialer.settings.profile import Profile

__all__ = ["add_arguments", "refuse", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    add_where(parser)
    parser.add_argument(
        "--json", action="store_true", help="print an object; amounts are the provider's own text"
    )


def run(options: argparse.Namespace, house: House) -> int:
    """Print the balance."""

    def question(records: Records, profile: Profile) -> int:
        balance = records.balance(profile.balance_path, Patience(profile.timeout))
        if options.json:
            answer_json(asdict(balance))
        else:
            _print(balance)
        if is_low(balance, profile.low_balance):
            remark(f"The balance is low: under {profile.low_balance}, as the profile has it.")
        return Exit.DONE

    return ask(options, house, question)


def _print(balance: Balance) -> None:
    lines = {
        name: "-" if text is None else amount_text(text) for name, text in asdict(balance).items()
    }
    width = max(map(len, lines.values()))
    for name, text in lines.items():
        answer(f"{name:<7}  {text:>{width}}")
