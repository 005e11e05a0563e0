"""`dialer doctor`: what support needs, everywhere, and no secret."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

import dialer
from doubles.faulty_server import FaultyServer, answers, refuses
from program.program import KEY, SECRET, Program


def test_it_works_with_no_display_no_keyring_and_no_journal(program: Program) -> None:
    ended = program.run("doctor", "--json")
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert found["versions"]["Dialer"] == dialer.__version__
    for package in ("Python", "PySide6-Essentials", "requests", "keyring", "SQLite", "OpenSSL"):
        assert found["versions"][package], package
    assert found["paths"]["data"] == str(program.folders.data)
    assert found["journal"] == {"file": "not there yet"}
    assert found["keyring"]["usable"] is False
    assert "No keyring is running" in found["keyring"]["trouble"]
    assert "there is no display" in found["display"]["window"]
    assert isinstance(found["display"]["missing libraries"], list)
    assert not program.folders.journal.exists(), "looking changes nothing"


@pytest.mark.keyring
def test_it_finds_the_keyring_and_shows_no_credentials(connected: Program) -> None:
    connected.with_profile("http://127.0.0.1:9/v3")
    connected.run("call", "932111111111")
    for form in ((), ("--json",)):
        ended = connected.run("doctor", *form)
        assert ended.code == 0
        assert "SecretService" in ended.out
        assert "http://127.0.0.1:9/v3" in ended.out
        for never in (SECRET, KEY, "932111111111"):
            assert never not in ended.out + ended.err
    found = json.loads(connected.run("doctor", "--json").out)
    assert found["keyring"]["usable"] is True
    assert found["profiles"]["names"] == ["work"]
    assert found["journal"]["calls"] == 1


def test_what_is_damaged_is_a_finding_and_no_end(program: Program) -> None:
    program.folders.create()
    program.folders.profiles_file.write_text("[[")
    program.folders.journal.mkdir()
    ended = program.run("doctor", "--json")
    assert ended.code == 0
    found = json.loads(ended.out)
    assert str(program.folders.profiles_file) in found["profiles"]["trouble"]
    assert str(program.folders.journal) in found["journal"]["trouble"]


def test_online_tells_the_clock_difference_of_the_default_profile(program: Program) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    with FaultyServer(answers(date=format_datetime(ahead, usegmt=True))) as server:
        program.with_profile(server.url)
        ended = program.run("doctor", "--online", "--json")
        headers = server.requests[0].headers
    assert ended.code == 0
    found = json.loads(ended.out)["online"]
    assert found["address"] == server.url
    assert abs(found["clock difference in seconds"] - 3600) < 60
    assert "sign" not in headers, "nothing is signed, so nothing can be read out of it"


def test_online_tells_what_is_in_the_way(program: Program) -> None:
    with FaultyServer(refuses) as server:
        program.with_profile(server.url)
        ended = program.run("doctor", "--online", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["online"]["trouble"].startswith("refused")


def test_without_online_nobody_is_asked(program: Program) -> None:
    with FaultyServer(answers()) as server:
        program.with_profile(server.url)
        assert "online" not in json.loads(program.run("doctor", "--json").out)
        assert server.connections == 0
