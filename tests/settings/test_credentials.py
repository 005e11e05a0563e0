"""What can be credentials, and how they are kept for the time the program runs."""

import json
import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from queue import Queue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.credentials import Credentials
from dialer.settings.credential_store import as_entry, from_entry
from dialer.settings.keeper import FAILURE_STANDS
from dialer.settings.keyring_store import (
    CredentialKeeper,
    CredentialsMissing,
    CredentialsRefused,
    KeyringTrouble,
    SessionStore,
    StillReading,
    TroubleKind,
    check_credentials,
)
from dialer.settings.keyring_trouble import trouble

SECRET = "s3cr3t-that-no-one-may-see"
CREDENTIALS = Credentials("the-api-key", SECRET)
OTHERS = Credentials("another-key", "another-secret")
SOON = 10.0


class TestCheck:
    def test_spaces_at_the_ends_are_taken_off(self) -> None:
        assert check_credentials("  key\n", "\t sec ret ") == Credentials("key", "sec ret")

    @pytest.mark.parametrize(
        ("key", "secret", "field"),
        [
            ("", SECRET, "api_key"),
            (" \n", SECRET, "api_key"),
            ("a b", SECRET, "api_key"),
            ("a\r\nX-Header: b", SECRET, "api_key"),
            ("a\x00b", SECRET, "api_key"),
            ("schlüssel", SECRET, "api_key"),
            ("k" * 513, SECRET, "api_key"),
            ("key", "", "api_secret"),
            ("key", "  ", "api_secret"),
            ("key", f"{SECRET}\nx", "api_secret"),
            ("key", f"{SECRET}\x00", "api_secret"),
            ("key", f"{SECRET}\u200b", "api_secret"),
            ("key", f"{SECRET}\ud800", "api_secret"),
            ("key", SECRET * 20, "api_secret"),
            ("key" * 170, "\U0001f600" * 512, "api_secret"),
        ],
    )
    def test_what_cannot_be_is_refused_without_showing_it(
        self, key: str, secret: str, field: str
    ) -> None:
        with pytest.raises(CredentialsRefused) as caught:
            check_credentials(key, secret)
        assert caught.value.field == field
        told = "".join(traceback.format_exception(caught.value))
        assert SECRET not in told + repr(caught.value) + repr(caught.value.sentence)

    def test_the_longest_ones_are_taken(self) -> None:
        assert check_credentials("k" * 512, "s" * 512) == Credentials("k" * 512, "s" * 512)

    @given(st.text(), st.text())
    def test_what_is_taken_fits_a_keyring_and_comes_back(self, key: str, secret: str) -> None:
        try:
            credentials = check_credentials(key, secret)
        except CredentialsRefused:
            return
        assert len(as_entry(credentials).encode("utf-16-le")) <= 2560
        assert from_entry(as_entry(credentials)) == credentials
        credentials.api_key.encode("ascii")

    @pytest.mark.parametrize(
        ("key", "secret"),
        [
            ("key\r\nX-Header: 1", "secret"),
            ("Schlüssel 鍵", "secret"),
            ("", "secret"),
            ("key", ""),
            ("key", "sec\0ret"),
            ("key", "secret\ud800"),
            ("key", "s" * 2000),
        ],
    )
    def test_an_entry_with_what_could_not_be_typed_is_none_of_ours(
        self, key: str, secret: str
    ) -> None:
        assert from_entry(json.dumps({"api_key": key, "api_secret": secret})) is None


