"""`dialer reconcile`: what one side has and the other lacks, over as many pages as there are."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cli.front import CREDENTIALS, Front
from dialer.sandbox.server import SandboxServer
from doubles.faulty_server import Behaviour, FaultyServer, Visit, answers, in_turn

EMPTY = answers(b'{"status":"0","data":{"total":0,"pages":0,"records":[]}}')
NOTHING = {"settled": [], "missing_there": [], "missing_here": []}


def page(first: int, count: int, total: int) -> Behaviour:
    at = (datetime.now() - timedelta(hours=1)).astimezone().isoformat(timespec="seconds")
    rows = [
        {"voiceId": f"{10**18 + number}", "callee": "442079460018", "submitTime": at}
        for number in range(first, first + count)
    ]
    return answers({"status": "0", "data": {"total": total, "size": 100, "records": rows}})


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SandboxServer]:
    """A provider whose calls are over at once."""
    path = tmp_path / "provider.sqlite3"
    with SandboxServer(path, credentials=CREDENTIALS, speed=10_000) as server:
        yield server


def test_nothing_to_tell_is_three_empty_lists(dialer: Front) -> None:
    with FaultyServer(EMPTY) as server:
        dialer.with_profile(server.url)
        said = dialer("reconcile", "--json")
        assert (said.code, said.json, said.err) == (0, NOTHING, "")
        said = dialer("reconcile")
        assert (said.code, said.out) == (0, "")
        assert "0 were settled" in said.err


def test_json_lists_what_is_missing_here_by_recording_id_callee_and_time(dialer: Front) -> None:
    with FaultyServer(page(0, 2, 2)) as server:
        dialer.with_profile(server.url)
        said = dialer("reconcile", "--json")
    assert said.code == 0
    assert list(said.json) == list(NOTHING)
    missing = said.json["missing_here"]
    assert [each["recording_id"] for each in missing] == [f"{10**18}", f"{10**18 + 1}"]
    for each in missing:
        assert list(each) == ["recording_id", "callee", "time"]
        assert datetime.fromisoformat(each["time"]).utcoffset() == timedelta(0)


def test_a_call_that_both_have_is_missing_nowhere(dialer: Front, provider: SandboxServer) -> None:
    dialer.with_profile(provider.url, app_id="4luaKsL2")
    assert dialer("call", "442079460018").code == 0
    for _ in range(500):
        if "1 calls got new details" in dialer("reconcile").err:
            break
    said = dialer("reconcile", "--json")
    assert (said.code, said.json) == (0, NOTHING)


def test_between_pages_the_provider_is_spared(
    dialer: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[float] = []

    def noted(behaviour: Behaviour) -> Behaviour:
        def act(visit: Visit) -> None:
            came.append(time.monotonic())
            behaviour.act(visit)

        return Behaviour("noted", act)

    monkeypatch.setattr("dialer.cli.reconcile.PAGE_PAUSE", 0.3)
    pages = noted(page(0, 100, 130)), noted(page(100, 30, 130))
    with FaultyServer(in_turn(*pages)) as server:
        dialer.with_profile(server.url)
        said = dialer("reconcile", "--json")
    assert len(said.json["missing_here"]) == 130
    assert len(came) == 2
    assert came[1] - came[0] >= 0.29


def test_a_list_that_breaks_off_is_no_comparison(dialer: Front) -> None:
    with FaultyServer(page(0, 3, 250)) as server:
        dialer.with_profile(server.url)
        said = dialer("reconcile", "--json")
    assert (said.code, said.out) == (4, "")
    assert "broke off" in said.err


def test_what_the_provider_may_have_dropped_is_told_to_be_left_out(dialer: Front) -> None:
    with FaultyServer(EMPTY) as server:
        dialer.with_profile(server.url)
        for since in ("1970-01-01", "2020-01-01"):
            said = dialer("reconcile", "--since", since, "--json")
            assert (said.code, said.json) == (0, NOTHING)
            assert "older than 58 days is not compared" in said.err
        day = f"{datetime.now() - timedelta(days=57):%Y-%m-%d}"
        assert dialer("reconcile", "--since", day, "--json").err == ""
    oldest = min(json.loads(each.body)["params"]["strTime"] for each in server.requests)
    assert oldest > f"{datetime.now() - timedelta(days=62):%Y-%m-%d}"


@pytest.mark.skipif(os.name == "nt", reason="no signals to oneself there")
def test_ctrl_c_in_a_pause_or_in_a_question_ends_it_with_4(
    dialer: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.cli.reconcile.PAGE_PAUSE", 60.0)
    interrupt = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    with FaultyServer(page(0, 100, 250)) as server:
        dialer.with_profile(server.url)
        interrupt.start()
        said = dialer("reconcile", "--json")
        interrupt.join()
        assert (said.code, said.out) == (4, "")
        assert "was stopped" in said.err
        assert len(server.requests) == 1

    def interrupted(visit: Visit) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        visit.server.closing.wait(5)

    with FaultyServer(Behaviour("interrupts", interrupted)) as server:
        dialer("profile", "edit", "work", "--base-url", server.url)
        said = dialer("reconcile")
        assert (said.code, said.out) == (4, "")
        assert "was stopped" in said.err


def test_who_cannot_be_asked_has_a_code_of_its_own(dialer: Front) -> None:
    assert dialer("reconcile").code == 6
    dialer.with_profile("http://127.0.0.1:9")
    assert dialer("reconcile", "--json").code == 4
    assert dialer("reconcile", "--since", "soon").code == 2
    with FaultyServer(answers(b'{"status":"-22","reason":"param error"}')) as server:
        dialer("profile", "edit", "work", "--base-url", server.url)
        said = dialer("reconcile", "--json")
    assert (said.code, said.out) == (3, "")


def test_the_sandbox_can_be_compared_with(dialer: Front) -> None:
    said = dialer("reconcile", "--sandbox", "--json")
    assert (said.code, said.json) == (0, NOTHING)
