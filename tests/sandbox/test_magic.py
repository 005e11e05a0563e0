"""Every documented callee does what is said of it."""

import http.client
import json
import re
import socket
import time

import pytest

from dialer.calls.call import DIGITS
from dialer.sandbox.magic import CALLEES, KINDS, Ending, Rejected
from dialer.sandbox.server import MAGIC, SandboxServer
from sandbox.signed_client import SignedClient

STATUSES = ("-1", "-2", "-10", "-13", "-15", "-16", "-18", "-22", "-24", "-26", "-68")
HANGS, RESETS, HTML, NO_DATA, DRIPS, BARE, REDIRECTS, EMPTY, CUT_OFF, TWICE = (
    f"99900010{number:02d}" for number in range(1, 11)
)


@pytest.fixture
def callees(received):
    """Read the callees of the calls that took place."""
    return lambda: [call.callee for call in received()]


def test_every_documented_callee_can_be_dialled_and_is_no_real_number():
    assert [callee for callee, _ in MAGIC] == list(CALLEES)
    for callee, tells in MAGIC:
        assert DIGITS.fullmatch(callee)
        assert callee.startswith("999")
        assert str(tells)
    assert len({str(tells) for _, tells in MAGIC}) == len(MAGIC)


def test_every_documented_callee_is_of_one_kind():
    assert [callee for _, told in KINDS for callee in told] == list(MAGIC)
    assert len({str(kind) for kind, _ in KINDS}) == len(KINDS)


def test_every_callee_is_tried_in_this_file():
    faults = {HANGS, RESETS, HTML, NO_DATA, DRIPS, BARE, REDIRECTS, EMPTY, CUT_OFF, TWICE}
    others = {c for c, magic in CALLEES.items() if not isinstance(magic, Rejected | Ending)}
    assert others == faults


@pytest.mark.parametrize("status", [*STATUSES, "-99"])
def test_there_is_a_callee_for_every_status(client, callees, status):
    response = client.send_sip(f"9990000{int(status[1:]):03d}")
    assert response.status == 200
    assert list(response.json) == ["status", "reason"]
    assert response.json["status"] == status
    assert response.json["reason"].strip()
    assert callees() == []


@pytest.mark.parametrize(("callee", "status"), [("9990000118", "-18"), ("9990000199", "-99")])
def test_a_rejected_call_may_take_place_all_the_same(client, callees, callee, status):
    response = client.send_sip(callee)
    assert list(response.json) == ["status", "reason"]
    assert response.json["status"] == status
    assert callees() == [callee]


def test_the_undocumented_status_has_a_reason_in_chinese(client):
    assert re.search("[\u4e00-\u9fff]", client.send_sip("9990000099").json["reason"])


@pytest.mark.parametrize("code", [404, 480, 486, 487, 503, 603])
def test_a_call_that_ends_unanswered_is_placed_all_the_same(client, callees, code):
    assert client.send_sip(f"9990000{code}").json["status"] == "0"
    assert callees() == [f"9990000{code}"]


def test_one_callee_is_never_answered_for_but_its_call_takes_place(calls_file, callees):
    with SandboxServer(calls_file) as server:
        client = SignedClient(server.url, server.credentials)
        with socket.create_connection(client.address, timeout=0.3) as connection:
            connection.sendall(client.raw_send_sip(HANGS))
            with pytest.raises(TimeoutError):
                connection.recv(1)
            assert callees() == [HANGS]


def test_one_callee_resets_the_connection_but_its_call_takes_place(client, callees):
    with socket.create_connection(client.address, timeout=10) as connection:
        connection.sendall(client.raw_send_sip(RESETS))
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert callees() == [RESETS]


def test_one_callees_call_is_taken_twice_and_its_answer_is_lost(client, received):
    with socket.create_connection(client.address, timeout=10) as connection:
        connection.sendall(client.raw_send_sip(TWICE))
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert [call.callee for call in received()] == [TWICE, TWICE]
    assert len({call.recording_id for call in received()}) == 2


def test_one_callee_gets_an_html_page_and_no_call(client, callees):
    response = client.send_sip(HTML)
    assert (response.status, response.headers["Content-Type"]) == (502, "text/html")
    assert b"<html>" in response.body
    assert callees() == []


def test_one_callee_gets_status_0_and_no_recording_id(client, callees):
    assert client.send_sip(NO_DATA).json == {"status": "0", "reason": "success"}
    assert callees() == [NO_DATA]


def test_one_callees_answer_drips_at_a_byte_a_second(client, callees):
    with socket.create_connection(client.address, timeout=10) as connection:
        connection.sendall(client.raw_send_sip(DRIPS))
        begun = time.monotonic()
        assert [connection.recv(100) for _ in range(3)] == [b"H", b"T", b"T"]
        assert time.monotonic() - begun > 1.9
    assert callees() == [DRIPS]


def test_one_callees_status_and_recording_id_are_bare_numbers(client, received):
    response = client.send_sip(BARE)
    assert re.search(rb'"status":0,.*"data":[0-9]{19}}', response.body)
    (call,) = received()
    assert str(response.json["data"]) == call.recording_id


def test_one_callee_is_redirected_to_nowhere_and_not_called(client, callees):
    response = client.send_sip(REDIRECTS)
    assert (response.status, response.body) == (307, b"")
    assert client.request("POST", response.headers["Location"], b"{}").status == 404
    assert callees() == []


def test_one_callees_answer_is_empty_but_its_call_takes_place(client, callees):
    response = client.send_sip(EMPTY)
    assert (response.status, response.body) == (200, b"")
    assert callees() == [EMPTY]


def test_one_callees_answer_is_cut_off_but_its_call_takes_place(client, callees):
    with pytest.raises(http.client.IncompleteRead) as cut:
        client.send_sip(CUT_OFF)
    assert cut.value.partial.startswith(b'{"status":')
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.value.partial)
    assert callees() == [CUT_OFF]
