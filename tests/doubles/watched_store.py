"""A credential store in memory that knows on which threads it was asked, and can fail or hang."""

import threading

from dialer.calls.credentials import Credentials
from dialer.settings.credential_store import SessionStore
from dialer.settings.keyring_trouble import KeyringTrouble

KEY = "EXAMPLEKEY"
SECRET = "Xq7-the-secret-of-a-test-vB2"
"""It must be seen nowhere."""
CREDENTIALS = Credentials(KEY, SECRET)


class WatchedStore(SessionStore):
    """Stands where the keyring does. May be used from any thread.

    While `trouble` is set, every method raises it. While `prompting`, every method waits, as a
    keyring does whose prompt is on screen; `answer` lets it go on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trouble: KeyringTrouble | None = None
        self.threads: set[threading.Thread] = set()
        self.readings = 0
        """How often credentials were read."""
        self._answered = threading.Event()
        self._answered.set()

    def prompt(self) -> None:
        """From now on, wait for `answer`."""
        self._answered.clear()

    def answer(self) -> None:
        """Answer the prompt."""
        self._answered.set()

    def get(self, profile: str) -> Credentials | None:
        self.readings += 1
        self._asked()
        return super().get(profile)

    def set(self, profile: str, credentials: Credentials) -> None:
        self._asked()
        super().set(profile, credentials)

    def delete(self, profile: str) -> None:
        self._asked()
        super().delete(profile)

    def ensure_usable(self) -> None:
        self._asked()

    def reads_silently(self) -> bool:
        return False

    def _asked(self) -> None:
        self.threads.add(threading.current_thread())
        self._answered.wait()
        if self.trouble is not None:
            raise self.trouble
