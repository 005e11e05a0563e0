"""Credentials do not print, and do not slip into a file."""

import copy
import pickle
import traceback

import pytest

from dialer.calls.credentials import Credentials

CREDENTIALS = Credentials("bDqJFiq9", "s3cret-of-the-account")


@pytest.mark.parametrize(
    "shown",
    [
        repr(CREDENTIALS),
        str(CREDENTIALS),
        f"{CREDENTIALS}",
        f"{[CREDENTIALS]!r}",
        "%s" % CREDENTIALS,  # noqa: UP031 - as a log line is formatted
    ],
)
def test_neither_key_nor_secret_is_printed(shown: str) -> None:
    assert "s3cret" not in shown
    assert "bDqJFiq9" not in shown


def test_no_trace_of_an_error_shows_the_secret() -> None:
    try:
        CREDENTIALS.api_secret = "another"  # type: ignore[misc]
    except AttributeError as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert "s3cret" not in "".join(told.format())
    else:
        pytest.fail("credentials can be changed")


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_they_are_not_copied_by_accident(copied: object) -> None:
    with pytest.raises(TypeError, match="not to be serialised"):
        copied(CREDENTIALS)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("key", "masked"),
    [("bDqJFiq9", "bD…q9"), ("EXAMPLEKEY", "EX…EY"), ("short77", "…"), ("", "…")],
)
def test_the_key_is_masked_so_that_two_accounts_can_be_told_apart(key: str, masked: str) -> None:
    assert Credentials(key, "x").masked_key == masked
