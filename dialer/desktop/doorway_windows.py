"""The running Dialer's side of the hand-over on Windows: a named pipe. Not run there yet.

The pipe's name holds a key that only this user can read (`handoff.address`), so nobody else
knows where to knock, or under which name to listen in. Windows refuses a second pipe of the
same name that wants to be the first, which is the lock that `desktop.doorway` has a file for.
"""

import logging
import threading
from contextlib import suppress
from multiprocessing.connection import Connection, Listener

from dialer.desktop import handoff
from dialer.desktop.visit import Inbox, read_visit

log = logging.getLogger(__name__)


class PipeDoorway(Inbox):
    """Listens for other starts, on threads of its own. Raises OSError where somebody does."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._closed = False
        self._listener = Listener(path, "AF_PIPE")
        threading.Thread(target=self._serve, name="dialer-doorway", daemon=True).start()

    def close(self) -> None:
        """Listen no more. Whoever still waits finds nobody."""
        self._closed = True
        self._listener.close()
        super().close()

    def _serve(self) -> None:
        while not self._closed:
            with suppress(OSError, EOFError):
                visitor = threading.Thread(
                    target=self._receive,
                    args=[self._listener.accept()],
                    name="dialer-doorway",
                    daemon=True,
                )
                visitor.start()

    def _receive(self, connection: "Connection[bytes, bytes]") -> None:
        with suppress(OSError, EOFError), connection:
            visit = read_visit(connection.recv_bytes(handoff.SIZE_LIMIT))
            if visit is not None:
                word, text = self.ask(visit)
                connection.send_bytes(f"{word}\0{text}".encode())


def claim(
    path: str | None, said: bytes, *, found_hung: bool = False
) -> tuple[PipeDoorway | None, tuple[str, str] | None]:
    """Become the one who listens at `path`, or hand `said` over to who does; see
    `desktop.doorway.claim`. Beside one that hangs, the window opens without a doorway.
    """
    if path is None or found_hung:
        return None, None
    try:
        return PipeDoorway(path), None
    except OSError as error:
        answer = handoff.knock(path, said)
        if answer is None or answer[0] == handoff.HUNG:
            log.warning("other starts cannot hand over to this window: %s", error)
            return None, None
        return None, answer
