"""Answers of a provider gone wrong: JSON in any spelling, bodies of 64 KiB, and bytes of HTTP."""

import json

from hypothesis import strategies as st

from faults.fuzz import LONG, TEXTS, repeated

FIELDS = (
    *("voiceId", "callee", "displayNum", "submitTime", "callTime", "ringingTime", "answerTime"),
    *("hangupTime", "callDuration", "chargedDuration", "terminationCode", "terminationReason"),
    *("cost", "costEur", "currency", "rate", "billPeriod", "settlePay", "settleRate", "code"),
    *("quoteExchange", "sipGroupName", "phoneName", "recordingFileId", "password", "PassWord"),
    *("account", "groupName", "url", "expireTime", "status", "reason", "data", "balance", "gift"),
    *("total", "size", "current", "pages", "records", "", "\ud800", "__class__"),
)

_TOKENS = st.sampled_from(
    [
        *("0", "-0", "1", "200", "-16", "0.0", "1e400", "-1E-9999", "1e99999999999999999999"),
        *("9" * 19, "9" * 5_000, "0." + "3" * 50, "1767294245000", "1e12", "01", "+1", "1.", "NaN"),
        *(
            "Infinity",
            "true",
            "false",
            "null",
            "nul",
            "'0'",
            '"0"',
            '" 0 "',
            '"\\ud800"',
            '"\\u0000"',
        ),
        *('"2203031113381000002"', '"2026-01-02T03:04:05+08:00"', '"2026-01-02 03:04:05"', '""'),
        *(
            '"0000-00-00"',
            '"9999-12-31T23:59:59-23:59"',
            '"20+20"',
            '"0.018000"',
            '"-1e5"',
            '"\\x"',
        ),
        *('"https://127.0.0.1/a.wav"', '"file:///etc/passwd"', '"http://[::1"', '"//a"', '"١٢"'),
    ]
)
_NAMES = st.sampled_from(FIELDS).map(json.dumps) | st.text(max_size=8).map(json.dumps)


def _object(pairs: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{name}:{value}" for name, value in pairs) + "}"


JSON: st.SearchStrategy[str] = st.recursive(
    _TOKENS | TEXTS.map(json.dumps),
    lambda inner: (
        st.lists(st.tuples(_NAMES, inner), max_size=8).map(_object)
        | st.lists(inner, max_size=4).map(lambda each: "[" + ",".join(each) + "]")
    ),
    max_leaves=20,
)
"""JSON as text, in many spellings, some of which are none."""

RECORD: st.SearchStrategy[str] = st.lists(
    st.tuples(st.sampled_from(FIELDS).map(json.dumps), _TOKENS | TEXTS.map(json.dumps) | JSON),
    max_size=24,
    unique_by=lambda pair: pair[0].lower(),
).map(_object)
"""A record or an account of whatever the fields hold."""

PAGE: st.SearchStrategy[str] = st.builds(
    lambda rows, more: _object([('"records"', "[" + ",".join(rows) + "]"), *more]),
    st.lists(RECORD | JSON, max_size=4),
    st.lists(
        st.tuples(st.sampled_from(['"total"', '"size"', '"current"', '"pages"']), _TOKENS),
        max_size=4,
        unique_by=lambda pair: pair[0],
    ),
)


def envelope(data: str, status: str = '"0"', reason: str = '"success"') -> str:
    return f'{{"status":{status},"reason":{reason},"data":{data}}}'


def _broken(body: bytes, at: int, piece: bytes, cut: bool) -> bytes:
    place = at % (len(body) + 1)
    return body[:place] + piece + (b"" if cut else body[place:])


_WELL = st.builds(envelope, JSON | RECORD | PAGE, st.just('"0"') | _TOKENS, _TOKENS) | JSON
BODIES: st.SearchStrategy[bytes] = (
    _WELL.map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.builds(
        _broken,
        _WELL.map(lambda text: text.encode("utf-8", "replace")),
        st.integers(0, 5_000),
        st.binary(max_size=4),
        st.booleans(),
    )
    | st.binary(max_size=300)
)
"""What may come as the body of an answer."""

HUGE = (
    b"[" * LONG,
    b'{"a":' * (LONG // 5),
    *(
        envelope(data).encode()
        for data in (
            "[" * (LONG // 2) + "]" * (LONG // 2),
            '{"a":' * (LONG // 6) + "1" + "}" * (LONG // 6),
            "9" * LONG,
            "-" + "9" * LONG,
            "0." + "1" * LONG,
            "1e" + "9" * LONG,
            "1" * (LONG // 2) + "e-" + "9" * 18,
            '"' + "\\ud800" * (LONG // 6) + '"',
            '"' + "\\u202e" * (LONG // 6) + '"',
            '"' + "\\" * LONG + '"',
            "[" + "1.5," * (LONG // 4) + "0]",
            "[" + '{"password":"x"},' * (LONG // 17) + "0]",
            "[" + '{"voiceId":"1"},' * (LONG // 16) + "{}]",
            "{" + '"a":1,' * (LONG // 6) + '"b":1}',
            "{" + ",".join(f'"{n}":{n}' for n in range(LONG // 12)) + "}",
            '{"records":[' + "{}," * (LONG // 3) + "{}]}",
        )
    ),
    b'{"status":"' + b"0" * LONG + b'"}',
    b'{"status":0' + b" " * LONG + b"}",
    b'{"status":"0","reason":"' + b"x\\n" * (LONG // 3) + b'"}',
    b"\xff" * LONG,
    b"\xef\xbb\xbf" * (LONG // 3),
    b"\0" * LONG,
    b'{"status":"0","reason":"' + "\u0301".encode() * (LONG // 2) + b'"}',
)
"""Bodies of 64 KiB that make a careless reader take minutes, or fall over."""


_LINES = st.sampled_from(
    [
        *(b"HTTP/1.1 200 OK", b"HTTP/1.1 206 Partial", b"HTTP/1.1 100 Continue", b"HTTP/0.9 200"),
        *(b"HTTP/1.1 302 Found", b"HTTP/1.1 204 No", b"HTTP/1.1 999999 x", b"HTTP/1.1 -1 x"),
        *(b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 0", b"Content-Length: x"),
        *(b"Content-Length: 99999999999999999999", b"Transfer-Encoding: chunked", b": x", b""),
        *(b"Content-Encoding: gzip", b"Content-Encoding: identity", b"Connection: close", b"X"),
        *(b"Content-Range: bytes 0-1/2", b"Location: http://127.0.0.1:1/", b"Location: \xff"),
        *(b" folded", b"Set-Cookie: a=b", b"Date: Thu, 01 Jan 1970 00:00:00 GMT", b"Date: \xff"),
        repeated("x").encode(),
    ]
)
ANSWERS: st.SearchStrategy[bytes] = (
    st.builds(
        lambda lines, body: b"\r\n".join([*lines, b"", body]),
        st.lists(_LINES | st.binary(max_size=20), max_size=6).map(
            lambda lines: [b"HTTP/1.1 200 OK", *lines]
        )
        | st.lists(_LINES, max_size=6),
        BODIES,
    )
    | BODIES.map(lambda body: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    | st.binary(max_size=200)
)
"""All that a server says, with what HTTP does not allow."""
