"""What is committed is on disk, and belongs to its user alone."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from calls.data_folder import REQUEST, DataFolder

posix = pytest.mark.skipif(os.name == "nt", reason="Windows keeps files and rights otherwise")


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_each_commit_reaches_the_disk_before_it_counts(folder: DataFolder, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    watched = ("strace", "-f", "-y", "-o", str(trace), "-e", "trace=write,fdatasync,fsync")
    if subprocess.run([*watched, "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not watch here")
    child = folder.child(
        "journal = folder.writer()\n"
        "journal.finish(journal.begin(REQUEST), PLACED)\n"
        "for _ in range(3):\n"
        "    say('<begin')\n"
        "    call = journal.begin(REQUEST)\n"
        "    say('begin>')\n"
        "    say('<finish')\n"
        "    journal.finish(call, PLACED)\n"
        "    say('finish>')\n",
        *watched,
    )
    child.done()
    log = trace.read_text()
    for commit in ("begin", "finish"):
        spans = re.findall(rf"\"<{commit}.*?\"{commit}>", log, re.DOTALL)
        assert len(spans) == 3
        for span in spans:
            syncs = re.findall(r"f(?:data)?sync\(\d+<.*?journal\.db-wal>\) *= 0", span)
            assert len(syncs) == 1, span


def test_a_writer_syncs_in_full_and_ahead_of_the_file(folder: DataFolder) -> None:
    connection = folder.writer()._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@posix
def test_folder_and_files_belong_to_their_user_alone(folder: DataFolder) -> None:
    before = os.umask(0)
    try:
        folder.writer().begin(REQUEST)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        assert stat.S_IMODE((folder.path / name).stat().st_mode) == 0o600, name


@pytest.mark.parametrize("name", ["with space", "100%25 #1?mode=memory", "Büro", "日本"])
def test_the_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = DataFolder(tmp_path / name)
    try:
        folder.writer().begin(REQUEST)
        assert folder.reader().count() == 1
        assert "journal.db" in folder.names()
    finally:
        folder.close()
