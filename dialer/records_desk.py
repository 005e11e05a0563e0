"""Joins the records worker to journal, providers and credentials, on that worker's thread."""

# ruff: noqa: PLC0415 - what is heavy is imported off the UI thread, after the window is there

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dialer.calls.call import CallRecord
from dialer.calls.credentials import Credentials
from dialer.calls.patience import Patience
from dialer.calls.reasons import WRONG_CREDENTIALS
from dialer.calls.records import Balance, PhoneAccount, Records, RecordsError
from dialer.settings.folders import Folders
from dialer.settings.keeper import CredentialKeeper, StillReading
from dialer.settings.profile import SANDBOX_NAME, Profile
from dialer.ui.records_worker import Choice, CompareOrder, Followed

if TYPE_CHECKING:
    from dialer.calls.follow import Follower
    from dialer.calls.journal_fates import FateJournal
    from dialer.calls.journal_search import SearchFiller
    from dialer.calls.reconcile import Comparison
    from dialer.provider.signing import ProviderClock
    from dialer.provider.transport import Transport
    from dialer.ui.recordings import RecordingOrder

ASKED_SECONDS = 15.0
"""How long credentials are waited for where the operator asked for something."""

_SLICE = 0.2

PAGE_PAUSE = 1.0
"""Seconds between two pages of a comparison, to spare the provider."""


class ProgramRecordsDesk:
    """What following calls, accounts and balances need, made when it is needed.

    Fulfils `ui.records_worker.RecordsDesk`. One thread, the records worker's, but for `stop`.
    It has an HTTP session of its own, so that nothing here makes a call late.
    """

    def __init__(self, folders: Folders, keeper: CredentialKeeper) -> None:
        self._folders = folders
        self._keeper = keeper
        self._profiles: dict[str, Profile] = {}
        self._journal: FateJournal | None = None
        self._filler: SearchFiller | None = None
        self._follower: Follower | None = None
        self._transport: Transport | None = None
        self._clocks: dict[str, ProviderClock] = {}
        self._lines: dict[str, tuple[Profile, Credentials, Records]] = {}
        self._refused: dict[str, Records] = {}
        self._patience: Patience | None = None
        self._stopped = False

    def open(self) -> None:
        """Open the journal, which the call worker has made ready, anew if it is open.

        Raises JournalError.
        """
        from dialer.calls.follow import Follower
        from dialer.calls.journal_fates import FateJournal
        from dialer.calls.journal_search import SearchFiller
        from dialer.calls.pace import PROVIDER, SANDBOX

        for part in (self._filler, self._journal):
            if part is not None:
                part.close()
        self._filler = self._journal = self._follower = None
        self._journal = FateJournal(self._folders.journal, self._folders.lifelines)
        self._filler = SearchFiller(self._folders.journal)
        self._follower = Follower(
            self._journal,
            self._kept_line,
            lambda: tuple(self._profiles),
            paces=lambda name: SANDBOX if name == SANDBOX_NAME else PROVIDER,
        )
        if self._stopped:
            self._follower.stop()

    def know(self, profiles: Sequence[Profile]) -> None:
        """These are the profiles whose calls are followed, the running sandbox's among them."""
        self._profiles = {profile.name: profile for profile in profiles}
        if self._follower is not None:
            for name in self._profiles:
                self._follower.wake(name)

    def prepare_search(self) -> float:
        """Put more of an old journal into the search index; how much of it is in, up to 1.0."""
        if self._filler is None:
            return 1.0
        done = self._filler.step()
        if done >= 1.0:
            self._filler.close()
            self._filler = None
        return done

    def step(self) -> Followed:
        """Ask the one question that is due, if one is."""
        assert self._follower is not None  # noqa: S101 - opened before
        step = self._follower.step()
        # Nobody is asked about calls while no profile's credentials are at hand.
        asks = any(self._keeper.kept(name) for name in self._profiles)
        return Followed(step.changed, step.wait_s, step.looked_for if asks else 0, step.trouble)

    def wake(self, profile: str) -> None:
        """The credentials of a profile are there, or are others."""
        if self._follower is not None:
            self._follower.wake(profile)

    def nudge(self, call: CallRecord) -> None:
        """A call was just placed, or ended without a certain outcome."""
        if self._follower is not None:
            self._follower.nudge(call)

    def balance(self, profile: Profile) -> Balance | None:
        """The balance; None where asking would cause the keyring's prompt. Raises RecordsError."""
        line = self._kept_line(profile.name)
        if line is None or line is self._refused.get(profile.name):
            return None
        try:
            return line.balance(profile.balance_path, self._patient(profile))
        except RecordsError as error:
            if error.status == WRONG_CREDENTIALS:
                # Not again with the same credentials: there are providers that lock accounts.
                self._refused[profile.name] = line
            raise

    def accounts(self, profile: Profile) -> Sequence[PhoneAccount]:
        """The phone accounts of the profile's application.

        May cause the keyring's prompt, for the operator asked. Raises RecordsError,
        CredentialsMissing or KeyringTrouble.
        """
        line = self._line(profile, self._asked_credentials(profile))
        return line.accounts(profile.app_id, self._patient(profile, pages=10))

    def compare(self, order: CompareOrder) -> "Comparison | None":
        """Compare a period; None if it was stopped. Raises as `accounts` does, or JournalError."""
        from dialer.calls.reading import EXCHANGE_SECONDS, PagePatience
        from dialer.calls.reconcile import compare

        if order.stopped.is_set():
            return None
        profile = order.profile
        line = self._line(profile, self._asked_credentials(profile, order.stopped))
        assert self._journal is not None  # noqa: S101 - opened before
        self._patience = patience = PagePatience(EXCHANGE_SECONDS)
        if self._stopped:
            patience.stop()
        return compare(
            self._journal,
            line,
            order.since_ms,
            order.until_ms,
            profile.name,
            patience=patience,
            now_ms=time.time_ns() // 1_000_000,
            go_on=lambda _: not order.stopped.wait(PAGE_PAUSE) and not self._stopped,
        )

    def choose(self, choice: Choice) -> Sequence[CallRecord]:
        """Settle a call by the record that the operator chose. Raises JournalError."""
        assert self._follower is not None  # noqa: S101 - opened before
        return self._follower.choose(choice.call, choice.recording_id)

    def stop(self) -> None:
        """End the question under way, and ask no other. Any thread."""
        self._stopped = True
        if self._follower is not None:
            self._follower.stop()
        if (patience := self._patience) is not None:
            patience.stop(0.0)

    def close(self) -> None:
        """Let go of everything."""
        for part in (self._transport, self._filler, self._journal):
            if part is not None:
                part.close()

    def _kept_line(self, name: str) -> Records | None:
        """A line to the profile `name`, None if its credentials are not in memory."""
        profile = self._profiles.get(name)
        credentials = self._keeper.kept(name)
        if profile is None or credentials is None:
            return None
        return self._line(profile, credentials)

    def _line(self, profile: Profile, credentials: Credentials) -> Records:
        from dialer.provider.records import ProviderRecords
        from dialer.provider.signing import ProviderClock
        from dialer.provider.transport import Transport

        known = self._lines.get(profile.name)
        if known is not None and known[0] == profile and known[1] is credentials:
            return known[2]
        if self._transport is None:
            self._transport = Transport()
        clock = self._clocks.setdefault(profile.base_url, ProviderClock())
        line = ProviderRecords(profile.base_url, credentials, self._transport, clock)
        self._lines[profile.name] = (profile, credentials, line)
        return line

    def _asked_credentials(
        self, profile: Profile, stopped: threading.Event | None = None
    ) -> Credentials:
        """The credentials, awaited for a while: the keyring may ask for its password.

        In slices, so that neither the program's end nor the operator's stop waits for it.
        """
        deadline = time.monotonic() + ASKED_SECONDS
        while True:
            try:
                return self._keeper.get(profile.name, wait=_SLICE)
            except StillReading:
                over = self._stopped or (stopped is not None and stopped.is_set())
                if over or time.monotonic() >= deadline:
                    raise

    def _patient(self, profile: Profile, pages: int = 1) -> Patience:
        self._patience = patience = Patience(profile.timeout * pages)
        if self._stopped:
            patience.stop()
        return patience


