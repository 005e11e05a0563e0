"""`dialer stats`: figures of days, for people and for programs."""

import sqlite3
import time
from contextlib import closing
from datetime import date, timedelta

import pytest

from cli.front import Front
from dialer.calls.call import CallRequest, Cause, Outcome
from dialer.cli import commands

REQUEST = CallRequest("442079460018", "test_001", profile="work")


@pytest.fixture
def remembering(dialer: Front, monkeypatch: pytest.MonkeyPatch) -> Front:
    """Three calls of today, one of them in the sandbox, and one of ten days ago."""
    monkeypatch.setitem(commands.COMMANDS, "stats", "figures of days")
    with dialer.house(dialer.folders, dialer.store) as house:
        journal = house.journal()
        placed = Outcome.placed("2203031113381000002")
        for request, outcome in (
            (REQUEST, placed),
            (CallRequest("442079460018", "sandbox", profile="sandbox", sandbox=True), placed),
            (
                CallRequest("442079460018", "test_001", profile="home"),
                Outcome.unknown(Cause.CLOSED),
            ),
            (REQUEST, Outcome.not_sent(Cause.REFUSED)),
        ):
            journal.finish(journal.begin(request), outcome)
    before = round((time.time() - 10 * 86_400) * 1000)
    with closing(sqlite3.connect(dialer.folders.journal)) as connection, connection:
        connection.execute(
            "UPDATE calls SET ending = 'answered', duration_s = 3671, cost = 3420000,"
            " currency = 'USD' WHERE id = 1"
        )
        connection.execute("UPDATE calls SET begun_at = ? WHERE id = 4", (before,))
    return dialer


def test_json_has_every_day_and_all_together(remembering: Front) -> None:
    told = remembering("stats", "--json").json
    assert len(told["days"]) == 30
    assert told["until"] == told["days"][-1]["date"] == date.today().isoformat()
    assert told["since"] == (date.today() - timedelta(days=29)).isoformat()
    assert [day["calls"] for day in told["days"] if day["calls"]] == [1, 2]
    assert told["calls"] == 3
    assert told["days"][-1] == {
        "date": told["until"],
        "calls": 2,
        "placed": 1,
        "answered": 1,
        "answer_rate": 1.0,
        "unknown": 1,
        "talk_s": 3671,
        "cost": {"USD": "3.42"},
    }
    assert told["days"][0]["answer_rate"] is None


def test_people_get_the_days_that_had_calls(remembering: Front) -> None:
    said = remembering("stats")
    head, _, today, together = said.out.splitlines()
    assert head.split()[:4] == ["Date", "Calls", "Placed", "Answered"]
    assert today.split() == [
        f"{date.today()}",
        "2",
        "1",
        "1",
        "100%",
        "1",
        "1:01:11",
        "3.42",
        "USD",
    ]
    assert together.split()[:2] == ["all", "3"]


def test_profile_sandbox_and_period_narrow_it(remembering: Front) -> None:
    def calls(*options: str) -> int:
        return int(remembering("stats", "--json", *options).json["calls"])

    assert calls("--profile", "work") == 2
    assert calls("--profile", "nobody") == 0
    assert calls("--sandbox") == 1
    assert calls("--since", f"{date.today()}") == 2
    assert calls("--until", f"{date.today() - timedelta(days=1)}") == 1
    assert calls("--since", "2020-01-01") == 3


@pytest.mark.parametrize(
    "options",
    [
        ("--since", "soon"),
        ("--since", "2026-01-02", "--until", "2026-01-01"),
        ("--profile", "work", "--sandbox"),
        ("--since", "1600-01-01"),
    ],
)
def test_a_period_that_is_none_is_bad_input(remembering: Front, options: tuple[str, ...]) -> None:
    said = remembering("stats", *options)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("dialer: ")


def test_without_calls_it_says_so(remembering: Front) -> None:
    said = remembering("stats", "--until", "2020-01-01")
    assert (said.code, said.out) == (0, "")
    assert said.err == "dialer: no calls in this period\n"
