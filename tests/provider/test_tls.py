"""TLS is verified by the system's trust store, always: a wrong certificate gets no byte."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from dialer.calls.call import Cause, Outcome, OutcomeKind
from doubles.faulty_server import FaultyServer, answers, speaks_no_tls, tls_for
from provider.caller import CREDENTIALS, Caller, MakeCaller


def _is_refused(outcome: Outcome, server: FaultyServer) -> None:
    assert (outcome.kind, outcome.cause) == (OutcomeKind.NOT_SENT, Cause.TLS)
    assert not server.saw_request_bytes


def test_a_certificate_that_the_system_trusts_is_taken(
    trusted: trustme.CA, caller: MakeCaller
) -> None:
    with FaultyServer(answers(), tls_for(trusted)) as server:
        assert caller(server.url).call().kind is OutcomeKind.PLACED


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_name_is_checked_as_it_stands_in_the_url(
    host: str, trusted: trustme.CA, caller: MakeCaller
) -> None:
    with FaultyServer(answers(), tls_for(trusted, host), host=host) as server:
        assert caller(server.url).call().kind is OutcomeKind.PLACED


def test_an_authority_that_the_system_does_not_know_is_refused(
    trusted: trustme.CA, caller: MakeCaller
) -> None:
    with FaultyServer(answers(), tls_for(trustme.CA())) as server:
        outcome = caller(server.url).call()
    _is_refused(outcome, server)
    assert outcome.detail


def test_an_expired_certificate_is_refused(trusted: trustme.CA, caller: MakeCaller) -> None:
    with FaultyServer(answers(), tls_for(trusted, expired=True)) as server:
        outcome = caller(server.url).call()
    _is_refused(outcome, server)
    assert outcome.detail == "certificate has expired"


def test_a_certificate_for_another_host_is_refused(trusted: trustme.CA, caller: MakeCaller) -> None:
    with FaultyServer(answers(), tls_for(trusted, "api.example.test")) as server:
        _is_refused(caller(server.url).call(), server)


def test_a_server_that_speaks_nothing_newer_than_tls_1_1_is_refused(
    trusted: trustme.CA, caller: MakeCaller
) -> None:
    with FaultyServer(answers(), tls_for(trusted, old=True)) as server:
        _is_refused(caller(server.url).call(), server)


def test_a_server_that_speaks_no_tls_is_refused(caller: MakeCaller) -> None:
    with FaultyServer(speaks_no_tls) as server:
        outcome = caller(server.url.replace("http://", "https://")).call(2.0)
    assert (outcome.kind, outcome.cause) == (OutcomeKind.NOT_SENT, Cause.TLS)


def _verify_off(caller: Caller) -> None:
    caller.transport._session.verify = False


def _cert_reqs_none(caller: Caller) -> None:
    # What requests itself makes of `verify=False`, after our adapter was made.
    caller.transport._adapter.poolmanager.connection_pool_kw["cert_reqs"] = "CERT_NONE"


@pytest.mark.parametrize("switch_off", [_verify_off, _cert_reqs_none])
@pytest.mark.parametrize("ahead", [False, True], ids=["", "ahead"])
def test_nothing_switches_the_check_off(
    switch_off: object, ahead: bool, trusted: trustme.CA, caller: MakeCaller
) -> None:
    with FaultyServer(answers(), tls_for(trustme.CA())) as server:
        client = caller(server.url)
        assert callable(switch_off)
        switch_off(client)
        if ahead:
            client.open_ahead()
        _is_refused(client.call(), server)


def test_switching_the_check_off_does_not_stop_a_good_certificate(
    trusted: trustme.CA, caller: MakeCaller
) -> None:
    with FaultyServer(answers(), tls_for(trusted)) as server:
        client = caller(server.url)
        _verify_off(client)
        assert client.call().kind is OutcomeKind.PLACED


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_bundle_variables_of_requests_add_no_trust(
    name: str,
    trusted: trustme.CA,
    caller: MakeCaller,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stranger = trustme.CA()
    stranger.cert_pem.write_to_path(str(tmp_path / "stranger.pem"))
    monkeypatch.setenv(name, str(tmp_path / "stranger.pem"))
    with FaultyServer(answers(), tls_for(stranger)) as server:
        _is_refused(caller(server.url).call(), server)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_variable_that_points_nowhere_does_no_harm(
    name: str, trusted: trustme.CA, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "/no/such/file.pem")
    with FaultyServer(answers(), tls_for(trusted)) as server:
        assert caller(server.url).call().kind is OutcomeKind.PLACED


def test_no_bundle_of_certifi_s_is_trusted_beside_the_system_s_store(
    trusted: trustme.CA, caller: MakeCaller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """requests would add certifi's bundle to any context that it is given."""
    import requests.adapters

    stranger = trustme.CA()
    stranger.cert_pem.write_to_path(str(tmp_path / "stranger.pem"))
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(tmp_path / "stranger.pem"))
    with FaultyServer(answers(), tls_for(stranger)) as server:
        _is_refused(caller(server.url).call(), server)


CHILD = """
import sys
from dialer.calls.call import CallRequest
from dialer.calls.credentials import Credentials
from dialer.calls.patience import Patience
from dialer.provider.client import InvokePhone
from dialer.provider.signing import ProviderClock
from dialer.provider.transport import Transport

client = InvokePhone(sys.argv[1], Credentials("key", "secret"), Transport(), ProviderClock())
outcome = client.send_sip(CallRequest(callee="932111111111", account="a"), Patience(10.0))
print(outcome.kind, outcome.cause or outcome.recording_id)
"""


@pytest.mark.parametrize(
    ("known", "told"), [(True, "placed 2203031113381000002\n"), (False, "not_sent tls\n")]
)
def test_a_new_process_trusts_what_its_system_trusts(
    known: bool, told: str, authority: trustme.CA, tmp_path: Path
) -> None:
    (authority if known else trustme.CA()).cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    root = Path(__file__).parents[2]
    with FaultyServer(answers(), tls_for(authority)) as server:
        ended = subprocess.run(
            [sys.executable, "-c", CHILD, server.url],
            env={**os.environ, "SSL_CERT_FILE": str(tmp_path / "ca.pem"), "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert (ended.stdout, ended.stderr) == (told, "")
    assert len(server.requests) == known
    assert CREDENTIALS.api_secret not in ended.stdout