def fetch_recording(
    profile: Profile,
    credentials: Credentials,
    order: "RecordingOrder",
    progress: Callable[[int, int | None], None],
    cancel: threading.Event,
) -> Path:
    """Fetch a recording into its place, with sessions of its own. Blocks; any thread.

    Raises RecordsError or RecordingError.
    """
    from dialer.calls.recording import RecordingError, RecordingTrouble
    from dialer.calls.recording_name import free_name
    from dialer.provider.recording_file import fetch, keep, part_of
    from dialer.provider.records import ProviderRecords
    from dialer.provider.signing import ProviderClock
    from dialer.provider.transport import Transport

    transport = Transport()
    patience = Patience(profile.timeout)
    over = threading.Event()

    def heed() -> None:
        while not over.wait(_SLICE):
            if cancel.is_set():
                patience.stop(0.0)
                return

    threading.Thread(target=heed, name="dialer-cancel", daemon=True).start()
    try:
        line = ProviderRecords(profile.base_url, credentials, transport, ProviderClock())
        place = line.recording(order.recording_file_id, patience)
    except RecordsError:
        if cancel.is_set():
            raise RecordingError(RecordingTrouble.CANCELLED, resumable=False) from None
        raise
    finally:
        over.set()
        transport.close()
    try:
        fetched = fetch(place, order.target, progress, cancel)
    except RecordingError as error:
        if not error.resumable or error.trouble is RecordingTrouble.CANCELLED:
            with suppress(OSError):
                part_of(order.target, place).unlink(missing_ok=True)
        raise
    if order.target.suffix == fetched.suffix and order.replace:
        return keep(fetched, order.target, replace=True)
    name = order.target.with_suffix(fetched.suffix).name
    while True:
        try:
            return keep(fetched, free_name(order.target.parent, name))
        except RecordingError as error:
            if error.trouble is not RecordingTrouble.EXISTS:
                raise
