"""Keeps the credentials that were read, so that the keyring is asked once and not at each call."""

import threading
import time
from collections.abc import Callable

from dialer.calls.credentials import Credentials
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.settings.credential_store import CredentialStore, SessionStore
from dialer.settings.keyring_trouble import KeyringTrouble, TroubleKind, trouble_of

FAILURE_STANDS = 2.0
"""Seconds for which a reading without credentials is the answer: then the keyring is asked anew.

Long enough for everybody who waited for it to hear of it, and short enough that whoever
unlocked the keyring and calls again is not told of the time before.
"""


class StillReading(KeyringTrouble):
    """The keyring is being read and may be asking on screen: nothing is wrong yet."""

    def __init__(self) -> None:
        super().__init__(
            TroubleKind.NO_ANSWER,
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The credentials are still being read. The keyring may be asking for its "
                    "password in a window of its own: answer it, then call again.",
                )
            ),
        )


class CredentialsMissing(Exception):
    """The profile has no credentials, in the keyring or for this session."""

    def __init__(self, profile: str) -> None:
        self.profile = profile
        self.sentence = Sentence(
            QT_TRANSLATE_NOOP(
                "dialer",
                "The profile “{profile}” has no API key and secret yet. Enter them in the profile.",
            ),
            profile=profile,
        )
        super().__init__(str(self.sentence))


class CredentialKeeper:
    """Reads credentials at first need and keeps them until `forget` or the program's end.

    May be used from any thread: `get` with `wait=0`, `prefetch`, `kept`, `hold` and `forget`
    never block, and one reading a profile is in flight at a time. `on_ready(profile)` is
    called from the reading thread when a reading has ended, well or not; `get` then says how
    at once.
    """

    def __init__(
        self,
        store: CredentialStore,
        session: SessionStore | None = None,
        on_ready: Callable[[str], None] = lambda _: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._session = SessionStore() if session is None else session
        self._on_ready = on_ready
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._readings: dict[str, _Reading] = {}

    def prefetch(self, profile: str) -> None:
        """Begin to read, if that was not done yet."""
        if self._session.get(profile) is None:
            self._reading(profile)

    def kept(self, profile: str) -> Credentials | None:
        """Return what is in memory already. For polls: they must never cause a prompt."""
        if held := self._session.get(profile):
            return held
        with self._lock:
            reading = self._readings.get(profile)
        return reading.credentials if reading else None

    def get(self, profile: str, wait: float = 0.0) -> Credentials:
        """Return the credentials, after `wait` seconds at most.

        Raises StillReading while the reading goes on, CredentialsMissing where there are
        none, KeyringTrouble where the reading failed.
        """
        deadline = time.monotonic() + wait
        while True:
            if held := self._session.get(profile):
                return held
            reading = self._reading(profile)
            if not reading.done.wait(max(0.0, deadline - time.monotonic())):
                raise StillReading
            if reading.forgotten:
                continue  # what it read may be out of date
            if reading.credentials is not None:
                return reading.credentials
            # A copy: the same exception raised in two threads would mix their tracebacks.
            if failure := reading.failure:
                raise KeyringTrouble(failure.kind, failure.sentence)
            raise CredentialsMissing(profile)

    def forget(self, profile: str) -> None:
        """Drop all that is in memory: after a status -1, or when the credentials changed."""
        self._session.delete(profile)
        self._drop_reading(profile)

    def hold(self, profile: str, credentials: Credentials) -> None:
        """Use `credentials` until the program ends, whatever the keyring says."""
        self._session.set(profile, credentials)
        self._drop_reading(profile)

    def _drop_reading(self, profile: str) -> None:
        with self._lock:
            if dropped := self._readings.pop(profile, None):
                dropped.forgotten = True
                dropped.done.set()

    def _reading(self, profile: str) -> "_Reading":
        """The reading that is under way or still counts, or a new one."""
        with self._lock:
            reading = self._readings.get(profile)
            if reading and not reading.is_stale(self._monotonic()):
                return reading
            reading = self._readings[profile] = _Reading()
        threading.Thread(
            target=self._read, args=(profile, reading), name="credentials", daemon=True
        ).start()
        return reading

    def _read(self, profile: str, reading: "_Reading") -> None:
        try:
            reading.credentials = self._store.get(profile)
        except Exception as error:
            reading.failure = error if isinstance(error, KeyringTrouble) else trouble_of(error)
        reading.ended_at = self._monotonic()
        reading.done.set()
        if not reading.forgotten:
            self._on_ready(profile)


class _Reading:
    """One reading of a profile's credentials, under way until `done`."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.forgotten = False
        self.credentials: Credentials | None = None
        self.failure: KeyringTrouble | None = None
        self.ended_at = 0.0

    def is_stale(self, now: float) -> bool:
        """Whether it ended without credentials, and too long ago to count."""
        ended_empty = self.done.is_set() and self.credentials is None
        return ended_empty and now - self.ended_at > FAILURE_STANDS
