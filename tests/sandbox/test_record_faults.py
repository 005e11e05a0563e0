"""The documented callees whose records are not as documented."""

from datetime import datetime
from decimal import Decimal

import pytest

from dialer.sandbox.magic import ending_of
from dialer.sandbox.magic_records import RECORDS
from dialer.sandbox.record_shapes import of_another_call

ORDER = ("submitTime", "callTime", "ringingTime", "answerTime", "hangupTime")
DAY = {"strTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-02T00:00:00Z"}
SHAPED = [callee for callee, magic in RECORDS.items() if magic.shape]
REFUSED = {"9990002024": "-24", "9990002018": "-18", "9990002015": "-15", "9990002022": "-22"}


@pytest.fixture
def ended(client, clock):
    """Place a call and wait for its end: its recording ID, and its record."""

    def place(callee):
        recording_id = client.send_sip(callee, displayNum="1008122211").json["data"]
        clock.now += 600
        return recording_id, client.record(recording_id).json["data"]

    return place


def listed(client):
    return client.query("/voice/recordSipQuery", DAY).json["data"]["records"]


def test_every_callee_of_this_kind_is_tried_in_this_file():
    assert set(RECORDS) == {*SHAPED, *REFUSED, "9990002011"}
    assert len(SHAPED) == 10


@pytest.mark.parametrize("callee", SHAPED)
def test_a_record_has_its_shape_at_every_moment_and_in_a_query_too(client, clock, callee):
    recording_id = client.send_sip(callee).json["data"]
    for _ in range(140):
        clock.now += 1
        answer = client.record(recording_id).json
        assert answer["status"] == "0"
    assert listed(client) == [answer["data"]]


def test_fields_are_missing(ended):
    recording_id, record = ended("9990002001")
    assert list(record) == ["voiceId", "callee", "submitTime"]
    assert record["voiceId"] == recording_id


def test_fields_are_null(ended):
    _, record = ended("9990002002")
    assert len(record) == 19
    known = {name for name, value in record.items() if value is not None}
    assert known == {"voiceId", "callee", "submitTime"}


def test_times_lack_their_offset(ended):
    _, record = ended("9990002003")
    assert record["submitTime"] == "2026-01-02 03:04:05"
    times = [datetime.strptime(record[name], "%Y-%m-%d %H:%M:%S") for name in ORDER]
    assert times == sorted(times)


def test_times_are_milliseconds(ended):
    _, record = ended("9990002004")
    times = [record[name] for name in ORDER]
    assert times[0] == 1_767_294_245_000
    assert times == sorted(times)
    assert all(type(time) is int for time in times)


def test_times_run_backwards(ended):
    _, record = ended("9990002005")
    times = [datetime.fromisoformat(record[name]) for name in ORDER]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == 5


def test_numbers_are_text(ended):
    _, record = ended("9990002006")
    assert int(record["chargedDuration"]) >= int(record["callDuration"]) > 0
    assert isinstance(record["callDuration"], str)


def test_text_is_numbers(ended):
    recording_id, record = ended("9990002007")
    assert (record["voiceId"], record["callee"]) == (int(recording_id), 9990002007)
    assert (record["terminationCode"], record["displayNum"]) == (200, 1008122211)
    assert record["cost"] > 0


def test_a_cost_is_in_euro(ended):
    _, record = ended("9990002008")
    assert "cost" not in record
    assert Decimal(record["costEur"]) > 0


def test_a_call_is_quoted_in_yuan(ended):
    _, record = ended("9990002009")
    exchange = Decimal(record["quoteExchange"])
    assert (record["currency"], exchange) == ("CNY", Decimal("7.125"))
    assert Decimal(record["cost"]) == Decimal(record["settlePay"]) * exchange > 0
    assert Decimal(record["rate"]) == Decimal(record["settleRate"]) * exchange > 0


def test_a_record_is_of_another_call(ended):
    recording_id, record = ended("9990002010")
    assert record["voiceId"] != recording_id
    assert record["callee"] != "9990002010"
    assert record["terminationCode"] == "200"
    assert of_another_call(record | {"voiceId": recording_id}) == record


def test_a_record_never_appears(client, clock):
    recording_id = client.send_sip("9990002011").json["data"]
    for _ in range(3):
        clock.now += 86_400
        assert client.record(recording_id).json == {
            "status": "0",
            "reason": "success",
            "data": None,
        }
    assert listed(client) == []


@pytest.mark.parametrize("callee", REFUSED)
def test_a_record_is_refused_as_often_as_documented(client, clock, callee):
    recording_id = client.send_sip(callee).json["data"]
    other = client.send_sip(callee).json["data"]
    clock.now += 600
    statuses = [client.record(recording_id).json["status"] for _ in range(6)]
    for_ever = ending_of(callee).refusal.asks is None
    assert for_ever == (callee in ("9990002024", "9990002018"))
    status = REFUSED[callee]
    assert statuses == ([status] * 6 if for_ever else [status] * 3 + ["0"] * 3)
    assert client.record(other).json["status"] == status
    assert len(listed(client)) == (0 if callee == "9990002024" else 2)


def test_numbers_are_written_as_numbers_to_the_last_digit(client, clock):
    recording_id = client.send_sip("9990002007").json["data"]
    clock.now += 600
    assert f'"voiceId":{recording_id},'.encode() in client.record(recording_id).body
