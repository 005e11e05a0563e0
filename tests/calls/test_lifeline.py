"""A lock that ends with its process: by `close`, by the end, by kill -9."""

import os
import stat
from pathlib import Path

import pytest

from calls.data_folder import DataFolder
from dialer.calls import lifeline as module
from dialer.calls.lifeline import Lifeline, alone, is_held, sweep

HOLD = """
lifeline = folder.lifeline()
say(lifeline.name)
wait()
"""


def test_a_living_process_is_seen_from_another(folder: DataFolder) -> None:
    child = folder.child(HOLD)
    assert is_held(folder.lifelines, child.line())


def test_it_is_seen_from_its_own_process_too(folder: DataFolder) -> None:
    lifeline = folder.lifeline()
    assert lifeline.holds(lifeline.name)
    assert is_held(folder.lifelines, lifeline.name)
    assert is_held(folder.lifelines, lifeline.name), "looking must not let go of the lock"


def test_a_killed_process_lives_no_more(folder: DataFolder) -> None:
    child = folder.child(HOLD)
    name = child.line()
    child.kill()
    assert not is_held(folder.lifelines, name)
    assert not folder.lifeline().holds(name)


def test_a_process_that_ends_by_itself_lives_no_more(folder: DataFolder) -> None:
    child = folder.child(HOLD)
    name = child.line()
    child.go_on()
    child.done()
    assert not is_held(folder.lifelines, name)


def test_closing_lets_go_and_takes_the_file_away(folder: DataFolder) -> None:
    lifeline = folder.lifeline()
    lifeline.close()
    assert not is_held(folder.lifelines, lifeline.name)
    assert not list(folder.lifelines.iterdir())
    lifeline.close()


def test_a_program_started_by_a_process_does_not_keep_it_alive(folder: DataFolder) -> None:
    parent = folder.child(
        "import subprocess\n"
        "lifeline = folder.lifeline()\n"
        "started = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "say(lifeline.name)\n"
        "wait()\n"
        "os._exit(0)\n"  # without `close`; its pipe ends with it, and so does the program
    )
    name = parent.line()
    assert is_held(folder.lifelines, name)
    parent.go_on()
    parent.done()
    assert not is_held(folder.lifelines, name)


def test_the_name_of_a_process_says_nothing_of_its_number(folder: DataFolder) -> None:
    one, other = folder.lifeline(), folder.lifeline()
    assert one.name != other.name
    one.close()
    assert not is_held(folder.lifelines, one.name)
    assert is_held(folder.lifelines, other.name)


def test_a_name_that_never_was_is_not_held(folder: DataFolder) -> None:
    assert not is_held(folder.lifelines, "0123456789abcdef")
    folder.lifeline()
    assert not is_held(folder.lifelines, "0123456789abcdef")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no shared locks")
def test_one_who_looks_is_not_taken_for_the_one_who_lives(folder: DataFolder) -> None:
    child = folder.child(HOLD)
    name = child.line()
    child.kill()
    with (folder.lifelines / name).open("r+b") as looked_at:
        module._lock(looked_at, shared=True)
        assert not is_held(folder.lifelines, name)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights otherwise")
def test_what_cannot_be_looked_at_is_not_called_dead(folder: DataFolder) -> None:
    folder.lifelines.mkdir(parents=True)
    (folder.lifelines / "0123456789abcdef").mkdir()  # even root cannot open that for writing
    assert is_held(folder.lifelines, "0123456789abcdef")


def test_sweeping_takes_the_dead_and_leaves_the_living(folder: DataFolder) -> None:
    living, dead = folder.child(HOLD), folder.child(HOLD)
    name, _ = living.line(), dead.line()
    dead.kill()
    sweep(folder.lifelines)
    assert [path.name for path in folder.lifelines.iterdir()] == [name]
    assert is_held(folder.lifelines, name)


def test_sweeping_leaves_alone_what_is_no_lifeline(folder: DataFolder) -> None:
    folder.lifelines.mkdir(parents=True)
    names = ("credentials.toml", "a", "0123456789abcdef.txt", "0123456789ABCDEF-", "notes")
    for name in names:
        (folder.lifelines / name).touch()
    sweep(folder.lifelines)
    assert sorted(path.name for path in folder.lifelines.iterdir()) == sorted(names)


def test_sweeping_where_nothing_is_yet_does_nothing(folder: DataFolder) -> None:
    sweep(folder.lifelines)
    assert not folder.lifelines.exists()


def test_no_lifeline_is_lost_while_others_sweep(folder: DataFolder) -> None:
    folder.lifelines.mkdir(parents=True)
    sweepers = [
        folder.child(
            "from dialer.calls.lifeline import sweep\n"
            "import threading\n"
            "ended = threading.Event()\n"
            "threading.Thread(target=lambda: (wait(), ended.set())).start()\n"
            "say('sweeping')\n"
            "while not ended.is_set(): sweep(folder.lifelines)\n"
        )
        for _ in range(2)
    ]
    for sweeper in sweepers:
        assert sweeper.line() == "sweeping"
    made = [folder.lifeline() for _ in range(200)]
    for sweeper in sweepers:
        sweeper.go_on()
        sweeper.done()
    assert all(is_held(folder.lifelines, each.name) for each in made)
    assert len(list(folder.lifelines.iterdir())) == 200


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights otherwise")
def test_the_folder_belongs_to_its_user_alone(folder: DataFolder) -> None:
    before = os.umask(0)
    try:
        folder.lifeline()
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.lifelines.stat().st_mode) == 0o700


def test_a_folder_that_keeps_no_locks_is_told_and_left_clean(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no locks available")

    monkeypatch.setattr(module, "_lock", refuse)
    with pytest.raises(OSError, match="does not keep locks"):
        Lifeline(folder.lifelines)
    assert not list(folder.lifelines.iterdir())


def test_one_process_at_a_time_is_alone(folder: DataFolder, tmp_path: Path) -> None:
    lock = tmp_path / "journal.db.lock"
    child = folder.child(
        "from dialer.calls.lifeline import alone\n"
        f"with alone(Path({str(lock)!r}), 5):\n"
        "    say('alone')\n"
        "    wait()\n"
    )
    assert child.line() == "alone"
    with pytest.raises(TimeoutError), alone(lock, 0.05):
        pytest.fail("two were alone")
    child.kill()
    with alone(lock, 0.05):
        assert lock.exists()


def test_one_who_waits_is_let_in_when_the_other_leaves(folder: DataFolder, tmp_path: Path) -> None:
    lock = tmp_path / "journal.db.lock"
    with alone(lock, 0):
        child = folder.child(
            "from dialer.calls.lifeline import alone\n"
            "say('waiting')\n"
            f"with alone(Path({str(lock)!r}), 30): say('alone')\n"
        )
        assert child.line() == "waiting"
    assert child.line() == "alone"
    child.done()
