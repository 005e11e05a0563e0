"""Reads the parameters of a request; what cannot be read is refused with -22 and its name."""

import json
import re
from dataclasses import dataclass
from email.message import Message
from typing import Any, NoReturn

from dialer.calls.plain import plain
from dialer.sandbox.reply import PARAMETER, Refused

_DIGITS = re.compile(r"[0-9]{7,15}", re.ASCII)
_JSON = re.compile(r'application/json(?:\s*;\s*charset\s*=\s*"?utf-?8"?)?\s*', re.IGNORECASE)
_NAME_LIMIT = 64
_NOTE_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class SendSip:
    """What `POST /voice/sendSip` asks for, in the program's words."""

    callee: str
    account: str
    display_number: str | None
    app_id: str | None
    note: str | None


def check_content_type(headers: Message) -> None:
    """Every request says that it is JSON, one without a body too. Raises Refused."""
    if not _JSON.fullmatch(str(headers.get("Content-Type", "")).strip()):
        refuse("Content-Type must be application/json;charset=UTF-8")


def read_send_sip(body: bytes) -> SendSip:
    """Read the body of `sendSip`. Raises Refused."""
    fields = json_object(body)
    return SendSip(
        callee=_callee(fields),
        account=_account(fields),
        display_number=_display_number(fields),
        app_id=_app_id(fields),
        note=_note(fields),
    )


def json_object(body: bytes) -> dict[str, Any]:
    """Read a body that is a JSON object. Raises Refused."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        refuse("the body is not JSON in UTF-8")
    if not isinstance(value, dict):
        refuse("the body is not a JSON object")
    return value


def _callee(fields: dict[str, Any]) -> str:
    value = fields.get("callee")
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        refuse("callee must be text of 7 to 15 digits")
    return value


def _display_number(fields: dict[str, Any]) -> str | None:
    value = fields.get("displayNum")
    if value is None:
        return None
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        refuse("displayNum must be text of 7 to 15 digits, null, or left out")
    return value


def _account(fields: dict[str, Any]) -> str:
    value = fields.get("account")
    if not is_name(value):
        refuse("account must be text of 1 to 64 characters")
    return str(value)


def _app_id(fields: dict[str, Any]) -> str | None:
    if "appId" not in fields:
        return None
    if not is_name(value := fields["appId"]):
        refuse("appId must be text of 1 to 64 characters, or left out")
    return str(value)


def _note(fields: dict[str, Any]) -> str | None:
    if "calledInfo" not in fields:
        return None
    value = fields["calledInfo"]
    if not isinstance(value, str) or len(value) > _NOTE_LIMIT or not _is_unicode(value):
        refuse("calledInfo must be text of at most 1000 characters, or left out")
    return value


def is_name(value: object) -> bool:
    """Whether the value is text of 1 to 64 characters that are fit to be shown."""
    return isinstance(value, str) and bool(value) and plain(value, _NAME_LIMIT) == value


def _is_unicode(text: str) -> bool:
    """Whether the text has no half of a surrogate pair, which JSON can write as `\\ud800`."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def refuse(what: str) -> NoReturn:
    """Refuse the request for a wrong parameter. Raises Refused."""
    raise Refused(PARAMETER, f"parameter error: {what}")
