"""`dialer links`: have phone links opened with Dialer, have them as they were, or look."""

import argparse
from collections.abc import Sequence

from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import answer, answer_json, complain, remark
from dialer.desktop.links import (
    SCHEMES,
    LinkRegistration,
    LinkStatus,
    LinksTrouble,
    NotRegistered,
    link_registration,
    obstacle,
)

_REGISTERED = QT_TRANSLATE_NOOP("dialer", "Dialer is registered for phone links.")
_NOT_REGISTERED = QT_TRANSLATE_NOOP(
    "dialer", "Dialer is not registered for phone links. To register it: dialer links --register"
)
_UNDONE = QT_TRANSLATE_NOOP("dialer", "Phone links are opened as before Dialer.")
_BY_DIALER = QT_TRANSLATE_NOOP("dialer", "{scheme}: opened by Dialer")
_BY_OTHER = QT_TRANSLATE_NOOP("dialer", "{scheme}: opened by {program}")
_BY_NOBODY = QT_TRANSLATE_NOOP("dialer", "{scheme}: opened by no program that is known")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--register",
        action="store_true",
        help=f"open phone links ({', '.join(SCHEMES)}) with Dialer; for your user alone",
    )
    what.add_argument(
        "--unregister", action="store_true", help="undo that: open them as before Dialer"
    )
    what.add_argument(
        "--status", action="store_true", help="say what opens phone links; so without options"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def refuse(words: str, _arguments: Sequence[str]) -> None:
    """Tell that the arguments cannot be read."""
    complain(words)


def run(options: argparse.Namespace, house: House) -> int:
    """Do what is asked, and print what opens phone links after that."""
    try:
        registration = link_registration(house.folders)
        if registration is None:
            complain(obstacle() or "")
            return Exit.NOT_SENT
        if options.unregister:
            return _unregister(registration, as_json=options.json)
        status = registration.register() if options.register else registration.status()
    except LinksTrouble as trouble:
        complain(trouble.sentence)
        return Exit.NOT_SENT
    _tell(status, as_json=options.json)
    if options.register and not all(status.opens.values()):
        return Exit.NOT_SENT
    return Exit.DONE


def _unregister(registration: LinkRegistration, *, as_json: bool) -> Exit:
    try:
        for sentence in registration.unregister():
            remark(sentence)
    except NotRegistered as nothing:
        complain(nothing.sentence)
    else:
        if not as_json:
            answer(str(Sentence(_UNDONE)))
    if as_json:
        answer_json(found(registration.status()))
    return Exit.DONE


def _tell(status: LinkStatus, *, as_json: bool) -> None:
    if as_json:
        answer_json(found(status))
        return
    answer(str(Sentence(_REGISTERED if status.registered else _NOT_REGISTERED)))
    for scheme in SCHEMES:
        program = status.defaults[scheme]
        if status.opens[scheme]:
            answer(str(Sentence(_BY_DIALER, scheme=scheme)))
        elif program is None:
            answer(str(Sentence(_BY_NOBODY, scheme=scheme)))
        else:
            answer(str(Sentence(_BY_OTHER, scheme=scheme, program=plain(program, 80))))
    if status.trouble is not None:
        complain(status.trouble)


def found(status: LinkStatus) -> dict[str, object]:
    """The status as an object for other programs."""
    return {
        "registered": status.registered,
        "links": {
            scheme: {"opened_by": status.defaults[scheme], "dialer": status.opens[scheme]}
            for scheme in SCHEMES
        },
        "trouble": None if status.trouble is None else str(status.trouble),
    }
