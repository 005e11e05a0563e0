"""The sandbox provider: an HTTP server on this computer that behaves by the wire contract."""

import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Self

from dialer.calls.credentials import Credentials
from dialer.sandbox.connection import ProviderListener
from dialer.sandbox.endpoints import TOP_UP, Endpoints
from dialer.sandbox.magic import MAGIC
from dialer.sandbox.recordings import RecordingsListener, listen_for_recordings
from dialer.sandbox.store import SandboxCalls

__all__ = ["ACCOUNT", "APP_ID", "MAGIC", "SandboxServer"]

HOST = "127.0.0.1"

ACCOUNT = "sandbox"
"""The sandbox's own account, for who has none. Any other well-formed one is accepted too."""

APP_ID = "sandbox"
"""The sandbox's own application ID. Any other well-formed one is accepted too, and none."""

SPEEDS = (0.01, 10_000.0)
"""The slowest and the fastest life of a call."""

BALANCES = (Decimal(0), Decimal(1_000_000))
"""The lowest and the highest balance to begin with."""


class SandboxServer:
    """A provider on loopback that keeps its calls in `calls_file`.

    Listens on `port`, or on a free one if that is 0; recordings have a second address. `clock`
    gives Unix seconds: timestamps are checked by it, and calls live `speed` (0.01 to 10,000)
    times as fast as it. Without `credentials` new ones are made, which are good until the server
    closes and kept nowhere. `balance` (0 to 1,000,000, in millionths at the finest) is what there
    is before any call; it is topped up to that when calls have used it up.

    `start` and `close` are called on one thread; requests are served on threads of their own.
    """

    def __init__(
        self,
        calls_file: Path,
        *,
        port: int = 0,
        credentials: Credentials | None = None,
        clock: Callable[[], float] = time.time,
        speed: float = 1.0,
        balance: Decimal = TOP_UP,
    ) -> None:
        if not 0 <= port <= 65535:
            raise ValueError("the port must be 0 to 65535")
        if not SPEEDS[0] <= speed <= SPEEDS[1]:
            raise ValueError("the speed must be 0.01 to 10,000")
        if not BALANCES[0] <= balance <= BALANCES[1]:
            raise ValueError("the balance must be 0 to 1,000,000")
        self.credentials = credentials or Credentials(
            f"sandbox-{secrets.token_hex(4)}", secrets.token_hex(16)
        )
        self._calls_file = calls_file
        self._port = port
        self._clock = clock
        self._speed = speed
        self._balance = balance
        self._provider: ProviderListener | None = None
        self._recordings: RecordingsListener | None = None
        self._parts = ExitStack()

    @property
    def url(self) -> str:
        """The base URL for a profile. Raises RuntimeError while the server does not listen."""
        if self._provider is None:
            raise RuntimeError("the sandbox has not been started")
        return self._provider.url

    @property
    def recordings_url(self) -> str:
        """Where recordings are fetched. Raises RuntimeError while the server does not listen."""
        if self._recordings is None:
            raise RuntimeError("the sandbox has not been started")
        return self._recordings.url

    def start(self) -> None:
        """Listen, and serve from daemon threads.

        Raises OSError if the port is taken or the file cannot be used.
        """
        if self._provider is not None:
            raise RuntimeError("the sandbox has been started already")
        with ExitStack() as parts:
            calls = SandboxCalls(self._calls_file)
            parts.callback(calls.close)
            recordings = listen_for_recordings(calls, self._clock)
            parts.callback(recordings.close)
            endpoints = Endpoints(
                calls,
                self.credentials,
                self._clock,
                speed=self._speed,
                balance=self._balance,
                places=recordings.places,
            )
            provider = ProviderListener(HOST, self._port, endpoints, self._clock)
            parts.callback(provider.close)
            recordings.begin()
            provider.begin()
            self._parts = parts.pop_all()
        self._provider, self._recordings = provider, recordings

    def close(self) -> None:
        """Stop listening and end every connection, also one that hangs. Safe to call twice."""
        self._parts.close()
        self._provider = self._recordings = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
