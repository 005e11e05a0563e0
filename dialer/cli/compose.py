"""The composition root of the commands: where their parts are made and joined."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dialer.calls.credentials import Credentials
from dialer.calls.journal import CallJournal, JournalReader, prepare
from dialer.calls.journal_file import folder_trouble
from dialer.calls.lifeline import Lifeline
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.cli.say import complain
from dialer.settings.desk import Desk
from dialer.settings.folders import Folders
from dialer.settings.keeper import CredentialKeeper
from dialer.settings.keyring_store import CredentialStore, KeyringStore
from dialer.settings.profile import Profile
from dialer.settings.profiles import ProfileFile

if TYPE_CHECKING:
    from dialer.calls.journal_export import ExportReader
    from dialer.calls.journal_fates import FateJournal
    from dialer.calls.journal_figures import FigureReader
    from dialer.calls.records import Records
    from dialer.provider.client import InvokePhone

_DAMAGED = QT_TRANSLATE_NOOP("dialer", "The journal was damaged. {what}")


class House:
    """What a command may need; each part is made when it is asked for. Main thread."""

    def __init__(self, folders: Folders, store: CredentialStore) -> None:
        self.folders = folders
        self.store = store
        self.profiles = ProfileFile(folders.profiles_file)
        self.keeper = CredentialKeeper(store)
        self.desk = Desk(self.profiles, store, self.keeper)
        self._open = ExitStack()

    @classmethod
    def of_user(cls) -> Self:
        """The house over the user's own folders and keyring."""
        return cls(Folders.of_user(), KeyringStore())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def journal(self) -> CallJournal:
        """The journal, ready to be written. Raises JournalError."""
        self._prepare()
        try:
            lifeline = Lifeline(self.folders.lifelines)
        except OSError as error:
            raise folder_trouble(error) from error
        self._open.callback(lifeline.close)
        journal = CallJournal(self.folders.journal, lifeline)
        self._open.callback(journal.close)
        return journal

    def history(self) -> JournalReader:
        """The journal for reading. Raises JournalError."""
        self._prepare()
        reader = JournalReader(self.folders.journal, self.folders.lifelines)
        self._open.callback(reader.close)
        return reader

    def provider(self, profile: Profile, credentials: Credentials) -> "InvokePhone":
        """A client of the profile's provider."""
        # Imported here because requests is heavy, and most commands ask nobody.
        from dialer.provider.client import InvokePhone
        from dialer.provider.signing import ProviderClock
        from dialer.provider.transport import Transport

        transport = Transport()
        self._open.callback(transport.close)
        return InvokePhone(profile.base_url, credentials, transport, ProviderClock())

    def records(self, profile: Profile, credentials: Credentials) -> "Records":
        """Whoever can be asked about the profile's calls, accounts and balance."""
        from dialer.provider.records import ProviderRecords
        from dialer.provider.signing import ProviderClock
        from dialer.provider.transport import Transport

        transport = Transport()
        self._open.callback(transport.close)
        return ProviderRecords(profile.base_url, credentials, transport, ProviderClock())

    def fates(self) -> "FateJournal":
        """The journal, for writing what became of calls. Raises JournalError."""
        from dialer.calls.journal_fates import FateJournal

        self._prepare()
        journal = FateJournal(self.folders.journal, self.folders.lifelines)
        self._open.callback(journal.close)
        return journal

    def exporting(self) -> "ExportReader":
        """The journal, for reading calls with their details. Raises JournalError."""
        from dialer.calls.journal_export import ExportReader

        self._prepare()
        reader = ExportReader(self.folders.journal, self.folders.lifelines)
        self._open.callback(reader.close)
        return reader

    def figures(self) -> "FigureReader":
        """The journal, for counting calls. Raises JournalError."""
        from dialer.calls.journal_figures import FigureReader

        self._prepare()
        reader = FigureReader(self.folders.journal, self.folders.lifelines)
        self._open.callback(reader.close)
        return reader

    @contextmanager
    def sandbox(self) -> Iterator[tuple[Profile, Credentials]]:
        """Run the embedded sandbox provider: its profile, and its credentials of this run."""
        from dialer.sandbox.server import ACCOUNT, APP_ID, SandboxServer

        self.folders.create()
        with SandboxServer(self.folders.sandbox_calls) as server:
            yield (
                Profile.of_sandbox(server.url, app_id=APP_ID, account=ACCOUNT),
                server.credentials,
            )

    def _prepare(self) -> None:
        aside = prepare(self.folders.journal, self.folders.lifelines)
        if aside is not None:
            complain(Sentence(_DAMAGED, what=aside.sentence))
