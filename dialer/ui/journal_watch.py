"""The journal as the window reads it: opened once it is ready, and watched for other writers."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dialer.calls.call import CallRecord, Following
from dialer.calls.details import CallDetails, Candidate
from dialer.calls.place import JournalError
from dialer.settings.folders import Folders
from dialer.settings.profile import Profile
from dialer.ui.history_finder import HistoryFinder
from dialer.ui.history_model import HistoryModel
from dialer.ui.words import told

if TYPE_CHECKING:
    from dialer.calls.journal import JournalReader

LOOK_MS = 2_000
"""How often the journal is asked whether another program wrote to it."""


class JournalWatch(QObject):
    """Reads the journal through a connection of its own, and keeps the history up to date.

    UI thread. What cannot be read is told by `trouble`, once until it can be read again.
    """

    trouble = Signal(str)
    damaged = Signal()
    """Somebody has met damage in the journal, which is not mended yet."""
    wrote = Signal()
    """Somebody wrote to the journal, this program too."""

    def __init__(self, folders: Folders, model: HistoryModel, parent: QObject) -> None:
        super().__init__(parent)
        self._folders = folders
        self._model = model
        self._formatted: Callable[[str], str] | None = None
        self._seen_version = 0
        self._told = False
        self._suspected = False
        self._finder: HistoryFinder | None = None
        self.reader: JournalReader | None = None
        """The open journal, None before that."""
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    def open(self) -> bool:
        """Open the journal, which the worker has made ready, anew if it is open; whether that
        went well.
        """
        # Imported here because the window is on screen before the journal is needed.
        from dialer.calls.journal import JournalReader  # noqa: PLC0415

        try:
            reader = JournalReader(self._folders.journal, self._folders.lifelines)
            self._seen_version = reader.version()
        except JournalError as error:
            self._tell(error)
            return False
        if self.reader is not None:
            self.reader.close()
        self.reader = reader
        if self._finder is None:
            self._finder = HistoryFinder(self._open_reader, self)
        self._finder.open_anew()
        self._told = self._suspected = False
        self._show()
        self._timer.start()
        return True

    def show_numbers(self, formatted: Callable[[str], str]) -> None:
        """Fill the table, whose numbers `formatted` makes readable; at once or when it opens."""
        self._formatted = formatted
        self._show()

    def used(self, field: str, profile: Profile, *, sandbox: bool) -> list[str]:
        """What `account` or `display_number` was in calls of this profile, the latest first."""
        if self.reader is None:
            return []
        try:
            return self.reader.used(field, profile=profile.name, sandbox=sandbox)
        except JournalError as error:
            self._tell(error)
            return []

    def recent_callees(self, profile: Profile, *, sandbox: bool) -> list[CallRecord]:
        """The newest call of each callee of late, newest first. Any thread: it opens the journal
        for itself. Raises JournalError.
        """
        reader = self._open_reader()
        try:
            return reader.recent_callees(profile.name, sandbox=sandbox)
        finally:
            reader.close()

    def last_of(self, profile: Profile, *, sandbox: bool) -> CallRecord | None:
        """The newest call of this profile."""
        if self.reader is None:
            return None
        try:
            return self.reader.last_of(profile.name, sandbox=sandbox)
        except JournalError as error:
            self._tell(error)
            return None

    def facts(self, call: CallRecord) -> tuple[CallDetails | None, Sequence[Candidate]]:
        """What the provider's record says of a call, and the records that may be its own."""
        if self.reader is None:
            return None, ()
        try:
            several = call.following is Following.SEVERAL
            return (
                self.reader.details(call.row),
                self.reader.candidates(call.row) if several else (),
            )
        except JournalError as error:
            self._tell(error)
            return None, ()

    def close(self) -> None:
        """Stop watching, and close the connection."""
        self._timer.stop()
        if self._finder is not None:
            self._finder.close()
        if self.reader is not None:
            self.reader.close()

    def _show(self) -> None:
        if self.reader is None or self._finder is None or self._formatted is None:
            return
        self._model.read_from(self.reader, self._formatted, self._finder)

    def _open_reader(self) -> "JournalReader":
        """A second connection, for the finder and on its thread."""
        from dialer.calls.journal import JournalReader  # noqa: PLC0415

        return JournalReader(self._folders.journal, self._folders.lifelines)

    @Slot()
    def _look(self) -> None:
        """Show what other programs wrote. A killed one writes nothing, so calls that were under
        way are looked at each time.
        """
        if self.reader is None:
            return
        from dialer.calls.journal_trouble import suspicion  # noqa: PLC0415 - as in `open`

        suspected = suspicion(self._folders.journal).exists()
        if suspected and not self._suspected:
            self.damaged.emit()
        self._suspected = suspected
        try:
            version = self.reader.version()
        except JournalError as error:
            self._tell(error)
            return
        self._told = False
        if version != self._seen_version:
            self._seen_version = version
            self._model.refresh()
            self.wrote.emit()
        elif self._model.shows_calls_under_way():
            self._model.read_again()

    def _tell(self, error: JournalError) -> None:
        if not self._told:
            self._told = True
            self.trouble.emit(told(error.sentence))
