"""The JSON envelope around every answer: strict in what counts, lenient in how it is written."""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn, Self

from dialer.calls.plain import plain

_NEVER_READ = frozenset(("password",))
"""Fields, in lower case, that are dropped while an answer is parsed, wherever they stand."""

_STATUS = re.compile(r"[\x21-\x7e]{1,32}")


class WholeNumber(str):
    """The digits of a JSON whole number; a recording ID must not pass through a float."""

    __slots__ = ()


class FractionalNumber(Decimal):
    """A JSON number that is not whole, exactly, with the characters it was written in."""

    __slots__ = ("written",)

    written: str

    def __new__(cls, text: str) -> Self:
        """Make one of a JSON number as it stands in an answer."""
        number = super().__new__(cls, text)
        number.written = text
        return number


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the provider answered: `status` as trimmed text, `reason` made plain, the rest raw.

    The rest does not print: it may open a recording to anybody.
    """

    status: str
    reason: str | None
    fields: dict[str, Any] = field(repr=False)

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
    whole number. One that has a field twice says two things and so nothing. Passwords, which
    some answers hold, are dropped while they are parsed.
    """
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            parse_int=WholeNumber,
            parse_float=FractionalNumber,
            parse_constant=_refuse,
            object_pairs_hook=_fields,
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


def as_json(value: object) -> str:
    """Write what `read_envelope` read as JSON again, with numbers and order as they came.

    Lone surrogates stay escaped, so that UTF-8 can hold the text. Raises RecursionError.
    """
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(k)}:{as_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(as_json, value)) + "]"
    if isinstance(value, WholeNumber):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, FractionalNumber):
        return value.written
    return json.dumps(value)  # true, false, null


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=any("\ud800" <= char <= "\udfff" for char in text))


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field stands twice")
    for name in [name for name in fields if name.lower() in _NEVER_READ]:
        del fields[name]
    return fields


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
