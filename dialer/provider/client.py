"""The Invoke Phone API as calls need it: place a call, and check a profile."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from dialer.calls.call import RECORDING_ID, CallRequest, Cause, Outcome
from dialer.calls.credentials import Credentials
from dialer.calls.patience import Patience
from dialer.calls.plain import plain
from dialer.provider.envelope import Envelope, as_text, read_envelope
from dialer.provider.signing import ProviderClock, signed_headers
from dialer.provider.transport import Answer, Lost, NotSent, Transport

TIMESTAMP_EXPIRES = "-16"


@dataclass(frozen=True, slots=True)
class Balance:
    """What the balance endpoint answered. Amounts are the provider's text, without currency."""

    status: str
    reason: str | None
    balance: str | None = None
    gift: str | None = None
    credit: str | None = None


class InvokePhone:
    """A client of one account at one base URL. Used from one thread at a time.

    `base_url` has been through `calls.base_url.check_base_url`.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        transport: Transport,
        clock: ProviderClock,
    ) -> None:
        self._base_url = base_url
        self._credentials = credentials
        self._transport = transport
        self._clock = clock

    def send_sip(self, request: CallRequest, patience: Patience) -> Outcome:
        """Ask the provider to ring the operator's phone, then the callee's.

        One request, and a second only after -16, which proves that nothing was placed.
        """
        body = json.dumps(_send_sip_body(request), ensure_ascii=False).encode("utf-8")
        try:
            answer, envelope = self._ask("POST", "/voice/sendSip", body, patience)
        except NotSent as fault:
            return Outcome.not_sent(fault.cause, fault.detail)
        except Lost as fault:
            return Outcome.unknown(fault.cause, fault.detail)
        return _outcome(answer, envelope)

    def balance(self, path: str, patience: Patience) -> Balance:
        """Ask for the balance: harmless and signed, so it tells whether a profile works.

        Raises NotSent or Lost.
        """
        answer, envelope = self._ask("GET", path, None, patience)
        if envelope is None:
            raise Lost(_no_envelope(answer), f"HTTP {answer.http_status}")
        fields = envelope.fields
        return Balance(
            envelope.status,
            envelope.reason,
            *(_amount(fields.get(name)) for name in ("balance", "gift", "credit")),
        )

    def open_ahead(self) -> None:
        """Open a connection in the background for a call that is likely to follow."""
        self._transport.open_ahead(self._base_url)

    def _ask(
        self, method: str, path: str, body: bytes | None, patience: Patience
    ) -> tuple[Answer, Envelope | None]:
        """Send a signed request, a second time with the right clock where that was refused.

        Where the second cannot leave, the refusal stands: the provider was reached.
        """
        answer, envelope = self._signed(method, path, body, patience)
        if envelope and envelope.status == TIMESTAMP_EXPIRES and self._clock.learn(answer.date):
            with suppress(NotSent):
                answer, envelope = self._signed(method, path, body, patience)
        return answer, envelope

    def _signed(
        self, method: str, path: str, body: bytes | None, patience: Patience
    ) -> tuple[Answer, Envelope | None]:
        headers = signed_headers(self._credentials, self._clock.timestamp())
        answer = self._transport.exchange(method, self._base_url + path, headers, body, patience)
        return answer, read_envelope(answer.body)


def _amount(value: object) -> str | None:
    text = as_text(value)
    return plain(text, 64) if text else None


def _send_sip_body(request: CallRequest) -> Mapping[str, str]:
    fields = {
        "callee": request.callee,
        "displayNum": request.display_number,
        "account": request.account,
        "appId": request.app_id,
        "calledInfo": request.note,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _outcome(answer: Answer, envelope: Envelope | None) -> Outcome:
    """The contract's table of outcomes, for an answer that came in full."""
    if envelope is None:
        return Outcome.unknown(_no_envelope(answer), f"HTTP {answer.http_status}")
    if not envelope.success:
        return Outcome.rejected(envelope.status, envelope.reason)
    recording_id = as_text(envelope.data)
    if recording_id is None or not RECORDING_ID.fullmatch(recording_id):
        return Outcome.unknown(
            Cause.NO_RECORDING_ID, status=envelope.status, reason=envelope.reason
        )
    return Outcome.placed(recording_id, status=envelope.status, reason=envelope.reason)


def _no_envelope(answer: Answer) -> Cause:
    return Cause.REDIRECTED if answer.is_redirect else Cause.NO_ENVELOPE
