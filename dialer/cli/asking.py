"""Commands that ask the provider something: whom they ask, and what can keep them from it."""

import argparse
from collections.abc import Callable, Sequence

from dialer.calls.credentials import Credentials
from dialer.calls.place import JournalError
from dialer.calls.records import Records, RecordsError
from dialer.cli.chosen import NoProfileYet, chosen_credentials, chosen_profile
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import complain
from dialer.settings.keyring_trouble import KeyringTrouble
from dialer.settings.profile import Profile, ProfileError

Question = Callable[[Records, Profile], int]
"""Asks, tells the answer, and gives the exit code. May raise RecordsError and JournalError."""


def add_where(parser: argparse.ArgumentParser) -> None:
    """Name the arguments that choose whom to ask."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--profile", metavar="P", help="which profile; else the default one")
    where.add_argument("--sandbox", action="store_true", help="ask the sandbox")


def refuse(words: str, _arguments: Sequence[str]) -> None:
    """Tell that the arguments cannot be read."""
    complain(words)


def ask(options: argparse.Namespace, house: House, question: Question) -> int:
    """Ask the profile's provider, or the sandbox; what goes wrong becomes words and a code.

    3 the provider refused, 4 it was not reached or the journal cannot be used, 2 there is no
    such profile, 6 no credentials or no usable keyring.
    """
    try:
        if options.sandbox:
            with house.sandbox() as (profile, credentials):
                return _asked(house, profile, credentials, question)
        profile = chosen_profile(house, options.profile)
        return _asked(house, profile, chosen_credentials(house, profile), question)
    except ProfileError as refused:
        complain(refused.sentence)
        return Exit.BAD_INPUT
    except (NoProfileYet, KeyringTrouble) as trouble:
        complain(trouble.sentence)
        return Exit.NO_CREDENTIALS
    except RecordsError as error:
        complain(str(error))
        return Exit.NOT_SENT if error.status is None else Exit.REJECTED
    except JournalError as error:
        complain(error.sentence)
        return Exit.NOT_SENT
    except OSError as error:
        complain(f"{error.strerror or error}: {error.filename or ''}")
        return Exit.NOT_SENT


def _asked(house: House, profile: Profile, credentials: Credentials, question: Question) -> int:
    return question(house.records(profile, credentials), profile)
