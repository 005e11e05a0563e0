"""The log is one line a record, private, bounded, and never in the way."""

import logging
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.settings.log import SIZE_LIMIT, start_log

log = logging.getLogger("dialer.test")
posix_only = pytest.mark.skipif(os.name != "posix", reason="modes and devices are POSIX's")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log" / "dialer.log"


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    talkative = ("urllib3", "requests", "keyring", "secretstorage", "jeepney")
    levels = [logging.getLogger(name).level for name in talkative]
    yield
    for handler in root.handlers[:]:
        if handler not in before[1]:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(before[0])
    for name, level in zip(talkative, levels, strict=True):
        logging.getLogger(name).setLevel(level)


def test_a_record_has_its_time_in_utc_and_its_place(path: Path) -> None:
    start_log(path)
    log.info("ready for %s", "calls")
    line = path.read_text().rstrip("\n")
    pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO \d+ dialer\.test: ready for calls"
    assert re.fullmatch(pattern, line)


def test_times_are_utc_wherever_the_computer_is(path: Path) -> None:
    handler = start_log(path)
    record = logging.LogRecord("n", logging.INFO, "", 0, "m", (), None)
    record.created, record.msecs = 1_700_000_000.25, 250.0
    handler.emit(record)
    assert path.read_text().startswith("2023-11-14T22:13:20.250Z ")


def test_every_record_is_one_line_whatever_it_holds(path: Path) -> None:
    start_log(path)
    log.warning("a\nb\r\nc\td\x1b[31m\u202e\u2028\udc80 ü")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        log.exception("failed")
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") == 2
    assert len(text.splitlines()) == 2
    assert "a\\nb\\r\\nc\\td\\x1b[31m\\u202e\\u2028\\udc80 ü" in text
    assert "Traceback" in text
    assert "ValueError" in text


def test_of_an_exception_the_log_tells_where_and_never_its_text(path: Path) -> None:
    start_log(path, masks=False)
    record = logging.LogRecord("dialer.test", logging.ERROR, "", 0, "failed", (), None)
    try:
        raise ValueError("Invalid header value 'Xq7-a-secret' for +44 20 7946 0018")
    except ValueError as error:
        record.exc_info = type(error), error, error.__traceback__
    # As another handler that formatted it before has left it.
    record.exc_text = logging.Formatter().formatException(record.exc_info)
    logging.getLogger("dialer.test").handle(record)
    text = path.read_text()
    assert "test_log.py" in text
    assert "Xq7-a-secret" not in text
    assert "7946" not in text


def test_no_number_stands_in_the_log_unless_that_is_turned_off(path: Path) -> None:
    file = start_log(path)
    log.info("called %s and %s", "932111111111", "+44 (20) 7946-0018")
    text = path.read_text()
    assert "called [12 digits] and +[12 digits]" in text
    assert f" {os.getpid()} " in text
    file.masks = False
    log.info("called %s", "932111111111")
    assert path.read_text().endswith("called 932111111111\n")


def test_the_level_is_the_one_that_was_asked_for(path: Path) -> None:
    start_log(path, "WARNING")
    log.info("too small")
    log.warning("large enough")
    assert "large enough" in path.read_text()
    assert "too small" not in path.read_text()


def test_no_library_can_log_a_header(path: Path) -> None:
    start_log(path, logging.DEBUG)
    for name in ("urllib3.connectionpool", "requests.sessions", "keyring.backend", "jeepney"):
        logging.getLogger(name).debug("Sign: abc")
        logging.getLogger(name).info("Sign: abc")
    log.debug("ours")
    assert "ours" in path.read_text()
    assert "Sign" not in path.read_text()


def test_three_files_of_a_mebibyte_are_the_most(path: Path) -> None:
    start_log(path)
    for _ in range(5 * SIZE_LIMIT // 10_000):
        log.info("x" * 10_000)
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["dialer.log", "dialer.log.1", "dialer.log.2"]
    assert all(file.stat().st_size <= SIZE_LIMIT for file in files)


def test_one_record_is_not_endless(path: Path) -> None:
    start_log(path)
    log.info("x" * 10_000_000)
    assert path.stat().st_size < 20_000


@posix_only
def test_every_file_is_its_owners_only(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    path.chmod(0o644)
    start_log(path)
    for _ in range(120):
        log.info("x" * 10_000)
    files = list(path.parent.iterdir())
    assert len(files) > 1
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)


def test_starting_again_moves_the_log(path: Path, tmp_path: Path) -> None:
    start_log(tmp_path / "first.log")
    log.info("one")
    start_log(path)
    log.info("two")
    assert "two" not in (tmp_path / "first.log").read_text()
    assert path.read_text().count("\n") == 1


def test_a_place_that_cannot_be_written_stops_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    start_log(tmp_path / "file" / "dialer.log")
    log.error("nowhere to go")
    (tmp_path / "file").unlink()
    log.error("here again")
    assert "here again" in (tmp_path / "file" / "dialer.log").read_text()
    assert capfd.readouterr().err == ""


@posix_only
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_stops_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dialer.log").symlink_to("/dev/full")
    handler = start_log(tmp_path / "dialer.log")
    for _ in range(3):
        log.error("no room")
    logging.getLogger().removeHandler(handler)
    handler.close()
    assert capfd.readouterr().err == ""


def test_a_file_that_cannot_be_renamed_grows_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object) -> None:
        raise PermissionError(13, "used by another process")

    start_log(path)
    log.info("x" * 10_000)
    monkeypatch.setattr(os, "rename", held)
    for _ in range(120):
        log.info("x" * 10_000)
    log.info("the last one")
    assert "the last one" in path.read_text()
    assert [file.name for file in path.parent.iterdir()] == ["dialer.log"]
