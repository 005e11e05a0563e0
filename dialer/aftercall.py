"""Joins what comes after a call: following it, its recording, the balance, the account list."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot
from PySide6.QtGui import QAction

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails
from dialer.calls.place import EndedCall, JournalError
from dialer.calls.sentence import Sentence
from dialer.records_desk import ProgramRecordsDesk, fetch_recording
from dialer.settings.folders import Folders
from dialer.settings.keeper import CredentialKeeper
from dialer.settings.profile import SANDBOX_NAME, Profile
from dialer.ui.background import Background
from dialer.ui.balance_watch import BalanceWatch
from dialer.ui.history_model import HistoryModel
from dialer.ui.main_window import MainWindow
from dialer.ui.quitting import Quitting
from dialer.ui.records_worker import Choice, ComparisonNews, RecordsWorker
from dialer.ui.words import told

if TYPE_CHECKING:
    from dialer.calls.credentials import Credentials
    from dialer.calls.records import PhoneAccount
    from dialer.ui.call_panel import CallPanel
    from dialer.ui.compare_window import CompareWindow
    from dialer.ui.recording_fetcher import RecordingFetcher
    from dialer.ui.recordings import RecordingOrder, Recordings

# Imports inside functions are for the start's sake: the window is on screen before them.
# ruff: noqa: PLC0415


MOST_SAVED = 1_000
"""The most recordings that are saved at once."""


class Aftercall(QObject):
    """Owns the records worker with its thread, and all that shows what it finds. UI thread."""

    _open = Signal()
    _know = Signal(object)
    _wake = Signal(str)
    _nudge = Signal(object)
    _choose = Signal(object)
    _close_worker = Signal()

    def __init__(
        self,
        folders: Folders,
        keeper: CredentialKeeper,
        *,
        window: MainWindow,
        model: HistoryModel,
        quitting: Quitting,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._folders = folders
        self._keeper = keeper
        self._window = window
        self._model = model
        self._profiles: dict[str, Profile] = {}
        self._current: Profile | None = None
        self._worker = worker = RecordsWorker(ProgramRecordsDesk(folders, keeper))
        self._thread = QThread()
        self._thread.setObjectName("records")
        worker.moveToThread(self._thread)
        self.balance = balance = BalanceWatch(self)
        self._recordings: Recordings | None = None
        self._fetcher: RecordingFetcher | None = None
        self._played: Path | None = None
        self._compare: CompareWindow | None = None
        self._looked_for = 0
        self._prepared = 1.0
        self._trouble: Sentence | None = None

        self._open.connect(worker.open)
        self._know.connect(worker.know)
        self._wake.connect(worker.wake)
        self._nudge.connect(worker.nudge)
        self._choose.connect(worker.choose)
        self._close_worker.connect(worker.close)
        worker.changed.connect(self._on_changed)
        worker.looking_for.connect(self._on_looking_for)
        worker.preparing.connect(self._on_preparing)
        worker.trouble.connect(self._on_trouble)
        worker.compared.connect(self._on_compared)
        # From the worker's thread, so that it ends where no event is handled on this one.
        worker.closed.connect(self._thread.quit, Qt.ConnectionType.DirectConnection)
        balance.asked.connect(worker.ask_balance)
        worker.balance_known.connect(balance.on_news)
        balance.shown.connect(window.status.show_balance)
        balance.troubled.connect(window.status.show_balance_trouble)
        balance.watch(window)
        window.bar.accounts_asked.connect(worker.ask_accounts)
        worker.accounts_known.connect(window.bar.on_accounts)
        self._save_action = QAction(self.tr("Save recordings…"), self)
        self._save_action.triggered.connect(self.save_selected)
        window.history.add_actions([self._save_action])
        window.add_history_actions([self._save_action])
        window.history.selection_changed.connect(self._on_selection)
        self._on_selection()
        quitting.join(self._thread)
        quitting.stopping.connect(self._on_stopping)
        quitting.leaving.connect(self._on_leaving)

    def begin(self) -> None:
        """Follow calls from now on: the journal is open."""
        if not self._thread.isRunning():
            self._thread.start()
            self._know.emit(tuple(self._profiles.values()))
            self._open.emit()

    def open_anew(self) -> None:
        """Go on with the journal that was opened anew: another file stands in its place."""
        if self._thread.isRunning():
            self._open.emit()

    def use(self, profile: Profile | None, profiles: tuple[Profile, ...]) -> None:
        """Calls are placed with `profile` now; calls of all `profiles` are followed."""
        self._current = profile
        sandbox = self._profiles.get(SANDBOX_NAME)
        self._profiles = {each.name: each for each in profiles}
        for each in (sandbox, profile):  # the sandbox runs on
            if each is not None:
                self._profiles[each.name] = each
        if self._thread.isRunning():
            self._know.emit(tuple(self._profiles.values()))
        self.balance.use(profile)

    def on_credentials(self, profile: str) -> None:
        """The credentials of a profile have been read. Any thread."""
        self._wake.emit(profile)

    @Slot(object)
    def on_ended(self, ended: EndedCall) -> None:
        """Follow a call that has just ended."""
        self._nudge.emit(ended.record)
        self.balance.on_ended(ended)

    def abandon(self) -> None:
        """Ask for the end of all that is under way, though no event is handled any more."""
        self._worker.stop()
        if self._fetcher is not None:
            self._fetcher.stop()
        self._on_leaving()

    def end(self) -> None:
        """Let go of what must not outlive the event loop."""
        self._thread.wait()
        if self._played is not None:
            shutil.rmtree(self._played, ignore_errors=True)

    # The panel of the selected call

    @Slot(object)
    def join_panel(self, panel: "CallPanel") -> None:
        """Let a panel play and save recordings, and choose records."""
        recordings = self._open_recordings()
        bar = panel.recording
        bar.fetch_asked.connect(recordings.play)
        bar.cancel_asked.connect(recordings.cancel_play)
        bar.save_asked.connect(self._save_recording)
        recordings.play_news.connect(bar.take_news)
        recordings.play_ended.connect(bar.take_end)
        panel.candidate_chosen.connect(self._on_candidate_chosen)

    @Slot()
    def save_selected(self) -> None:
        """Ask for a folder, and save the recordings of the selected calls there."""
        rows, folders = self._window.history.selected_rows(), self._folders
        if len(rows) > MOST_SAVED:
            text = self.tr("Select at most {most} calls to save their recordings.")
            self._window.tell("info", self.tr("These are too many."), text.format(most=MOST_SAVED))
            return
        reading = Background()
        reading.succeeded.connect(self._on_selected_read)
        reading.failed.connect(self._on_selected_not_read)
        reading.start(lambda: _with_details(folders, rows))

    @Slot(object)
    def _on_selected_read(self, pairs: list[tuple[CallRecord, CallDetails | None]]) -> None:
        self._open_recordings().ask_save_many(pairs, self._window)

    @Slot(object)
    def _on_selected_not_read(self, error: Exception) -> None:
        why = error.sentence if isinstance(error, JournalError) else str(error)
        self._window.tell("rejected", self.tr("The history cannot be read."), told(why))

    @Slot()
    def _on_selection(self) -> None:
        self._save_action.setEnabled(self._window.history.table.selected_count() > 0)

    @Slot(object, object)
    def _save_recording(self, record: CallRecord, details: CallDetails) -> None:
        self._open_recordings().ask_save(record, details, self._window)

    @Slot(object, str)
    def _on_candidate_chosen(self, call: CallRecord, recording_id: str) -> None:
        self._choose.emit(Choice(call, recording_id or None))

    def _open_recordings(self) -> "Recordings":
        if self._recordings is not None:
            return self._recordings
        from dialer.ui.recording_fetcher import RecordingFetcher
        from dialer.ui.recordings import Recordings
        from dialer.ui.saving_line import SavingLine

        # Owner-only, and gone with the program.
        self._played = Path(tempfile.mkdtemp(prefix="dialer-"))
        self._recordings = recordings = Recordings(self._played, self)
        self._fetcher = fetcher = RecordingFetcher(self._fetch, self)
        recordings.ordered.connect(fetcher.take)
        recordings.cancelled.connect(fetcher.cancel)
        fetcher.came.connect(recordings.take_news, Qt.ConnectionType.QueuedConnection)
        fetcher.ended.connect(recordings.take_end, Qt.ConnectionType.QueuedConnection)
        line = SavingLine(self._window.theme, recordings)
        self._window.history.add_below(line)
        return recordings

    def _fetch(
        self,
        order: "RecordingOrder",
        progress: Callable[[int, int | None], None],
        cancel: threading.Event,
    ) -> Path:
        """Fetch a recording, on a thread of its own."""
        from dialer.calls.recording import RecordingError, RecordingTrouble
        from dialer.records_desk import ASKED_SECONDS

        profile = self._profiles.get(order.profile)
        if profile is None:
            raise NoSuchProfile(order.profile)
        if cancel.is_set():
            raise RecordingError(RecordingTrouble.CANCELLED, resumable=False)
        credentials = self._keeper.get(profile.name, wait=ASKED_SECONDS)
        return fetch_recording(profile, credentials, order, progress, cancel)

    # Comparing with the provider

    @Slot()
    def show_compare(self) -> None:
        """Open the window that compares the history with the provider's records."""
        from dialer.ui.compare_window import CompareWindow

        if self._current is None:
            return
        window = CompareWindow(
            self._window.theme, self._window.icons, self._current, parent=self._window
        )
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.asked.connect(self._worker.compare)
        window.finished.connect(self._on_compare_closed)
        self._compare = window
        window.open()

    @Slot()
    def _on_compare_closed(self) -> None:
        self._compare = None

    @Slot(object)
    def _on_compared(self, news: ComparisonNews) -> None:
        if self._compare is not None:
            self._compare.show_news(news)

    # What the worker tells

    @Slot(object)
    def _on_changed(self, call: CallRecord) -> None:
        self._model.change(call)
        if call.settled:
            self._window.show_settled(call)
        if call.ending is not None:
            self.balance.look_again()

    @Slot(object)
    def _on_looking_for(self, count: int) -> None:
        self._looked_for = count
        self._show_activity()

    @Slot(object)
    def _on_preparing(self, done: float) -> None:
        self._prepared = done
        self._show_activity()

    def _show_activity(self) -> None:
        texts = []
        if self._prepared < 1.0:
            percent = int(self._prepared * 100)
            texts.append(self.tr("Preparing the search: {percent} %").format(percent=percent))
        if self._looked_for == 1:
            texts.append(self.tr("1 unknown call is being looked up"))
        elif self._looked_for:
            text = self.tr("{count} unknown calls are being looked up")
            texts.append(text.format(count=self._looked_for))
        if self._trouble is not None:
            texts.append(told(self._trouble))
        self._window.status.show_activity(" · ".join(texts))

    @Slot(object)
    def _on_trouble(self, why: Sentence | None) -> None:
        self._trouble = why
        self._show_activity()

    # The end

    @Slot()
    def _on_stopping(self) -> None:
        self._worker.stop()
        if self._fetcher is not None:
            self._fetcher.stop()
        if (panel := self._window.history.panel) is not None:
            panel.recording.release()

    @Slot()
    def _on_leaving(self) -> None:
        if self._thread.isRunning():
            self._close_worker.emit()


