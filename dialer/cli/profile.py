"""`dialer profile`: add, edit, choose, list, show, check and remove profiles."""

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from dialer.calls.check import CheckKind
from dialer.calls.number import NumberRefused, country_codes, read_display_number
from dialer.calls.patience import Patience
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.cli.chosen import NoProfileYet, chosen_credentials, chosen_profile
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import answer, answer_json, complain, remark
from dialer.settings.credential_store import CredentialsRefused, check_credentials
from dialer.settings.keyring_trouble import KeyringTrouble
from dialer.settings.profile import Profile, ProfileError
from dialer.settings.profiles import refuse_taken

_TEXT_OPTIONS = {
    "base_url": ("--base-url", "U", "the provider's address"),
    "app_id": ("--app-id", "I", "voice application ID"),
    "account": ("--account", "A", "your phone account, filled in by default"),
    "display_number": ("--display-number", "D", "the caller ID, filled in by default"),
    "default_country": ("--default-country", "CC", "of numbers without country code, like GB"),
    "balance_path": ("--balance-path", "PATH", "where the balance is asked for"),
    "low_balance": ("--low-balance", "X", "warn when the balance is under this, like 5.00"),
}
_UNKNOWN_COUNTRY = QT_TRANSLATE_NOOP(
    "dialer", "There is no country {code}. Use two letters such as GB, DE or CN."
)

