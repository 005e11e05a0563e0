"""The running program with its window: made once, joined here, ended in stages."""

import gc
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QThread, Signal, Slot
from PySide6.QtWidgets import QApplication

from dialer import __version__
from dialer.calls.place import EndedCall
from dialer.settings.desk import Desk
from dialer.settings.folders import Folders
from dialer.settings.keeper import CredentialKeeper
from dialer.settings.keyring_store import KeyringStore
from dialer.settings.preferences import Preferences
from dialer.settings.profile import Profile
from dialer.settings.profiles import ProfileFile
from dialer.settings.toml_file import TomlFileError
from dialer.switchboard import ProgramSwitchboard
from dialer.ui.background import Background
from dialer.ui.call_worker import CallWorker, Opened
from dialer.ui.calling import Calling
from dialer.ui.history_model import Column, HistoryModel
from dialer.ui.history_pane import HistoryPane
from dialer.ui.icons import Icons
from dialer.ui.journal_watch import JournalWatch
from dialer.ui.main_window import MainWindow
from dialer.ui.profile_choice import ProfileChoice
from dialer.ui.quitting import Quitting, SignalWatch
from dialer.ui.sends_line import local_time
from dialer.ui.theme import apply_theme
from dialer.ui.words import told

if TYPE_CHECKING:
    from dialer.aftercall import Aftercall
    from dialer.calls.check import Checked
    from dialer.calls.credentials import Credentials
    from dialer.history_work import HistoryWork
    from dialer.ui.help_window import HelpWindow

# Imports inside functions are for the start's sake: the window is on screen before them. What
# is heavy is imported in the background first, so that the UI thread finds it there.
# ruff: noqa: PLC0415


