"""Recordings: where they are, who may fetch them, and what can be wrong with them."""

import http.client
import io
import socket
import threading
import time
import wave
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.sandbox import recordings, tone
from dialer.sandbox.life import life_of
from dialer.sandbox.magic_records import RECORDINGS
from dialer.sandbox.server import SandboxServer
from sandbox.signed_client import Response, SignedClient

NONE, CUT_OFF, EMPTY, PAGE, SLOW, EXPIRED = (f"999000300{number}" for number in range(1, 7))
WHERE = "/voice/getRecordingFileUrl"


@pytest.fixture
def place(client, clock):
    """Place a call, wait for its end, and ask where its recording is."""

    def placed(callee="442079460018"):
        recording_id = client.send_sip(callee).json["data"]
        clock.now += 600
        return client.place_of_recording(recording_id)

    return placed


def connect(url):
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)


def target(url):
    return f"{urlsplit(url).path}?{urlsplit(url).query}"


def fetch(url, method="GET", **headers):
    connection = connect(url)
    try:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target(url), headers=headers)
        response = connection.getresponse()
        return Response(response.status, response.headers, response.read())
    finally:
        connection.close()


def whole(callee="442079460018"):
    seconds = life_of(callee).duration
    return b"".join(tone.pieces(seconds, 0, tone.length(seconds)))


def test_every_callee_of_this_kind_is_tried_in_this_file():
    assert set(RECORDINGS) == {NONE, CUT_OFF, EMPTY, PAGE, SLOW, EXPIRED}


def test_a_recording_is_a_wav_file_as_long_as_the_call(place):
    response = fetch(place())
    assert (response.status, response.headers["Content-Type"]) == (200, "audio/wav")
    assert int(response.headers["Content-Length"]) == len(response.body)
    with wave.open(io.BytesIO(response.body)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        assert sound.getnframes() == 8000 * life_of("442079460018").duration
        samples = memoryview(sound.readframes(16_000)).cast("h")
    assert 1000 < max(samples) < 4000
    assert -1000 > min(samples) > -4000


def test_it_is_at_another_address_than_the_provider(server, place):
    url = place()
    assert url.startswith(server.recordings_url + "/")
    assert urlsplit(url).netloc != urlsplit(server.url).netloc
    assert urlsplit(url).hostname in ("127.0.0.2", "127.0.0.1")


def test_without_a_second_loopback_address_there_is_another_port(calls_file, clock, monkeypatch):
    monkeypatch.setattr(recordings, "HOSTS", ("192.0.2.1", "127.0.0.1"))
    with SandboxServer(calls_file, clock=clock) as server:
        client = SignedClient(server.url, server.credentials, clock)
        recording_id = client.send_sip("442079460018").json["data"]
        clock.now += 600
        url = client.place_of_recording(recording_id)
        assert url.startswith("http://127.0.0.1:")
        assert fetch(url).body == whole()
        assert server.recordings_url != server.url
    with pytest.raises(RuntimeError):
        _ = server.recordings_url


def test_the_place_is_told_with_when_it_expires(client, clock):
    recording_id = client.send_sip("442079460018").json["data"]
    clock.now += 600
    file_id = client.record(recording_id).json["data"]["recordingFileId"]
    path = f"{WHERE}?recordingFileId={file_id}&sourceType=sip"
    answer = client.request("GET", path).json
    assert (list(answer), list(answer["data"])) == (
        ["status", "reason", "data"],
        ["url", "expireTime"],
    )
    assert 60_000 < answer["data"]["expireTime"] - clock.now * 1000 <= 600_000


@pytest.mark.parametrize("source", ["", "&sourceType=", "&sourceType=voice", "&sourceType=SIP"])
def test_another_source_has_no_such_file(client, clock, source):
    recording_id = client.send_sip().json["data"]
    clock.now += 600
    answer = client.request("GET", f"{WHERE}?recordingFileId=F{recording_id}{source}").json
    assert answer == {"status": "-24", "reason": "file does not exist"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", "-22"),
        ("?sourceType=sip", "-22"),
        ("?recordingFileId=&sourceType=sip", "-22"),
        ("?recordingFileId=F1&recordingFileId=F2&sourceType=sip", "-22"),
        ("?recordingFileId=F1&sourceType=sip", "-24"),
        ("?recordingFileId=%FF%00&sourceType=sip", "-24"),
        ("?recordingFileId=..%2F..%2Fetc&sourceType=sip", "-24"),
    ],
)
def test_a_file_that_is_none_is_refused(client, query, status):
    answer = client.request("GET", f"{WHERE}{query}").json
    assert list(answer) == ["status", "reason"]
    assert answer["status"] == status


def test_a_call_under_way_has_no_recording(client, clock):
    recording_id = client.send_sip("442079460018").json["data"]
    path = f"{WHERE}?recordingFileId=F{recording_id}&sourceType=sip"
    life = life_of("442079460018")
    clock.now += life.hung_up
    assert client.request("GET", path).json["status"] == "-24"
    clock.now += 3
    assert client.request("GET", path).json["status"] == "0"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, None),
        ("bytes=1000-", 1000, None),
        ("bytes=43-20000", 43, 20_000),
        ("bytes=0-0", 0, 0),
        ("bytes=1000-99999999999", 1000, None),
        ("bytes=-100", -100, None),
    ],
)
def test_a_part_can_be_asked_for(place, asked, first, last):
    response = fetch(place(), Range=asked)
    assert response.status == 206
    body = whole()
    wanted = body[first : None if last is None else last + 1]
    assert response.body == wanted
    start = first % len(body)
    assert response.headers["Content-Range"] == (
        f"bytes {start}-{start + len(wanted) - 1}/{len(body)}"
    )
    assert int(response.headers["Content-Length"]) == len(wanted)


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_part_that_is_not_there_is_416(place, asked):
    response = fetch(place(), Range=asked)
    assert (response.status, response.headers["Content-Range"]) == (416, f"bytes */{len(whole())}")


