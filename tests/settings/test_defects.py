"""What nobody caught, on whatever thread, is logged once, without values, and told."""

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.settings.defects import Defect, Defects

SECRET = "Xq7-the-secret-of-a-test-vB2"
CALLEE = "442079460018"


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    yield
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    return tmp_path / "log" / "dialer.log"


@pytest.fixture
def defects(log_file: Path, caplog: pytest.LogCaptureFixture) -> Defects:
    # Errors in the log are what is looked for here.
    assert not caplog.records
    return Defects(lambda: log_file, lambda: True)


def fail(text: str = f"{SECRET} for {CALLEE}") -> None:
    raise ValueError(text)


def note(defects: Defects) -> Defect | None:
    try:
        fail()
    except ValueError as error:
        return defects.note(error, "a test")
    return None


def test_a_defect_is_logged_with_its_trace_and_without_its_text(
    defects: Defects, log_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    defect = note(defects)
    assert defect is not None
    for told in (log_file.read_text(), defect.report):
        assert "in fail" in told
        assert "ValueError" in told
    for told in (log_file.read_text(), defect.report, repr(defect), *capsys.readouterr()):
        assert SECRET not in told
        assert CALLEE not in told
        assert "Traceback" not in told or "most recent call last" in told
    assert log_file.read_text().count("\n") == 1


def test_the_screen_gets_one_line_and_no_trace(
    defects: Defects, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        note(defects)
    said = capsys.readouterr().err
    assert said.startswith("dialer: An error in Dialer (ValueError, test_defects.py:")
    assert said.count("\n") == 1


def test_one_that_repeats_itself_is_counted_and_does_not_fill_the_log(
    defects: Defects, log_file: Path
) -> None:
    told: list[Defect] = []
    defects.listen(told.append)
    for _ in range(250):
        note(defects)
    assert [defect.count for defect in told] == list(range(1, 251))
    assert len({defect.report for defect in told}) == 1
    assert log_file.read_text().count("\n") == 3  # the first, the tenth, the hundredth


def test_endlessly_many_different_ones_end_as_one(defects: Defects, log_file: Path) -> None:
    told: list[Defect] = []
    defects.listen(told.append)
    for number in range(200):
        code = compile("\n" * number + "raise ValueError", "x.py", "exec")
        try:
            exec(code, {})
        except ValueError as error:
            # No line of Dialer's own had a part in it: the last one counts.
            error.__traceback__ = error.__traceback__.tb_next if error.__traceback__ else None
            defects.note(error)
    assert len({(defect.kind, defect.place) for defect in told}) == 51
    assert log_file.read_text().count("\n") < 60


def test_who_listens_late_is_told_what_came_before(defects: Defects) -> None:
    note(defects)
    note(defects)
    told: list[Defect] = []
    defects.listen(told.append)
    assert [defect.count for defect in told] == [2]


def test_a_listener_with_a_defect_of_its_own_ends_nothing(defects: Defects, log_file: Path) -> None:
    def listener(defect: Defect) -> None:
        note(defects)
        fail()

    defects.listen(listener)
    assert note(defects) is None
    assert "ValueError" in log_file.read_text()


def test_exceptions_of_all_kinds_of_threads_arrive(defects: Defects) -> None:
    told: list[Defect] = []
    defects.listen(told.append)
    defects.hear()
    thread = threading.Thread(target=fail, name="dialer-test", daemon=True)
    thread.start()
    thread.join()
    assert "dialer-test" in told[-1].report

    class Ghost:
        def __del__(self) -> None:
            fail("gone")

    Ghost()
    assert told[-1].count == 2
    sys.excepthook(ValueError, ValueError(SECRET), None)
    assert len(told) == 3
    assert SECRET not in told[-1].report


def test_a_place_that_cannot_be_written_keeps_nobody_from_being_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "log").touch()
    defects = Defects(lambda: tmp_path / "log" / "dialer.log", lambda: True)
    told: list[Defect] = []
    defects.listen(told.append)
    note(defects)
    assert len(told) == 1
    assert caplog.records


def test_what_was_logged_before_the_file_stands_in_it_once(
    defects: Defects, log_file: Path
) -> None:
    log = logging.getLogger("dialer.test")
    log.warning("early")
    assert not log_file.exists()
    defects.write_log(masks=True)
    log.warning("late, to %s", CALLEE)
    defects.write_log(masks=False)
    log.warning("open, to %s", CALLEE)
    lines = log_file.read_text().splitlines()
    assert [line.partition("dialer.test: ")[2] for line in lines] == [
        "early",
        "late, to [12 digits]",
        f"open, to {CALLEE}",
    ]


def test_a_warning_begins_the_log_where_that_is_asked_for(
    log_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def masks() -> bool:
        logging.getLogger("dialer.test").warning("while the log begins")
        return True

    Defects(lambda: log_file, masks, urgent=logging.WARNING)
    logging.getLogger("dialer.test").warning("first")
    assert [line[-5:] for line in log_file.read_text().splitlines()] == ["first", "egins"]
    assert caplog.records
