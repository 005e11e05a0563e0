"""`dialer details`: a call's record as the provider has it, and as it was kept."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from cli.front import CREDENTIALS, Front
from dialer.calls.credentials import Credentials
from dialer.cli.compose import House
from dialer.sandbox.server import ACCOUNT, APP_ID, SandboxServer
from dialer.settings.profile import Profile
from doubles.faulty_server import Behaviour, FaultyServer, answers

ID = "2203031113381000002"
NAMES = [
    "recording_id",
    "answered",
    "submitted_at",
    "called_at",
    "ringing_at",
    "answered_at",
    "ended_at",
    "duration_s",
    "charged_s",
    "hangup_code",
    "hangup_reason",
    "cost",
    "currency",
    "recording_file_id",
    "provider",
]
RECORD = answers(
    b'{"status":"0","data":{"voiceId":"2203031113381000002","callee":"442079460018",'
    b'"cost":0.0420000,"odd":1.10}}'
)
NONE_THERE = answers(b'{"status":"-24","reason":"record does not exist"}')
NULL = answers(b'{"status":"0","reason":"success","data":null}')
LOCKED = answers(b'{"status":"-13","reason":"locked"}')


class QuickHouse(House):
    """A house in whose sandbox calls are over at once."""

    @contextmanager
    def sandbox(self) -> Iterator[tuple[Profile, Credentials]]:
        self.folders.create()
        with SandboxServer(self.folders.sandbox_calls, speed=10_000) as server:
            profile = Profile.of_sandbox(server.url, app_id=APP_ID, account=ACCOUNT)
            yield profile, server.credentials


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SandboxServer]:
    """A provider whose calls are over at once."""
    path = tmp_path / "provider.sqlite3"
    with SandboxServer(path, credentials=CREDENTIALS, speed=10_000) as server:
        yield server


def placed(dialer: Front) -> str:
    said = dialer("call", "442079460018", "--json")
    assert said.code == 0
    return str(said.json["recording_id"])


def details(dialer: Front, recording_id: str, *more: str) -> dict[str, object]:
    """The details once the call is over, which takes some milliseconds."""
    for _ in range(500):
        said = dialer("details", recording_id, "--json", *more)
        if said.code == 0 and said.json["recording_file_id"]:
            found = said.json
            assert isinstance(found, dict)
            return found
    raise AssertionError(said)


def test_json_has_the_readme_s_names_and_the_record_as_it_came(
    dialer: Front, provider: SandboxServer
) -> None:
    dialer.with_profile(provider.url, app_id="4luaKsL2")
    recording_id = placed(dialer)
    found = details(dialer, recording_id)
    assert list(found) == NAMES
    assert found["recording_id"] == recording_id
    assert found["answered"] is True
    for name in NAMES[2:7]:
        assert datetime.fromisoformat(str(found[name])).utcoffset() is not None
    assert isinstance(found["duration_s"], int)
    assert isinstance(found["cost"], str)
    assert isinstance(found["hangup_code"], str)
    assert isinstance(found["provider"], dict)
    assert found["provider"]["voiceId"] == recording_id


def test_what_was_not_said_is_null_and_numbers_stay_as_they_were_written(dialer: Front) -> None:
    with FaultyServer(RECORD) as server:
        dialer.with_profile(server.url)
        said = dialer("details", ID, "--json")
    assert said.code == 0
    assert {name for name in NAMES if said.json[name] is None} >= {"ended_at", "duration_s"}
    assert said.json["recording_id"] == ID
    assert '"odd": 1.10' in said.out or '"odd":1.10' in said.out
    assert not dialer.calls()


@pytest.mark.parametrize("behaviour", [NONE_THERE, NULL])
def test_a_call_that_nobody_knows_is_told_and_ends_with_3(
    dialer: Front, behaviour: Behaviour
) -> None:
    with FaultyServer(behaviour) as server:
        dialer.with_profile(server.url)
        said = dialer("details", ID, "--json")
    assert (said.code, said.out) == (3, "")
    assert "no record of this call" in said.err


@pytest.mark.parametrize("behaviour", [NONE_THERE, NULL, LOCKED, answers(b"<html>")])
def test_what_was_kept_is_shown_where_the_provider_has_it_no_more(
    dialer: Front, provider: SandboxServer, behaviour: Behaviour
) -> None:
    dialer.with_profile(provider.url, app_id="4luaKsL2")
    recording_id = placed(dialer)
    kept = details(dialer, recording_id)
    with FaultyServer(behaviour) as server:
        assert dialer("profile", "edit", "work", "--base-url", server.url).code == 0
        said = dialer("details", recording_id, "--json")
    assert (said.code, said.json) == (0, kept)
    assert said.err.startswith("This is what was fetched before. ")
    assert json.dumps(said.json["provider"]) == json.dumps(kept["provider"])


def test_who_cannot_be_asked_is_told_without_a_word_of_calling(dialer: Front) -> None:
    assert dialer("details", ID).code == 6
    dialer.with_profile("http://127.0.0.1:9")
    said = dialer("details", ID)
    assert (said.code, said.out) == (4, "")
    assert "refused the connection. Nothing is lost." in said.err
    assert "called" not in said.err
    assert dialer("details", ID, "--profile", "bogus").code == 2
    assert dialer("details").code == 2


def test_a_refusal_ends_with_3(dialer: Front) -> None:
    with FaultyServer(LOCKED) as server:
        dialer.with_profile(server.url)
        said = dialer("details", ID)
    assert (said.code, said.out) == (3, "")
    assert "account is locked" in said.err


def test_the_sandbox_can_be_asked(dialer: Front) -> None:
    dialer.house = QuickHouse
    said = dialer("details", ID, "--sandbox", "--json")
    assert (said.code, said.out) == (3, "")
    recording_id = dialer("call", "442079460018", "--sandbox", "--json").json["recording_id"]
    found = details(dialer, recording_id, "--sandbox")
    assert list(found) == NAMES
    said = dialer("details", recording_id, "--sandbox")
    assert said.code == 0
    assert recording_id in said.out
