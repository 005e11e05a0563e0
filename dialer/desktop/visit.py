"""What a start asks of the window: its own, or the one that runs already."""

import threading
from dataclasses import dataclass, field

from dialer.desktop import handoff


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
        """What the window answers, `HUNG` where it did not take the visit in time."""
        if not self._answered.wait(seconds) and self.take():
            return handoff.HUNG, ""
        self._answered.wait(seconds)
        return self._answer
