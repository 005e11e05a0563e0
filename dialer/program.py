"""The running program with its window: made once, joined here, ended in stages."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QThread, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from dialer import __version__
from dialer.calls.place import EndedCall, JournalError
from dialer.settings.desk import Desk
from dialer.settings.folders import Folders
from dialer.settings.keeper import CredentialKeeper
from dialer.settings.keyring_store import KeyringStore
from dialer.settings.preferences import Preferences
from dialer.settings.profile import Profile, ProfileError
from dialer.settings.profiles import ProfileFile, Profiles
from dialer.settings.toml_file import TomlFileError
from dialer.switchboard import ProgramSwitchboard
from dialer.ui.background import Background
from dialer.ui.call_worker import CallWorker, Opened
from dialer.ui.calling import Calling
from dialer.ui.history_model import Column, HistoryModel
from dialer.ui.history_pane import HistoryPane
from dialer.ui.icons import Icons
from dialer.ui.main_window import MainWindow
from dialer.ui.quitting import Quitting, SignalWatch
from dialer.ui.theme import apply_theme
from dialer.ui.words import told

if TYPE_CHECKING:
    from dialer.calls.check import Checked
    from dialer.calls.credentials import Credentials
    from dialer.calls.journal import JournalReader

# Imports inside functions are for the start's sake: the window is on screen before them. What
# is heavy is imported in the background first, so that the UI thread finds it there.
# ruff: noqa: PLC0415

LOOK_MS = 2_000
"""How often the journal is asked whether another program wrote to it."""


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
        self._wanted_profile = profile
        self._profiles = Profiles((), None)
        self._reader: JournalReader | None = None
        self._seen_version = 0

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

        store = KeyringStore()
        self._keeper = CredentialKeeper(store)
        self._desk = Desk(ProfileFile(folders.profiles_file), store, self._keeper)
        self._worker = CallWorker(ProgramSwitchboard(folders, self._keeper))
        self._thread = QThread()
        self._thread.setObjectName("calls")
        self._worker.moveToThread(self._thread)

        self._quitting = Quitting(self)
        self._signals = SignalWatch(self)
        self._look_timer = QTimer(self)
        self._look_timer.setInterval(LOOK_MS)
        self._connect()
        self._load_profiles()
        self._restore_geometry()

    def show(self) -> None:
        """Show the window; all that is heavy begins once it is on screen."""
        self.window.painted.connect(self._begin)
        self.window.show()

    def end(self) -> None:
        """Let go of what must not outlive the event loop."""
        self._thread.wait()
        self._signals.close()
        if self._reader is not None:
            self._reader.close()
        self.window.deleteLater()

    # The beginning

    @Slot()
    def _begin(self) -> None:
        self._thread.start()
        self._open.emit()
        if self._sandbox_wanted:
            self._start_sandbox.emit()
        self._warm.emit()
        numbers = Background(self)
        numbers.succeeded.connect(self._on_numbers_loaded)
        numbers.start(_load_numbers)

    @Slot(object)
    def _on_numbers_loaded(self, _: object) -> None:
        self._calling.can_read_numbers = True
        self.window.bar.can_read_numbers()
        self._show_history()

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        if opened.trouble is not None:
            self._calling.trouble = opened.trouble
            self.window.tell(
                "rejected",
                self.tr("Calls cannot be recorded."),
                self.tr("So none is placed. {why}").format(why=opened.trouble),
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
        from dialer.calls.journal import JournalReader

        try:
            self._reader = JournalReader(self._folders.journal, self._folders.lifelines)
            self._seen_version = self._reader.version()
        except JournalError as error:
            self._on_journal_trouble(str(error))
            return
        self._calling.history = self._reader
        self._show_history()
        self._remember()
        self._look_timer.start()

    def _show_history(self) -> None:
        """Fill the table once both are there: the journal, and what makes digits readable."""
        if self._reader is not None and self._calling.can_read_numbers:
            from dialer.calls.number import format_digits

            self._model.read_from(self._reader, format_digits)

    # Profiles and the sandbox

    def _load_profiles(self) -> None:
        try:
            self._profiles = self._desk.load()
        except (ProfileError, OSError) as error:
            sentence = getattr(error, "sentence", None)
            self.window.tell(
                "rejected",
                self.tr("The profiles cannot be read."),
                told(sentence) if sentence else str(error),
            )
        wanted = self._wanted_profile
        if wanted is not None and self._profiles.named(wanted) is None:
            self.window.tell(
                "rejected",
                self.tr("No such profile."),
                self.tr("There is no profile {name}.").format(name=wanted),
            )
        if self._sandbox_wanted:
            self._await_sandbox()
        else:
            self._use(self._profiles.named(wanted) if wanted else self._profiles.default)

    def _await_sandbox(self) -> None:
        """Call nobody until the sandbox runs: meanwhile Enter must not ring real phones."""
        self._calling.starting = True
        self._use(None)

    def _use(self, profile: Profile | None) -> None:
        """Call with this profile from now on."""
        if profile != self._calling.profile:
            self.window.band.clear()  # it was about the other one
        self.window.use_profile(profile, sandbox=False)
        names = [each.name for each in self._profiles.all]
        self.window.offer_profiles(names, profile.name if profile else None)
        self.window.offer_first_steps(profile is None and not self._sandbox_wanted)
        self._remember()

    @Slot(str)
    def _on_profile_chosen(self, name: str) -> None:
        self._sandbox_wanted = False
        self._use(self._profiles.named(name))

    @Slot(object, str)
    def _on_profiles_changed(self, profiles: Profiles, saved: str) -> None:
        self._profiles = profiles
        if self._calling.is_sandbox and not saved:
            return
        current = self._calling.profile.name if self._calling.profile else ""
        chosen = profiles.named(saved) or profiles.named(current) or profiles.default
        if saved:
            self._sandbox_wanted = False
        self._use(chosen)

    @Slot(bool)
    def _on_sandbox_chosen(self, chosen: bool) -> None:
        self._sandbox_wanted = chosen
        if chosen:
            self._await_sandbox()
            self._start_sandbox.emit()
        else:
            self._use(self._profiles.default)

    @Slot(object)
    def _on_sandbox_started(self, profile: Profile) -> None:
        self._calling.starting = False
        if self._sandbox_wanted:
            self.window.use_profile(profile, sandbox=True)
            self.window.offer_first_steps(False)
            self._remember()
            self.window.bar.focus_callee()

    @Slot(str)
    def _on_sandbox_failed(self, why: str) -> None:
        self._calling.starting = False
        self._sandbox_wanted = False
        self._use(self._profiles.default)
        self.window.tell("rejected", self.tr("The sandbox did not start."), why)

    @Slot()
    def _show_profiles(self) -> None:
        from dialer.ui.profiles_window import ProfilesWindow

        if not self._calling.can_read_numbers:
            return
        window = ProfilesWindow(self._theme, self._icons, self._desk, _check, self.window)
        window.changed.connect(self._on_profiles_changed)
        window.finished.connect(window.deleteLater)
        window.open()

    @Slot()
    def _show_help(self) -> None:
        from dialer.ui.help_window import HelpWindow

        window = HelpWindow(self._theme, self.window)
        window.finished.connect(window.deleteLater)
        window.show()

    # Calls

    @Slot()
    def _on_callee_ready(self) -> None:
        if self._calling.profile is not None and not self._calling.busy:
            self._open_ahead.emit(self._calling.profile)

    @Slot(object)
    def _on_ended(self, ended: EndedCall) -> None:
        self._model.change(ended.record)
        self._remember()

    def _remember(self) -> None:
        """Offer the accounts and display numbers that were used."""
        if self._reader is None:
            return
        sandbox = self._calling.is_sandbox
        try:
            self.window.bar.remember(
                self._reader.used("account", sandbox=sandbox),
                self._reader.used("display_number", sandbox=sandbox),
            )
        except JournalError as error:
            self._on_journal_trouble(str(error))

    @Slot()
    def _look(self) -> None:
        """Show what other programs wrote to the journal."""
        if self._reader is None or self._calling.busy:
            return
        try:
            version = self._reader.version()
        except JournalError as error:
            self._look_timer.stop()
            self._on_journal_trouble(str(error))
            return
        if version != self._seen_version or self._model.shows_calls_under_way():
            self._seen_version = version
            self._model.refresh()

    def _on_journal_trouble(self, why: str) -> None:
        self.window.tell("rejected", self.tr("The history cannot be read."), why)

    # The look

    @Slot(str)
    def _on_theme_chosen(self, choice: str) -> None:
        preferences = Preferences(theme=choice)  # type: ignore[arg-type]
        self._theme.choose(preferences.theme)
        saving = Background(self)
        saving.failed.connect(self._on_not_saved)
        saving.start(lambda: preferences.save(self._folders.preferences_file))

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
        self._look_timer.stop()
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
        worker.sandbox_started.connect(self._on_sandbox_started)
        worker.sandbox_failed.connect(self._on_sandbox_failed)
        worker.begun.connect(calling.on_begun)
        worker.ended.connect(calling.on_ended)
        worker.refused.connect(calling.on_refused)
        worker.closed.connect(self._thread.quit)

        calling.begun.connect(self._model.add)
        calling.ended.connect(self._on_ended)
        window.bar.callee_ready.connect(self._on_callee_ready)
        window.profiles_asked.connect(self._show_profiles)
        window.help_asked.connect(self._show_help)
        window.sandbox_chosen.connect(self._on_sandbox_chosen)
        window.profile_chosen.connect(self._on_profile_chosen)
        window.theme_chosen.connect(self._on_theme_chosen)
        self._look_timer.timeout.connect(self._look)

        quitting.wait_for(self._is_busy)
        quitting.join(self._thread)
        calling.busy_changed.connect(quitting.look)
        quitting.stopping.connect(self._on_stopping)
        quitting.leaving.connect(self._on_leaving)
        window.closing.connect(quitting.quit)
        window.quit_asked.connect(quitting.quit)
        self._signals.asked.connect(quitting.quit)


def _load_numbers() -> float:
    """Load the numbering plan and its time zones; seconds it took. In the background."""
    from dialer.calls.number import Callee, read_callee, time_zones

    begun = time.monotonic()
    callee = read_callee("+442079460018")
    if isinstance(callee, Callee):
        time_zones(callee)
    return time.monotonic() - begun


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
