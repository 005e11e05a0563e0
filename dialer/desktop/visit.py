"""What a start asks of the window: its own, or the one that runs already."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dialer.desktop import handoff

ANSWER_SECONDS = 1.2
"""How long a visitor waits for the window. Less than `handoff.PATIENCE`, so that it hears why."""

TAKEN_SECONDS = 0.2
"""How long a visit that the window has taken waits for more than that. Both together are less
than `handoff.PATIENCE`."""


@dataclass(slots=True)
class Visit:
    """What another start asks. The window takes it and answers; whichever thread is late, loses."""

    asked: str
    text: str = ""
    profile: str = ""
    token: str = ""
    """By which the desktop lets the window come to the front, "" without one."""
    readable: bool = True
    """False for a message of another version: there is nothing but that somebody knocked."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _over: bool = False
    _answered: threading.Event = field(default_factory=threading.Event, repr=False)
    _answer: tuple[str, str] = (handoff.HUNG, "")

    def take(self) -> bool:
        """Claim the visit for the window; false where the visitor has given up meanwhile."""
        with self._lock:
            taken, self._over = not self._over, True
        return taken

    def answer(self, word: str, text: str = "") -> None:
        """Let the visitor go with an answer; the first one counts."""
        if not self._answered.is_set():
            self._answer = word, text
            self._answered.set()

    def wait(self, seconds: float) -> tuple[str, str]:
        """What the window answers, `HUNG` where it did not take the visit in time.

        A visit that was taken is never hung: who hears that shows its number elsewhere too.
        """
        if not self._answered.wait(seconds) and self.take():
            return handoff.HUNG, ""
        if self._answered.wait(TAKEN_SECONDS):
            return self._answer
        return handoff.SHOWN, ""


class Inbox:
    """Keeps visits until the window takes them. Any thread. Each system's doorway is one."""

    took_over = False
    """Whether another Dialer listens too, which does not answer."""

    def __init__(self) -> None:
        self._visits: list[Visit] = []
        self._guard = threading.Lock()
        self._on_visit: Callable[[], object] | None = None

    def open(self, on_visit: Callable[[], object]) -> None:
        """Tell of visits from now on: `on_visit` is called on whatever thread has one.

        Those who came while the window was being made are told of at once.
        """
        with self._guard:
            self._on_visit = on_visit
            waiting = bool(self._visits)
        if waiting:
            on_visit()

    def visits(self) -> list[Visit]:
        """Who has come since this was last asked, and still waits, in order."""
        with self._guard:
            found, self._visits = self._visits, []
        return [visit for visit in found if visit.take()]

    def close(self) -> None:
        """Let nobody wait any more."""
        for visit in self.visits():
            visit.answer(handoff.HUNG)

    def ask(self, visit: Visit) -> tuple[str, str]:
        """Put a visit in, and wait for the window's answer as long as a visitor does."""
        with self._guard:
            self._visits.append(visit)
            on_visit = self._on_visit
        if on_visit is None:
            return handoff.STARTING, ""
        on_visit()
        return visit.wait(ANSWER_SECONDS)


def read_visit(said: bytes) -> Visit | None:
    """What a visitor says; None for what is no message, or comes too late to count."""
    version, *fields = said.decode("utf-8", "surrogateescape").split("\0")
    if version != handoff.VERSION:
        return Visit(handoff.RAISE, readable=False) if version.startswith("dialer ") else None
    if len(fields) != 5:
        return None
    asked, text, profile, token, until = fields
    try:
        late = time.monotonic() > float(until)
    except ValueError:
        return None
    # A process that was stopped finds at its waking what was said long ago, to a window that
    # did not answer: another has shown it by now.
    return None if late else Visit(asked, text, profile, token)
