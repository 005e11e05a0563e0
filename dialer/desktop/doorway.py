"""The running Dialer's side of the hand-over: it listens from before Qt is imported to its end.

The first start locks a file and listens; the lock ends with its process. A later one knocks
(`desktop.handoff`), and becomes the window itself only where nobody answers. One that finds the
holder of the lock hung takes its place: it puts its own socket under the name, so that the next
link reaches the window that answers.
"""

import fcntl
import logging
import os
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from dialer.desktop import handoff
from dialer.desktop.visit import ANSWER_SECONDS, Inbox, Visit, read_visit

log = logging.getLogger(__name__)

CLAIM_SECONDS = 2.0
"""How long a start waits for another one that is just beginning to listen."""

_VISITORS = 64
_QUEUE = 256  # as many starts may knock before the first one's window is there
_LOOK_SECONDS = 0.02


class Doorway(Inbox):
    """Listens for other starts, on threads of its own. Made by `claim`."""

    def __init__(self, path: Path, lock: "IO[bytes]", *, took_over: bool = False) -> None:
        super().__init__()
        self.took_over = took_over
        self._path = path
        self._lock = lock
        self._closed = False
        self._socket = _listening(path)
        self._inode = path.stat().st_ino
        self._visitors = threading.BoundedSemaphore(_VISITORS)
        thread = threading.Thread(target=self._serve, name="dialer-doorway", daemon=True)
        thread.start()

    def close(self) -> None:
        """Listen no more, and let others take the place. Whoever still waits finds nobody."""
        if self._closed:
            return  # by now its name, and its inode, may be another's
        self._closed = True
        with suppress(OSError):
            # Only our own: another may have taken the name over.
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        super().close()
        self._lock.close()

    def _serve(self) -> None:
        while True:
            # Who comes when there are many waits in the queue: to be sent away would look hung.
            self._visitors.acquire()
            try:
                connection, _ = self._socket.accept()
            except OSError:
                self._visitors.release()
                if self._closed:
                    return
                time.sleep(_LOOK_SECONDS)  # out of file descriptors: there will be some again
                continue
            visitor = threading.Thread(
                target=self._receive, args=[connection], name="dialer-doorway", daemon=True
            )
            try:
                visitor.start()
            except RuntimeError:  # no room for another thread: the visitor comes again, or hears
                connection.close()
                self._visitors.release()

    def _receive(self, connection: socket.socket) -> None:
        try:
            with connection:
                if not handoff.peer_is_us(connection):
                    log.warning("another user's process knocked, and was sent away")
                    return
                visit = _read(connection)
                if visit is None:
                    return
                word, text = self.ask(visit)
                connection.sendall(f"{word}\0{text}".encode("utf-8", "replace"))
        except OSError:
            pass  # the visitor is gone, and with it whoever wanted an answer
        finally:
            self._visitors.release()


def claim(
    path: str | None, said: bytes, *, found_hung: bool = False
) -> tuple[Doorway | None, tuple[str, str] | None]:
    """Become the one who listens at `path`, or hand `said` over to who does.

    Gives the doorway, or the other's answer. Both are None where nobody can listen, as without
    a folder of the user's own: the window then opens without. `found_hung` says that somebody
    who listens was just asked and did not answer. Takes some 2 s at worst.
    """
    if path is None or not _make_private(Path(path).parent):
        return None, None
    place = Path(path)
    deadline = time.monotonic() + (0.0 if found_hung else CLAIM_SECONDS)
    try:
        while True:
            if (lock := _locked(place.with_name(f"{place.name}.lock"))) is not None:
                return Doorway(place, lock, took_over=found_hung), None
            if time.monotonic() >= deadline:
                break
            answer = handoff.knock(path, said)
            if answer is not None and answer[0] == handoff.HUNG:
                break
            if answer is not None:
                return None, answer
            time.sleep(_LOOK_SECONDS)
        return _take_over(place, said)
    except OSError as error:
        log.warning("other starts cannot hand over to this window: %s", error)
        return None, None


def _take_over(place: Path, said: bytes) -> tuple[Doorway | None, tuple[str, str] | None]:
    """Put a socket of our own in place of one that does not answer; one of many starts does."""
    deadline = time.monotonic() + CLAIM_SECONDS
    while (lock := _locked(place.with_name(f"{place.name}.over"))) is None:
        answer = handoff.knock(str(place), said)
        if answer is not None and answer[0] != handoff.HUNG:
            return None, answer
        if time.monotonic() >= deadline:
            return None, None
        time.sleep(_LOOK_SECONDS)
    log.warning("the Dialer that listens does not answer: this one takes its place")
    return Doorway(place, lock, took_over=True), None


def _listening(place: Path) -> socket.socket:
    """A socket that listens under this name, whoever had it before."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with suppress(FileNotFoundError):
        place.unlink()
    try:
        made.bind(str(place))
        place.chmod(0o600)
        made.listen(_QUEUE)
    except BaseException:
        made.close()
        raise
    return made


def _locked(path: Path) -> "IO[bytes] | None":
    """The file, locked; None while another process holds it."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _make_private(folder: Path) -> bool:
    with suppress(OSError):
        folder.mkdir(mode=0o700)
    return handoff.is_private(str(folder))


def _read(connection: socket.socket) -> Visit | None:
    """What a visitor says; None for one who says nothing that counts, or has given up."""
    deadline = time.monotonic() + ANSWER_SECONDS
    said = b""
    while True:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        part = connection.recv(8192)
        if not part:
            break
        said += part
        if len(said) > handoff.SIZE_LIMIT:
            return None
    return read_visit(said)
