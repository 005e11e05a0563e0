"""`dialer sandbox`: run the sandbox provider alone."""

import argparse
import re
import signal
import threading
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal

from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import answer, complain
from dialer.desktop.ending import asking_to_end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    from dialer.sandbox.magic import KINDS

    parser.add_argument(
        "--port", metavar="N", type=_port, default=0, help="the port; 0 or none: a free one"
    )
    parser.add_argument(
        "--speed",
        metavar="X",
        type=_speed,
        default=1.0,
        help="how many times as fast as in life calls ring, are answered and end, 0.01 to 10000",
    )
    parser.add_argument(
        "--balance",
        metavar="AMOUNT",
        type=_balance,
        help="the balance to begin with, 0 to 1000000; 100 if not given",
    )
    told = "\n".join(
        f"{kind}:\n" + "\n".join(f"  {callee:<15} {what}" for callee, what in callees)
        for kind, callees in KINDS
    )
    parser.epilog = (
        "Prints its URL, API key and API secret, then serves until it is stopped. Any\n"
        "well-formed account and application ID will do. Every callee answers, but for the\n"
        "ones that are documented here.\n\n" + told
    )


def refuse(words: str, _arguments: Sequence[str]) -> None:
    """Tell that the arguments cannot be read."""
    complain(words)


def run(options: argparse.Namespace, house: House) -> int:
    """Serve until somebody asks for the end."""
    from dialer.sandbox.endpoints import TOP_UP
    from dialer.sandbox.server import SandboxServer

    over = threading.Event()
    for kind in asking_to_end():
        signal.signal(kind, lambda *_: over.set())
    try:
        house.folders.create()
        server = SandboxServer(
            house.folders.sandbox_calls,
            port=options.port,
            speed=options.speed,
            balance=TOP_UP if options.balance is None else options.balance,
        )
        server.start()
    except OSError as error:
        complain(f"the sandbox cannot listen on port {options.port}: {error.strerror or error}")
        return Exit.NOT_SENT
    with closing(server):
        answer(f"URL: {server.url}")
        answer(f"API key: {server.credentials.api_key}")
        answer(f"API secret: {server.credentials.api_secret}")
        # A wait without end cannot be interrupted on Windows.
        while not over.wait(0.5):
            pass
    return Exit.DONE


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError("must be 0 to 65535")
    return int(text)


def _speed(text: str) -> float:
    if not _is_decimal(text) or not 0.01 <= float(text) <= 10_000:
        raise argparse.ArgumentTypeError("must be 0.01 to 10000")
    return float(text)


def _balance(text: str) -> Decimal:
    if not _is_decimal(text) or Decimal(text) > 1_000_000:
        raise argparse.ArgumentTypeError("must be 0 to 1000000")
    return Decimal(text)


def _is_decimal(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,6})?", text, re.ASCII) is not None
