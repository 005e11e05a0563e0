"""How commands speak: answers on stdout, everything else on stderr."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

_UNHEARD = QT_TRANSLATE_NOOP("dialer", "The answer could not be written: {why}.")


class Unheard(Exception):
    """Standard output takes no more; `sentence` says why."""

    def __init__(self, error: OSError) -> None:
        self.sentence = Sentence(_UNHEARD, why=error.strerror or type(error).__name__)
        super().__init__(str(self.sentence))
        self.reader_left = isinstance(error, BrokenPipeError)
        """Whether its reader has seen enough, as `| head` has: no fault of anybody."""


def answer(text: str) -> None:
    """Print a line of what was asked for. Raises Unheard."""
    with heard():
        print(text, flush=True)


def answer_json(value: object) -> None:
    """Print a value as JSON, in UTF-8 and readable. Raises Unheard."""
    answer(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def heard() -> Iterator[None]:
    """Write to stdout within; raises Unheard where it takes no more."""
    try:
        yield
    except OSError as error:
        _drop(sys.stdout)
        raise Unheard(error) from error


def complain(words: Sentence | str) -> None:
    """Print a line beside the answer."""
    remark(f"dialer: {words}")


def remark(words: Sentence | str) -> None:
    """Print a line beside the answer that is no complaint."""
    if sys.stderr is None:
        return  # closed by who started the program; print would turn to stdout
    try:
        print(words, file=sys.stderr, flush=True)
    except OSError:  # nobody is left who could be told
        _drop(sys.stderr)


def _drop(stream: TextIO) -> None:
    """Let what still waits in `stream` go nowhere: Python would fail over it at its end."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
