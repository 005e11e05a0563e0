"""A call's life in the sandbox, as its record tells it."""

import itertools
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.sandbox.life import life_of, money
from dialer.sandbox.server import SandboxServer
from sandbox.signed_client import SignedClient

FIELDS = [
    "voiceId",
    "sipGroupName",
    "phoneName",
    "callee",
    "displayNum",
    "code",
    "submitTime",
    "callTime",
    "ringingTime",
    "answerTime",
    "hangupTime",
    "callDuration",
    "chargedDuration",
    "terminationCode",
    "terminationReason",
    "cost",
    "rate",
    "billPeriod",
    "recordingFileId",
]
TIMES = ("submitTime", "callTime", "ringingTime", "answerTime", "hangupTime")
TOLD_AT_THE_END = [
    "hangupTime",
    "callDuration",
    "chargedDuration",
    "terminationCode",
    "terminationReason",
    "cost",
]


def data_of(client, recording_id):
    answer = client.record(recording_id).json
    assert (answer["status"], answer["reason"]) == ("0", "success")
    return answer["data"]


def known(record):
    return {name for name, value in record.items() if value not in ("", None)}


def test_in_the_first_moment_there_is_no_record_yet(client, clock):
    recording_id = client.send_sip().json["data"]
    assert client.record(recording_id).json == {"status": "0", "reason": "success", "data": None}
    clock.now += 1
    assert data_of(client, recording_id)["voiceId"] == recording_id


def test_a_record_fills_while_the_call_lives_and_never_takes_anything_back(client, clock):
    recording_id = client.send_sip(displayNum="1008122211").json["data"]
    life = life_of("932111111111")
    clock.now += 1
    records = [data_of(client, recording_id)]
    for _ in range(life.hung_up + 5):
        clock.now += 1
        records.append(data_of(client, recording_id))
    assert all(list(record) == FIELDS for record in records)
    for before, after in itertools.pairwise(records):
        assert all(after[name] == before[name] for name in known(before))
    order = [next(i for i, r in enumerate(records) if r[name]) for name in TIMES]
    assert order == sorted(order)
    assert len(set(order)) == len(TIMES)
    assert order[0] == 0
    ended = order[-1]
    assert not known(records[ended - 1]) & {*TOLD_AT_THE_END, "recordingFileId"}
    assert known(records[ended]) >= {*TOLD_AT_THE_END}
    assert records[ended]["recordingFileId"] == ""
    assert known(records[-1]) == set(FIELDS)


def test_an_answered_calls_record_is_whole_and_agrees_with_itself(client, clock):
    recording_id = client.send_sip(displayNum="1008122211").json["data"]
    clock.now += 3600
    record = data_of(client, recording_id)
    assert record["submitTime"] == "2026-01-02T03:04:05+08:00"
    times = [datetime.fromisoformat(record[name]) for name in TIMES]
    assert times == sorted(times)
    assert record["callDuration"] == (times[4] - times[3]).total_seconds() > 0
    assert record["callDuration"] <= record["chargedDuration"] < record["callDuration"] + 20
    assert record["chargedDuration"] % 20 == 0
    assert (record["terminationCode"], record["billPeriod"]) == ("200", "20+20")
    assert Decimal(record["cost"]) == Decimal(record["rate"]) * record["chargedDuration"] / 60
    assert (record["callee"], record["displayNum"]) == ("932111111111", "1008122211")
    assert record["phoneName"] != "test_001"


@pytest.mark.parametrize(
    ("callee", "code", "rang"),
    [
        ("9990000404", "404", False),
        ("9990000480", "480", True),
        ("9990000486", "486", False),
        ("9990000487", "487", True),
        ("9990000503", "503", False),
        ("9990000603", "603", True),
    ],
)
def test_a_documented_callee_ends_unanswered_and_costs_nothing(client, clock, callee, code, rang):
    recording_id = client.send_sip(callee).json["data"]
    clock.now += 3600
    record = data_of(client, recording_id)
    assert record["terminationCode"] == code
    assert record["terminationReason"]
    assert bool(record["ringingTime"]) is rang
    assert record["hangupTime"]
    assert (record["answerTime"], record["recordingFileId"]) == ("", "")
    assert (record["callDuration"], record["chargedDuration"]) == (0, 0)
    assert record["cost"] == "0.000000"