class Program(QObject):
    """Owns the parts for as long as the window runs. UI thread."""

    _open = Signal()
    _warm = Signal()
    _start_sandbox = Signal()
    _open_ahead = Signal(object)
    _close_worker = Signal()

    @classmethod
    def run(
        cls,
        folders: Folders,
        *,
        sandbox: bool = False,
        profile: str | None = None,
        on_screen: Callable[[], None] = lambda: None,
    ) -> int:
        """Open the window and run until it ends; the exit code.

        `on_screen` is called once the window is there, before anything else begins.
        """
        app = QApplication.instance() or QApplication(["dialer"])
        assert isinstance(app, QApplication)  # noqa: S101
        app.setApplicationName("Dialer")
        app.setApplicationVersion(__version__)
        app.setDesktopFileName("dialer")
        app.setQuitOnLastWindowClosed(False)
        program = cls(app, folders, sandbox=sandbox, profile=profile)
        program.window.painted.connect(on_screen)
        program.show()
        code = app.exec()
        program.end()
        return code

    def __init__(
        self, app: QApplication, folders: Folders, *, sandbox: bool, profile: str | None
    ) -> None:
        super().__init__()
        self._folders = folders
        self._sandbox_wanted = sandbox
        self._profiles_wanted = False
        self._saving = threading.Lock()
        self._help: HelpWindow | None = None
        self._formatted: Callable[[str], str] | None = None

        self._theme = apply_theme(app, Preferences.load(folders.preferences_file).theme)
        icons = Icons(self._theme)
        self._calling = Calling(self)
        fonts = self._theme.fonts
        self._model = HistoryModel(
            {Column.RECORDING_ID: fonts.mono, Column.CALLEE: fonts.text},
            trouble=self._on_journal_trouble,
        )
        self._history = HistoryPane(self._theme, icons, self._model)
        self.window = MainWindow(self._theme, icons, self._calling, self._history)
        self._icons = icons

        self._store = store = KeyringStore()
        self._keeper = CredentialKeeper(store, on_ready=self._on_credentials)
        self._desk = Desk(ProfileFile(folders.profiles_file), store, self._keeper)
        self._choice = ProfileChoice(self._desk, self._calling, self.window, self)
        self._watch = JournalWatch(folders, self._model, self)
        self._worker = CallWorker(ProgramSwitchboard(folders, self._keeper))
        self._thread = QThread()
        self._thread.setObjectName("calls")
        self._worker.moveToThread(self._thread)

        self._quitting = Quitting(self)
        self._signals = SignalWatch(self)
        self._aftercall: Aftercall | None = None
        self._history_work: HistoryWork | None = None
        self._connect()
        self._choice.load(sandbox=sandbox, name=profile)
        self._restore_geometry()

    def show(self) -> None:
        """Show the window; all that is heavy begins once it is on screen."""
        self.window.painted.connect(self._begin)
        self.window.show()

    def end(self) -> None:
        """Let go of what must not outlive the event loop."""
        self._thread.wait()
        if self._aftercall is not None:
            self._aftercall.end()
        self._signals.close()
        self._watch.close()

    # The beginning

    @Slot()
    def _begin(self) -> None:
        self._thread.start()
        self._open.emit()
        if self._sandbox_wanted:
            self._start_sandbox.emit()
        self._warm.emit()
        numbers = Background()
        numbers.succeeded.connect(self._on_numbers_loaded)
        numbers.failed.connect(self._on_numbers_not_loaded)
        numbers.start(_load_numbers)

    def _make_the_rest(self) -> None:
        """Make what a call does not need: what comes after it, and the work with the history."""
        from dialer.aftercall import Aftercall
        from dialer.history_work import HistoryWork

        window = self.window
        self._aftercall = aftercall = Aftercall(
            self._folders,
            self._keeper,
            window=window,
            model=self._model,
            quitting=self._quitting,
            parent=self,
        )
        self._history_work = work = HistoryWork(
            self._folders,
            window=window,
            history=self._history,
            model=self._model,
            quitting=self._quitting,
            parent=self,
        )
        self._calling.ended.connect(aftercall.on_ended)
        window.compare_asked.connect(aftercall.show_compare)
        window.history.panel_made.connect(aftercall.join_panel)
        self._watch.wrote.connect(work.refresh)
        work.forgotten.connect(window.bar.forget_callee)
        self._use_profile()

    @Slot(object)
    def _on_numbers_loaded(self, _: object) -> None:
        from dialer.calls.number import format_digits

        self._formatted = format_digits
        self._calling.can_read_numbers = True
        self.window.bar.can_read_numbers()
        self._watch.show_numbers(format_digits)
        if self._quitting.begun:
            return  # nothing is to begin that somebody would have to end
        self._make_the_rest()
        self._begin_the_rest()
        if self._profiles_wanted:
            self._show_profiles()
        # All that is loaded stays: a collection that looks at it stalls the window for a frame.
        gc.collect()
        gc.freeze()

    @Slot(object)
    def _on_numbers_not_loaded(self, error: Exception) -> None:
        self.window.tell(
            "rejected",
            self.tr("Numbers cannot be read."),
            self.tr("So none can be called. Install Dialer again. {why}").format(why=error),
        )

    @Slot(object)
    def _on_bringing(self, done: float) -> None:
        """Tell how far an older journal is brought up to date; no call can be placed before."""
        text = self.tr("Bringing the journal up to date: {percent} %")
        self.window.status.show_activity(text.format(percent=int(done * 100)) if done < 1.0 else "")

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        self._calling.trouble = opened.trouble
        if opened.trouble is not None:
            self.window.tell(
                "rejected",
                self.tr("Calls cannot be recorded."),
                self.tr("So none is placed. {why}").format(why=told(opened.trouble)),
            )
            return
        if opened.aside is not None:
            self.window.tell(
                "unknown",
                self.tr("The journal was damaged."),
                self.tr("It was set aside as {path}, and a new one was begun.").format(
                    path=opened.aside
                ),
            )
        if self._watch.reader is None and self._watch.open():
            self._calling.history = self._watch.reader
            self._remember()
            self._begin_the_rest()

    def _begin_the_rest(self) -> None:
        """Follow calls, and offer what can be done with them, once the journal is open."""
        reader, formatted = self._watch.reader, self._formatted
        if reader is None or formatted is None or self._quitting.begun:
            return
        if self._aftercall is not None and self._history_work is not None:
            self._aftercall.begin()
            self._history_work.begin(reader, formatted)
            # What calls under way are followed with, where reading it asks nobody anything.
            Background().start(self._read_silently)

    def _read_silently(self) -> None:
        """Read the credentials of the profile in use, in the background."""
        profile = self._calling.profile
        if profile is not None and not self._calling.is_sandbox and self._store.reads_silently():
            self._keeper.prefetch(profile.name)

    # Profiles and help

    @Slot()
    def _show_profiles(self) -> None:
        if not self._calling.can_read_numbers:
            self._profiles_wanted = True  # in a moment: its countries come with the numbers
            return
        from dialer.aftercall import fetch_accounts
        from dialer.ui.profiles_window import ProfilesWindow

        self._profiles_wanted = False
        window = ProfilesWindow(
            self._theme, self._icons, self._desk, _check, self.window, fetch=fetch_accounts
        )
        window.changed.connect(self._choice.on_profiles_changed)
        window.accounts_fetched.connect(self.window.bar.show_accounts)
        window.open()

    @Slot()
    def _show_help(self) -> None:
        if self._help is None:
            from dialer.ui.help_window import HelpWindow

            self._help = HelpWindow(self._theme, self.window)
        self._help.show()
        self._help.raise_()

    # Calls

    @Slot()
    def _on_callee_ready(self) -> None:
        if self._calling.profile is not None and not self._calling.busy:
            self._open_ahead.emit(self._calling.profile)

    @Slot(object)
    def _on_ended(self, ended: EndedCall) -> None:
        self._model.change(ended.record)
        request = ended.record.request
        self.window.bar.remember_used(request.account, request.display_number)

    @Slot()
    def _use_profile(self) -> None:
        """Follow the calls of the profiles, and show the balance of the one in use."""
        if self._aftercall is not None:
            self._aftercall.use(self._calling.profile, self._choice.profiles)
        if self._history_work is not None:
            self._history_work.use(self._calling.profile, sandbox=self._calling.is_sandbox)

    def _on_credentials(self, profile: str) -> None:
        """The credentials of a profile have been read, on a thread of the keeper's."""
        if self._aftercall is not None:
            self._aftercall.on_credentials(profile)

    @Slot()
    def _remember(self) -> None:
        """Offer the accounts and display numbers that this profile's calls had."""
        profile, sandbox = self._calling.profile, self._calling.is_sandbox
        if profile is not None:
            self.window.bar.remember(
                self._watch.used("account", profile, sandbox=sandbox),
                self._watch.used("display_number", profile, sandbox=sandbox),
            )

    @Slot()
    def _redial(self) -> None:
        """Bring the last callee of this profile back into its field."""
        if (profile := self._calling.profile) is not None:
            last = self._watch.last_of(profile, sandbox=self._calling.is_sandbox)
            if last is not None:
                self.window.bar.fill_in(last.request.callee)

    @Slot(str)
    def _on_journal_trouble(self, why: str) -> None:
        self.window.tell("rejected", self.tr("The history cannot be read."), why)

    # The look

    @Slot(str)
    def _on_theme_chosen(self, choice: str) -> None:
        self._theme.choose(Preferences(theme=choice).theme)  # type: ignore[arg-type]
        saving = Background()
        saving.failed.connect(self._on_not_saved)
        saving.start(self._save_choice)

    def _save_choice(self) -> None:
        """Keep the look that is chosen by now, so that of two quick choices the last one stays."""
        with self._saving:
            Preferences.change(self._folders.preferences_file, theme=self._theme.choice)

    @Slot(object)
    def _on_not_saved(self, error: Exception) -> None:
        why = error.sentence if isinstance(error, TomlFileError) else str(error)
        self.window.tell("info", self.tr("The choice is not kept."), told(why))

    def _geometry_file(self) -> QSettings:
        path: Path = self._folders.config / "window.ini"
        return QSettings(str(path), QSettings.Format.IniFormat)

    def _restore_geometry(self) -> None:
        kept = self._geometry_file().value("geometry")
        if kept is not None:
            self.window.restoreGeometry(kept)

    # The end

    @Slot()
    def _on_stopping(self) -> None:
        self._geometry_file().setValue("geometry", self.window.geometry_to_keep())
        self.window.leave()
        self._worker.stop()

    @Slot()
    def _on_leaving(self) -> None:
        if self._thread.isRunning():
            self._close_worker.emit()

    def _is_busy(self) -> bool:
        return self._calling.busy

    def _connect(self) -> None:
        worker, calling, window, quitting = (
            self._worker,
            self._calling,
            self.window,
            self._quitting,
        )
        self._open.connect(worker.open)
        self._warm.connect(worker.warm)
        self._start_sandbox.connect(worker.start_sandbox)
        self._open_ahead.connect(worker.open_ahead)
        self._close_worker.connect(worker.close)
        calling.order.connect(worker.place)
        worker.opened.connect(self._on_opened)
        worker.bringing.connect(self._on_bringing)
        worker.sandbox_started.connect(self._choice.on_sandbox_started)
        worker.sandbox_failed.connect(self._choice.on_sandbox_failed)
        self._choice.sandbox_asked.connect(worker.start_sandbox)
        self._choice.changed.connect(self._remember)
        self._choice.changed.connect(self._use_profile)
        self._watch.trouble.connect(self._on_journal_trouble)
        calling.journal_asked.connect(worker.open)
        worker.begun.connect(calling.begun)
        worker.ended.connect(calling.on_ended)
        worker.refused.connect(calling.on_refused)
        worker.closed.connect(self._thread.quit)

        calling.begun.connect(self._model.add)
        calling.ended.connect(self._on_ended)
        window.history.facts = self._watch.facts
        window.bar.callee_ready.connect(self._on_callee_ready)
        window.profiles_asked.connect(self._show_profiles)
        window.help_asked.connect(self._show_help)
        window.redial_asked.connect(self._redial)
        window.theme_chosen.connect(self._on_theme_chosen)

        quitting.wait_for(self._is_busy)
        quitting.join(self._thread)
        calling.busy_changed.connect(quitting.look)
        quitting.stopping.connect(self._on_stopping)
        quitting.leaving.connect(self._on_leaving)
        window.closing.connect(quitting.quit)
        window.quit_asked.connect(quitting.quit)
        self._signals.asked.connect(quitting.quit)


def _load_numbers() -> None:
    """Load the numbering plan, its time zones, and what is made with them, in the background."""
    import dialer.aftercall
    import dialer.history_work
    import dialer.ui.day_figures
    import dialer.ui.forgetting
    import dialer.ui.history_actions
    import dialer.ui.history_filters  # noqa: F401 - so that the UI thread finds them
    from dialer.calls.number import Callee, read_callee, time_zones

    callee = read_callee("+442079460018")
    if isinstance(callee, Callee):
        local_time(time_zones(callee))  # Qt too reads tables at the first time zone


def _check(profile: Profile, credentials: "Credentials") -> "Checked":
    """Check a profile with a session of its own, beside any call. In the background."""
    from dialer.calls.patience import Patience
    from dialer.provider.check import check_profile
    from dialer.provider.client import InvokePhone
    from dialer.provider.signing import ProviderClock
    from dialer.provider.transport import Transport

    transport = Transport()
    try:
        client = InvokePhone(profile.base_url, credentials, transport, ProviderClock())
        return check_profile(client, profile.balance_path, Patience(profile.timeout))
    finally:
        transport.close()
