"""The journal between processes: at once, one after the other, and killed midway."""

from pathlib import Path

import pytest

from calls.data_folder import INTERRUPTED, PLACED, REQUEST, DataFolder
from dialer.calls import journal_reader

CALL_AND_WAIT = """
journal = folder.writer()
say(journal.begin(REQUEST).call_id)
wait()
"""


def test_a_call_killed_midway_is_calling_before_and_unknown_after(folder: DataFolder) -> None:
    folder.prepare()
    child = folder.child(CALL_AND_WAIT)
    call_id = child.line()
    reader = folder.reader()
    living = reader.call(call_id)
    assert living
    assert living.outcome is None

    child.kill()
    dead = reader.call(call_id)
    assert dead
    assert dead.outcome == INTERRUPTED
    assert dead.request == REQUEST
    assert dead.ended_at is None


def test_an_interrupted_call_stays_unknown_for_every_later_program(folder: DataFolder) -> None:
    child = folder.child(CALL_AND_WAIT)
    call_id = child.line()
    child.kill()
    for _ in range(2):
        folder.writer()  # a new program, with a lifeline of its own
        call = folder.reader().call(call_id)
        assert call
        assert call.outcome == INTERRUPTED
        folder.close()


def test_a_call_is_not_taken_for_one_of_a_later_program_with_the_same_process_number(
    folder: DataFolder,
) -> None:
    lifeline = folder.lifeline()
    call = folder.writer(lifeline).begin(REQUEST)
    lifeline.close()
    later = folder.writer().begin(REQUEST)  # the same process, hence the same number
    reader = folder.reader()
    assert [each.outcome for each in reader.newest(2)] == [None, INTERRUPTED]
    assert [each.call_id for each in reader.newest(2)] == [later.call_id, call.call_id]


def test_a_second_program_never_brands_a_call_that_is_under_way(folder: DataFolder) -> None:
    child = folder.child(
        "journal = folder.writer()\n"
        "call = journal.begin(REQUEST)\n"
        "say(call.call_id)\n"
        "wait()\n"
        "journal.finish(call, PLACED)\n"
        "say('finished')\n"
        "wait()\n"
    )
    call_id = child.line()
    second = folder.writer()
    second.finish(second.begin(REQUEST), PLACED)
    reader = folder.reader()
    assert [call.outcome for call in reader.newest(5)] == [PLACED, None]

    child.go_on()
    assert child.line() == "finished"
    call = reader.call(call_id)
    assert call
    assert call.outcome == PLACED


def test_the_end_of_a_program_is_not_taken_for_an_interruption(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    lifeline = folder.lifeline()
    journal = folder.writer(lifeline)
    call = journal.begin(REQUEST)
    reader = folder.reader()

    def ended_just_before(path: Path, name: str) -> bool:
        # Between the reader's two looks the owner finishes the call and ends.
        journal.finish(call, PLACED)
        lifeline.close()
        return False

    monkeypatch.setattr(journal_reader, "is_held", ended_just_before)
    (read,) = reader.newest(1)
    assert read.outcome == PLACED


CALL_ON_AND_ON = """
journal = folder.writer()
while True:
    call = journal.begin(REQUEST)
    say(f"sent {call.call_id}")
    journal.finish(call, PLACED)
    say(f"ended {call.call_id}")
"""


def test_no_call_that_was_sent_is_lost_however_often_programs_are_killed(
    folder: DataFolder,
) -> None:
    said: list[str] = []
    for lines in (1, 2, 5, 8, 13, 40):
        child = folder.child(CALL_ON_AND_ON)
        said += [child.line() for _ in range(lines)]
        child.kill()
        while line := child.line():
            said.append(line)
    assert folder.prepare() is None
    kept = {call.call_id: call.outcome for call in folder.reader().newest(1_000_000)}
    sent = {line.removeprefix("sent ") for line in said if line.startswith("sent ")}
    ended = {line.removeprefix("ended ") for line in said if line.startswith("ended ")}
    assert len(sent) >= 34
    assert sent <= kept.keys()
    assert {kept[call_id] for call_id in ended} == {PLACED}
    assert {kept[call_id] for call_id in sent - ended} <= {PLACED, INTERRUPTED}


def test_many_programs_write_at_once_and_no_call_is_lost(folder: DataFolder) -> None:
    children = [
        folder.child(
            "say('ready')\n"
            "wait()\n"
            "journal = folder.writer()\n"
            "for number in range(200):\n"
            "    call = journal.begin(REQUEST)\n"
            "    journal.finish(call, Outcome.placed(call.call_id))\n"
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.line() == "ready"
    for child in children:
        child.go_on()
    folder.prepare()
    reader = folder.reader()
    while (seen := reader.count()) < 800 and not all(child.ended for child in children):
        assert all(
            call.outcome is None or call.outcome.recording_id == call.call_id
            for call in reader.newest(20)
        )
        assert reader.count() >= seen
    for child in children:
        child.done()
    calls = reader.newest(1000)
    assert len({call.call_id for call in calls}) == 800
    assert all(call.outcome and call.outcome.recording_id == call.call_id for call in calls)


def test_programs_that_start_at_once_on_a_new_computer_all_get_the_journal(
    folder: DataFolder,
) -> None:
    children = [
        folder.child("say('ready')\nwait()\nfolder.writer().begin(REQUEST)") for _ in range(6)
    ]
    for child in children:
        assert child.line() == "ready"
    for child in children:
        child.go_on()
    for child in children:
        child.done()
    assert folder.reader().count() == 6
    assert folder.names() == ["journal.db"]
