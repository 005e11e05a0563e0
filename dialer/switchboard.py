"""Joins the call worker to journal, provider, credentials and sandbox, on the worker's thread."""

# ruff: noqa: PLC0415 - what is heavy is imported off the UI thread, after the window is there

from collections.abc import Callable
from typing import TYPE_CHECKING

from dialer.calls.credentials import Credentials
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.settings.folders import Folders
from dialer.settings.keeper import CredentialKeeper, CredentialsMissing, StillReading
from dialer.settings.keyring_trouble import KeyringTrouble
from dialer.settings.profile import SANDBOX_NAME, Profile
from dialer.ui.call_worker import CallRefused

if TYPE_CHECKING:
    from dialer.calls.journal import CallJournal
    from dialer.calls.lifeline import Lifeline
    from dialer.provider.client import InvokePhone
    from dialer.provider.signing import ProviderClock
    from dialer.provider.transport import Transport
    from dialer.sandbox.server import SandboxServer

_NOT_CALLED = QT_TRANSLATE_NOOP("dialer", "{why} Nothing was called.")


class ProgramSwitchboard:
    """The parts that placing a call needs, made when they are needed. One thread: the worker's.

    Fulfils `ui.call_worker.Switchboard`. Heavy modules are imported here, off the UI thread.
    """

    def __init__(self, folders: Folders, keeper: CredentialKeeper) -> None:
        self._folders = folders
        self._keeper = keeper
        self._lifeline: Lifeline | None = None
        self._journal: CallJournal | None = None
        self._transport: Transport | None = None
        self._clocks: dict[str, ProviderClock] = {}
        self._sandbox: SandboxServer | None = None
        self._sandbox_profile: Profile | None = None

    def open(self, progress: Callable[[float], None] = lambda _: None) -> Sentence | None:
        """Open the journal, anew if it is open; what became of a damaged one. Raises JournalError.

        `progress` is told from 0 to 1 how far an older journal is brought up to date, or what is
        legible of a damaged one; what it raises breaks that off.
        """
        from dialer.calls.journal import CallJournal, prepare
        from dialer.calls.journal_file import folder_trouble
        from dialer.calls.lifeline import Lifeline

        if self._journal is not None:
            self._journal.close()
            self._journal = None
        try:
            self._folders.create()
            aside = prepare(self._folders.journal, self._folders.lifelines, progress=progress)
            self._lifeline = self._lifeline or Lifeline(self._folders.lifelines)
        except OSError as error:
            raise folder_trouble(error) from error
        self._journal = CallJournal(self._folders.journal, self._lifeline)
        return None if aside is None else aside.sentence

    def warm(self) -> None:
        """Load what the first call would otherwise wait for."""
        self._open_transport()

    def journal(self) -> "CallJournal":
        """The open journal. Raises JournalError."""
        if self._journal is None:
            self.open()
        assert self._journal is not None  # noqa: S101 - open raises otherwise
        return self._journal

    def sandbox(self) -> Profile:
        """Start the embedded sandbox if it does not run; its profile. Raises OSError."""
        from dialer.sandbox.server import ACCOUNT, APP_ID, SandboxServer

        if self._sandbox is None or self._sandbox_profile is None:
            self._folders.create()
            server = SandboxServer(self._folders.sandbox_calls)
            server.start()
            self._sandbox = server
            self._sandbox_profile = Profile.of_sandbox(server.url, app_id=APP_ID, account=ACCOUNT)
            # For what follows its calls, on another thread.
            self._keeper.hold(SANDBOX_NAME, server.credentials)
        return self._sandbox_profile

    def line(self, profile: Profile, wait: float) -> "InvokePhone":
        """A line to the profile's provider. Raises CallRefused where credentials are missing."""
        from dialer.provider.client import InvokePhone
        from dialer.provider.signing import ProviderClock

        credentials = self._credentials(profile, wait)
        clock = self._clocks.setdefault(profile.base_url, ProviderClock())
        return InvokePhone(profile.base_url, credentials, self._open_transport(), clock)

    def open_ahead(self, profile: Profile) -> None:
        """Get ready for a call that is likely to follow: a connection, and the credentials."""
        if profile != self._sandbox_profile:
            self._keeper.prefetch(profile.name)
        self._open_transport().open_ahead(profile.base_url)

    def forget(self, profile: Profile) -> None:
        """Drop the credentials that the provider did not accept; the sandbox's are always right."""
        if profile != self._sandbox_profile:
            self._keeper.forget(profile.name)

    def close(self) -> None:
        """Let go of everything."""
        for part in (self._transport, self._sandbox, self._journal, self._lifeline):
            if part is not None:
                part.close()

    def _credentials(self, profile: Profile, wait: float) -> Credentials:
        try:
            return self._keeper.get(profile.name, wait=max(0.0, wait))
        except (KeyringTrouble, CredentialsMissing) as trouble:
            raise CallRefused(
                Sentence(_NOT_CALLED, why=trouble.sentence),
                credentials=not isinstance(trouble, StillReading),
            ) from None

    def _open_transport(self) -> "Transport":
        from dialer.provider.transport import Transport

        if self._transport is None:
            self._transport = Transport()
        return self._transport
