"""Signed questions to one base URL, with the clock put right once where that was refused."""

from contextlib import suppress
from dataclasses import replace

from dialer.calls.call import Cause
from dialer.calls.credentials import Credentials
from dialer.calls.patience import Patience
from dialer.provider.envelope import Envelope, read_envelope
from dialer.provider.signing import ProviderClock, signed_headers
from dialer.provider.transport import Answer, NotSent, Transport

TIMESTAMP_EXPIRES = "-16"


class SignedLine:
    """Asks one account's questions at one base URL. Used from one thread at a time.

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

    def ask(
        self, method: str, path: str, body: bytes | None, patience: Patience
    ) -> tuple[Answer, Envelope | None]:
        """Send a signed request, a second time with the right clock where that was refused.

        Where the second cannot leave, the refusal stands: the provider was reached. The answer
        comes without its body, which may hold what nobody must keep: the envelope is all there
        is of it. Raises NotSent or Lost.
        """
        answer, envelope = self._ask_once(method, path, body, patience)
        if envelope and envelope.status == TIMESTAMP_EXPIRES and self._clock.learn(answer.date):
            with suppress(NotSent):
                answer, envelope = self._ask_once(method, path, body, patience)
        return answer, envelope

    def open_ahead(self) -> None:
        """Open a connection in the background for a request that is likely to follow."""
        self._transport.open_ahead(self._base_url)

    def _ask_once(
        self, method: str, path: str, body: bytes | None, patience: Patience
    ) -> tuple[Answer, Envelope | None]:
        headers = signed_headers(self._credentials, self._clock.timestamp())
        answer = self._transport.exchange(method, self._base_url + path, headers, body, patience)
        return replace(answer, body=b""), read_envelope(answer.body)


def why_no_envelope(answer: Answer) -> Cause:
    """Why an answer that came in full proves nothing."""
    return Cause.REDIRECTED if answer.is_redirect else Cause.NO_ENVELOPE