_CHECK_EXITS = {
    CheckKind.WORKS: Exit.DONE,
    CheckKind.REJECTED: Exit.REJECTED,
    CheckKind.NOT_SENT: Exit.NOT_SENT,
    CheckKind.UNKNOWN: Exit.UNKNOWN,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = verbs.add_parser("add", help="add a profile; the first one becomes the default")
    edit = verbs.add_parser("edit", help="change a profile")
    for verb, needed in ((add, True), (edit, False)):
        verb.add_argument("name", metavar="NAME")
        verb.add_argument("--api-key", metavar="K", required=needed, help="the provider's API key")
        for option, meta, about in _TEXT_OPTIONS.values():
            names = (option, "--country") if option == "--default-country" else (option,)
            verb.add_argument(*names, metavar=meta, help=about)
        verb.add_argument("--timeout", metavar="S", type=float, help="seconds a call may take")
    add.epilog = "The API secret is asked for without echo, or read from standard input."
    edit.add_argument("--secret", action="store_true", help="ask for the API secret anew")
    for name, about in (("use", "make a profile the default"), ("remove", "remove a profile")):
        verbs.add_parser(name, help=about).add_argument("name", metavar="NAME")
    for name, about in (("show", "show a profile"), ("check", "ask the provider for the balance")):
        verb = verbs.add_parser(name, help=about)
        verb.add_argument("name", metavar="NAME", nargs="?", help="else the default one")
        verb.add_argument("--json", action="store_true")
    verbs.add_parser("list", help="list the profiles").add_argument("--json", action="store_true")


def refuse(words: str, _arguments: Sequence[str]) -> None:
    """Tell that the arguments cannot be read."""
    complain(words)


def run(options: argparse.Namespace, house: House) -> int:
    """Run the verb."""
    verbs: dict[str, Callable[[argparse.Namespace, House], int]] = {
        "add": _add,
        "edit": _edit,
        "use": _use,
        "remove": _remove,
        "list": _list,
        "show": _show,
        "check": _check,
    }
    try:
        return verbs[options.verb](options, house)
    except (ProfileError, CredentialsRefused) as refused:
        complain(refused.sentence)
        return Exit.BAD_INPUT
    except (KeyringTrouble, NoProfileYet) as trouble:
        complain(trouble.sentence)
        return Exit.NO_CREDENTIALS
    except OSError as error:
        complain(f"{error.filename or house.folders.config}: {error.strerror or error}")
        return Exit.NOT_SENT
    except (KeyboardInterrupt, EOFError):
        complain("stopped; nothing was changed")
        return Exit.BAD_INPUT


def _add(options: argparse.Namespace, house: House) -> int:
    profile = _with_options(Profile(options.name), options)
    refuse_taken(profile.name, house.profiles.load())
    house.store.ensure_usable()
    credentials = check_credentials(options.api_key, _ask_secret())
    house.desk.save(profile, credentials, new=True, session=False)
    remark(f"Added the profile {profile.name}. Try it with: dialer profile check {profile.name}")
    return Exit.DONE


def _edit(options: argparse.Namespace, house: House) -> int:
    profile = _with_options(chosen_profile(house, options.name), options)
    credentials = None
    if options.api_key is not None or options.secret:
        house.store.ensure_usable()
        kept = house.store.get(profile.name)
        secret = kept.api_secret if kept and not options.secret else _ask_secret()
        key = options.api_key or (kept.api_key if kept else "")
        credentials = check_credentials(key, secret)
    house.desk.save(profile, credentials, new=False, session=False)
    remark(f"Changed the profile {profile.name}.")
    return Exit.DONE


def _use(options: argparse.Namespace, house: House) -> int:
    profile = chosen_profile(house, options.name)
    house.profiles.use(profile.name)
    remark(f"{profile.name} is the default profile now.")
    return Exit.DONE


def _remove(options: argparse.Namespace, house: House) -> int:
    profile = chosen_profile(house, options.name)
    house.desk.remove(profile.name)
    remark(f"Removed the profile {profile.name} and its credentials.")
    return Exit.DONE


def _list(options: argparse.Namespace, house: House) -> int:
    profiles = house.profiles.load()
    if options.json:
        answer_json(
            [
                {**asdict(profile), "default": profile.name == profiles.default_name}
                for profile in profiles.all
            ]
        )
        return Exit.DONE
    for profile in profiles.all:
        mark = "*" if profile.name == profiles.default_name else " "
        answer(f"{mark} {profile.name}  {profile.base_url}")
    if not profiles.all:
        remark("There is no profile yet. Add one with: dialer profile add NAME --api-key KEY")
    return Exit.DONE


def _show(options: argparse.Namespace, house: House) -> int:
    profile = chosen_profile(house, options.name)
    shown: dict[str, str | float | None] = dict(asdict(profile))
    try:
        credentials = house.store.get(profile.name)
        shown["api_key"] = credentials.masked_key if credentials else None
    except KeyringTrouble as trouble:
        shown["api_key"] = None
        complain(trouble.sentence)
    if options.json:
        answer_json(shown)
    else:
        for name, value in shown.items():
            answer(f"{name.replace('_', ' ')}: {'—' if value in (None, '') else value}")
    return Exit.DONE


def _check(options: argparse.Namespace, house: House) -> int:
    from dialer.provider.check import check_profile

    profile = chosen_profile(house, options.name)
    client = house.provider(profile, chosen_credentials(house, profile))
    checked = check_profile(client, profile.balance_path, Patience(profile.timeout))
    works = checked.kind is CheckKind.WORKS
    if options.json:
        answer_json({"works": works, "balance": checked.balance, "message": str(checked)})
    elif works:
        answer(str(checked))
    else:
        complain(str(checked))
    return _CHECK_EXITS[checked.kind]


def _with_options(profile: Profile, options: argparse.Namespace) -> Profile:
    """The profile with what the options say of it. Raises ProfileError."""
    given = {name: getattr(options, name) for name in (*_TEXT_OPTIONS, "timeout")}
    changed = {name: value for name, value in given.items() if value is not None}
    if country := changed.get("default_country"):
        changed["default_country"] = country.strip().upper()
        if changed["default_country"] not in country_codes():
            raise ProfileError(Sentence(_UNKNOWN_COUNTRY, code=country), "default_country")
    if number := changed.get("display_number"):
        try:
            changed["display_number"] = read_display_number(number, None) or ""
        except NumberRefused as refused:
            raise ProfileError(refused.sentence, "display_number") from None
    return replace(profile, **changed)


def _ask_secret() -> str:
    """The API secret: typed without echo, or the first line of standard input."""
    if sys.stdin is not None and sys.stdin.isatty():
        return getpass.getpass("API secret: ")
    if sys.stdin is None:
        return ""
    # UTF-8 on every system; what is none becomes characters that no secret may have.
    line = sys.stdin.buffer.readline().decode("utf-8", "surrogateescape")
    return line.rstrip("\r\n")
