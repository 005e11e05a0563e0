"""What the sandbox answers: the JSON envelope, plain HTTP errors, and how either is delivered."""

import json
from dataclasses import dataclass
from enum import Enum

JSON_TYPE = "application/json;charset=UTF-8"

AUTHENTICATION = "-1"
TIMESTAMP = "-16"
SYSTEM_ERROR = "-18"
PARAMETER = "-22"
NOT_THERE = "-24"


class Delivery(Enum):
    """How a reply reaches the client, if it does."""

    AT_ONCE = "at once"
    DRIPPING = "one byte a second"
    CUT_OFF = "half of the body, then the end"
    RESET = "a reset connection instead"
    NEVER = "nothing, until the client goes or the server closes"


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP response: status line, the headers that are not on every response, and body."""

    http_status: int
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = Delivery.AT_ONCE


class Refused(Exception):
    """The request fails with this status and reason; raised where a check finds it."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason


def envelope(status: str | int, reason: str, **fields: object) -> Reply:
    """The envelope around `fields`: `data`, where an endpoint has it there."""
    value = {"status": status, "reason": reason, **fields}
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Reply(200, body.encode())


def success(**fields: object) -> Reply:
    """The envelope of a request that was taken."""
    return envelope("0", "success", **fields)


def failure(status: str, reason: str) -> Reply:
    """The envelope of a request that failed. It has no `data`."""
    return envelope(status, reason)


def no_envelope(http_status: int, text: str, *headers: tuple[str, str]) -> Reply:
    """A plain HTTP error, as comes from a server that knows nothing of envelopes."""
    return Reply(http_status, f"{text}\n".encode(), "text/plain;charset=UTF-8", headers)
