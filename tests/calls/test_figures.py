"""Figures: by the operator's own days, exact money, and nothing of the sandbox or deleted."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from calls.data_folder import DataFolder
from dialer.calls.days import days, midnight
from dialer.calls.figures import Day, Figures, total
from dialer.calls.journal_figures import FigureReader

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 3, 29)
"""Berlin's clock goes from two to three on it."""


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def put(folder: DataFolder, *calls: dict[str, object]) -> None:
    """Calls as the journal keeps them, once all is known of them."""
    folder.prepare()
    with closing(sqlite3.connect(folder.journal)) as connection, connection:
        for number, call in enumerate(calls):
            whole = {
                "call_id": f"{number}-{call.get('begun_at')}",
                "begun_at": ms("2026-03-29T12:00:00+02:00"),
                "owner": "0" * 16,
                "callee": "442079460018",
                "account": "a",
                "profile": "work",
                "sandbox": 0,
                "outcome": "placed",
                "recording_id": f"22030311133810{number}",
                **call,
            }
            names, marks = ", ".join(whole), ", ".join("?" * len(whole))
            connection.execute(
                f"INSERT INTO calls ({names}) VALUES ({marks})", tuple(whole.values())
            )


def read(folder: DataFolder, first: date = DAY, last: date = DAY, **which: object) -> list[Day]:
    with closing(FigureReader(folder.journal, folder.lifelines)) as reader:
        return reader.days(first, last, zone=BERLIN, **which)  # type: ignore[arg-type]


ANSWERED = {"ending": "answered", "duration_s": 100, "cost": 7_000, "currency": "USD"}


def test_a_day_is_counted_by_what_became_of_its_calls(folder: DataFolder) -> None:
    put(
        folder,
        ANSWERED,
        {**ANSWERED, "currency": None},
        {**ANSWERED, "currency": "EUR", "cost": -1_500_001},
        {"ending": "busy", "duration_s": 0, "cost": 0, "currency": "USD"},
        {},
        {"outcome": "unknown", "recording_id": None},
        {"outcome": None, "recording_id": None},
        {"outcome": "rejected", "recording_id": None},
    )
    (day,) = read(folder)
    assert day == Day(
        DAY,
        Figures(
            calls=8,
            placed=5,
            answered=3,
            unknown=2,
            talk_s=300,
            cost=(("EUR", Decimal("-1.500001")), ("USD", Decimal("0.014"))),
        ),
    )
    assert day.figures.answer_rate == pytest.approx(0.6)
    assert Figures(calls=3).answer_rate is None


def test_sandbox_deleted_and_other_profiles_do_not_count(folder: DataFolder) -> None:
    put(folder, {}, {"sandbox": 1, "profile": "sandbox"}, {"profile": "home"}, {})
    with closing(sqlite3.connect(folder.journal)) as connection, connection:
        connection.execute("INSERT INTO deleted VALUES (4, 0)")
    assert read(folder)[0].figures.calls == 2
    assert read(folder, profile="home")[0].figures.calls == 1
    assert read(folder, sandbox=True)[0].figures.calls == 1


def test_a_day_begins_and_ends_at_midnight_where_the_operator_is(folder: DataFolder) -> None:
    put(
        folder,
        {"begun_at": ms("2026-03-28T23:59:59.999+01:00")},
        {"begun_at": ms("2026-03-29T00:00:00+01:00")},
        {"begun_at": ms("2026-03-29T23:59:59.999+02:00")},
        {"begun_at": ms("2026-03-30T00:00:00+02:00")},
    )
    counts = [day.figures.calls for day in read(folder, DAY - timedelta(1), DAY + timedelta(1))]
    assert counts == [1, 2, 1]
    assert total(read(folder, DAY - timedelta(1), DAY + timedelta(1))).calls == 4


def test_sums_past_the_integers_of_sqlite_are_right(folder: DataFolder) -> None:
    put(folder, *[{**ANSWERED, "cost": 10**18 - 1} for _ in range(20)])
    assert read(folder)[0].figures.cost == (("USD", Decimal("19999999999999.99998")),)


def test_many_days_are_as_quickly_read_as_few(folder: DataFolder) -> None:
    put(folder, ANSWERED, {**ANSWERED, "begun_at": ms("2024-02-29T12:00:00+01:00")})
    found = read(folder, date(2024, 1, 1), DAY)
    assert len(found) == (DAY - date(2024, 1, 1)).days + 1
    assert [day.date.isoformat() for day in found if day.figures.calls] == [
        "2024-02-29",
        "2026-03-29",
    ]
    assert total(found).talk_s == 200


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        (BERLIN, DAY, "2026-03-28T23:00:00Z"),
        (BERLIN, DAY + timedelta(1), "2026-03-29T22:00:00Z"),
        (BERLIN, date(2026, 10, 26), "2026-10-25T23:00:00Z"),
        (ZoneInfo("Asia/Kathmandu"), DAY, "2026-03-28T18:15:00Z"),
        # Midnight is skipped here, and comes twice there.
        (ZoneInfo("America/Sao_Paulo"), date(2018, 11, 4), "2018-11-04T03:00:00Z"),
        (ZoneInfo("America/Havana"), date(2025, 11, 2), "2025-11-02T04:00:00Z"),
        (UTC, DAY, "2026-03-29T00:00:00Z"),
    ],
    ids=str,
)
def test_a_day_begins_with_its_first_moment(zone: ZoneInfo, day: date, begins: str) -> None:
    assert midnight(day, zone) == ms(begins)


def test_the_days_of_a_period_are_all_there() -> None:
    assert list(days(date(2024, 2, 28), date(2024, 3, 1))) == [
        date(2024, 2, 28),
        date(2024, 2, 29),
        date(2024, 3, 1),
    ]
