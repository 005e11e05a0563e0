"""What holds for every test: nothing of the user's own, no window on a screen, no stray warning."""

import gc
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

# Here and not in tests/faults, whose conftest.py not every process of a run reads.
pytest_plugins = ("faults.depth", "faults.tally")

_NOT_OURS = ("XDG_", "DIALER_HOME", "QT_", "PYTHON_KEYRING_BACKEND", "SSL_CERT", "NETRC")
_CA_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def _scrub() -> None:
    """Take out of the environment what would decide how a test ends, before Qt looks at it."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith((*_NOT_OURS, *_CA_BUNDLES)):
            del os.environ[name]
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if os.name == "posix":
        # Qt complains where it has none, and it must be the user's alone.
        os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="dialer-tests-")


_scrub()

if os.name == "posix" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    # Under nohup the programs that are tested would heed no hang-up: this does not reach them.
    signal.signal(signal.SIGHUP, lambda *_: None)


def pytest_unconfigure() -> None:
    if folder := os.environ.pop("XDG_RUNTIME_DIR", None):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Read all the tests without looking for garbage, which takes a quarter of that time, and
    let what was read be looked at no more: it stays to the end.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def _home_of_its_own(_homes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes what the one who runs it keeps."""
    # Not by pytest, which would list all homes there are to number the next one.
    home = tempfile.mkdtemp(dir=_homes)
    monkeypatch.setenv("HOME", home)
    monkeypatch.setenv("USERPROFILE", home)


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "dialer.test":
            return  # a test's own line, on its way through the program's log
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _no_unexpected_log_line(request: pytest.FixtureRequest) -> Iterator[None]:
    """A warning in the log fails the test, but for one that takes `caplog` to look itself."""
    listener = _Listener()
    logging.getLogger().addHandler(listener)
    yield
    logging.getLogger().removeHandler(listener)
    if listener.lines and "caplog" not in request.fixturenames:
        pytest.fail("unexpected in the log:\n" + "\n".join(listener.lines))


_MUST_RUN = frozenset(filter(None, os.environ.get("DIALER_TESTS_MUST_RUN", "").split(",")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where DIALER_TESTS_MUST_RUN names a test's marker, the test fails if it skips."""
    report = yield
    expected = hasattr(report, "wasxfail")
    if report.skipped and not expected and any(map(item.get_closest_marker, _MUST_RUN)):
        report.outcome = "failed"
        report.longrepr = f"must run here, but was skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, object]:
    """What a test has printed or logged reaches the terminal, also where it is no valid UTF-8:
    tests run in several processes, and execnet, which joins them, breaks off at such a text.
    """
    return _sendable((yield))


def _sendable(value: object) -> object:
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {_sendable(key): _sendable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_sendable, value))
    return value
