"""The frame of the fault matrix: what is counted, what fails a run, and how deep one goes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest

def test_that_holds(tally):
    tally.held("network", 3)

def test_that_is_broken_after_it_counted(tally):
    tally.held("network")
    assert not "held"

def test_that_loses_one(tally):
    tally.compared("disk", ["a", "b"], ["a"])

def test_that_calls_twice(tally):
    tally.compared("disk", ["a", "b", "b"], ["a", "b"])

def test_that_lets_in(tally):
    tally.held("door", let_in=1)

def test_that_counts_nothing():
    pass

@pytest.mark.more
def test_deeper(tally):
    tally.held("deeper")

@pytest.mark.long
def test_deepest(tally):
    tally.held("deepest")
"""


def lines_of_a_run(folder: Path, *arguments: str) -> list[str]:
    """What pytest says of TESTS, each line with its runs of spaces made one."""
    (folder / "test_it.py").write_text(TESTS)
    (folder / "pytest.ini").touch()
    plugins = ("-p", "faults.depth", "-p", "faults.tally", "-p", "no:cacheprovider")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "--strict-markers", *plugins, *arguments, "."],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return [" ".join(line.split()) for line in ended.stdout.splitlines()]


def test_what_is_lost_called_twice_or_let_in_fails_its_test_and_stands_in_the_table(
    tmp_path: Path,
) -> None:
    lines = lines_of_a_run(tmp_path)
    table = lines[lines.index("cases held lost called twice let in") + 1 :][:4]
    assert table == ["disk 2 0 1 1 0", "door 1 0 0 0 1", "network 4 3 0 0 0", "all 7 3 1 1 1"]
    assert any("4 failed, 2 passed, 2 deselected" in line for line in lines)


@pytest.mark.parametrize(
    ("depth", "areas"), [("more", {"deeper"}), ("long", {"deeper", "deepest"})]
)
def test_what_is_deeper_runs_only_where_it_is_asked_for(
    tmp_path: Path, depth: str, areas: set[str]
) -> None:
    lines = lines_of_a_run(tmp_path, f"--faults={depth}")
    assert {line.split()[0] for line in lines if line.startswith("deep")} == areas