@pytest.mark.parametrize(
    "asked", ["bytes=5-4", "bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=x-"]
)
def test_a_part_that_cannot_be_understood_is_the_whole(place, asked):
    response = fetch(place(), Range=asked)
    assert (response.status, response.body) == (200, whole())


def test_a_part_of_another_version_is_the_whole(place):
    url = place()
    tag = fetch(url, "HEAD").headers["ETag"]
    assert fetch(url, Range="bytes=1000-", If_Range=tag).status == 206
    assert fetch(url, Range="bytes=1000-", If_Range='"other"').status == 200


def test_the_head_alone_can_be_asked_for(place):
    response = fetch(place(), "HEAD")
    assert (response.status, response.body) == (200, b"")
    assert int(response.headers["Content-Length"]) == len(whole())
    assert response.headers["Accept-Ranges"] == "bytes"


def test_a_place_expires(place, clock):
    url = place()
    clock.now += 599
    assert fetch(url).status == 200
    clock.now += 1
    response = fetch(url)
    assert response.status == 403
    assert response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("part", ["expires", "token", "path", "query"])
def test_a_place_that_was_changed_opens_nothing(client, clock, place, part):
    other = client.send_sip("442079460019").json["data"]
    url = place()
    fields = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    changed = {
        "expires": url.replace(fields["expires"], str(int(fields["expires"]) + 1)),
        "token": url.replace(fields["token"], "%FF%C3%A9"),
        "path": url.replace(urlsplit(url).path, f"/recordings/F{other}.wav"),
        "query": url.partition("?")[0],
    }[part]
    assert changed != url
    response = fetch(changed)
    assert (response.status, response.body) == (403, b"the address is wrong or has expired\n")


@pytest.mark.parametrize("header", ["Api-Key", "Sign", "api-key", "sign"])
def test_whoever_sends_credentials_there_is_refused(place, header):
    response = fetch(place(), **{header: "x"})
    assert response.status == 400
    assert b"credentials do not belong here" in response.body


def test_nothing_can_be_written_there(place):
    response = fetch(place(), "POST")
    assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")


def test_an_answered_call_may_never_have_a_recording(client, clock):
    recording_id = client.send_sip(NONE).json["data"]
    clock.now += 86_400
    record = client.record(recording_id).json["data"]
    assert (record["terminationCode"], record["recordingFileId"]) == ("200", "")
    path = f"{WHERE}?recordingFileId=F{recording_id}&sourceType=sip"
    assert client.request("GET", path).json["status"] == "-24"


def test_a_recording_is_cut_off_and_can_be_resumed_from_there(place):
    url, body = place(CUT_OFF), whole(CUT_OFF)
    for _ in range(2):
        with pytest.raises(http.client.IncompleteRead) as cut:
            fetch(url)
        assert cut.value.partial == body[: len(body) // 2]
    rest = fetch(url, Range=f"bytes={len(body) // 2}-")
    assert (rest.status, cut.value.partial + rest.body) == (206, body)


def test_a_recording_is_empty(place):
    response = fetch(place(EMPTY))
    assert (response.status, response.headers["Content-Length"], response.body) == (200, "0", b"")


def test_a_recording_is_a_page(place):
    response = fetch(place(PAGE))
    assert (response.status, response.headers["Content-Type"]) == (200, "text/html")
    assert b"<html>" in response.body


def test_a_place_has_expired_when_it_is_told(place):
    assert fetch(place(EXPIRED)).status == 403


def test_a_slow_recording_comes_in_little_pieces_and_its_client_may_go(place):
    connection = connect(url := place(SLOW))
    begun = time.monotonic()
    connection.request("GET", target(url))
    response = connection.getresponse()
    assert int(response.headers["Content-Length"]) == len(whole(SLOW))
    assert response.read(700) == whole(SLOW)[:700]
    assert time.monotonic() - begun > 0.25
    response.close()
    connection.close()
    until(no_connections)


def test_closing_ends_a_slow_recording_at_once(calls_file, clock):
    server = SandboxServer(calls_file, clock=clock)
    server.start()
    client = SignedClient(server.url, server.credentials, clock)
    recording_id = client.send_sip(SLOW).json["data"]
    clock.now += 600
    url = client.place_of_recording(recording_id)
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as connection:
        connection.sendall(f"GET {target(url)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        begun = time.monotonic()
        server.close()
        assert time.monotonic() - begun < 0.9
    assert no_connections()


def test_a_connection_serves_several_recordings(place):
    url = place()
    connection = connect(url)
    for _ in range(3):
        connection.request("GET", target(url), headers={"Range": "bytes=0-99"})
        assert connection.getresponse().read() == whole()[:100]
    connection.close()


@given(st.integers(0, 3), st.integers(0, 50_000), st.integers(0, 50_000), st.integers(1, 20_000))
def test_any_part_of_the_tone_is_that_part_of_the_whole(seconds, start, stop, piece):
    length = tone.length(seconds)
    stop = min(stop, length)
    file = b"".join(tone.pieces(seconds, 0, length))
    parts = list(tone.pieces(seconds, start, stop, piece))
    assert len(file) == length
    assert b"".join(parts) == file[start:stop]
    assert all(0 < len(part) <= piece for part in parts)


def no_connections():
    return not [t for t in threading.enumerate() if t.name == "sandbox connection"]


def until(condition):
    """Wait for a condition, ten seconds at most."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)
