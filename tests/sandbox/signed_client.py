"""A client of the sandbox for its tests, which signs by the wire contract and nothing else."""

import hashlib
import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dialer.calls.credentials import Credentials


@dataclass(frozen=True)
class Response:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def sign(key: str, secret: str, timestamp: str) -> str:
    return hashlib.md5(f"{key}{secret}{timestamp}".encode()).hexdigest()


class SignedClient:
    def __init__(self, url: str, credentials: Credentials, clock=time.time) -> None:
        self.address = (urlsplit(url).hostname, urlsplit(url).port)
        self.credentials = credentials
        self.clock = clock

    def headers(self, **changed: str | None) -> dict[str, str]:
        """The headers of a signed request; a name in `changed` with None is left out."""
        timestamp = changed.get("Timestamp") or str(int(self.clock()))
        headers = {
            "Content-Type": "application/json;charset=UTF-8",
            "Api-Key": self.credentials.api_key,
            "Sign": sign(self.credentials.api_key, self.credentials.api_secret, timestamp),
            "Timestamp": timestamp,
        }
        headers.update(changed)
        return {name: value for name, value in headers.items() if value is not None}

    def request(self, method: str, path: str, body: bytes | None = None, headers=None) -> Response:
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        try:
            connection.request(method, path, body, self.headers() if headers is None else headers)
            response = connection.getresponse()
            return Response(response.status, response.headers, response.read())
        finally:
            connection.close()

    def send_sip(self, callee: str = "932111111111", **fields: object) -> Response:
        body = {"callee": callee, "account": "test_001", **fields}
        return self.request("POST", "/voice/sendSip", json.dumps(body).encode())

    def record(self, recording_id: str) -> Response:
        return self.request("GET", f"/voice/recordSip/{recording_id}")

    def query(self, path: str, params: object, current: object = 1, size: object = 100) -> Response:
        body = {"current": current, "size": size, "params": params}
        return self.request("POST", path, json.dumps(body).encode())

    def place_of_recording(self, recording_id: str) -> str:
        """The URL of the recording of a call that is over."""
        file_id = self.record(recording_id).json["data"]["recordingFileId"]
        path = f"/voice/getRecordingFileUrl?recordingFileId={file_id}&sourceType=sip"
        return self.request("GET", path).json["data"]["url"]

    def raw_send_sip(self, callee: str) -> bytes:
        """The bytes of a whole request, for a bare socket."""
        body = json.dumps({"callee": callee, "account": "test_001"}).encode()
        lines = [
            "POST /voice/sendSip HTTP/1.1",
            "Host: sandbox",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in self.headers().items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body


class StepClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
