"""The bytes of a recording as they come from its host, without anything of ours sent there.

A recording's address opens it to anybody, so it stands in no exception, log or `repr` here.
"""

import logging
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event
from types import TracebackType
from typing import Self

import requests

from dialer.calls.call import Cause
from dialer.calls.recording import RecordingTrouble
from dialer.provider.connection import Attempt, current_attempt
from dialer.provider.faults import connect_cause, describe, lost_cause
from dialer.provider.places import is_fit, redirected
from dialer.provider.session import Adapter, Session, proxies_for

PIECE = 64 * 1024
"""The longest piece, in bytes."""

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_REDIRECTS_LIMIT = 5
_PIECES_AHEAD = 16
_LOOK_S = 0.1
"""How often is looked whether somebody cancelled, in seconds."""
_END_S = 0.2

_here = threading.local()


class StreamFault(Exception):
    """The stream ended before it was whole; `detail` says in the system's words why."""

    def __init__(self, trouble: RecordingTrouble, detail: str | None = None) -> None:
        super().__init__(trouble, detail)
        self.trouble = trouble
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Head:
    """How an answer begins."""

    http_status: int
    length: int | None
    """How many bytes are to follow, if that is said."""
    ends_itself: bool
    """Whether an end can be told from a broken connection."""
    content_range: str | None


class RecordingStream:
    """One download, from its byte `start` on. Use as a context manager, on one thread.

    What the network does happens on a daemon thread of its own, since a name look-up cannot
    be interrupted: whoever waits here goes on within a fraction of a second of `cancel`, and
    after `stall_s` seconds without a byte.
    """

    def __init__(self, url: str, start: int, cancel: Event, stall_s: float) -> None:
        self._url = url
        self._start = start
        self._cancel = cancel
        self._stall_s = stall_s
        self._attempt = Attempt()
        self._closed = Event()
        self._come: queue.Queue[Head | bytes | StreamFault | None] = queue.Queue(_PIECES_AHEAD)
        self._thread = threading.Thread(target=self._run, name="dialer-recording", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closed.set()
        self._attempt.call_off()
        self._attempt.break_off()
        self._thread.join(_END_S)

    def head(self) -> Head:
        """How the answer begins, after its redirects. Raises StreamFault."""
        head = self._next()
        assert isinstance(head, Head)  # noqa: S101 - the first that the thread gives
        return head

    def pieces(self) -> Iterator[bytes]:
        """What follows the head, as it comes. Raises StreamFault."""
        while isinstance(piece := self._next(), bytes):
            yield piece

    def _next(self) -> Head | bytes | None:
        waits_until = time.monotonic() + self._stall_s
        while True:
            if self._cancel.is_set():
                raise StreamFault(RecordingTrouble.CANCELLED)
            try:
                come = self._come.get(timeout=_LOOK_S)
            except queue.Empty:
                if time.monotonic() <= waits_until:
                    continue
                never_began = self._attempt.call_off()
                raise StreamFault(
                    RecordingTrouble.NO_CONNECTION if never_began else RecordingTrouble.STALLED
                ) from None
            if isinstance(come, StreamFault):
                raise come
            return come

    # On the thread

    def _run(self) -> None:
        _here.silent = True
        current_attempt.set(self._attempt)
        session = Session()
        session.headers["Accept"] = "*/*"
        adapter = Adapter()
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        try:
            self._give(self._read(session))
        finally:
            session.close()

    def _read(self, session: Session) -> StreamFault | None:
        """Read all there is. What went wrong is a value: an exception may hold the address."""
        begun = False
        try:
            response = self._open(session)
            if isinstance(response, StreamFault):
                return response
            with response:
                begun = True
                raw = response.raw
                self._give(
                    Head(
                        response.status_code,
                        raw.length_remaining,
                        raw.length_remaining is not None or raw.chunked,
                        response.headers.get("Content-Range"),
                    )
                )
                while not self._closed.is_set():
                    piece = raw.read1(PIECE, decode_content=False)
                    if not piece:
                        return None
                    self._give(piece)
                return None
        except Exception as error:
            if begun:
                return StreamFault(_broken(error), describe(error))
            if connect_cause(error) is Cause.TLS:
                return StreamFault(RecordingTrouble.NOT_TRUSTED, describe(error))
            if self._attempt.call_off():
                return StreamFault(RecordingTrouble.NO_CONNECTION, describe(error))
            return StreamFault(_broken(error), describe(error))

    def _open(self, session: Session) -> requests.Response | StreamFault:
        url: str | None = self._url
        for _ in range(_REDIRECTS_LIMIT + 1):
            if url is None or not is_fit(url):
                return StreamFault(RecordingTrouble.UNSAFE)
            response = session.get(
                url,
                headers={"Range": f"bytes={self._start}-"} if self._start else None,
                timeout=(self._stall_s, self._stall_s),
                allow_redirects=False,
                stream=True,
                proxies=proxies_for(url),
            )
            if response.status_code not in _REDIRECTS:
                return response
            response.close()
            url = redirected(url, _as_utf8(response.headers.get("Location", "")))
        return StreamFault(RecordingTrouble.UNSAFE)

    def _give(self, come: Head | bytes | StreamFault | None) -> None:
        while not self._closed.is_set():
            try:
                self._come.put(come, timeout=_LOOK_S)
            except queue.Full:
                continue
            return


def _broken(error: BaseException) -> RecordingTrouble:
    """What ended an exchange after the request had begun."""
    lost = lost_cause(error)
    if lost is Cause.NO_ANSWER:
        return RecordingTrouble.STALLED
    if lost is Cause.NO_ENVELOPE:
        return RecordingTrouble.UNREADABLE
    return RecordingTrouble.CUT_OFF


def _as_utf8(header: str) -> str:
    """A header's text; HTTP libraries read its bytes as Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _is_said(_record: logging.LogRecord) -> bool:
    return not getattr(_here, "silent", False)


# urllib3 logs the whole URL at DEBUG, and at WARNING where it cannot read an answer's headers.
for _name in ("connection", "connectionpool", "poolmanager", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_is_said)
