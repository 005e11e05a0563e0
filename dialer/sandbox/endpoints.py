"""The endpoints of the sandbox: a request goes in, a reply comes out, no socket in sight."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from email.message import Message
from threading import Lock
from typing import Protocol
from urllib.parse import unquote

from dialer.calls.credentials import Credentials
from dialer.sandbox.accounts import PHONES, phone_record
from dialer.sandbox.behaviour import BareNumbers, Faulty, Recording, Rejected
from dialer.sandbox.life import file_id_of, life_of, money, record_of, recorded_at
from dialer.sandbox.magic import CALLEES, ending_of, recording_of
from dialer.sandbox.parameters import SendSip, check_content_type, read_send_sip
from dialer.sandbox.queries import read_account_query, read_record_query, read_recording_query
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
from dialer.sandbox.store import ReceivedCall, SandboxCalls

TOP_UP = Decimal(100)
"""The balance to begin with. Calls use it up; then it is topped up by itself."""

KEPT_DAYS = 62
"""How long the record of a call can be had: two months."""

_DAY_MS = 24 * 60 * 60 * 1000


class Places(Protocol):
    """Whoever lends the recordings an address."""

    def place_of(self, file_id: str, *, good_for: int = ...) -> tuple[str, int]:
        """The URL of a recording, good for so many seconds, and when it expires, in ms."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request that was read to its end. Path and query are still quoted."""

    method: str
    path: str
    query: str
    headers: Message
    body: bytes


class Endpoints:
    """Answers requests by the contract. May be used from any thread.

    `clock` gives Unix seconds; calls live `speed` times as fast as it. `balance` is what there is
    before any call.
    """

    def __init__(
        self,
        calls: SandboxCalls,
        credentials: Credentials,
        clock: Callable[[], float],
        *,
        speed: float,
        balance: Decimal,
        places: Places,
    ) -> None:
        self._calls = calls
        self._credentials = credentials
        self._clock = clock
        self._speed = speed
        self._balance = int(balance * 1_000_000)
        self._places = places
        self._asked: dict[str, int] = {}
        self._asking = Lock()

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
            if magic.rings:
                self._place(asked)
            return magic.reply
        if isinstance(magic, Faulty) and not magic.rings:
            return magic.reply or no_envelope(500, "Internal Server Error")
        recording_id = self._place(asked)
        if isinstance(magic, Faulty):
            for _ in range(1, magic.taken):
                self._place(asked)
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
            recorded_at=recorded_at(asked.callee, submitted_at, self._speed),
            ends_at=submitted_at + round(life.hung_up * 1000 / self._speed),
            cost=life.cost,
        )

    def _record_sip(self, request: Request, quoted_id: str) -> Reply:  # noqa: ARG002 - as every one
        call = self._kept(unquote(quoted_id, errors="replace"))
        if call is None:
            raise Refused(NOT_THERE, "record does not exist")
        self._refuse_by(call)
        return success(data=record_of(call, self._now_ms()))

    def _record_sip_query(self, request: Request) -> Reply:
        """Newest first: whoever pages while calls come in meets the same record again."""
        query = read_record_query(request.body)
        now = self._now_ms()
        total, calls = self._calls.recorded(
            since=max(query.since * 1000, now - KEPT_DAYS * _DAY_MS),
            before=(query.until + 1) * 1000,
            now_ms=now,
            group=query.group,
            phone_name=query.phone_name,
            limit=query.page.size,
            offset=query.page.offset,
        )
        return success(data=query.page.of(total, [record_of(call, now) for call in calls]))

    def _sip_query(self, request: Request) -> Reply:
        page = read_account_query(request.body)
        phones = PHONES[page.offset : page.offset + page.size]
        return success(data=page.of(len(PHONES), [phone_record(phone) for phone in phones]))

    def _get_recording_file_url(self, request: Request) -> Reply:
        file_id, source = read_recording_query(request.query)
        call = self._kept(file_id[1:])
        known = call is not None and file_id_of(call, self._now_ms()) == file_id
        if source != "sip" or call is None or not known:
            raise Refused(NOT_THERE, "file does not exist")
        if recording_of(call.callee) is Recording.EXPIRED:
            url, expires = self._places.place_of(file_id, good_for=-1)
        else:
            url, expires = self._places.place_of(file_id)
        return success(data={"url": url, "expireTime": expires})

    def _get_balance(self, request: Request) -> Reply:  # noqa: ARG002 - as every one
        spent = self._calls.spent(self._now_ms())
        balance = self._balance - spent % self._balance if self._balance else 0
        return success(balance=money(balance), gift="0.00000", credit="0")

    def _kept(self, recording_id: str) -> ReceivedCall | None:
        """The call with this recording ID, if it was not too long ago."""
        call = self._calls.call(recording_id)
        if call is None or call.submitted_at < self._now_ms() - KEPT_DAYS * _DAY_MS:
            return None
        return call

    def _refuse_by(self, call: ReceivedCall) -> None:
        """Refuse to show the record of a call to a documented callee. Raises Refused."""
        ending = ending_of(call.callee)
        refusal = None if ending is None else ending.refusal
        if refusal is None:
            return
        with self._asking:
            asked = self._asked.get(call.recording_id, 0)
            if refusal.asks is None or asked < refusal.asks:
                self._asked[call.recording_id] = asked + 1
                raise Refused(refusal.status, refusal.reason)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


_ROUTES: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
    ("POST", r"/voice/sendSip", Endpoints._send_sip),
    ("GET", r"/voice/recordSip/([^/]+)", Endpoints._record_sip),
    ("POST", r"/voice/recordSipQuery", Endpoints._record_sip_query),
    ("POST", r"/voice/sipQuery", Endpoints._sip_query),
    ("GET", r"/voice/getRecordingFileUrl", Endpoints._get_recording_file_url),
    ("GET", r"/sms/getBalance", Endpoints._get_balance),
)
"""Method, path and endpoint; what the path captures goes to the endpoint after the request."""
