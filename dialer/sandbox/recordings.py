"""The recordings of the sandbox: where each can be fetched for a while, and the fetching.

Their address is not the provider's, as in life: whoever sends credentials there is refused.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from urllib.parse import parse_qs

from dialer.sandbox import tone
from dialer.sandbox.behaviour import Recording
from dialer.sandbox.connection import Connection
from dialer.sandbox.life import life_of
from dialer.sandbox.listener import Listener
from dialer.sandbox.magic import recording_of
from dialer.sandbox.magic_answers import PAGE
from dialer.sandbox.reply import Reply, no_envelope
from dialer.sandbox.store import ReceivedCall, SandboxCalls

HOSTS = ("127.0.0.2", "127.0.0.1")
"""The addresses to listen on, the first that there is: not every system has all of loopback."""

GOOD_FOR = 10 * 60
"""How long the address of a recording is good, in seconds."""

_PATH = re.compile(r"/recordings/(F[0-9]{1,30})\.wav", re.ASCII)
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)
_SLOW_PIECE = 200
_SLOW_WAIT = 0.1  # seconds after each piece
_WAV = "audio/wav"


class RecordingPlaces:
    """Gives out the addresses of recordings under `url`, and knows them again. Any thread.

    `clock` gives Unix seconds.
    """

    def __init__(self, url: str, clock: Callable[[], float]) -> None:
        self._url = url
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def place_of(self, file_id: str, *, good_for: int = GOOD_FOR) -> tuple[str, int]:
        """The URL of a recording, and when it expires, in milliseconds since 1970."""
        expires = int(self._clock() + good_for) * 1000
        token = self._token(file_id, str(expires))
        return f"{self._url}/recordings/{file_id}.wav?expires={expires}&token={token}", expires

    def recording_at(self, target: str) -> str | None:
        """The recording file ID that a path with its query opens; None if it opens nothing."""
        path, _, query = target.partition("?")
        fields = parse_qs(query)
        expires, token = (fields.get(name, [""])[0] for name in ("expires", "token"))
        found = _PATH.fullmatch(path)
        if found is None or not hmac.compare_digest(
            self._token(found[1], expires).encode(), token.encode("utf-8", "replace")
        ):
            return None
        # A token that fits was made here, with a number in it.
        return found[1] if self._clock() * 1000 < int(expires) else None

    def _token(self, file_id: str, expires: str) -> str:
        signed = f"{file_id} {expires}".encode("utf-8", "replace")
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()


class RecordingsListener(Listener):
    """The second address. Raises OSError where it cannot be had."""

    def __init__(self, host: str, calls: SandboxCalls, clock: Callable[[], float]) -> None:
        self.calls = calls
        super().__init__(host, 0, RecordingConnection, clock)
        self.places = RecordingPlaces(self.url, clock)


def listen_for_recordings(calls: SandboxCalls, clock: Callable[[], float]) -> RecordingsListener:
    """Listen on the first address that there is. Raises OSError where none is."""
    for host in HOSTS[:-1]:
        try:
            return RecordingsListener(host, calls, clock)
        except OSError:
            continue
    return RecordingsListener(HOSTS[-1], calls, clock)


class RecordingConnection(Connection):
    """Serves recordings to whoever has their address."""

    server: RecordingsListener

    def respond(self, body: bytes) -> None:  # noqa: ARG002 - as every connection
        """Send the recording, or why not, as text."""
        if "Api-Key" in self.headers or "Sign" in self.headers:
            self.deliver(no_envelope(400, "credentials do not belong here"))
            return
        if self.command not in ("GET", "HEAD"):
            self.deliver(no_envelope(405, "Method Not Allowed", ("Allow", "GET, HEAD")))
            return
        file_id = self.server.places.recording_at(self.path)
        call = None if file_id is None else self.server.calls.call(file_id[1:])
        if call is None:
            self.deliver(no_envelope(403, "the address is wrong or has expired"))
            return
        recording = recording_of(call.callee)
        if recording is Recording.EMPTY:
            self.deliver(Reply(200, content_type=_WAV))
        elif recording is Recording.PAGE:
            self.deliver(Reply(200, PAGE.encode(), "text/html"))
        else:
            self._send(call, recording)

    def _send(self, call: ReceivedCall, recording: Recording) -> None:
        seconds = life_of(call.callee).duration
        length = tone.length(seconds)
        tag = f'"{call.recording_id}"'
        span = self._span(length, tag)
        start, stop = span or (0, length)
        if start >= stop:
            nothing = ("Content-Range", f"bytes */{length}")
            self.deliver(no_envelope(416, "Range Not Satisfiable", nothing))
            return
        headers = [("Accept-Ranges", "bytes"), ("ETag", tag)]
        if span is not None:
            headers.append(("Content-Range", f"bytes {start}-{stop - 1}/{length}"))
        self.wfile.write(self.head(206 if span else 200, _WAV, stop - start, headers))
        if self.command == "HEAD":
            return
        if recording is Recording.CUT_OFF and span is None:
            self.close_connection = True
            stop = length // 2
        self._send_sound(seconds, start, stop, slow=recording is Recording.SLOW)

    def _send_sound(self, seconds: int, start: int, stop: int, *, slow: bool) -> None:
        for piece in tone.pieces(seconds, start, stop, _SLOW_PIECE if slow else tone.PIECE):
            self.wfile.write(piece)
            if slow and self.until_ended(_SLOW_WAIT):
                self.close_connection = True
                return
        self.connection.settimeout(self.timeout)

    def _span(self, length: int, tag: str) -> tuple[int, int] | None:
        """From where up to where is asked for; None is the whole, nothing between is neither."""
        asked = _RANGE.fullmatch(str(self.headers.get("Range", "")).strip())
        if asked is None or self.headers.get("If-Range", tag).strip() != tag:
            return None
        first, last = asked.groups()
        if not first:
            return (max(0, length - int(last)), length) if last else None
        if last and int(last) < int(first):
            return None
        return int(first), min(length, int(last) + 1 if last else length)
