"""POST /voice/sendSip: what is taken, what is refused, and what is kept of it."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PATH = "/voice/sendSip"


def test_a_call_is_placed_and_its_recording_id_has_nineteen_digits(client):
    response = client.send_sip()
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert list(response.json) == ["status", "reason", "data"]
    assert (response.json["status"], response.json["reason"]) == ("0", "success")
    assert re.fullmatch(r"260101190405[0-9]{7}", response.json["data"])


def test_the_providers_own_sample_is_placed_and_kept(client, received, clock):
    response = client.send_sip(
        "932111111111", displayNum="1008122211", account="test_001", appId="4luaKsL2"
    )
    (call,) = received()
    assert call.recording_id == response.json["data"]
    assert (call.callee, call.display_number) == ("932111111111", "1008122211")
    assert (call.account, call.app_id, call.note) == ("test_001", "4luaKsL2", None)
    assert call.submitted_at == int(clock() * 1000)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"displayNum": None},
        {"displayNum": "1008122"},
        {"appId": "4luaKsL2"},
        {"calledInfo": ""},
        {"calledInfo": "客户\n" + "x" * 997},
        {"account": "a" * 64},
        {"account": "Ünsal Öz"},
        {"more": {"than": ["was", "asked"]}},
    ],
)
def test_what_the_contract_allows_is_placed(client, received, fields):
    assert client.send_sip("442079460018", **fields).json["status"] == "0"
    (call,) = received()
    assert call.note == fields.get("calledInfo")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"callee": None}, "callee"),
        ({"callee": 932111111111}, "callee"),
        ({"callee": "123456"}, "callee"),
        ({"callee": "1" * 16}, "callee"),
        ({"callee": "+932111111111"}, "callee"),
        ({"callee": "932 111 111 111"}, "callee"),
        ({"callee": "932111111111\n"}, "callee"),
        ({"callee": "٩٣٢١١١١١١١١١"}, "callee"),
        ({"displayNum": ""}, "displayNum"),
        ({"displayNum": 1008122211}, "displayNum"),
        ({"displayNum": "100812"}, "displayNum"),
        ({"account": ""}, "account"),
        ({"account": None}, "account"),
        ({"account": 7}, "account"),
        ({"account": "a" * 65}, "account"),
        ({"account": " padded "}, "account"),
        ({"account": "two\nlines"}, "account"),
        ({"account": "nul\0"}, "account"),
        ({"account": "\ud800"}, "account"),
        ({"appId": None}, "appId"),
        ({"appId": ""}, "appId"),
        ({"appId": ["4luaKsL2"]}, "appId"),
        ({"calledInfo": None}, "calledInfo"),
        ({"calledInfo": "x" * 1001}, "calledInfo"),
        ({"calledInfo": 1}, "calledInfo"),
        ({"calledInfo": "half a pair: \ud83d"}, "calledInfo"),
    ],
)
def test_a_wrong_parameter_is_named_and_nothing_is_kept(client, received, fields, named):
    response = client.request(
        "POST",
        PATH,
        json.dumps({"callee": "932111111111", "account": "test_001", **fields}).encode(),
    )
    assert list(response.json) == ["status", "reason"]
    assert response.json["status"] == "-22"
    assert f" {named} " in response.json["reason"]
    assert received() == []


@pytest.mark.parametrize("missing", ["callee", "account"])
def test_a_missing_parameter_is_named(client, missing):
    fields = {"callee": "932111111111", "account": "test_001"}
    del fields[missing]
    response = client.request("POST", PATH, json.dumps(fields).encode())
    assert response.json["status"] == "-22"
    assert f" {missing} " in response.json["reason"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"callee=932111111111",
        b"[]",
        b"null",
        b'"text"',
        b'{"callee":"932111111111","account":NaN}',
        b'{"callee":"932111111111","account":"a"',
        b"\xff\xfe{}",
        b"[" * 60_000,
        b'{"callee":' + b"9" * 10_000 + b"}",
    ],
)
def test_a_body_that_is_no_json_object_is_a_wrong_parameter(client, received, body):
    response = client.request("POST", PATH, body)
    assert (response.status, response.json["status"]) == (200, "-22")
    assert received() == []


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "application/json;charset=GBK"],
)
def test_a_body_that_does_not_say_it_is_json_is_a_wrong_parameter(client, content_type):
    headers = client.headers(**{"Content-Type": content_type})
    body = b'{"callee":"932111111111","account":"test_001"}'
    response = client.request("POST", PATH, body, headers)
    assert response.json["status"] == "-22"
    assert "Content-Type" in response.json["reason"]


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", "application/json "]
)
def test_json_may_be_said_in_other_letters(client, content_type):
    headers = client.headers(**{"Content-Type": content_type})
    body = b'{"callee":"932111111111","account":"test_001"}'
    assert client.request("POST", PATH, body, headers).json["status"] == "0"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_NAMES = st.sampled_from(["callee", "account", "displayNum", "appId", "calledInfo", "other"])
_NEARLY = st.one_of(_JSON, st.from_regex(r"[0-9]{6,16}"), st.text(st.characters(), max_size=70))
_OVER_A_SOCKET = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@_OVER_A_SOCKET
@given(value=st.one_of(_JSON, st.dictionaries(_NAMES, _NEARLY, max_size=6)))
def test_any_json_gets_an_envelope(client, value):
    response = client.request("POST", PATH, json.dumps(value).encode())
    assert response.status == 200
    assert response.json["status"] in ("0", "-22")
    assert ("data" in response.json) == (response.json["status"] == "0")


@_OVER_A_SOCKET
@given(body=st.binary(max_size=200))
def test_any_bytes_get_an_envelope(client, body):
    response = client.request("POST", PATH, body)
    assert (response.status, response.json["status"]) == (200, "-22")


@_OVER_A_SOCKET
@given(
    path=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]),
)
def test_any_path_gets_an_answer(client, path, method):
    assert client.request(method, f"/{path}").status in (200, 404, 405)
