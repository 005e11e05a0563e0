"""`dialer call` as a process: what scripts see of it."""

import json
import os
import re

import pytest

from dialer.sandbox.store import SandboxCalls
from doubles.faulty_server import FaultyServer, hangs_after_reading
from program.program import SECRET, Program


def test_a_sandbox_call_prints_its_recording_id_alone_and_stands_in_the_history(
    program: Program,
) -> None:
    placed = program.run("call", "932111111111", "--account", "test_001", "--sandbox")
    assert placed.code == 0
    assert re.fullmatch(r"[0-9]{19,21}\n", placed.out)
    assert "no phone rings" in placed.err
    history = program.run("history", "--json")
    (row,) = json.loads(history.out)
    assert f"{row['recording_id']}\n" == placed.out
    assert (row["outcome"], row["account"], row["sandbox"]) == ("placed", "test_001", True)
    calls = SandboxCalls(program.folders.sandbox_calls)
    assert [call.callee for call in calls.received()] == ["932111111111"]
    calls.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("form", ["", "--json"])
def test_a_call_that_cannot_be_told_is_placed_all_the_same(program: Program, form: str) -> None:
    ended = program.shell(f"$DIALER call 932111111111 --sandbox {form} >/dev/full")
    assert ended.code == 0, "a script that sees a failure here would call again"
    assert "The answer could not be written: No space left on device." in ended.err
    assert "Exception ignored" not in ended.err
    (call,) = program.calls()
    assert call.outcome_name == "placed"


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_nothing_on_stderr_can_hold_up_a_call(program: Program) -> None:
    ended = program.shell("$DIALER call 932111111111 --sandbox 2>&-")
    assert ended.code == 0
    assert re.fullmatch(r"[0-9]{19,21}\n", ended.out)


@pytest.mark.parametrize(
    "environ",
    [
        {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_what_is_written_is_utf8_whatever_the_locale(
    program: Program, environ: dict[str, str]
) -> None:
    program.environ.update(environ)
    told = program.run("call", "9990000099", "--sandbox", "--json")
    assert told.code == 3
    assert json.loads(told.out)["reason"] == "线路异常，请联系客服"
    assert "线路异常，请联系客服" in program.run("history", "--csv").out


def test_arguments_that_cannot_be_read_are_an_object_too(program: Program) -> None:
    ended = program.run("call", "--json", "--bogus", "932111111111")
    assert ended.code == 2
    told = json.loads(ended.out)
    assert (told["outcome"], told["call_id"]) == ("not_sent", None)
    assert "--bogus" in told["message"]
    assert program.calls() == []


def test_an_unknown_command_is_told_with_the_ones_there_are(program: Program) -> None:
    ended = program.run("cal", "932111111111")
    assert (ended.code, ended.out) == (2, "")
    assert "'cal'" in ended.err
    assert "dialer call" in ended.err


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_the_commands(program: Program, option: str) -> None:
    ended = program.run(option)
    assert ended.code == 0
    for command in ("call", "history", "profile", "sandbox", "doctor"):
        assert f"dialer {command}" in ended.out


def test_help_of_a_call_names_its_exit_codes(program: Program) -> None:
    ended = program.run("call", "--help")
    assert ended.code == 0
    assert "0 placed, 2 bad input, 3 rejected, 4 not sent, 5 unknown" in ended.out


@pytest.mark.keyring
def test_while_a_call_is_under_way_it_is_calling_and_nobody_sees_the_secret(
    connected: Program,
) -> None:
    with FaultyServer(hangs_after_reading) as server:
        connected.with_profile(server.url, timeout=60.0)
        with connected.start("call", "932111111111", "--note", "Bob") as running:
            server.wait_for_request(seconds=20.0)
            assert b"932111111111" in running.seen_by_others()
            assert SECRET.encode() not in running.seen_by_others()
            # The journal with its write-ahead log, as it is right now.
            assert connected.folders.journal.with_name("journal.sqlite3-wal").exists()
            assert SECRET.encode() not in connected.kept()
            (row,) = json.loads(connected.run("history", "--json").out)
            assert (row["outcome"], row["note"]) == ("calling", "Bob")
        # Killed without a word: what the provider has is not lost, and not called placed.
        (row,) = json.loads(connected.run("history", "--json").out)
    assert row["outcome"] == "unknown"
    assert "ended in the middle" in row["message"]
    assert len(server.requests) == 1
