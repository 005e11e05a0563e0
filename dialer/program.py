"""The running program with its window: made once, joined here, ended in stages."""

import gc
import importlib
import logging
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from dialer import __version__
from dialer.desktop import handoff
from dialer.desktop.own_files import FileTrouble, content
from dialer.desktop.own_files import replace as replace_file
from dialer.desktop.visit import Visit
from dialer.settings.folders import Folders
from dialer.settings.preferences import Preferences
from dialer.ui.background import Background
from dialer.ui.icons import Icons
from dialer.ui.main_window import MainWindow
from dialer.ui.theme import IN_FUSION, apply_theme
from dialer.ui.words import told

if TYPE_CHECKING:
    from dialer.aftercall import Aftercall
    from dialer.calls.check import Checked
    from dialer.calls.credentials import Credentials
    from dialer.calls.place import EndedCall
    from dialer.desktop.visit import Inbox
    from dialer.history_work import HistoryWork
    from dialer.outside import Outside
    from dialer.settings.defects import Defects
    from dialer.settings.profile import Profile
    from dialer.ui.call_worker import Opened
    from dialer.ui.help_window import HelpWindow
    from dialer.ui.open_events import OpenEvents
    from dialer.ui.profiles_watch import ProfilesWatch

log = logging.getLogger(__name__)

# Imports inside functions are for the start's sake: the window is on screen before them. What
# is heavy is imported in the background first, so that the UI thread finds it there.
# ruff: noqa: PLC0415


