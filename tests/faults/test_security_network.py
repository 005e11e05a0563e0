"""A hostile network learns nothing before TLS is verified, and leads nobody elsewhere."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from doubles.faulty_server import Behaviour, FaultyServer, answers, redirects, tls_for
from doubles.secret_service import SecretService
from faults.secrets_seen import OF_KEY, OF_SECRET, seen
from faults.tally import Tally
from program.program import Program

pytestmark = pytest.mark.keyring

NUMBER = "932111111111"
IN_A_CALL = (*OF_SECRET, *OF_KEY, NUMBER.encode(), b"test_001", b"sendSip", b"sign", b"api-key")
PLAIN = Behaviour("speaks no TLS", lambda visit: visit.hang())


class Tap:
    """Between a program and its server: hears every byte that the program sends."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._heard = bytearray()
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def heard(self) -> bytes:
        return bytes(self._heard)

    def close(self) -> None:
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                inside, _ = self._listener.accept()
                outside = socket.create_connection(("127.0.0.1", self._port))
                self._ends += (inside, outside)
                for here, there, hears in ((inside, outside, True), (outside, inside, False)):
                    threading.Thread(
                        target=self._pass_on, args=(here, there, hears), daemon=True
                    ).start()

    def _pass_on(self, here: socket.socket, there: socket.socket, hears: bool) -> None:
        with suppress(OSError):
            while piece := here.recv(1 << 16):
                if hears:
                    self._heard += piece
                there.sendall(piece)
        with suppress(OSError):
            there.shutdown(socket.SHUT_WR)


@pytest.fixture
def program(tmp_path: Path, keyring: SecretService, authority: trustme.CA) -> Program:
    (tmp_path / "home").mkdir()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    environ = {**keyring.environ, "SSL_CERT_FILE": str(tmp_path / "ca.pem")}
    return Program(tmp_path / "home/dialer", environ)


@pytest.fixture
def tapped() -> Iterator[Callable[[FaultyServer], Tap]]:
    """Puts a tap before a server."""
    taps: list[Tap] = []

    def tap(server: FaultyServer) -> Tap:
        taps.append(Tap(int(server.url.rpartition(":")[2])))
        return taps[-1]

    yield tap
    for each in taps:
        each.close()


@pytest.mark.parametrize(
    ("certificate", "code"),
    [
        ("of the system's authority", 0),
        ("of an unknown authority", 4),
        ("expired", 4),
        ("of another host", 4),
    ],
)
def test_who_listens_on_the_wire_hears_nothing_of_a_call(  # noqa: PLR0917 - fixtures
    program: Program,
    authority: trustme.CA,
    tapped: Callable[[FaultyServer], Tap],
    tally: Tally,
    certificate: str,
    code: int,
) -> None:
    context = {
        "of the system's authority": lambda: tls_for(authority),
        "of an unknown authority": lambda: tls_for(trustme.CA()),
        "expired": lambda: tls_for(authority, expired=True),
        "of another host": lambda: tls_for(authority, "api.example.test"),
    }[certificate]()
    with FaultyServer(answers(), context) as server:
        tap = tapped(server)
        program.with_profile(tap.url, timeout=10)
        ended = program.run("call", NUMBER)
        assert ended.code == code, ended
        if code:
            # What only asks is no different.
            for command in (("balance",), ("accounts", "--profile", "work")):
                assert program.run(*command).code == 4
        assert len(server.requests) == (0 if code else 1)
        assert server.saw_request_bytes is (not code)
        assert tap.heard
        tally.held("network", let_in=seen([tap.heard], IN_A_CALL))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_answer_leads_a_call_to_another_host(
    program: Program, tally: Tally, status: int
) -> None:
    with (
        FaultyServer(answers()) as stranger,
        FaultyServer(redirects(status, f"{stranger.url}/voice/sendSip")) as server,
    ):
        program.with_profile(server.url, timeout=10)
        ended = program.run("call", NUMBER)
        assert ended.code in (3, 5), ended
        assert len(server.requests) == 1
        tally.held("network", let_in=int(stranger.saw_request_bytes))


@pytest.mark.parametrize("url", ["http://api.example.test", "http://192.0.2.1:8080", "ftp://x"])
def test_a_provider_without_tls_is_refused_before_its_secret_is_asked_for(
    program: Program, tally: Tally, url: str
) -> None:
    ended = program.run("profile", "add", "other", "--base-url", url, "--api-key", "KEY")
    assert ended.code == 2
    assert [profile.name for profile in program.profiles.load().all] == []
    tally.held("network")
