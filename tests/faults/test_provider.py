"""The provider answers whatever it likes: what counts as placed, and what proves nothing."""

import json
import unicodedata

import pytest

from dialer.calls.call import Cause
from doubles.faulty_server import PLACED, FaultyServer, answers
from faults.case import (
    CALLEE,
    SAMPLE_ID,
    Case,
    Promise,
    each_case,
    placed,
    rejected,
    served,
    unknown,
)
from faults.tally import Tally
from faults.trial import Start, judge
from program.program import Program

pytestmark = pytest.mark.keyring

NOTHING_CALLED = "Nothing was called."
MAY_STILL_RING = "the phones may still ring"
PROVES_NOTHING = unknown(Cause.NO_ENVELOPE, "was not one of the provider's")
NO_ID = unknown(Cause.NO_RECORDING_ID, "gave no recording ID", status="0")
HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07\r\nPlaced.\n2203031113381000002 \u202egnalp\u2066<b>&amp;\x00\ud800"
)
"""Clears a terminal, renames its window, makes a line of its own, and turns the reading round."""

AS_IT_IS_SHOWN = "[2J]0;owned Placed. 2203031113381000002 gnalp<b>&amp;"


def says(
    body: bytes | dict[str, object],
    promise: Promise,
    name: str,
    depth: str = "more",
    http: int = 200,
) -> Case:
    """A case of the provider: what it answers, with which HTTP status."""
    return Case("provider", name, served(answers(body, http)), promise, depth=depth)


def refused(status: object, told: str, *words: str, depth: str = "more", http: int = 200) -> Case:
    body = {"status": status, "reason": "whatever it says"}
    promise = rejected(told, "whatever it says", *words)
    return says(body, promise, f"status {status!r}, HTTP {http}", depth, http)


def with_id(value: str, name: str, promise: Promise, depth: str = "more") -> Case:
    """Status 0 with `value`, which is JSON, for the recording ID."""
    return says(
        b'{"status":"0","reason":"success","data":%s}' % value.encode(), promise, name, depth
    )


STATUSES = (
    refused("-1", "-1", NOTHING_CALLED, "Check API key and API secret"),
    refused("-2", "-2", NOTHING_CALLED, "IP address"),
    refused("-10", "-10", NOTHING_CALLED, "balance is too low", depth="quick", http=500),
    refused("-13", "-13", NOTHING_CALLED, "locked"),
    refused("-15", "-15", NOTHING_CALLED, "too often"),
    refused("-18", "-18", MAY_STILL_RING, depth="quick"),
    refused("-22", "-22", NOTHING_CALLED, "application ID"),
    refused("-24", "-24", NOTHING_CALLED, "does not know this account"),
    refused("-26", "-26", NOTHING_CALLED, "no price"),
    refused("-68", "-68", NOTHING_CALLED, "busy or not registered"),
    # What nobody documented.
    refused("-99", "-99", MAY_STILL_RING, depth="quick"),
    refused(" -10 ", "-10", NOTHING_CALLED),
    refused(-10, "-10", NOTHING_CALLED),
    refused("00", "00", MAY_STILL_RING),
    refused("OK", "OK", MAY_STILL_RING),
    refused("-1", "-1", http=401),
    refused("-18", "-18", MAY_STILL_RING, http=302),
    refused(10**30, "1" + "0" * 30, MAY_STILL_RING),
)

IDS = (
    with_id('"2203031113381000002"', "a recording ID as text", placed()),
    with_id("2203031113381000002", "a recording ID as a number", placed(), "quick"),
    with_id('" 2203031113381000002\\n"', "a padded recording ID", placed()),
    with_id(
        "220303111338100000212", "more digits than a float keeps", placed("220303111338100000212")
    ),
    with_id('"A-7/%00?"', "no digits at all", placed("A-7/%00?")),
    with_id("null", "no recording ID", NO_ID, "quick"),
    with_id('""', "an empty recording ID", NO_ID),
    with_id("true", "true for a recording ID", NO_ID),
    with_id("[1]", "a list for a recording ID", NO_ID),
    with_id('{"id":"1"}', "an object for a recording ID", NO_ID),
    with_id("2.203e18", "a number with an exponent for a recording ID", NO_ID),
    with_id("1e999999999", "a number beyond all bounds for a recording ID", NO_ID),
    with_id("9" * 5000, "a number of 5,000 digits for a recording ID", NO_ID),
    with_id(f'"{"7" * 65}"', "a recording ID of 65 characters", NO_ID),
    with_id('"22 03"', "a space in a recording ID", NO_ID),
    with_id('"２２０３"', "a recording ID in wide digits", NO_ID),
    with_id('"\\u001b[31m"', "an escape in a recording ID", NO_ID),
    says(b'{"status":0}', NO_ID, "status 0 and nothing else"),
)

