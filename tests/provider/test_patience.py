"""Deadlines and stops: who waits is let go in time, and what was called off is never sent."""

import socket
import threading
import time
from collections.abc import Callable

import pytest
import trustme

from dialer.calls.call import Cause, Outcome, OutcomeKind
from dialer.calls.patience import Patience
from doubles import faulty_server as faults
from doubles.faulty_server import Behaviour, FaultyServer, Visit, answers, tls_for
from provider.caller import Caller, MakeCaller, end_of_threads


class Calling:
    """A call on a thread of its own, which can be stopped meanwhile."""

    def __init__(self, caller: Caller, seconds: float = 10.0) -> None:
        self.patience = Patience(seconds)
        self._caller = caller
        self._outcomes: list[Outcome] = []
        self._thread = threading.Thread(target=self._call)
        self._thread.start()

    def stop(self, grace: float) -> tuple[Outcome, float]:
        """Stop the call: its outcome, and the seconds it still took."""
        begun = time.monotonic()
        self.patience.stop(grace)
        self._thread.join(10.0)
        return self._outcomes[0], time.monotonic() - begun

    def _call(self) -> None:
        self._outcomes.append(self._caller.call(self.patience))


def test_a_call_stopped_before_it_began_sends_nothing(caller: MakeCaller) -> None:
    with FaultyServer(answers()) as server:
        patience = Patience(5.0)
        patience.stop()
        assert caller(server.url).call(patience) == Outcome.not_sent(Cause.CANCELLED)
    assert server.connections == 0


def test_a_call_without_any_time_left_ends_at_once(caller: MakeCaller) -> None:
    with FaultyServer(faults.never_accepts) as server:
        client = caller(server.url)
        outcome = client.call(0.0)
    assert outcome.kind is OutcomeKind.NOT_SENT
    assert client.seconds < 0.3


def test_a_call_stopped_while_connecting_is_not_sent_at_once(
    caller: MakeCaller, trusted: trustme.CA
) -> None:
    with FaultyServer(faults.hangs_in_handshake, tls_for(trusted)) as server:
        calling = Calling(caller(server.url))
        server.wait_for_connection()
        outcome, seconds = calling.stop(grace=5.0)
    assert outcome == Outcome.not_sent(Cause.CANCELLED)
    assert seconds < 0.3
    assert not server.saw_request_bytes


def test_a_call_stopped_after_sending_waits_out_the_grace_and_is_unknown(
    caller: MakeCaller,
) -> None:
    with FaultyServer(faults.hangs_after_reading) as server:
        calling = Calling(caller(server.url))
        server.wait_for_request()
        outcome, seconds = calling.stop(grace=0.4)
    assert outcome == Outcome.unknown(Cause.CLOSED)
    assert 0.4 <= seconds < 0.7
    assert len(server.requests) == 1


def test_an_answer_within_the_grace_is_the_outcome(caller: MakeCaller) -> None:
    with FaultyServer(_answers_once(released := threading.Event())) as server:
        client = caller(server.url)
        calling = Calling(client)
        server.wait_for_request()
        threading.Timer(0.1, released.set).start()
        outcome, seconds = calling.stop(grace=5.0)
    assert outcome.recording_id == "2203031113381000002"
    assert seconds < 1.0


def test_a_stop_never_lengthens_the_deadline(caller: MakeCaller) -> None:
    with FaultyServer(faults.hangs_after_reading) as server:
        client = caller(server.url)
        calling = Calling(client, seconds=0.4)
        server.wait_for_request()
        outcome, _ = calling.stop(grace=5.0)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert client.seconds < 0.7


def test_two_stops_are_one(caller: MakeCaller) -> None:
    with FaultyServer(faults.hangs_after_reading) as server:
        calling = Calling(caller(server.url))
        server.wait_for_request()
        calling.patience.stop(0.3)
        outcome, seconds = calling.stop(grace=5.0)
    assert outcome == Outcome.unknown(Cause.CLOSED)
    assert seconds < 0.6


class SlowNames:
    """A name server that does not answer until it is released."""

    def __init__(self, port: int) -> None:
        self.asked = threading.Event()
        self.released = threading.Event()
        self._real: Callable[..., list[object]] = socket.getaddrinfo  # type: ignore[assignment]
        self._port = port

    def __call__(self, _host: str, _port: int, *more: object, **named: object) -> list[object]:
        self.asked.set()
        self.released.wait(10.0)
        return self._real("127.0.0.1", self._port, *more, **named)


def test_a_name_that_is_never_answered_is_not_sent_at_the_deadline_nor_afterwards(
    caller: MakeCaller, trusted: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultyServer(answers(), tls_for(trusted, "api.example.test")) as server:
        names = SlowNames(server.port)
        monkeypatch.setattr(socket, "getaddrinfo", names)
        client = caller("https://api.example.test")
        outcome = client.call(0.4)
        assert outcome == Outcome.not_sent(Cause.CONNECT_TIMEOUT)
        assert 0.4 <= client.seconds < 0.7
        names.released.set()
        end_of_threads("dialer-exchange")
        assert server.connections == 1  # the late thread did get that far
    assert not server.saw_request_bytes


def test_a_call_stopped_while_the_name_is_looked_up_is_not_sent_at_once(
    caller: MakeCaller, trusted: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultyServer(answers(), tls_for(trusted, "api.example.test")) as server:
        names = SlowNames(server.port)
        monkeypatch.setattr(socket, "getaddrinfo", names)
        calling = Calling(caller("https://api.example.test"))
        assert names.asked.wait(5.0)
        outcome, seconds = calling.stop(grace=5.0)
        assert outcome == Outcome.not_sent(Cause.CANCELLED)
        assert seconds < 0.3
        names.released.set()
        end_of_threads("dialer-exchange")
    assert not server.saw_request_bytes


def test_the_next_call_is_not_held_up_by_one_whose_name_is_still_looked_up(
    caller: MakeCaller, trusted: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultyServer(answers(), tls_for(trusted, "api.example.test")) as server:
        names = SlowNames(server.port)
        client = caller("https://api.example.test")
        with monkeypatch.context() as slow:
            slow.setattr(socket, "getaddrinfo", names)
            assert client.call(0.2).kind is OutcomeKind.NOT_SENT
        quick = SlowNames(server.port)
        quick.released.set()
        monkeypatch.setattr(socket, "getaddrinfo", quick)
        assert client.call(2.0).kind is OutcomeKind.PLACED
        names.released.set()
        end_of_threads("dialer-exchange")
        assert len(server.requests) == 1


def _answers_once(released: threading.Event) -> Behaviour:
    def act(visit: Visit) -> None:
        released.wait(10.0)
        answers().act(visit)

    return Behaviour("answers once it is released", act)