class SlowStore(SessionStore):
    """A store whose readings end when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.readings: Queue[str] = Queue()
        self.answers: Queue[Credentials | Exception | None] = Queue()
        self.asked = 0

    def get(self, profile: str) -> Credentials | None:
        self.asked += 1
        self.readings.put(profile)
        answer = self.answers.get(timeout=SOON)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class TestKeeper:
    @pytest.fixture
    def store(self) -> SlowStore:
        return SlowStore()

    @pytest.fixture
    def ready(self) -> Queue[str]:
        return Queue()

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def keeper(
        self, store: SlowStore, ready: Queue[str], clock: Clock
    ) -> Iterator[CredentialKeeper]:
        yield CredentialKeeper(store, SessionStore(), ready.put, clock)
        for thread in threading.enumerate():
            if thread.name == "credentials":
                thread.join(SOON)

    def test_they_are_read_at_first_need_and_then_kept(
        self, keeper: CredentialKeeper, store: SlowStore
    ) -> None:
        assert store.asked == 0
        store.answers.put(CREDENTIALS)
        assert keeper.get("work", SOON) == CREDENTIALS
        for _ in range(3):
            assert keeper.get("work") == CREDENTIALS
        assert store.asked == 1

    def test_who_cannot_wait_is_told_that_the_reading_goes_on(
        self, keeper: CredentialKeeper, store: SlowStore, ready: Queue[str]
    ) -> None:
        begun = time.monotonic()
        for _ in range(3):
            with pytest.raises(StillReading) as caught:
                keeper.get("work", 0)
            assert caught.value.kind == TroubleKind.NO_ANSWER
        assert time.monotonic() - begun < 2
        store.answers.put(CREDENTIALS)
        assert ready.get(timeout=SOON) == "work"
        assert keeper.get("work", 0) == CREDENTIALS
        assert store.asked == 1

    def test_what_was_fetched_ahead_is_there(
        self, keeper: CredentialKeeper, store: SlowStore, ready: Queue[str]
    ) -> None:
        keeper.prefetch("work")
        keeper.prefetch("work")
        assert store.readings.get(timeout=SOON) == "work"
        store.answers.put(CREDENTIALS)
        ready.get(timeout=SOON)
        assert keeper.get("work", 0) == CREDENTIALS
        assert store.asked == 1

    def test_many_who_wait_share_one_reading(
        self, keeper: CredentialKeeper, store: SlowStore
    ) -> None:
        got: Queue[Credentials] = Queue()
        threads = [
            threading.Thread(target=lambda: got.put(keeper.get("work", SOON))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        store.readings.get(timeout=SOON)
        store.answers.put(CREDENTIALS)
        for thread in threads:
            thread.join(SOON)
        assert [got.get_nowait() for _ in threads] == [CREDENTIALS] * 8
        assert store.asked == 1

    def test_each_profile_has_its_own(self, keeper: CredentialKeeper, store: SlowStore) -> None:
        store.answers.put(CREDENTIALS)
        assert keeper.get("work", SOON) == CREDENTIALS
        store.answers.put(OTHERS)
        assert keeper.get("home", SOON) == OTHERS
        assert keeper.get("work") == CREDENTIALS

    def test_missing_ones_are_told_and_looked_for_again_later(
        self, keeper: CredentialKeeper, store: SlowStore, clock: Clock
    ) -> None:
        store.answers.put(None)
        for _ in range(2):
            with pytest.raises(CredentialsMissing, match="“work”") as caught:
                keeper.get("work", SOON)
        assert caught.value.profile == "work"
        assert store.asked == 1
        clock.now += FAILURE_STANDS + 0.1
        store.answers.put(CREDENTIALS)
        assert keeper.get("work", SOON) == CREDENTIALS

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            (trouble(TroubleKind.LOCKED), TroubleKind.LOCKED),
            (RuntimeError(SECRET), TroubleKind.FAILING),
        ],
    )
    def test_a_failed_reading_is_told_to_whoever_asks_at_once_and_then_tried_again(
        self,
        *,
        keeper: CredentialKeeper,
        store: SlowStore,
        ready: Queue[str],
        clock: Clock,
        error: Exception,
        kind: TroubleKind,
    ) -> None:
        keeper.prefetch("work")
        store.answers.put(error)
        ready.get(timeout=SOON)
        for _ in range(2):
            with pytest.raises(KeyringTrouble) as caught:
                keeper.get("work", 0)
            assert caught.value.kind == kind
            assert SECRET not in "".join(traceback.format_exception(caught.value))
        assert store.asked == 1
        clock.now += FAILURE_STANDS + 0.1
        store.answers.put(CREDENTIALS)
        assert keeper.get("work", SOON) == CREDENTIALS

    def test_a_poll_never_asks_the_store(
        self, keeper: CredentialKeeper, store: SlowStore, ready: Queue[str]
    ) -> None:
        assert keeper.kept("work") is None
        assert store.asked == 0
        keeper.prefetch("work")
        assert keeper.kept("work") is None
        store.answers.put(CREDENTIALS)
        ready.get(timeout=SOON)
        assert keeper.kept("work") == CREDENTIALS
        keeper.hold("home", OTHERS)
        assert keeper.kept("home") == OTHERS

    def test_what_was_forgotten_is_read_again(
        self, keeper: CredentialKeeper, store: SlowStore
    ) -> None:
        store.answers.put(CREDENTIALS)
        keeper.get("work", SOON)
        keeper.forget("work")
        assert keeper.kept("work") is None
        store.answers.put(OTHERS)
        assert keeper.get("work", SOON) == OTHERS
        assert store.asked == 2

    def test_a_reading_begun_before_the_change_counts_no_more(
        self, keeper: CredentialKeeper, store: SlowStore, ready: Queue[str]
    ) -> None:
        got: Queue[Credentials] = Queue()
        waiting = threading.Thread(target=lambda: got.put(keeper.get("work", SOON)))
        waiting.start()
        store.readings.get(timeout=SOON)
        keeper.forget("work")
        store.readings.get(timeout=SOON)
        # Whichever reading takes which answer: that both end shows that one was dropped.
        store.answers.put(OTHERS)
        store.answers.put(OTHERS)
        waiting.join(SOON)
        assert got.get_nowait() == OTHERS
        assert ready.get(timeout=SOON) == "work"
        assert ready.empty()

    def test_credentials_held_for_the_session_need_no_keyring(
        self, keeper: CredentialKeeper, store: SlowStore
    ) -> None:
        keeper.hold("work", CREDENTIALS)
        keeper.prefetch("work")
        assert keeper.get("work", 0) == CREDENTIALS
        assert store.asked == 0

    def test_holding_ends_the_waiting_for_a_keyring_that_hangs(
        self, keeper: CredentialKeeper, store: SlowStore
    ) -> None:
        got: Queue[Credentials] = Queue()
        waiting = threading.Thread(target=lambda: got.put(keeper.get("work", SOON)))
        waiting.start()
        store.readings.get(timeout=SOON)
        keeper.hold("work", CREDENTIALS)
        assert got.get(timeout=SOON / 2) == CREDENTIALS
        store.answers.put(OTHERS)
        waiting.join(SOON)
        assert keeper.get("work") == CREDENTIALS

    def test_refused_credentials_are_forgotten_even_if_held_for_the_session(
        self, keeper: CredentialKeeper, store: SlowStore
    ) -> None:
        keeper.hold("work", CREDENTIALS)
        keeper.forget("work")
        store.answers.put(None)
        with pytest.raises(CredentialsMissing):
            keeper.get("work", SOON)

    def test_nothing_that_the_keeper_shows_has_the_secret(
        self, keeper: CredentialKeeper, store: SlowStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        store.answers.put(CREDENTIALS)
        found: Callable[[], object]
        for found in (lambda: keeper.get("work", SOON), lambda: keeper, lambda: vars(keeper)):
            assert SECRET not in repr(found())
        assert SECRET not in caplog.text
