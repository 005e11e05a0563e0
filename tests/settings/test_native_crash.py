"""A crash in C code leaves a private file that the next start finds, once."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import dialer
from dialer.settings.native_crash import NativeCrash

SECRET = "Xq7-the-secret-of-a-test-vB2"
CRASH = """
import ctypes, pathlib, sys
from dialer.settings.native_crash import NativeCrash
def crash(secret):
    NativeCrash(pathlib.Path(sys.argv[1])).watch()
    ctypes.string_at(0)
crash(sys.stdin.read())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "crash.txt"


def crash(path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CRASH, str(path)],
        env={"PYTHONPATH": str(Path(dialer.__file__).parents[1]), "PATH": os.environ["PATH"]},
        input=SECRET.encode(),
        cwd=path.parent,
        umask=0,
        timeout=30,
        check=False,
    )
    assert ended.returncode not in (0, 1)


def read(path: Path) -> str:
    """What another process finds there; this one goes on with pytest's own fault handler."""
    script = (
        "import pathlib, sys; from dialer.settings.native_crash import NativeCrash;"
        "n = NativeCrash(pathlib.Path(sys.argv[1])); n.watch(); print(n.left()); n.told()"
    )
    return subprocess.run(
        [sys.executable, "-c", script, str(path)],
        env={"PYTHONPATH": str(Path(dialer.__file__).parents[1]), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout.strip()


def test_a_crash_is_found_by_the_next_start_and_by_no_other(path: Path) -> None:
    crash(path)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SECRET.encode() not in path.read_bytes()
    found = read(path)
    assert "Segmentation fault" in found or "access violation" in found
    assert "in crash" in found
    assert "UTC" in found.splitlines()[0]
    assert read(path) == ""


def test_two_crashes_stand_in_one_file(path: Path) -> None:
    crash(path)
    crash(path)
    assert read(path).count("in crash") == 2


def test_only_what_the_fault_handler_writes_is_shown(path: Path) -> None:
    path.write_text(
        "Fatal Python error: Segmentation fault\n"
        "\n"
        "Thread 0x00007f4518891b80 [dialer-doorway] (most recent call first):\n"
        '  File "/home/alice/v/lib/python3.13/site-packages/dialer/../x/y.py", line 5 in f\n'
        f"{SECRET}\n"
        f'  File "{SECRET}", line 5 in f; {SECRET}\n'
        "Extension modules: shiboken6.Shiboken, PySide6.QtCore (total: 2)\n"
    )
    assert read(path).splitlines()[1:] == [
        "Fatal Python error: Segmentation fault",
        "Thread 0x00007f4518891b80 [dialer-doorway] (most recent call first):",
        '  File "dialer/../x/y.py", line 5 in f',
        "Extension modules: shiboken6.Shiboken, PySide6.QtCore (total: 2)",
    ]


def test_where_there_is_no_room_for_the_file_nothing_is_said(path: Path) -> None:
    missing = NativeCrash(path / "nowhere" / "crash.txt")
    missing.watch()
    assert missing.left() == ""
    missing.told()
    missing.close()


@pytest.mark.skipif(os.name != "posix", reason="links and modes are POSIX's")
def test_the_file_is_closed_to_others_and_leads_nowhere_else(path: Path, tmp_path: Path) -> None:
    path.touch(mode=0o644)
    read(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    (elsewhere := tmp_path / "elsewhere").write_text("mine")
    path.symlink_to(elsewhere)
    crash(path)
    assert elsewhere.read_text() == "mine"
