"""POST /voice/recordSipQuery: the records of a period, page by page."""

import json
import socket
import sqlite3
import time
from contextlib import closing, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.sandbox.server import SandboxServer
from sandbox.signed_client import SignedClient

PATH = "/voice/recordSipQuery"
DAY = {"strTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-02T00:00:00Z"}
LOST = ["9990001001", "9990001002", "9990001004", "9990001005", "9990001008", "9990001009"]
NOT_CALLED = ["9990001003", "9990001007", "9990000018", "9990000022", "9990000099"]


def found(client, current=1, size=100, **params):
    answer = client.query(PATH, {**DAY, **params}, current, size).json
    assert (answer["status"], answer["reason"]) == ("0", "success")
    data = answer["data"]
    assert list(data) == ["total", "size", "current", "pages", "records"]
    assert (data["size"], data["current"]) == (size, current)
    return data


def callees(data):
    return [record["callee"] for record in data["records"]]


def test_a_query_shows_the_records_as_they_are_at_this_moment(client, clock):
    ids = []
    for callee in ("442079460018", "9990000486", "442079460019"):
        ids.append(client.send_sip(callee, displayNum="1008122211").json["data"])
        clock.now += 7
    assert found(client)["records"] == [client.record(key).json["data"] for key in reversed(ids)]


def test_a_call_without_a_record_yet_is_left_out(client, clock):
    client.send_sip()
    assert (found(client)["total"], found(client)["records"]) == (0, [])
    clock.now += 0.999
    assert found(client)["total"] == 0
    clock.now += 0.001
    assert found(client)["total"] == 1


def test_pages_are_newest_first_and_together_everything_once(client, clock):
    for number in range(23):
        client.send_sip(f"4420794600{number:02d}")
        clock.now += number % 2
    clock.now += 5
    pages = [found(client, current, 5) for current in range(1, 7)]
    assert [(page["total"], page["pages"]) for page in pages] == [(23, 5)] * 6
    assert [len(page["records"]) for page in pages] == [5, 5, 5, 5, 3, 0]
    told = [callee for page in pages for callee in callees(page)]
    assert told == [f"4420794600{number:02d}" for number in reversed(range(23))]


def test_a_period_has_both_its_ends_by_submit_time(client, clock):
    clock.now = 1_767_294_245.9
    submitted = "2026-01-02T03:04:05+08:00"
    client.send_sip()
    clock.now += 60
    (record,) = found(client, strTime=submitted, endTime=submitted)["records"]
    assert record["submitTime"] == submitted
    assert found(client, strTime="2026-01-01T19:04:05.001Z")["total"] == 0
    assert found(client, strTime="2026-01-01T19:04:05Z")["total"] == 1
    assert found(client, endTime="2026-01-01T19:04:05.999Z")["total"] == 1
    assert found(client, endTime="2026-01-01T19:04:04.999Z")["total"] == 0


def test_records_can_be_asked_for_by_group_and_phone(client, clock):
    for account in ("test_001", "desk_003", "desk_007", "other"):
        client.send_sip(account=account)
    clock.now += 5
    assert found(client, sipGroupName="", phoneName=None)["total"] == 4
    for record in found(client)["records"]:
        group, phone = record["sipGroupName"], record["phoneName"]
        assert found(client, sipGroupName=group, phoneName=phone)["records"] == [record]
    assert found(client, phoneName="Test phone")["total"] == 1
    assert found(client, sipGroupName="Sandbox")["total"] == 2
    assert found(client, sipGroupName="Nobody")["total"] == 0


def test_calls_whose_answer_was_lost_can_be_found_and_those_not_called_not(client, clock):
    for callee in (*LOST, *NOT_CALLED, "9990000118", "9990000199", "9990001010"):
        with socket.create_connection(client.address, timeout=0.05) as connection:
            connection.sendall(client.raw_send_sip(callee))
            with suppress(OSError):
                connection.recv(1)
    clock.now += 600
    told = callees(found(client))
    assert sorted(told) == sorted([*LOST, "9990000118", "9990000199", *["9990001010"] * 2])


