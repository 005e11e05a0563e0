"""Proxies: the environment's are honoured, loopback never goes through one, and none sees more
than a CONNECT.
"""

import base64

import pytest
import trustme
import truststore

from dialer.calls.call import Cause, OutcomeKind
from doubles.faulty_server import (
    Behaviour,
    FaultyServer,
    answers,
    closes_after_reading,
    drips_body,
    garbage_status_line,
    hangs_after_reading,
    refuses,
    resets_after_reading,
    tls_for,
    tunnels_to,
)
from provider.caller import MakeCaller, end_of_threads

HOST = "api.example.test"
URL = f"https://{HOST}"
EVERY_PROXY = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"]


def call_through(
    proxy: FaultyServer, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> tuple[OutcomeKind, Cause | None]:
    monkeypatch.setenv("https_proxy", proxy.url)
    outcome = caller(URL).call(2.0)
    return outcome.kind, outcome.cause


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_call_goes_through_the_environment_s_proxy(
    name: str, trusted: trustme.CA, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        FaultyServer(answers(), tls_for(trusted, HOST)) as server,
        FaultyServer(tunnels_to(server.port)) as proxy,
    ):
        monkeypatch.setenv(name, proxy.url)
        assert caller(URL).call().kind is OutcomeKind.PLACED
        assert len(server.requests) == 1
        (asked,) = proxy.requests
    assert (asked.method, asked.target) == ("CONNECT", f"{HOST}:443")
    assert not {"sign", "api-key", "timestamp"} & asked.headers.keys()
    assert server.requests[0].target == "/voice/sendSip"
    assert "proxy-authorization" not in server.requests[0].headers


def test_call_after_call_goes_through_the_proxy_each_on_a_tunnel_of_its_own(
    trusted: trustme.CA, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        FaultyServer(answers(), tls_for(trusted, HOST)) as server,
        FaultyServer(tunnels_to(server.port)) as proxy,
    ):
        monkeypatch.setenv("https_proxy", proxy.url)
        client = caller(URL)
        assert [client.call().kind for _ in range(3)] == [OutcomeKind.PLACED] * 3
        assert [each.connection for each in server.requests] == [1, 2, 3]
        assert [each.method for each in proxy.requests] == ["CONNECT"] * 3


def test_the_proxy_s_own_password_goes_to_the_proxy_alone(
    trusted: trustme.CA, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        FaultyServer(answers(), tls_for(trusted, HOST)) as server,
        FaultyServer(tunnels_to(server.port)) as proxy,
    ):
        monkeypatch.setenv("https_proxy", f"http://ann:pass@127.0.0.1:{proxy.port}")
        assert caller(URL).call().kind is OutcomeKind.PLACED
        expected = "Basic " + base64.b64encode(b"ann:pass").decode()
        assert proxy.requests[0].headers["proxy-authorization"] == expected
        assert "proxy-authorization" not in server.requests[0].headers


def test_a_proxy_may_itself_speak_tls(
    trusted: trustme.CA, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        FaultyServer(answers(), tls_for(trusted, HOST)) as server,
        FaultyServer(tunnels_to(server.port), tls_for(trusted)) as proxy,
    ):
        monkeypatch.setenv("https_proxy", proxy.url)
        assert caller(URL).call().kind is OutcomeKind.PLACED
        assert len(server.requests) == 1


def test_a_deadline_holds_through_a_proxy_that_speaks_tls(
    trusted: trustme.CA, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        FaultyServer(drips_body(0.1), tls_for(trusted, HOST)) as server,
        FaultyServer(tunnels_to(server.port), tls_for(trusted)) as proxy,
    ):
        monkeypatch.setenv("https_proxy", proxy.url)
        client = caller(URL)
        outcome = client.call(0.5)
        assert (outcome.kind, outcome.cause) == (OutcomeKind.UNKNOWN, Cause.NO_ANSWER)
        assert client.seconds < 0.8
        end_of_threads("dialer-exchange")


def test_the_system_s_trust_store_serves_proxies_and_what_is_behind_them(
    caller: MakeCaller,
) -> None:
    """On Linux other contexts would find the same files, elsewhere they would not."""
    manager = caller(URL).transport._adapter.proxy_manager_for("https://127.0.0.1:1")
    assert isinstance(manager.connection_pool_kw["ssl_context"], truststore.SSLContext)
    assert manager.proxy_config is not None
    assert isinstance(manager.proxy_config.ssl_context, truststore.SSLContext)


def test_the_certificate_behind_a_proxy_is_checked_too(
    trusted: trustme.CA, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        FaultyServer(answers(), tls_for(trustme.CA(), HOST)) as server,
        FaultyServer(tunnels_to(server.port)) as proxy,
    ):
        result = call_through(proxy, caller, monkeypatch)
    assert result == (OutcomeKind.NOT_SENT, Cause.TLS)
    assert not server.saw_request_bytes


@pytest.mark.parametrize("http_status", [403, 407, 502])
def test_a_proxy_that_refuses_means_not_sent(
    http_status: int, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultyServer(answers(b"no", http_status)) as proxy:
        result = call_through(proxy, caller, monkeypatch)
    assert result == (OutcomeKind.NOT_SENT, Cause.PROXY)
    assert [each.method for each in proxy.requests] == ["CONNECT"]


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        (refuses, Cause.PROXY),
        (garbage_status_line, Cause.PROXY),
        (resets_after_reading, Cause.CONNECTION_LOST),
        (closes_after_reading, Cause.CONNECTION_LOST),
    ],
    ids=str,
)
def test_a_proxy_that_fails_means_not_sent(
    behaviour: Behaviour, cause: Cause, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultyServer(behaviour) as proxy:
        result = call_through(proxy, caller, monkeypatch)
    assert result == (OutcomeKind.NOT_SENT, cause)


def test_a_proxy_that_hangs_means_not_sent_at_the_deadline(
    caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultyServer(hangs_after_reading) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        client = caller(URL)
        outcome = client.call(0.4)
    assert outcome.kind is OutcomeKind.NOT_SENT
    assert client.seconds < 0.7


@pytest.mark.parametrize(
    "address",
    ["socks5://127.0.0.1:{port}", "socks5h://127.0.0.1:{port}", "SOCKS4://127.0.0.1:{port}"],
)
def test_a_socks_proxy_means_not_sent_and_no_way_around_it(
    address: str, trusted: trustme.CA, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultyServer(answers(), tls_for(trusted, HOST)) as proxy:
        monkeypatch.setenv("https_proxy", address.format(port=proxy.port))
        outcome = caller(URL).call(2.0)
    assert (outcome.kind, outcome.cause) == (OutcomeKind.NOT_SENT, Cause.PROXY)
    assert not proxy.connections


def test_a_socks_proxy_is_not_used_where_pysocks_is_installed(
    caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr("requests.adapters.SOCKSProxyManager", lambda url, **_: made.append(url))
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1")
    outcome = caller(URL).call(2.0)
    assert (outcome.kind, outcome.cause) == (OutcomeKind.NOT_SENT, Cause.PROXY)
    assert not made


@pytest.mark.parametrize("address", ["http://", "ftp://127.0.0.1:1", "http://[::bad", "::::"])
def test_a_proxy_address_that_cannot_be_read_means_not_sent(
    address: str, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", address)
    outcome = caller(URL).call(2.0)
    assert (outcome.kind, outcome.cause) == (OutcomeKind.NOT_SENT, Cause.PROXY)


def test_a_proxy_s_password_is_not_told(
    caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("http://ann:hush@127.0.0.1:1", "http://ann:hush@", "socks5://ann:hush@h:1"):
        monkeypatch.setenv("https_proxy", address)
        outcome = caller(URL).call(2.0)
        assert outcome.kind is OutcomeKind.NOT_SENT
        assert "hush" not in repr(outcome)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_loopback_never_goes_through_a_proxy(
    host: str,
    secure: bool,
    trusted: trustme.CA,
    caller: MakeCaller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        FaultyServer(answers()) as proxy,
        FaultyServer(answers(), tls_for(trusted, host) if secure else None, host=host) as server,
    ):
        for name in EVERY_PROXY:
            monkeypatch.setenv(name, proxy.url)
        client = caller(server.url)
        client.open_ahead()
        assert client.call().kind is OutcomeKind.PLACED
        assert len(server.requests) == 1
    assert proxy.connections == 0


@pytest.mark.parametrize("exempt", [HOST, ".example.test", "*"])
def test_no_proxy_is_honoured(
    exempt: str, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def unknown_name(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with FaultyServer(answers()) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", exempt)
        monkeypatch.setattr(socket, "getaddrinfo", unknown_name)
        outcome = caller(URL).call(2.0)
    assert (outcome.kind, outcome.cause) == (OutcomeKind.NOT_SENT, Cause.NO_NAME)
    assert proxy.connections == 0


def test_a_netrc_is_not_read(
    trusted: trustme.CA,
    caller: MakeCaller,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = tmp_path_factory.mktemp("home")
    (home / ".netrc").write_text("machine 127.0.0.1 login ann password hush\n")
    (home / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NETRC", str(home / ".netrc"))
    with FaultyServer(answers(), tls_for(trusted)) as server:
        assert caller(server.url).call().kind is OutcomeKind.PLACED
    assert "authorization" not in server.requests[0].headers
