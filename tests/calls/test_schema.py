"""The tables take what a call is and refuse what it cannot be."""

import sqlite3
from collections.abc import Iterator

import pytest

from dialer.calls import schema
from dialer.calls.call import OutcomeKind

CALL: dict[str, object] = {
    "call_id": "c1",
    "begun_at": 1_700_000_000_000,
    "owner": "0123456789abcdef",
    "callee": "442079460018",
    "account": "test_001",
    "profile": "work",
    "sandbox": 0,
}


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    """An empty database brought up to today's version."""
    connection = sqlite3.connect(":memory:")
    for version in range(schema.VERSION):
        schema.STEPS[version](connection)
    yield connection
    connection.close()


def insert(database: sqlite3.Connection, **values: object) -> int:
    call = CALL | values
    names = ", ".join(call)
    marks = ", ".join("?" * len(call))
    row = database.execute(
        f"INSERT INTO calls ({names}) VALUES ({marks})", tuple(call.values())
    ).lastrowid
    assert row
    return row


def test_every_version_has_its_way_forward() -> None:
    assert set(schema.STEPS) == set(range(schema.VERSION))


def test_a_new_call_has_no_outcome_and_is_not_settled(database: sqlite3.Connection) -> None:
    insert(database)
    assert database.execute("SELECT outcome, settled FROM calls").fetchone() == (None, 0)


@pytest.mark.parametrize("kind", OutcomeKind)
def test_the_four_outcomes_are_kept(database: sqlite3.Connection, kind: OutcomeKind) -> None:
    recording_id = "2203031113381000002" if kind is OutcomeKind.PLACED else None
    insert(database, outcome=kind, recording_id=recording_id)
    assert database.execute("SELECT outcome FROM calls").fetchone() == (kind.value,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "calling"},
        {"outcome": "placed"},
        {"outcome": "rejected", "recording_id": "2203031113381000002"},
        {"recording_id": "2203031113381000002"},
        {"sandbox": 2},
        {"settled": 2},
        {"begun_at": "yesterday"},
        {"callee": None},
        {"account": None},
        {"owner": None},
        {"call_id": None},
    ],
)
def test_what_a_call_cannot_be_is_refused(
    database: sqlite3.Connection, wrong: dict[str, object]
) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        insert(database, **wrong)


def test_two_calls_never_share_an_id(database: sqlite3.Connection) -> None:
    insert(database)
    with pytest.raises(sqlite3.IntegrityError):
        insert(database)


def test_the_number_of_a_row_is_never_given_again(database: sqlite3.Connection) -> None:
    last = insert(database)
    database.execute("DELETE FROM calls")
    assert insert(database) > last


def test_a_recording_id_stays_text(database: sqlite3.Connection) -> None:
    insert(database, outcome="placed", recording_id="00220303111338100000212")
    assert database.execute("SELECT recording_id FROM calls").fetchone() == (
        "00220303111338100000212",
    )


def test_the_last_call_of_a_callee_is_found_without_reading_all(
    database: sqlite3.Connection,
) -> None:
    plan = database.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM calls WHERE callee = '1' ORDER BY begun_at DESC LIMIT 1"
    ).fetchall()
    assert "calls_by_callee" in plan[0][3]
    assert not any("TEMP B-TREE" in step[3] for step in plan)
