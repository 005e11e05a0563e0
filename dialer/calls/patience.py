"""How long one call may still take: a total deadline that a stop shortens."""

import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

STOP_GRACE = 5.0
"""Seconds that a request which has begun is still waited for after a stop."""

_SLICE = 0.5


class Patience:
    """One call's deadline, shared by the one who waits and by whoever may want to stop.

    `stop` and `wake` may be called from any thread and from a signal handler: they only put
    into a SimpleQueue, whose `put` is reentrant, and take no lock.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._deadline = monotonic() + seconds
        self._wakings: SimpleQueue[None] = SimpleQueue()
        self._stopped = False

    def stopped(self) -> bool:
        """Whether somebody asked to stop: a request that has not left must not leave any more."""
        return self._stopped

    @property
    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._deadline - self._monotonic())

    def stop(self, grace: float = STOP_GRACE) -> None:
        """Ask for an end: nothing new is sent, and what has begun gets `grace` seconds at most."""
        self._deadline = min(self._deadline, self._monotonic() + grace)
        self._stopped = True
        self._wakings.put(None)

    def wake(self) -> None:
        """Make `wait` return, so that the one who waits looks again."""
        self._wakings.put(None)

    def wait(self) -> bool:
        """Wait until there may be news, or a `wake` or a `stop`; False after the deadline.

        Waits half a second at most, since a wait without end cannot be interrupted by Ctrl+C
        on Windows.
        """
        with suppress(Empty):
            self._wakings.get(timeout=min(self.remaining, _SLICE))
            return True
        return self.remaining > 0
