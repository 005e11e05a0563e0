"""What `dialer call` does not send: told, with the exit code that says why, and no row."""

import json
import sqlite3
from contextlib import closing

import pytest

from cli.front import CREDENTIALS, Front, Said
from dialer.cli.exits import Exit
from doubles.faulty_server import FaultyServer, answers


def assert_no_call(dialer: Front, said: Said, code: int) -> None:
    """No call: its exit code, an object all the same, and no row."""
    assert said.code == code
    assert said.json["outcome"] == "not_sent"
    assert said.json["call_id"] is None
    assert said.json["recording_id"] is None
    assert len(said.json) == 12
    assert said.json["message"]
    assert dialer.calls() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("12345",), "5 digits: 7 to 15 are needed"),
        (("1234567890123456",), "16 digits"),
        (("020 7946 0018 Bob",), "“Bob” is no part of a number"),
        (("*21#",), "*"),
        (("",), ""),
        (("442079460018, 442079460019",), ""),
        (("442079460018", "--account", ""), "account"),
        (("442079460018", "--account", "   "), "account"),
        (("442079460018", "--account", "a" * 65), "account"),
        (("442079460018", "--account", "a\nb"), "account"),
        (("442079460018", "--display-number", "123"), "3 digits"),
        (("442079460018", "--app-id", "a" * 65), "application ID"),
        (("442079460018", "--note", "x" * 1001), "1001 characters: 1000 at most"),
        (("442079460018", "--timeout", "0"), "1 to 120 seconds"),
        (("442079460018", "--timeout", "0.9"), "1 to 120 seconds"),
        (("442079460018", "--timeout=-5"), "1 to 120 seconds"),
        (("442079460018", "--timeout", "121"), "1 to 120 seconds"),
        (("442079460018", "--timeout", "nan"), "1 to 120 seconds"),
        (("442079460018", "--timeout", "inf"), "1 to 120 seconds"),
        (("442079460018", "--timeout", "soon"), "--timeout"),
        (("442079460018", "--bogus"), "--bogus"),
        (("442079460018", "--profile", "work", "--sandbox"), "--sandbox"),
        ((), "NUMBER"),
    ],
)
@pytest.mark.parametrize("where", ["a profile", "the sandbox"])
def test_bad_input_is_no_call(
    dialer: Front, arguments: tuple[str, ...], words: str, where: str
) -> None:
    with FaultyServer(answers()) as server:
        dialer.with_profile(server.url)
        sandbox = ("--sandbox",) if where == "the sandbox" and "--profile" not in arguments else ()
        said = dialer("call", "--json", *arguments, *sandbox)
        assert_no_call(dialer, said, 2)
        assert words in said.json["message"]
        plain = dialer("call", *arguments, *sandbox)
    assert (plain.code, plain.out) == (2, "")
    assert plain.err.startswith("dialer: ")
    assert not server.requests
    assert server.connections == 0


def test_a_number_with_two_readings_is_not_guessed(dialer: Front) -> None:
    with FaultyServer(answers()) as server:
        dialer.with_profile(server.url, default_country="DE")
        said = dialer("call", "442079460018", "--json")
        assert_no_call(dialer, said, 2)
        assert "+442079460018" in said.json["message"]
        assert "+49442079460018" in said.json["message"]
        for digits in ("442079460018", "49442079460018"):
            assert dialer("call", f"+{digits}").code == 0
    sent = [json.loads(request.body)["callee"] for request in server.requests]
    assert sent == ["442079460018", "49442079460018"]


def test_the_longest_note_is_sent(dialer: Front) -> None:
    with FaultyServer(answers()) as server:
        dialer.with_profile(server.url)
        assert dialer("call", "442079460018", "--note", "é" * 1000).code == 0
    assert json.loads(server.requests[0].body)["calledInfo"] == "é" * 1000
    assert dialer.calls()[0].request.note == "é" * 1000


def test_an_unknown_profile_is_bad_input_and_the_known_ones_are_named(dialer: Front) -> None:
    dialer.with_profile()
    said = dialer("call", "442079460018", "--profile", "wrok", "--json")
    assert_no_call(dialer, said, 2)
    assert "wrok" in said.json["message"]
    assert "work" in said.json["message"]


def test_a_profile_is_found_in_whatever_case_it_is_written(dialer: Front) -> None:
    with FaultyServer(answers()) as server:
        dialer.with_profile(server.url)
        said = dialer("call", "442079460018", "--profile", "WORK", "--json")
    assert said.code == 0
    assert said.json["profile"] == "work"


def test_without_a_profile_there_are_no_credentials(dialer: Front) -> None:
    said = dialer("call", "442079460018", "--account", "a", "--json")
    assert_no_call(dialer, said, 6)
    assert "dialer profile add" in said.json["message"]
    assert "--sandbox" in said.json["message"]


def test_a_profile_whose_credentials_are_gone_says_how_to_enter_them(dialer: Front) -> None:
    dialer.with_profile()
    dialer.store.delete("work")
    said = dialer("call", "442079460018", "--json")
    assert_no_call(dialer, said, 6)
    assert "dialer profile edit work" in said.json["message"]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"version = 1\nprofile = 3", b"[[", b"version = 99\n", b"a = 1"]
)
def test_a_damaged_file_of_profiles_is_told_and_left_alone(dialer: Front, content: bytes) -> None:
    dialer.folders.config.mkdir(parents=True)
    dialer.folders.profiles_file.write_bytes(content)
    dialer.store.set("work", CREDENTIALS)
    said = dialer("call", "442079460018", "--json")
    assert_no_call(dialer, said, 2)
    assert str(dialer.folders.profiles_file) in said.json["message"]
    assert dialer.folders.profiles_file.read_bytes() == content


def newer(dialer: Front) -> None:
    dialer.folders.data.mkdir(parents=True)
    with closing(sqlite3.connect(dialer.folders.journal)) as file:
        file.execute("PRAGMA user_version = 99")


def a_folder(dialer: Front) -> None:
    dialer.folders.journal.mkdir(parents=True)


def a_file_in_place_of_the_folder(dialer: Front) -> None:
    dialer.folders.data.parent.mkdir(parents=True)
    dialer.folders.data.write_bytes(b"")


@pytest.mark.parametrize("broken", [newer, a_folder, a_file_in_place_of_the_folder])
def test_what_cannot_be_recorded_is_not_sent(dialer: Front, broken) -> None:
    broken(dialer)
    with FaultyServer(answers()) as server:
        dialer.with_profile(server.url)
        said = dialer("call", "442079460018", "--json")
        plain = dialer("call", "442079460018")
    assert said.code == plain.code == Exit.NOT_SENT == 4
    assert said.json["outcome"] == "not_sent"
    assert said.json["call_id"] is None
    assert "could not be recorded" in said.json["message"]
    assert str(dialer.folders.data) in said.json["message"]
    assert "could not be recorded" in plain.err
    assert plain.out == ""
    assert not server.requests


def test_a_home_that_cannot_be_made_is_told(dialer: Front) -> None:
    dialer.home.write_bytes(b"")
    said = dialer("call", "442079460018", "--sandbox", "--json")
    assert said.code == 4
    assert said.json["outcome"] == "not_sent"
    assert str(dialer.home) in said.json["message"]