BODIES = (
    says(b"\xef\xbb\xbf" + PLACED, placed(), "a byte order mark", "quick"),
    says(PLACED.decode().encode("utf-16"), PROVES_NOTHING, "UTF-16"),
    says('{"status":"0","reason":"成功","data":"1"}'.encode("gb18030"), PROVES_NOTHING, "GB 18030"),
    says('{"status":"-1","reason":"Schlüssel"}'.encode("latin-1"), PROVES_NOTHING, "Latin-1"),
    says(b'{"status":"-10","status":"0","data":"1"}', PROVES_NOTHING, "a status twice", "quick"),
    says(b'{"status":"0","data":"1","data":"2"}', PROVES_NOTHING, "a recording ID twice"),
    says(b'{"status":null,"data":"1"}', PROVES_NOTHING, "no status"),
    says(b'{"status":true,"data":"1"}', PROVES_NOTHING, "true for a status"),
    says(b'{"status":0.0,"data":"1"}', PROVES_NOTHING, "a fraction for a status"),
    says(b'{"status":["0"],"data":"1"}', PROVES_NOTHING, "a list for a status"),
    says(b'{"status":"","data":"1"}', PROVES_NOTHING, "an empty status"),
    says(b'{"status":"0\\u0000","data":"1"}', PROVES_NOTHING, "a status with a NUL"),
    says(b'{"STATUS":"0","data":"1"}', PROVES_NOTHING, "a status in capitals"),
    says(b"[" + PLACED + b"]", PROVES_NOTHING, "a list"),
    says(PLACED + PLACED, PROVES_NOTHING, "two answers"),
    says(PLACED[:-1], PROVES_NOTHING, "JSON that is cut off"),
    says(b'{"status":"0","data":NaN}', PROVES_NOTHING, "not a number"),
    says(b"[" * 100_000 + b"]" * 100_000, PROVES_NOTHING, "100,000 levels", "quick"),
    says(b"<!doctype html><h1>Bad gateway</h1>", PROVES_NOTHING, "HTML, HTTP 502", "more", 502),
    says(b"success", PROVES_NOTHING, "a word"),
    says(b"", PROVES_NOTHING, "nothing", "more"),
    says(b"", PROVES_NOTHING, "nothing, HTTP 401", "more", 401),
    says(b"", PROVES_NOTHING, "nothing, HTTP 503", "more", 503),
    says(PLACED, placed(), "placed, HTTP 500", "more", 500),
)

REASONS = (
    says(
        {"status": "-10", "reason": HOSTILE},
        rejected("-10", AS_IT_IS_SHOWN),
        "hostile words",
        "quick",
    ),
    says(
        {"status": "0", "reason": HOSTILE, "data": SAMPLE_ID},
        placed(),
        "hostile words for a placed call",
    ),
    says(
        {"status": "-10", "reason": "x" * 900_000},
        rejected("-10", "x" * 499 + "…"),
        "900,000 characters of words",
    ),
    says({"status": "-10", "reason": None}, rejected("-10", None), "no words"),
    says({"status": "-10", "reason": ["a"]}, rejected("-10", None), "a list for words"),
    says({"status": "-10", "reason": "余额不足"}, rejected("-10", "余额不足"), "Chinese words"),
)


@each_case((*STATUSES, *IDS, *BODIES, *REASONS))
def test_what_the_provider_answers_to_a_call(case: Case, tried: Start, tally: Tally) -> None:
    judge(case, tried(case), tally)


def test_a_provider_can_write_nothing_of_its_own_on_a_terminal(
    connected: Program, tally: Tally
) -> None:
    body = {"status": "-10", "reason": HOSTILE}
    with FaultyServer(answers(body)) as server:
        connected.with_profile(server.url)
        ended = connected.run("call", CALLEE)
        listed = connected.run("history")
        as_objects = json.loads(connected.run("history", "--json").out)
    assert (ended.code, ended.out) == (3, "")
    assert AS_IT_IS_SHOWN in ended.err
    assert as_objects[0]["reason"] == AS_IT_IS_SHOWN
    for said in (ended.err, listed.out):
        odd = [char for char in said if unicodedata.category(char) in ("Cc", "Cf") and char != "\n"]
        assert not odd
    tally.held("provider", twice=len(server.requests) - 1)
