"""A provider client with all it is made of, as the provider's tests use it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dialer.calls.call import CallRequest, Outcome
from dialer.calls.credentials import Credentials
from dialer.calls.patience import Patience
from dialer.provider.client import InvokePhone
from dialer.provider.signing import ProviderClock
from dialer.provider.transport import Transport

REQUEST = CallRequest(callee="932111111111", account="test_001")
CREDENTIALS = Credentials("bDqJFiq9", "not-the-real-secret")
PATIENT = 5.0
"""Seconds for a call that should not need them."""


@dataclass
class Caller:
    """A client of one base URL, with what it was made of."""

    base_url: str
    now: Callable[[], float] = time.time
    transport: Transport = field(default_factory=Transport)
    clock: ProviderClock = field(init=False)
    client: InvokePhone = field(init=False)
    seconds: float = field(init=False, default=0.0)
    """How long the last call took."""

    def __post_init__(self) -> None:
        self.clock = ProviderClock(self.now)
        self.client = InvokePhone(self.base_url, CREDENTIALS, self.transport, self.clock)

    def call(self, patience: float | Patience = PATIENT) -> Outcome:
        """Place one call and measure it."""
        begun = time.monotonic()
        waiting = patience if isinstance(patience, Patience) else Patience(patience)
        try:
            return self.client.send_sip(REQUEST, waiting)
        finally:
            self.seconds = time.monotonic() - begun

    def open_ahead(self) -> None:
        """Open a connection ahead and wait until that has come to an end, good or bad."""
        self.client.open_ahead()
        end_of_threads("dialer-connect")


MakeCaller = Callable[..., Caller]
"""The `caller` fixture: makes a client of a base URL, closed after the test."""


def end_of_threads(name: str, seconds: float = 10.0) -> None:
    """Wait until no thread of this name runs any more. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                raise TimeoutError(f"{name} still runs")