def test_a_record_that_is_gone_is_not_found(client, clock):
    client.send_sip()
    clock.now += 61 * 86_400
    assert found(client)["total"] == 1
    clock.now += 2 * 86_400
    assert found(client)["total"] == 0


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"current": 0}, "current"),
        ({"current": "1"}, "current"),
        ({"current": True}, "current"),
        ({"current": 10**9}, "current"),
        ({"size": 0}, "size"),
        ({"size": 101}, "size"),
        ({"size": 1.5}, "size"),
        ({"size": None}, "size"),
        ({"params": None}, "params"),
        ({"params": []}, "params"),
        ({"params": {}}, "strTime"),
        ({"params": {**DAY, "strTime": None}}, "strTime"),
        ({"params": {**DAY, "strTime": "2026-01-01"}}, "strTime"),
        ({"params": {**DAY, "strTime": "2026-01-01T00:00:00"}}, "strTime"),
        ({"params": {**DAY, "strTime": "0001-01-01T00:00:00+14:00"}}, "strTime"),
        ({"params": {**DAY, "endTime": "2026-01-02 00:00:00"}}, "endTime"),
        ({"params": {**DAY, "endTime": 1767312000000}}, "endTime"),
        ({"params": {**DAY, "endTime": "2025-12-31T23:59:59Z"}}, "endTime"),
        ({"params": {**DAY, "endTime": "2026-02-01T00:00:01Z"}}, "31 days"),
        ({"params": {**DAY, "phoneName": 1}}, "phoneName"),
        ({"params": {**DAY, "sipGroupName": "x" * 65}}, "sipGroupName"),
    ],
)
def test_a_wrong_parameter_is_named(client, changed, named):
    body = {"current": 1, "size": 100, "params": DAY, **changed}
    answer = client.request("POST", PATH, json.dumps(body).encode()).json
    assert list(answer) == ["status", "reason"]
    assert answer["status"] == "-22"
    assert named in answer["reason"]


def test_a_period_may_have_31_days(client):
    assert found(client, endTime="2026-02-01T00:00:00Z")["total"] == 0


_VALUES = st.none() | st.integers() | st.text(max_size=70) | st.just("2026-01-01T00:00:00Z")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    current=_VALUES,
    size=st.integers(1, 100),
    params=st.dictionaries(
        st.sampled_from(["strTime", "endTime", "sipGroupName", "phoneName"]), _VALUES
    ),
)
def test_any_query_gets_an_envelope(client, current, size, params):
    answer = client.query(PATH, params, current, size).json
    assert answer["status"] in ("0", "-22")


def test_a_page_of_twenty_thousand_calls_comes_at_once(calls_file, clock):
    with SandboxServer(calls_file, clock=clock) as server:
        client = SignedClient(server.url, server.credentials, clock)
        first = client.send_sip().json["data"]
        with closing(sqlite3.connect(calls_file)) as connection, connection:
            connection.execute(
                "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                " INSERT INTO calls (recording_id, submitted_at, speed, recorded_at, ends_at, cost,"
                " callee, account, group_name, phone_name)"
                " SELECT 'x' || i, submitted_at + i * 1000, 1, recorded_at + i * 1000,"
                " ends_at + i * 1000, cost, callee, account, group_name, phone_name FROM calls, n"
            )
        clock.now += 30_000
        for current in (1, 100, 200):
            begun = time.monotonic()
            page = found(client, current, endTime="2026-01-03T00:00:00Z", phoneName="Test phone")
            assert time.monotonic() - begun < 0.5  # a twentieth of it, where nobody disturbs
            assert (page["total"], page["pages"], len(page["records"])) == (20_000, 200, 100)
        assert page["records"][-1]["voiceId"] == first
