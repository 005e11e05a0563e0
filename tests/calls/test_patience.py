"""How long a call may take, and how a stop shortens it."""

import os
import signal
import threading
import time

import pytest

from dialer.calls.patience import STOP_GRACE, Patience


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_what_remains_shrinks_and_never_falls_below_zero() -> None:
    clock = Clock()
    patience = Patience(20, clock)
    assert patience.remaining == 20
    clock.seconds += 15
    assert patience.remaining == 5
    clock.seconds += 50
    assert patience.remaining == 0


def test_a_stop_leaves_five_seconds_for_what_has_begun() -> None:
    patience = Patience(20, Clock())
    assert not patience.stopped()
    patience.stop()
    assert patience.stopped()
    assert patience.remaining == STOP_GRACE == 5.0


def test_a_stop_never_lengthens_a_call() -> None:
    patience = Patience(2, Clock())
    patience.stop()
    assert patience.remaining == 2


def test_a_second_stop_does_not_begin_the_grace_anew() -> None:
    clock = Clock()
    patience = Patience(20, clock)
    patience.stop()
    clock.seconds += 3
    patience.stop()
    assert patience.remaining == 2


def test_a_wake_ends_the_waiting_and_leaves_the_deadline() -> None:
    patience = Patience(30, Clock())
    patience.wake()
    assert patience.wait()
    assert patience.remaining == 30
    assert not patience.stopped()


def test_each_wake_is_seen_even_if_it_came_before_the_waiting() -> None:
    patience = Patience(0)
    patience.wake()
    patience.wake()
    assert [patience.wait() for _ in range(3)] == [True, True, False]


def test_waiting_ends_at_the_deadline() -> None:
    patience = Patience(0.05)
    begun = time.monotonic()
    assert not patience.wait()
    assert 0.04 <= time.monotonic() - begun < 5


@pytest.mark.parametrize("end", ["wake", "stop"])
def test_another_thread_can_end_the_waiting(end: str) -> None:
    patience = Patience(60)
    waited: list[bool] = []
    waiting = threading.Thread(target=lambda: waited.append(patience.wait()))
    waiting.start()
    getattr(patience, end)()
    waiting.join(30)
    assert waited == [True]
    assert patience.stopped() is (end == "stop")


def test_after_a_stop_the_waiting_lasts_as_long_as_the_grace() -> None:
    patience = Patience(60)
    patience.stop(grace=0.05)
    assert patience.wait()  # the stop itself
    assert not patience.wait()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals between processes")
def test_a_signal_handler_may_stop_a_call_while_it_waits() -> None:
    patience = Patience(60)
    before = signal.signal(signal.SIGUSR1, lambda *_: patience.stop())
    # Sent again and again, for the first may come before the waiting.
    ended = threading.Event()

    def send() -> None:
        while not ended.wait(0.001):
            os.kill(os.getpid(), signal.SIGUSR1)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        for _ in range(50):
            assert patience.wait()
    finally:
        ended.set()
        sender.join()
        signal.signal(signal.SIGUSR1, before)
    assert patience.stopped()
    assert patience.remaining <= STOP_GRACE
