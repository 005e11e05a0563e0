"""Which commands there are, and how one is run."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn, Protocol, cast

from dialer import __version__
from dialer.calls.sentence import QT_TRANSLATE_NOOP
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import Unheard, complain

COMMANDS = {
    "call": QT_TRANSLATE_NOOP("dialer", "place one call and print its recording ID"),
    "history": QT_TRANSLATE_NOOP("dialer", "list calls, newest first"),
    "details": QT_TRANSLATE_NOOP("dialer", "what became of a placed call, by its recording ID"),
    "recording": QT_TRANSLATE_NOOP("dialer", "fetch the recording of a placed call"),
    "stats": QT_TRANSLATE_NOOP("dialer", "figures of each day: calls, answered, talk, cost"),
    "reconcile": QT_TRANSLATE_NOOP(
        "dialer", "compare the history with the provider's records, and settle what is unknown"
    ),
    "accounts": QT_TRANSLATE_NOOP("dialer", "list the provider's phone accounts"),
    "balance": QT_TRANSLATE_NOOP("dialer", "print the balance of the provider account"),
    "profile": QT_TRANSLATE_NOOP("dialer", "add, edit, choose, check and remove profiles"),
    "links": QT_TRANSLATE_NOOP("dialer", "open phone links with Dialer, or not"),
    "sandbox": QT_TRANSLATE_NOOP("dialer", "run the sandbox provider alone"),
    "doctor": QT_TRANSLATE_NOOP("dialer", "print what support needs to know; no secrets"),
}


class Command(Protocol):
    """What a command's module has."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Name the command's arguments."""
        ...

    def run(self, options: argparse.Namespace, house: House) -> int:
        """Run the command; the result is the process's exit code."""
        ...

    def refuse(self, words: str, arguments: Sequence[str]) -> None:
        """Tell that the arguments themselves cannot be read."""
        ...


class UnreadableArguments(Exception):
    """The arguments do not fit; `str()` says how."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Raise UnreadableArguments."""
        raise UnreadableArguments(f"{message}\n{self.format_usage().strip()}")


def main(arguments: Sequence[str], house: House | None = None) -> int:
    """Run the command that `arguments` begin with; the result is the exit code.

    `house` is where tests hand in a home of their own.
    """
    _speak_utf8()
    name = arguments[0] if arguments else ""
    if name not in COMMANDS:
        return _about(arguments)
    # What an interrupt means that comes before the command heeds it: nothing was done.
    code: int = Exit.NOT_SENT
    with suppress(KeyboardInterrupt):
        try:
            code = _run(name, arguments[1:], house)
        except Unheard as unheard:
            code = Exit.DONE if unheard.reader_left else Exit.NOT_SENT
            if not unheard.reader_left:
                complain(unheard.sentence)
    return code


def _run(name: str, arguments: Sequence[str], house: House | None) -> int:
    command = cast("Command", importlib.import_module(f"dialer.cli.{name}"))
    parser = Parser(prog=f"dialer {name}", description=COMMANDS[name].capitalize() + ".")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    command.add_arguments(parser)
    try:
        options = parser.parse_args(arguments)
    except UnreadableArguments as error:
        command.refuse(str(error), arguments)
        return Exit.BAD_INPUT
    with house or House.of_user() as home:
        return command.run(options, home)


def _about(arguments: Sequence[str]) -> int:
    """Print the version or the help, or say that there is no such command."""
    listed = "\n".join(f"  dialer {name:<9} {about}" for name, about in COMMANDS.items())
    usage = (
        "dialer [--profile NAME]  open the window, or bring it up\n"
        "dialer --sandbox         open the window with the sandbox: no account, no phone rings\n"
        "dialer LINK              the same, with the number of a tel:, callto:, sip: or own link\n"
        "dialer show NUMBER       the same, with a number to be called; nothing is called\n"
        "dialer --from-clipboard  the same, with the number that was selected or copied\n"
        "dialer --background      start in the tray, where closing leaves it there too\n"
        f"{listed}\n"
        "Each command has its own --help."
    )
    if arguments and arguments[0] in ("-V", "--version"):
        print(f"dialer {__version__}")
        return Exit.DONE
    if arguments and arguments[0] in ("-h", "--help"):
        print(usage)
        return Exit.DONE
    unknown = arguments[0] if arguments else ""
    print(f"dialer: there is no command {unknown!r}.\n{usage}", file=sys.stderr)
    return Exit.BAD_INPUT


def _speak_utf8() -> None:
    """Write UTF-8 on every system, whatever the console's code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