def _with_details(
    folders: Folders, rows: "Sequence[int]"
) -> "list[tuple[CallRecord, CallDetails | None]]":
    """The calls in these rows, with what the provider's records say of them. Any thread."""
    from dialer.calls.journal import JournalReader

    reader = JournalReader(folders.journal, folders.lifelines)
    try:
        found = reader.at(rows)
        return [(found[row], reader.details(row)) for row in rows if row in found]
    finally:
        reader.close()


class NoSuchProfile(Exception):
    """The profile that a call was placed with is not there any more."""

    def __init__(self, name: str) -> None:
        from dialer.calls.sentence import QT_TRANSLATE_NOOP

        text = QT_TRANSLATE_NOOP(
            "dialer",
            "The profile “{name}”, with which this call was placed, is gone, so nobody can be"
            " asked for its recording. Add the profile again.",
        )
        self.sentence = Sentence(text, name=name)
        super().__init__(str(self.sentence))


def fetch_accounts(profile: Profile, credentials: "Credentials") -> "list[PhoneAccount]":
    """List a profile's accounts with a session of its own. In the background."""
    from dialer.calls.patience import Patience
    from dialer.provider.records import ProviderRecords
    from dialer.provider.signing import ProviderClock
    from dialer.provider.transport import Transport

    transport = Transport()
    try:
        line = ProviderRecords(profile.base_url, credentials, transport, ProviderClock())
        return line.accounts(profile.app_id, Patience(profile.timeout * 10))
    finally:
        transport.close()
