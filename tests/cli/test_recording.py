"""`dialer recording`: one file, whole, never over another; else why not, with the right code."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.front import CREDENTIALS, Front
from dialer.sandbox.server import SandboxServer
from doubles.faulty_server import Behaviour, FaultyServer, answers, refuses

ID = "2203031113381000002"
Placed = Callable[[], str]


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SandboxServer]:
    """A provider whose calls are over at once."""
    path = tmp_path / "provider.sqlite3"
    with SandboxServer(path, credentials=CREDENTIALS, speed=10_000) as server:
        yield server


@pytest.fixture
def placed(dialer: Front, provider: SandboxServer) -> Placed:
    """Place a call, and wait until its record has a recording."""

    def make() -> str:
        dialer.with_profile(provider.url, app_id="4luaKsL2")
        said = dialer("call", "442079460018", "--json")
        recording_id = str(said.json["recording_id"])
        for _ in range(500):
            told = dialer("details", recording_id, "--json")
            if told.code == 0 and told.json["recording_file_id"]:
                return recording_id
        raise AssertionError(told)

    return make


def test_it_is_written_and_its_path_printed(dialer: Front, placed: Placed, tmp_path: Path) -> None:
    target = tmp_path / "call.wav"
    said = dialer("recording", placed(), "-o", str(target))
    assert (said.code, said.out, said.err) == (0, f"{target}\n", "")
    assert target.read_bytes().startswith(b"RIFF")
    assert not list(tmp_path.glob("*.part"))


def test_in_a_folder_it_gets_a_readable_name_and_another_the_second_time(
    dialer: Front, placed: Placed, tmp_path: Path
) -> None:
    recording_id = placed()
    folder = tmp_path / "saved"
    folder.mkdir()
    for end in (f"{recording_id}.wav", f"{recording_id} (2).wav"):
        said = dialer("recording", recording_id, "-o", str(folder))
        assert said.code == 0
        assert said.out.endswith(f"+442079460018 {end}\n")
    assert len(list(folder.iterdir())) == 2


def test_a_file_that_is_there_stays(dialer: Front, tmp_path: Path) -> None:
    (tmp_path / "call.wav").write_bytes(b"precious")
    dialer.with_profile()
    said = dialer("recording", ID, "-o", str(tmp_path / "call.wav"))
    assert said.code == 2
    assert "left as it is" in said.err
    assert (tmp_path / "call.wav").read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("behaviour", "code", "says"),
    [
        (answers(b'{"status":"-1","reason":"authentication error"}'), 3, "the credentials"),
        (answers(b'{"status":"-15","reason":"often"}'), 3, "too often"),
        (answers(b'{"status":"-24","reason":"not there"}'), 3, "no recording of this call"),
        (answers(b'{"status":"0","data":{"voiceId":"%s"}}' % ID.encode()), 3, "no recording"),
        (answers(b"<html>"), 4, "not one of the provider's"),
        (refuses, 4, "refused the connection"),
    ],
    ids=str,
)
def test_why_there_is_none_is_told_with_its_own_code(
    dialer: Front, tmp_path: Path, behaviour: Behaviour, code: int, says: str
) -> None:
    with FaultyServer(behaviour) as server:
        dialer.with_profile(server.url)
        said = dialer("recording", ID, "-o", str(tmp_path / "x.wav"))
    assert (said.code, said.out) == (code, "")
    assert says in said.err
    assert not (tmp_path / "x.wav").exists()


def test_what_was_kept_says_which_file_it_is_where_the_record_cannot_be_had(
    dialer: Front, placed: Placed, tmp_path: Path
) -> None:
    recording_id = placed()
    with FaultyServer(answers(b'{"status":"-18","reason":"system error"}')) as server:
        dialer("profile", "edit", "work", "--base-url", server.url)
        said = dialer("recording", recording_id, "-o", str(tmp_path / "x.wav"))
        assert [each.target.partition("?")[0] for each in server.requests] == [
            f"/voice/recordSip/{recording_id}",
            "/voice/getRecordingFileUrl",
        ]
    assert said.code == 3
    assert "had an error" in said.err


def test_the_sandbox_can_be_asked(dialer: Front, tmp_path: Path) -> None:
    said = dialer("recording", ID, "-o", str(tmp_path / "x.wav"), "--sandbox")
    assert (said.code, said.out) == (3, "")
    assert "no recording of this call" in said.err
