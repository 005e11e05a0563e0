"""Folders are made for their owner alone, with all that was missing above them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.calls.lifeline import Lifeline
from dialer.calls.private import make_private_folder, private

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.fixture(autouse=True)
def _a_umask_that_takes_nothing_away() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_missing_folder_is_its_owners_alone(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "a" / "b" / "c")
    assert [mode(tmp_path / name) for name in ("a", "a/b", "a/b/c")] == [0o700] * 3


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o755)
    make_private_folder(tmp_path / "a")
    make_private_folder(tmp_path / "a" / "b")
    assert (mode(tmp_path / "a"), mode(tmp_path / "a/b")) == (0o755, 0o700)


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(FileExistsError):
        make_private_folder(tmp_path / "a")
    with pytest.raises(NotADirectoryError):
        make_private_folder(tmp_path / "a" / "b")


def test_a_file_is_born_private(tmp_path: Path) -> None:
    with open(tmp_path / "file", "xb", opener=private):
        assert mode(tmp_path / "file") == 0o600


def test_the_lock_of_a_process_is_its_owners_alone(tmp_path: Path) -> None:
    lifeline = Lifeline(tmp_path / "a" / "running")
    try:
        assert mode(tmp_path / "a" / "running" / lifeline.name) == 0o600
        assert mode(tmp_path / "a") == 0o700
    finally:
        lifeline.close()