def test_a_record_that_never_was_is_not_there(client):
    client.send_sip()
    for wrong in ("2203031113381000002", "x", "%00", "%E5%8F%B7", "%FF", "%20"):
        response = client.record(wrong)
        assert (response.status, response.json) == (
            200,
            {"status": "-24", "reason": "record does not exist"},
        )


def test_a_quoted_recording_id_is_understood(client, clock):
    recording_id = client.send_sip().json["data"]
    clock.now += 2
    quoted = "".join(f"%{ord(digit):02X}" for digit in recording_id)
    assert data_of(client, quoted)["voiceId"] == recording_id


def test_a_fast_sandbox_plays_the_same_life_in_less_time(calls_file, clock):
    with SandboxServer(calls_file, clock=clock, speed=60) as server:
        client = SignedClient(server.url, server.credentials, clock)
        recording_id = client.send_sip().json["data"]
        clock.now += 4
        record = data_of(client, recording_id)
    life = life_of("932111111111")
    assert life.hung_up <= 4 * 60
    assert (record["callDuration"], record["terminationCode"]) == (life.duration, "200")


def test_a_calls_life_goes_on_after_a_restart_at_its_own_speed(calls_file, clock):
    with SandboxServer(calls_file, clock=clock, speed=60) as server:
        recording_id = SignedClient(server.url, server.credentials, clock).send_sip().json["data"]
    clock.now += 4
    with SandboxServer(calls_file, clock=clock) as server:
        record = data_of(SignedClient(server.url, server.credentials, clock), recording_id)
    assert record["terminationCode"] == "200"


def test_a_record_is_gone_after_two_months(client, clock):
    recording_id = client.send_sip().json["data"]
    clock.now += 61 * 86_400
    assert data_of(client, recording_id)["terminationCode"] == "200"
    clock.now += 2 * 86_400
    assert client.record(recording_id).json["status"] == "-24"


@given(st.from_regex(r"[0-9]{7,15}", fullmatch=True))
def test_every_life_runs_forward_and_is_charged_by_periods_begun(callee):
    life = life_of(callee)
    assert life == life_of(callee)
    moments = [life.called, life.ringing, life.answered, life.hung_up]
    happened = [moment for moment in moments if moment is not None]
    assert happened == sorted(set(happened))
    assert happened[0] > 1
    assert (life.answered is not None) == (life.code == "200") == (life.duration > 0)
    assert life.charged % 20 == 0
    assert 0 <= life.charged - life.duration < 20
    assert life.cost * 60 == life.charged * life.rate


def test_the_balance_goes_down_by_what_ended_calls_cost(client, clock):
    def balance():
        answer = client.request("GET", "/sms/getBalance").json
        assert list(answer) == ["status", "reason", "balance", "gift", "credit"]
        return Decimal(answer["balance"])

    before = balance()
    recording_id = client.send_sip().json["data"]
    assert balance() == before == Decimal("100.000000")
    clock.now += 3600
    cost = Decimal(data_of(client, recording_id)["cost"])
    assert cost > 0
    assert balance() == before - cost


@pytest.mark.parametrize("low", ["0", "0.05", "7.5"])
def test_a_balance_can_be_low_from_the_start_and_never_falls_below_nothing(calls_file, clock, low):
    with SandboxServer(calls_file, clock=clock, balance=Decimal(low)) as server:
        client = SignedClient(server.url, server.credentials, clock)
        told = [client.request("GET", "/sms/getBalance").json["balance"]]
        for _ in range(3):
            client.send_sip()
            clock.now += 3600
            told.append(client.request("GET", "/sms/getBalance").json["balance"])
    assert Decimal(told[0]) == Decimal(low)
    assert all(0 <= Decimal(balance) <= Decimal(low) for balance in told)


@given(st.integers(0, 10**12))
def test_money_is_text_with_six_decimals(millionths):
    assert Decimal(money(millionths)) * 1_000_000 == millionths
    assert money(millionths)[-7] == "."
