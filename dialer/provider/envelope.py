"""The JSON envelope around every answer: strict in what counts, lenient in how it is written."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from dialer.calls.plain import plain

_STATUS = re.compile(r"[\x21-\x7e]{1,32}")


class WholeNumber(str):
    """The digits of a JSON whole number; a recording ID must not pass through a float."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the provider answered: `status` as trimmed text, `reason` made plain, the rest raw."""

    status: str
    reason: str | None
    fields: dict[str, Any]

    @property
    def success(self) -> bool:
        """Whether the status is 0."""
        return self.status == "0"

    @property
    def data(self) -> Any:
        """The `data` field as it came (numbers as text), None where there is none."""
        return self.fields.get("data")


def read_envelope(body: bytes) -> Envelope | None:
    """Read an answer's body; None where it is no envelope and so proves nothing.

    An envelope is a JSON object in UTF-8 (a BOM is forgiven) with a `status` that is text or a
    whole number. One that has a field twice says two things and so nothing.
    """
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            parse_int=WholeNumber,
            parse_float=Decimal,
            parse_constant=_refuse,
            object_pairs_hook=_without_twins,
        )
    except (ValueError, ArithmeticError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    status = value.get("status")
    if not isinstance(status, str) or not _STATUS.fullmatch(status := status.strip()):
        return None
    reason = value.get("reason")
    words = plain(reason) if isinstance(reason, str) else ""
    return Envelope(status, words or None, value)


def as_text(value: object) -> str | None:
    """A field that may be text or a whole number, trimmed; None if it is neither or empty."""
    return (value.strip() or None) if isinstance(value, str) else None


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field stands twice")
    return fields


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
