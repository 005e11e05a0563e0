"""The Invoke Phone API as calls need it: place a call, and check a profile."""

import json
from collections.abc import Mapping

from dialer.calls.call import RECORDING_ID, CallRequest, Cause, Outcome
from dialer.calls.credentials import Credentials
from dialer.calls.patience import Patience
from dialer.provider.balance import BalanceAnswer, ask_balance
from dialer.provider.envelope import Envelope, as_text
from dialer.provider.signed import SignedLine, why_no_envelope
from dialer.provider.signing import ProviderClock
from dialer.provider.transport import Answer, Lost, NotSent, Transport


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
        self._line = SignedLine(base_url, credentials, transport, clock)

    def send_sip(self, request: CallRequest, patience: Patience) -> Outcome:
        """Ask the provider to ring the operator's phone, then the callee's.

        One request, and a second only after -16, which proves that nothing was placed.
        """
        body = json.dumps(_send_sip_body(request), ensure_ascii=False).encode("utf-8")
        try:
            answer, envelope = self._line.ask("POST", "/voice/sendSip", body, patience)
        except NotSent as fault:
            return Outcome.not_sent(fault.cause, fault.detail)
        except Lost as fault:
            return Outcome.unknown(fault.cause, fault.detail)
        return _outcome(answer, envelope)

    def balance(self, path: str, patience: Patience) -> BalanceAnswer:
        """Ask for the balance: harmless and signed, so it tells whether a profile works.

        Raises NotSent or Lost.
        """
        return ask_balance(self._line, path, patience)

    def open_ahead(self) -> None:
        """Open a connection in the background for a call that is likely to follow."""
        self._line.open_ahead()


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
        return Outcome.unknown(why_no_envelope(answer), f"HTTP {answer.http_status}")
    if not envelope.success:
        return Outcome.rejected(envelope.status, envelope.reason)
    recording_id = as_text(envelope.data)
    if recording_id is None or not RECORDING_ID.fullmatch(recording_id):
        return Outcome.unknown(
            Cause.NO_RECORDING_ID, status=envelope.status, reason=envelope.reason
        )
    return Outcome.placed(recording_id, status=envelope.status, reason=envelope.reason)
