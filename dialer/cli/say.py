"""How commands speak: answers on stdout, everything else on stderr."""

import json
import sys

from dialer.calls.sentence import Sentence


def answer(text: str) -> None:
    """Print a line of what was asked for."""
    print(text, flush=True)


def answer_json(value: object) -> None:
    """Print a value as JSON, in UTF-8 and readable."""
    print(json.dumps(value, ensure_ascii=False, indent=2), flush=True)


def complain(words: Sentence | str) -> None:
    """Print a line beside the answer."""
    print(f"dialer: {words}", file=sys.stderr, flush=True)


def remark(words: Sentence | str) -> None:
    """Print a line beside the answer that is no complaint."""
    print(words, file=sys.stderr, flush=True)
