"""The endpoints of the sandbox: a request goes in, a reply comes out, no socket in sight."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.message import Message
from urllib.parse import unquote

from dialer.calls.credentials import Credentials
from dialer.sandbox.life import life_of, money, record_of
from dialer.sandbox.magic import CALLEES, BareNumbers, Faulty, Rejected
from dialer.sandbox.parameters import SendSip, check_content_type, read_send_sip
from dialer.sandbox.reply import (
    NOT_THERE,
    SYSTEM_ERROR,
    Refused,
    Reply,
    envelope,
    failure,
    no_envelope,
    success,
)
from dialer.sandbox.signing import check
from dialer.sandbox.store import SandboxCalls

TOP_UP = 100_000_000
"""The balance to begin with, in millionths. Calls use it up; then it is topped up by itself."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request that was read to its end. `path` is without the query, still quoted."""

    method: str
    path: str
    headers: Message
    body: bytes


class Endpoints:
    """Answers requests by the contract. May be used from any thread.

    `clock` gives Unix seconds; calls live `speed` times as fast as it.
    """

    def __init__(
        self,
        calls: SandboxCalls,
        credentials: Credentials,
        clock: Callable[[], float],
        speed: float,
    ) -> None:
        self._calls = calls
        self._credentials = credentials
        self._clock = clock
        self._speed = speed

    def answer(self, request: Request) -> Reply:
        """The reply to any request, whatever is in it."""
        routes = [
            (method, answer, match.groups())
            for method, path, answer in _ROUTES
            if (match := re.fullmatch(path, request.path))
        ]
        if not routes:
            return no_envelope(404, "Not Found")
        for method, answer, captured in routes:
            if method == request.method:
                return self._checked(request, answer, *captured)
        allowed = ", ".join(method for method, _, _ in routes)
        return no_envelope(405, "Method Not Allowed", ("Allow", allowed))

    def _checked(self, request: Request, answer: Callable[..., Reply], *captured: str) -> Reply:
        try:
            check(request.headers, self._credentials, self._clock())
            check_content_type(request.headers)
            return answer(self, request, *captured)
        except Refused as refused:
            return failure(refused.status, refused.reason)
        except sqlite3.Error as error:
            return failure(SYSTEM_ERROR, f"system error: {error}")

    def _send_sip(self, request: Request) -> Reply:
        asked = read_send_sip(request.body)
        magic = CALLEES.get(asked.callee)
        if isinstance(magic, Rejected):
            return magic.reply
        if isinstance(magic, Faulty) and not magic.rings:
            return magic.reply or no_envelope(500, "Internal Server Error")
        recording_id = self._place(asked)
        if isinstance(magic, BareNumbers):
            return envelope(0, "success", data=int(recording_id))
        usual = success(data=recording_id)
        if isinstance(magic, Faulty):
            return replace(magic.reply or usual, delivery=magic.delivery)
        return usual

    def _place(self, asked: SendSip) -> str:
        """Take the call; it is on disk when its recording ID is known."""
        life = life_of(asked.callee)
        submitted_at = self._now_ms()
        return self._calls.add(
            asked,
            submitted_at=submitted_at,
            speed=self._speed,
            ends_at=submitted_at + round(life.hung_up * 1000 / self._speed),
            cost=life.cost,
        )

    def _record_sip(self, request: Request, quoted_id: str) -> Reply:  # noqa: ARG002 - as every one
        call = self._calls.call(unquote(quoted_id, errors="replace"))
        if call is None:
            raise Refused(NOT_THERE, "record does not exist")
        return success(data=record_of(call, self._now_ms()))

    def _get_balance(self, request: Request) -> Reply:  # noqa: ARG002 - as every one
        balance = TOP_UP - self._calls.spent(self._now_ms()) % TOP_UP
        return success(balance=money(balance), gift="0.00000", credit="0")

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


_ROUTES: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
    ("POST", r"/voice/sendSip", Endpoints._send_sip),
    ("GET", r"/voice/recordSip/([^/]+)", Endpoints._record_sip),
    ("GET", r"/sms/getBalance", Endpoints._get_balance),
)
"""Method, path and endpoint; what the path captures goes to the endpoint after the request."""