_THE_REST = (
    "dialer.history_work",
    "dialer.ui.history_filters",
    "dialer.ui.day_figures",
    "dialer.ui.history_actions",
    "dialer.ui.forgetting",
    "dialer.ui.callee_words",
    "dialer.ui.records_worker",
    "dialer.aftercall",
    "dialer.outside",
)
"""What is made once numbers can be read: modules that import more of Qt."""


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
        visit: Visit,
        *,
        sandbox: bool = False,
        background: bool = False,
        doorway: "Inbox | None" = None,
        defects: "Defects | None" = None,
    ) -> int:
        """Open the window and run until it ends; the exit code.

        `visit` is what this start asks of it; others come by the doorway. Of `defects` the
        operator is told, and its log begins once the window is there.
        """
        app = QApplication(["dialer", *IN_FUSION])
        app.setApplicationName("Dialer")
        app.setApplicationVersion(__version__)
        app.setDesktopFileName("dialer")
        app.setQuitOnLastWindowClosed(False)
        program = cls(
            app,
            folders,
            visit,
            sandbox=sandbox,
            background=background,
            doorway=doorway,
            defects=defects,
            in_fusion=True,
        )
        program.show()
        code = app.exec()
        program.end()
        return code

    def __init__(
        self,
        app: QApplication,
        folders: Folders,
        visit: Visit,
        *,
        sandbox: bool,
        background: bool = False,
        doorway: "Inbox | None" = None,
        defects: "Defects | None" = None,
        in_fusion: bool = False,
    ) -> None:
        super().__init__()
        self._folders = folders
        self._visit = visit
        self._sandbox_wanted = sandbox
        self._background = background
        self._doorway = doorway
        self._defects = defects
        self._profiles_wanted = False
        self._saving = threading.Lock()
        self._begun = False
        self._journal_asked_for = False
        self._to_load = list(_THE_REST)
        self._open_events = self._watch_open_events(app) if sys.platform == "darwin" else None
        self._aftercall: Aftercall | None = None
        self._history_work: HistoryWork | None = None
        self._outside: Outside | None = None
        self._profiles_watch: ProfilesWatch | None = None
        self._help: HelpWindow | None = None
        self._formatted: Callable[[str], str] | None = None
        self._preferences = Preferences.load(folders.preferences_file)
        self._theme = apply_theme(app, self._preferences.theme, in_fusion=in_fusion)
        self._icons = Icons(self._theme)
        self.window = MainWindow(self._theme, self._icons)
        self.window.status.show_profile(None, sandbox=sandbox)
        self._show_number_early()
        self._restore_geometry()
        if self._preferences.on_top:
            self.window.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)

    def show(self) -> None:
        """Show the window; all that is not needed for its first look is made after that."""
        if self._background and self._keeps_in_tray():
            QTimer.singleShot(0, self, self._begin)
            return
        self.window.painted.connect(self._begin)
        self.window.show()

    def end(self) -> None:
        """Let go of what must not outlive the event loop."""
        if not self._begun:
            return
        if not self._quitting.left:
            self._abandon()
            return
        self._thread.wait()
        if self._outside is not None:
            self._outside.end()
        if self._aftercall is not None:
            self._aftercall.end()
        self._signals.close()
        self._watch.close()

    def _abandon(self) -> None:
        """End although nobody has asked: Qt handles no event any more, for its display has gone.

        A call under way has the time that it has at every end. No widget is touched.
        """
        log.error("the window ended by itself: its display has gone")
        self._send_others_away()
        self._worker.stop()
        self._on_leaving()
        if self._aftercall is not None:
            self._aftercall.abandon()
        self._quitting.wait_without_events()
        if self._aftercall is not None:
            self._aftercall.end()

    # The beginning

    def _show_number_early(self) -> None:
        """Show the number that this start came with; what it may fill in besides is read later."""
        if self._visit.asked not in (handoff.LINK, handoff.NUMBER):
            return
        text = self._visit.text
        if self._visit.asked == handoff.LINK:
            text = text.partition(":")[2].strip("/ ")
        # What else there is to read is read after the first look, for it takes a while to load.
        if text[:1] == "+" and not text[1:].strip("0123456789-. ") and len(text) < 40:
            text = "+" + "".join(char for char in text if char.isdecimal())
            self.window.bar.callee.setText(text)

    def _watch_open_events(self, app: QApplication) -> "OpenEvents":
        """Take links as macOS brings them."""
        from dialer.ui.open_events import OpenEvents

        events = OpenEvents(self)
        app.installEventFilter(events)
        return events

    def _keeps_in_tray(self) -> bool:
        from PySide6.QtWidgets import QSystemTrayIcon

        return self._preferences.close_to_tray and QSystemTrayIcon.isSystemTrayAvailable()

    @Slot()
    def _begin(self) -> None:
        """Make what places calls, and show with what; the window is on screen."""
        from dialer.settings.desk import Desk
        from dialer.settings.keeper import CredentialKeeper
        from dialer.settings.keyring_store import KeyringStore
        from dialer.settings.profiles import ProfileFile
        from dialer.switchboard import ProgramSwitchboard
        from dialer.ui.call_worker import CallWorker
        from dialer.ui.calling import Calling
        from dialer.ui.defect_teller import DefectTeller
        from dialer.ui.profile_choice import ProfileChoice
        from dialer.ui.quitting import Quitting, SignalWatch

        self._quitting: Quitting = Quitting(self)
        self._teller: DefectTeller = DefectTeller(
            self._defects, self._theme, self.window, self._quitting
        )
        self._calling: Calling = Calling(self)
        self._calling.undo_seconds = self._preferences.undo_seconds
        self.window.complete(self._calling)
        self._store: KeyringStore = KeyringStore()
        self._keeper = CredentialKeeper(self._store, on_ready=self._on_credentials)
        self._desk = Desk(ProfileFile(self._folders.profiles_file), self._store, self._keeper)
        self._choice: ProfileChoice = ProfileChoice(self._desk, self._calling, self.window, self)
        self._worker: CallWorker = CallWorker(ProgramSwitchboard(self._folders, self._keeper))
        self._thread = QThread()
        self._thread.setObjectName("calls")
        self._worker.moveToThread(self._thread)
        self._signals: SignalWatch = SignalWatch(self)
        self._connect()
        self._choice.load(sandbox=self._sandbox_wanted, name=self._visit.profile or None)
        # What was typed meanwhile is taken in first.
        QTimer.singleShot(0, self, self._begin_to_call)

    @Slot()
    def _begin_to_call(self) -> None:
        """Make the history, and let calls begin."""
        if self._quitting.begun:
            return
        self._make_history()
        self._begun = True
        if self._defects is not None:
            self._defects.write_log(masks=self._preferences.mask_log)

        self._thread.start()
        self._open.emit()
        if self._sandbox_wanted:
            self._start_sandbox.emit()
        self._warm.emit()
        numbers = Background()
        numbers.succeeded.connect(self._on_numbers_loaded)
        numbers.failed.connect(self._on_numbers_not_loaded)
        numbers.start(_load_numbers)

    def _make_history(self) -> None:
        """Make the history: the call bar stands on screen already, and can be typed into."""
        from dialer.ui.history_model import Column, HistoryModel
        from dialer.ui.history_pane import HistoryPane
        from dialer.ui.journal_watch import JournalWatch

        fonts = self._theme.fonts
        self._model: HistoryModel = HistoryModel(
            {Column.RECORDING_ID: fonts.mono, Column.CALLEE: fonts.text},
            trouble=self._on_journal_trouble,
        )
        self._history: HistoryPane = HistoryPane(self._theme, self._icons, self._model)
        self._watch: JournalWatch = JournalWatch(self._folders, self._model, self)
        self._watch.trouble.connect(self._on_journal_trouble)
        self._watch.damaged.connect(self._on_journal_damaged)
        self._calling.begun.connect(self._model.add)
        self._choice.changed.connect(self._remember)
        self._history.facts = self._watch.facts
        self.window.add_history(self._history)
        if self._preferences.compact:
            self.window.menus.compact_action.setChecked(True)
            self.window.compact.turn(True)

    def _make_the_rest(self) -> None:
        """Make what a call does not need: what comes after it, and the work with the history."""
        from dialer.aftercall import Aftercall
        from dialer.history_work import HistoryWork
        from dialer.ui.profiles_watch import ProfilesWatch

        window = self.window
        self._profiles_watch = ProfilesWatch(self._folders.config, self._desk.load, self)
        self._profiles_watch.found.connect(self._choice.on_profiles_found)
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
        self._load_the_rest()

    @Slot()
    def _load_the_rest(self) -> None:
        """Import what the rest is made of, a module at a time, so that keys come in between.

        On this thread: Qt for Python makes its classes at their first import, and crashed where
        another thread did that beside this one.
        """
        if self._quitting.begun:
            gc.enable()
            return  # nothing is to begin that somebody would have to end
        try:
            if self._to_load:
                importlib.import_module(self._to_load.pop(0))
                QTimer.singleShot(0, self, self._load_the_rest)
                return
            self._make_the_rest()
            self._begin_the_rest()
            self._open_to_others()
            if self._profiles_wanted:
                self._show_profiles()
            # All that is loaded stays: a collection that looks at it stalls the window.
            gc.collect()
            gc.freeze()
            self._teller.tell_of_last_run()
        except BaseException:
            gc.enable()
            self._send_others_away()
            raise
        gc.enable()

    @Slot(object)
    def _on_numbers_not_loaded(self, error: Exception) -> None:
        gc.enable()
        self._send_others_away()
        self.window.show()  # where it was to stay in the tray: there will be no icon
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
    def _on_opened(self, opened: "Opened") -> None:
        self._calling.trouble = opened.trouble
        self._journal_asked_for = True
        if opened.trouble is not None:
            self.window.tell(
                "rejected",
                self.tr("Calls cannot be recorded."),
                self.tr("So none is placed. {why}").format(why=told(opened.trouble)),
            )
            self._open_to_others()
            return
        if opened.aside is not None:
            self.window.tell(
                "unknown",
                self.tr("The journal was damaged."),
                told(opened.aside),
            )
        again = self._watch.reader is not None
        if self._watch.open():
            self._calling.history = self._watch.reader
            self._remember()
            self._begin_the_rest()
            if again and self._aftercall is not None and not self._quitting.begun:
                self._aftercall.open_anew()
        self._open_to_others()

    def _open_to_others(self) -> None:
        """Let links and other starts in: numbers can be read, and what was used is known."""
        if self._outside is not None or self._formatted is None or self._quitting.begun:
            return
        if not self._journal_asked_for or self._aftercall is None:
            return  # the rest of the window is made first
        from dialer.outside import Outside

        self._outside = outside = Outside(
            window=self.window,
            calling=self._calling,
            choice=self._choice,
            watch=self._watch,
            redial=self._redial,
            for_sandbox=self._sandbox_wanted,
            parent=self,
        )
        outside.use(self._preferences)
        outside.begin(self._visit, self._doorway)
        if self._open_events is not None:
            self._open_events.came.connect(outside.on_open_event)
            self._open_events.open()
        if self._history_work is not None:
            self._history_work.forgotten.connect(outside.show_recent)

    def _send_others_away(self) -> None:
        """Let the next start be a window of its own: this one will never show what it brings."""
        if self._doorway is not None:
            self._doorway.close()

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
        if self._profiles_watch is not None:
            window.changed.connect(self._profiles_watch.renew)
        window.changed.connect(self._choice.on_profiles_changed)
        window.accounts_fetched.connect(self.window.bar.show_accounts)
        window.open()

    @Slot()
    def _show_preferences(self) -> None:
        if self._outside is None:
            return  # in a moment: its keys and its tray come with it
        from dialer.desk_settings import system_of
        from dialer.ui.preferences_window import PreferencesWindow

        window = PreferencesWindow(
            self._theme,
            self._icons,
            self._preferences,
            system_of(self._folders),
            self._outside.hotkeys,
            has_tray=self._outside.tray.available,
            parent=self.window,
        )
        window.changed.connect(self._on_preferences_changed)
        window.open()

    @Slot(object)
    def _on_preferences_changed(self, changed: dict[str, object]) -> None:
        self._preferences = replace(self._preferences, **changed)  # type: ignore[arg-type]
        if self._outside is not None:
            self._outside.use(self._preferences)
        if self._defects is not None:
            self._defects.write_log(masks=self._preferences.mask_log)
        self._keep(changed)

    @Slot(bool)
    def _on_compact_chosen(self, on: bool) -> None:
        if not self._begun:
            self.window.menus.compact_action.setChecked(False)
            return  # in a moment: there is nothing to leave out yet
        self.window.compact.turn(on)
        self._on_preferences_changed({"compact": on})

    @Slot(bool)
    def _on_top_chosen(self, on: bool) -> None:
        self.window.stay_on_top(on)
        self._on_preferences_changed({"on_top": on})

    @Slot()
    def _show_shortcuts(self) -> None:
        from dialer.ui.shortcut_list import ShortcutList
        from dialer.ui.shortcuts_window import ShortcutsWindow

        ShortcutsWindow(self._theme, self.window, ShortcutList().groups()).open()

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
    def _on_ended(self, ended: "EndedCall") -> None:
        self._model.change(ended.record)
        request = ended.record.request
        if not request.lent:
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
        self.window.bar.before_filling()  # the operator's own profile, not one that is lent
        if self._begun and (profile := self._calling.profile) is not None:
            last = self._watch.last_of(profile, sandbox=self._calling.is_sandbox)
            if last is not None:
                self.window.bar.fill_in(last.request.callee)

    @Slot()
    def _on_journal_damaged(self) -> None:
        """Have what can be read of it recovered, at once."""
        if not self._quitting.begun:
            self._open.emit()

    @Slot(str)
    def _on_journal_trouble(self, why: str) -> None:
        self.window.tell("rejected", self.tr("The history cannot be read."), why)

    # The look

    @Slot(str)
    def _on_theme_chosen(self, choice: str) -> None:
        self._theme.choose(Preferences(theme=choice).theme)  # type: ignore[arg-type]
        self._on_preferences_changed({"theme": choice})

    def _keep(self, changed: Iterable[str]) -> None:
        """Keep what was chosen, in the background."""
        names = tuple(changed)
        saving = Background()
        saving.failed.connect(self._on_not_saved)
        saving.start(lambda: self._save_choice(names))

    def _save_choice(self, names: Iterable[str]) -> None:
        """Keep what is chosen by now, so that of two quick choices the last one stays."""
        with self._saving:
            now = {name: getattr(self._preferences, name) for name in names}
            Preferences.change(self._folders.preferences_file, **now)

    @Slot(object)
    def _on_not_saved(self, error: Exception) -> None:
        from dialer.settings.toml_file import TomlFileError

        why = error.sentence if isinstance(error, TomlFileError) else str(error)
        self.window.tell("info", self.tr("The choice is not kept."), told(why))

    def _restore_geometry(self) -> None:
        # No QSettings: its lock can be read by everybody.
        with suppress(FileTrouble):
            self.window.restoreGeometry(content(self._folders.window_file) or b"")

    # The end

    @Slot()
    def _on_closing(self) -> None:
        if self._outside is not None and self._outside.keeps_in_tray:
            self._outside.hide_in_tray()
        else:
            self._quitting.quit()

    @Slot()
    def _on_stopping(self) -> None:
        self._send_others_away()
        self._calling.stop_counting()
        if self._outside is not None:
            self._outside.stop()
        with suppress(FileTrouble):  # the next window then stands where the system puts it
            replace_file(self._folders.window_file, bytes(self.window.geometry_to_keep().data()))
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
        self._choice.changed.connect(self._use_profile)
        calling.journal_asked.connect(worker.open)
        worker.begun.connect(calling.begun)
        worker.ended.connect(calling.on_ended)
        worker.refused.connect(calling.on_refused)
        # From the worker's thread, so that it ends where no event is handled on this one.
        worker.closed.connect(self._thread.quit, Qt.ConnectionType.DirectConnection)

        calling.ended.connect(self._on_ended)
        window.bar.callee_ready.connect(self._on_callee_ready)
        window.profiles_asked.connect(self._show_profiles)
        window.help_asked.connect(self._show_help)
        window.shortcuts_asked.connect(self._show_shortcuts)
        window.preferences_asked.connect(self._show_preferences)
        window.compact_chosen.connect(self._on_compact_chosen)
        window.on_top_chosen.connect(self._on_top_chosen)
        window.redial_asked.connect(self._redial)
        window.theme_chosen.connect(self._on_theme_chosen)

        quitting.wait_for(self._is_busy)
        quitting.join(self._thread)
        calling.busy_changed.connect(quitting.look)
        quitting.stopping.connect(self._on_stopping)
        quitting.leaving.connect(self._on_leaving)
        window.closing.connect(self._on_closing)
        window.quit_asked.connect(quitting.quit)
        self._signals.asked.connect(quitting.quit)


def _load_numbers() -> None:
    """Load the numbering plan and its time zones, in the background. Nothing of Qt's: see
    `Program._load_the_rest`.
    """
    import dialer.calls.found_numbers
    import dialer.calls.link  # noqa: F401 - so that the UI thread finds them
    from dialer.calls.number import Callee, read_callee, time_zones

    callee = read_callee("+442079460018")
    if isinstance(callee, Callee):
        time_zones(callee)


def _check(profile: "Profile", credentials: "Credentials") -> "Checked":
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
