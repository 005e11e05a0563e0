"""The envelope around every answer: what is one, what is none, and nothing that makes it raise."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.plain import plain
from dialer.provider.envelope import as_text, read_envelope


@pytest.mark.parametrize(
    "body",
    [
        b'{"status":"0"}',
        b'{"status":0}',
        b'{"status":" 0 "}',
        b'{"status":"0\\t"}',
        b'\xef\xbb\xbf{"status":"0"}',
        b' \r\n {"status":"0"} \r\n',
    ],
)
def test_success_is_read_however_it_is_written(body: bytes) -> None:
    envelope = read_envelope(body)
    assert envelope is not None
    assert envelope.success
    assert envelope.status == "0"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"0",
        b'"0"',
        b"[]",
        b'[{"status":"0"}]',
        b"{}",
        b'{"Status":"0"}',
        b'{"status":null}',
        b'{"status":true}',
        b'{"status":false}',
        b'{"status":0.0}',
        b'{"status":0e0}',
        b'{"status":["0"]}',
        b'{"status":{"code":"0"}}',
        b'{"status":""}',
        b'{"status":"  "}',
        b'{"status":"0 0"}',
        b'{"status":"' + b"9" * 33 + b'"}',
        b'{"status":"0"',
        b'{"status":"0"}}',
        b'{"status":"0"} {"status":"-1"}',
        b"{'status':'0'}",
        b'{"status":"0",}',
        b'{"status":"0","data":NaN}',
        b'{"status":"0","data":-Infinity}',
        b'{"status":"0","reason":"\xff"}',
        '{"status":"0"}'.encode("utf-16"),
        b"<html><body>status 0</body></html>",
        b'callback({"status":"0"})',
        b"\x00",
        b"[" * 100_000,
        b'{"status":"0","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_is_no_envelope_proves_nothing(body: bytes) -> None:
    assert read_envelope(body) is None


@pytest.mark.parametrize(
    "body",
    [
        b'{"status":"0","status":"-22","data":"1"}',
        b'{"status":"-22","data":"1","status":"0"}',
        b'{"status":"0","data":"1","data":"2"}',
    ],
)
def test_an_envelope_that_says_two_things_proves_nothing(body: bytes) -> None:
    assert read_envelope(body) is None


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (b"", None),
        (b',"reason":null', None),
        (b',"reason":""', None),
        (b',"reason":"  "', None),
        (b',"reason":17', "17"),
        (b',"reason":["a"]', None),
        (b',"reason":"  success "', "success"),
        ('"reason":"余额不足"'.join([",", ""]).encode(), "余额不足"),
        (b',"reason":"<b>call</b> <img src=http://x/>"', "<b>call</b> <img src=http://x/>"),
        (b',"reason":"a\\u001b[31mred\\u0007\\r\\n\\tb\\u0000"', "a[31mred b"),
        (b',"reason":"right\\u202eleft\\ud800"', "rightleft"),
    ],
)
def test_a_reason_is_made_one_plain_line_or_none(written: bytes, reason: str | None) -> None:
    envelope = read_envelope(b'{"status":"-22"' + written + b"}")
    assert envelope is not None
    assert envelope.reason == reason


def test_a_long_reason_is_cut() -> None:
    envelope = read_envelope(json.dumps({"status": "-22", "reason": "long " * 10_000}).encode())
    assert envelope is not None
    assert envelope.reason is not None
    assert len(envelope.reason) <= 500


@given(st.integers(0, 10**40))
def test_whole_numbers_keep_every_digit(number: int) -> None:
    envelope = read_envelope(b'{"status":0,"data":%d}' % number)
    assert envelope is not None
    assert as_text(envelope.data) == str(number)


def test_a_whole_number_of_5000_digits_is_kept_too() -> None:
    envelope = read_envelope(b'{"status":0,"data":' + b"7" * 5000 + b"}")
    assert envelope is not None
    assert as_text(envelope.data) == "7" * 5000


@pytest.mark.parametrize("value", [None, True, False, 1.5, [], ["1"], {}, {"a": "1"}, "", " \t"])
def test_only_text_and_whole_numbers_are_text(value: object) -> None:
    envelope = read_envelope(json.dumps({"status": "0", "data": value}).encode())
    assert envelope is not None
    assert as_text(envelope.data) is None


@given(st.binary(max_size=300))
def test_no_body_is_too_strange_to_read(body: bytes) -> None:
    assert read_envelope(body) is None or b"status" in body


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["status", "reason", "data", "x"]), json_values))
def test_whatever_the_fields_hold_the_envelope_holds_only_what_it_promises(
    fields: dict[str, object],
) -> None:
    envelope = read_envelope(json.dumps(fields).encode())
    if envelope is None:
        return
    assert envelope.status == envelope.status.strip() != ""
    assert str(fields["status"]).strip() == envelope.status
    assert envelope.reason is None or envelope.reason == plain(envelope.reason) != ""
