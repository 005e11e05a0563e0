"""Names for recordings: readable, sorted by time, safe everywhere, and never one that is taken."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome
from dialer.calls.details import CallDetails
from dialer.calls.recording_name import free_name, recording_name

ID = "2203031113381000002"
CALL = CallRecord(
    1,
    "c0ffee",
    1_767_366_245_678,
    CallRequest(callee="442079460018", account="test_001"),
    Outcome.placed(ID),
)


@pytest.fixture(autouse=True)
def _in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_name_says_local_time_callee_and_recording_id() -> None:
    name = recording_name(CALL, None, ".wav")
    assert name == "2026-01-02 10-04-05 +442079460018 2203031113381000002.wav"


def test_without_an_outcome_s_id_the_details_or_the_call_give_one() -> None:
    unknown = replace(CALL, outcome=Outcome.unknown(Cause.NO_ANSWER))
    assert recording_name(unknown, CallDetails("R7"), ".mp3").endswith(" R7.mp3")
    assert recording_name(unknown, None, ".mp3").endswith(" c0ffee.mp3")


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64))
def test_whatever_the_id_holds_the_name_is_safe(recording_id: str) -> None:
    name = recording_name(replace(CALL, outcome=Outcome.placed(recording_id)), None, ".wav")
    assert re.fullmatch(r'[^<>:"/\\|?*\x00-\x1f]{1,120}', name)
    assert name.startswith("2026-01-02 10-04-05 +442079460018 ")
    assert name.endswith(".wav")


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    taken = []
    for _ in range(3):
        taken.append(free_name(tmp_path, "a b.c.wav"))
        taken[-1].touch()
    assert [each.name for each in taken] == ["a b.c.wav", "a b.c (2).wav", "a b.c (3).wav"]


def test_a_link_to_nowhere_takes_its_name_too(tmp_path: Path) -> None:
    (tmp_path / "a.wav").symlink_to(tmp_path / "nowhere")
    assert free_name(tmp_path, "a.wav").name == "a (2).wav"
