"""A trace tells where an exception came from, and nothing of what was in it."""

import pickle
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from dialer.calls.credentials import Credentials
from dialer.settings.folders import resource
from dialer.settings.traces import kind_of, place_of, short_path, trace_of

SECRET = "Xq7-the-secret-of-a-test-vB2"
CALLEE = "442079460018"


def raised(work: Callable[[], object]) -> BaseException:
    try:
        work()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


class Odd(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even its text")

    __repr__ = __str__


def raise_it(error: BaseException) -> None:
    raise error


def chained() -> None:
    try:
        {}[SECRET]
    except KeyError as error:
        raise ValueError(f"no {SECRET} for {CALLEE}") from error


def while_handled() -> None:
    try:
        raise OSError(28, SECRET, f"/home/alice/{CALLEE}")
    except OSError:
        int(SECRET)


@pytest.mark.parametrize(
    "work",
    [
        chained,
        while_handled,
        lambda: {CALLEE: 1}[SECRET],
        lambda: bytes([200]).decode() or SECRET,
        lambda: f"ä{SECRET}".encode("ascii", errors=f"x{CALLEE}"),
        lambda: getattr(object(), SECRET),
        lambda: getattr(object(), f"x{CALLEE}"),
        lambda: __import__(f"no_such.{SECRET}"),
        lambda: Path(f"/nowhere/{SECRET}/{CALLEE}").read_bytes(),
        lambda: sqlite3.connect(":memory:").execute(f"SELECT {CALLEE} FROM '{SECRET}'"),
        lambda: pickle.dumps(Credentials("key", SECRET)),
        lambda: raise_it(ExceptionGroup(SECRET, [ValueError(CALLEE), raised(chained)])),
        lambda: raise_it(Odd(SECRET)),
        lambda: exec(f"raise ValueError('{SECRET}')", {}),
        lambda: exec(compile(f"raise ValueError('{SECRET}')", f"/tmp/{SECRET}/x.py", "exec"), {}),
    ],
)
def test_no_value_gets_into_a_trace(work: Callable[[], object]) -> None:
    error = raised(work)
    told = f"{kind_of(error)} {place_of(error)} {trace_of(error)}"
    assert "Traceback" in told
    assert SECRET not in told
    assert CALLEE not in told
    assert "/home" not in told


def test_what_is_known_besides_the_text_is_told() -> None:
    assert trace_of(raised(lambda: Path("/nowhere/at/all").read_bytes())).endswith(
        "FileNotFoundError: ENOENT, No such file or directory"
    )
    assert trace_of(raised(lambda: None.nothing)).endswith("AttributeError: nothing, of NoneType")  # type: ignore[attr-defined]
    missing = raised(lambda: __import__("importlib").import_module("x").y)
    assert trace_of(missing).endswith("ModuleNotFoundError")
    broken = trace_of(raised(lambda: sqlite3.connect(":memory:").execute("no SQL")))
    assert broken.endswith("sqlite3.OperationalError: SQLITE_ERROR")


def test_lines_of_dialer_are_told_with_their_source_and_without_the_users_folders() -> None:
    error = raised(lambda: resource("../secret"))
    told = trace_of(error)
    assert place_of(error).startswith("dialer/settings/folders.py:")
    assert 'File "dialer/settings/folders.py", line ' in told
    assert "in resource\n    raise ValueError(" in told
    assert str(Path.home()) not in told
    assert "/" not in short_path(__file__)
    assert short_path("/home/alice/v/lib/python3.11/site-packages/requests/api.py") == (
        "requests/api.py"
    )


def test_what_led_to_an_exception_comes_before_it() -> None:
    told = trace_of(raised(chained))
    assert told.index("KeyError") < told.index("This led to:") < told.index("ValueError")
    told = trace_of(raised(while_handled))
    assert told.index("OSError") < told.index("While that was handled:") < told.index("ValueError")


def test_a_trace_without_end_is_cut_short() -> None:
    def deep() -> None:
        deep()

    told = trace_of(raised(deep))
    assert told.count("\n") < 60
    assert "more)" in told
    assert told.endswith("RecursionError")


def test_exceptions_that_lead_to_each_other_end() -> None:
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert trace_of(one).count("KeyError") == 1
