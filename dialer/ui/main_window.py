"""The one window, from top to bottom: call bar, message band, history, status bar."""

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QSize, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QDialog, QMainWindow, QMenu, QVBoxLayout, QWidget

from dialer.calls.call import CallRecord, OutcomeKind
from dialer.calls.place import EndedCall
from dialer.calls.reasons import WRONG_CREDENTIALS, words
from dialer.settings.profile import Profile
from dialer.ui.band import Action, MessageBand
from dialer.ui.call_bar import CallBar
from dialer.ui.call_worker import Refusal
from dialer.ui.calling import Calling, Question
from dialer.ui.first_steps import FirstSteps
from dialer.ui.history_pane import HistoryPane
from dialer.ui.icons import Icons
from dialer.ui.status_line import StatusLine
from dialer.ui.theme import Choice, Theme
from dialer.ui.words import told

START_SIZE = QSize(1120, 720)
SMALLEST = QSize(480, 360)

LOW = 440
"""Below this height, in the pixels of the design, the rows of the history need all there is."""


class MainWindow(QMainWindow):
    """Joins the parts of the window; what it decides itself is only what is shown. UI thread."""

    painted = Signal()
    """The window is on screen for the first time."""
    closing = Signal()
    """The operator closes the window."""
    profiles_asked = Signal()
    """Open the profiles; there is none yet, or they are to be changed."""
    sandbox_chosen = Signal(bool)
    profile_chosen = Signal(str)
    theme_chosen = Signal(str)
    help_asked = Signal()
    redial_asked = Signal()
    """Bring the last callee back."""
    quit_asked = Signal()
    export_asked = Signal()
    """Write calls into a file."""
    keep_asked = Signal()
    """Choose for how long calls are kept."""
    compare_asked = Signal()
    """Hold the history against the provider's records."""

    def __init__(self, theme: Theme, icons: Icons, calling: Calling, history: HistoryPane) -> None:
        super().__init__()
        self.theme = self._theme = theme
        self.icons = icons
        self._calling = calling
        self._leaving = False
        self._was_painted = False
        self._asks = False
        self._told_call = ""
        self.bar = CallBar(theme, icons)
        self.band = MessageBand(theme, icons)
        self.first_steps = FirstSteps(theme)
        self.first_steps.hide()
        self.history = history
        self.status = StatusLine(theme, icons)
        self.setWindowTitle(self.tr("Dialer"))
        self.setWindowIcon(icons.program())
        self.setMinimumSize(SMALLEST)
        self.resize(START_SIZE)

        centre = QWidget(self)
        self._layout = layout = QVBoxLayout(centre)
        layout.addWidget(self.bar)
        layout.addWidget(self.band)
        layout.addWidget(self.first_steps)
        layout.addWidget(history, 1)
        whole = QWidget(self)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(centre, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)
        self._make_menus()
        self._connect()
        self.bar.focus_callee()

    # What the program tells it

    def show_profile(self, profile: Profile | None, *, sandbox: bool) -> None:
        """Show what calls are placed with from now on, and fill in its defaults."""
        self.bar.use_profile(profile)
        self.status.show_profile(profile, sandbox=sandbox)
        self._compare_action.setEnabled(profile is not None)
        self._told_call = ""
        self._sandbox_action.setChecked(sandbox)

    def offer_first_steps(self, offered: bool) -> None:
        """Show or hide the two ways to begin."""
        self.first_steps.setVisible(offered)

    def offer_profiles(self, names: Sequence[str], chosen: str | None) -> None:
        """List the profiles to switch between: a menu, and from two on a switcher."""
        self._profile_menu.clear()
        group = QActionGroup(self._profile_menu)
        for name in names:
            # An ampersand in a name is no shortcut.
            action = self._profile_menu.addAction(name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.setData(name)
            group.addAction(action)
        group.triggered.connect(self._choose_profile)
        # One name is no choice, unless it is not chosen.
        self._profile_menu.menuAction().setVisible(len(names) > 1 or (bool(names) and not chosen))
        self.status.offer_profiles(names, chosen)

    def add_history_actions(self, actions: Sequence[QAction]) -> None:
        """List what can be done with the selected calls."""
        self._edit_menu.addSeparator()
        self._edit_menu.addActions(actions)

    def tell(self, kind: str, headline: str, text: str, code: str = "") -> None:
        """Say something in the message band."""
        self._asks = False
        self._told_call = ""
        self.band.show_message(kind, headline, text, code)

    @Slot(object)
    def tell_refusal(self, why: Refusal) -> None:
        """Say why there was no call."""
        self._asks = False
        self._told_call = ""
        said = why.words
        actions = [self._to_profiles()] if why.credentials else []
        self.band.show_message("not_sent", told(said.headline), told(said.text), said.code, actions)

    def _to_profiles(self) -> Action:
        return self.tr("Open profiles"), self.profiles_asked.emit

    def geometry_to_keep(self) -> QByteArray:
        """Where the window stands, for the next start."""
        return self.saveGeometry()

    def leave(self) -> None:
        """Hide with all that belongs to it, and let the next close through: it is the end."""
        self._leaving = True
        for dialog in self.findChildren(QDialog):
            dialog.hide()
        self.hide()

    # What the operator does

    @Slot(object)
    def fill_in(self, record: CallRecord) -> None:
        """Put a call's values into the fields; only Enter or Call places it."""
        request, profile = record.request, self._calling.profile
        if profile is not None and request.profile == profile.name:
            self.bar.fill_in(
                request.callee, request.display_number or "", request.account, request.note or ""
            )
        else:
            # Another profile's account and display number would not work here.
            self.bar.fill_in(request.callee, note=request.note or "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no height for: the calls themselves come first."""
        super().resizeEvent(event)
        low = event.size().height() < self._theme.px(LOW)
        self.history.set_low(low)
        self.status.set_low(low)
        self._layout.setContentsMargins(*[self._theme.px(6 if low else 12)] * 4)
        self._layout.setSpacing(self._theme.px(6 if low else 10))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell when the window is on screen for the first time."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask for the end of the program, which waits for a call under way."""
        if self._leaving:
            event.accept()
            return
        event.ignore()
        self.closing.emit()

    # What became of a call

    @Slot(object)
    def _on_begun(self, _: CallRecord) -> None:
        self._asks = False
        self.band.clear()

    @Slot(object)
    def _on_ended(self, ended: EndedCall) -> None:
        self._asks = False
        self._told_call = ended.record.call_id
        request, outcome = ended.record.request, ended.outcome
        said = words(outcome, request.account, sandbox=request.sandbox)
        text = told(said.text)
        if ended.not_written is not None:
            text = f"{text} {told(ended.not_written)}"
        actions: list[Action] = []
        if outcome.status == WRONG_CREDENTIALS:
            actions.append(self._to_profiles())
        if outcome.kind is OutcomeKind.PLACED and (recording_id := outcome.recording_id):
            actions.append(
                (self.tr("Copy recording ID"), lambda: self.history.copy_text(recording_id))
            )
        self.band.show_message(outcome.kind.value, told(said.headline), text, said.code, actions)
        if outcome.kind is OutcomeKind.PLACED and self.bar.typed() == self._calling.under_way:
            # Unless the next call is being typed already. The note was about this callee, and
            # must not travel with the next one.
            self.bar.note.clear()
            if self.bar.isAncestorOf(self.focusWidget() or self.bar):
                self.bar.focus_callee()

    def show_settled(self, record: CallRecord) -> None:
        """Take back the message about a call that was unknown, now that its record was found."""
        if record.call_id == self._told_call and not self._asks:
            self._told_call = ""
            text = self.tr("The call took place; the history has its recording ID.")
            found = self.tr("Found in the provider's records.")
            self.band.show_message("placed", found, text, "", [])

    @Slot(object)
    def _on_question(self, question: Question) -> None:
        from dialer.calls.number import format_digits  # noqa: PLC0415 - for the start's sake

        def place() -> None:
            leave_it()
            self._calling.place(question.request, question.typed)

        def leave_it() -> None:
            self._drop_question()
            self.bar.focus_callee()

        self.band.show_message(
            "unknown",
            self.tr("Call {callee} again?").format(callee=format_digits(question.request.callee)),
            told(question.why),
            "",
            [(self.tr("Do not call"), leave_it), (self.tr("Call anyway"), place)],
        )
        self._asks = True

    @Slot()
    def _drop_question(self) -> None:
        """A question is about what stood in the fields, and goes when that changes."""
        if self._asks:
            self._asks = False
            self.band.clear()

    @Slot()
    def _on_cleared(self) -> None:
        if not self._calling.busy:
            self._told_call = ""
            self.band.clear()

    @Slot(QAction)
    def _choose_profile(self, action: QAction) -> None:
        self.profile_chosen.emit(str(action.data()))

    @Slot(QAction)
    def _choose_theme(self, action: QAction) -> None:
        self.theme_chosen.emit(str(action.data()))

    # How it is made

    def _connect(self) -> None:
        self.bar.call_asked.connect(self._calling.ask)
        self.bar.last_number_asked.connect(self.redial_asked)
        self.bar.edited.connect(self._drop_question)
        self.bar.cleared.connect(self._on_cleared)
        self._calling.busy_changed.connect(self.bar.set_busy)
        self._calling.begun.connect(self._on_begun)
        self._calling.ended.connect(self._on_ended)
        self._calling.told.connect(self.tell_refusal)
        self._calling.field_refused.connect(self.bar.show_refusal)
        self._calling.question.connect(self._on_question)
        self.history.call_again_asked.connect(self.fill_in)
        self.history.copied.connect(self.status.show_copied)
        self.first_steps.connect_asked.connect(self.profiles_asked)
        self.first_steps.sandbox_asked.connect(self._use_sandbox)
        self.status.profile_chosen.connect(self.profile_chosen)

    @Slot()
    def _use_sandbox(self) -> None:
        self.sandbox_chosen.emit(True)

    def _make_menus(self) -> None:
        bar = self.menuBar()
        calls = bar.addMenu(self.tr("&Calls"))
        self._add(calls, self.tr("&New number"), self.bar.focus_callee, "Ctrl+L")
        self._add(calls, self.tr("&Redial"), self.redial_asked, "Ctrl+R")
        calls.addSeparator()
        self._add(calls, self.tr("&Export…"), self.export_asked, "Ctrl+Shift+E")
        calls.addSeparator()
        self._add(calls, self.tr("&Quit"), self.quit_asked, "Ctrl+Q")

        edit = bar.addMenu(self.tr("&Edit"))
        self._add(edit, self.tr("&Find in history"), self.history.focus_search, "Ctrl+F")
        edit.addSeparator()
        self._edit_menu = edit
        edit.addActions(
            [
                self.history.again_action,
                self.history.details_action,
                self.history.copy_number_action,
                self.history.copy_id_action,
            ]
        )

        view = bar.addMenu(self.tr("&View"))
        themes: dict[Choice, str] = {
            "system": self.tr("As the &system"),
            "light": self.tr("&Light"),
            "dark": self.tr("&Dark"),
            "high-contrast": self.tr("&High contrast"),
        }
        group = QActionGroup(self)
        for choice, name in themes.items():
            action = view.addAction(name)
            action.setCheckable(True)
            action.setChecked(choice == self._theme.choice)
            action.setData(choice)
            group.addAction(action)
        group.triggered.connect(self._choose_theme)

        tools = bar.addMenu(self.tr("&Tools"))
        self._add(tools, self.tr("&Profiles…"), self.profiles_asked, "Ctrl+P")
        self._compare_action = self._add(
            tools, self.tr("&Compare with the provider…"), self.compare_asked, ""
        )
        self._compare_action.setEnabled(False)
        self._add(tools, self.tr("&Keep calls for…"), self.keep_asked)
        self._profile_menu = tools.addMenu(self.tr("Call &with"))
        self._profile_menu.menuAction().setVisible(False)
        self._sandbox_action = tools.addAction(self.tr("Use the &sandbox"))
        self._sandbox_action.setCheckable(True)
        self._sandbox_action.triggered.connect(self.sandbox_chosen)

        helping = bar.addMenu(self.tr("&Help"))
        self._add(helping, self.tr("&Help and shortcuts"), self.help_asked, "F1")

    def _add(self, menu: QMenu, text: str, then: object, keys: str = "") -> QAction:
        action = menu.addAction(text)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(then)
        return action
