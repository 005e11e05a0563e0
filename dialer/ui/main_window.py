"""The one window, from top to bottom: call bar, message band, history, status bar.

It stands on screen with the call bar alone, which is all that a call is typed into; the rest of
it is made right after (`complete`, `add_history`), before anything can be called.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QVBoxLayout, QWidget

from dialer.ui.call_bar import CallBar
from dialer.ui.card import Card
from dialer.ui.compact import Compact
from dialer.ui.icons import Icons
from dialer.ui.menus import Menus
from dialer.ui.status_line import StatusLine
from dialer.ui.theme import Theme

if TYPE_CHECKING:
    from dialer.calls.call import CallRecord
    from dialer.settings.profile import Profile
    from dialer.ui.band import MessageBand
    from dialer.ui.call_messages import CallMessages
    from dialer.ui.calling import Calling
    from dialer.ui.first_steps import FirstSteps
    from dialer.ui.history_pane import HistoryPane

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
    compact_chosen = Signal(bool)
    on_top_chosen = Signal(bool)
    help_asked = Signal()
    shortcuts_asked = Signal()
    preferences_asked = Signal()
    redial_asked = Signal()
    """Bring the last callee back."""
    clipboard_asked = Signal()
    """Fill in the number that was copied."""
    selection_asked = Signal()
    """Fill in the number that is selected in another window."""
    quit_asked = Signal()
    export_asked = Signal()
    """Write calls into a file."""
    keep_asked = Signal()
    """Choose for how long calls are kept."""
    compare_asked = Signal()
    """Hold the history against the provider's records."""

    band: "MessageBand"
    first_steps: "FirstSteps"
    messages: "CallMessages"
    """What the band says of calls."""
    history: "HistoryPane"
    """Made last, and given to `add_history`."""

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self.theme = self._theme = theme
        self.icons = icons
        self._leaving = False
        self._was_painted = False
        self._is_complete = False
        self._close_wanted = False
        self.bar = CallBar(theme, icons, self)
        self.status = StatusLine(theme, icons, self)
        self.setWindowTitle(self.tr("Dialer"))
        self.set_smallest()
        self.resize(START_SIZE)

        centre = QWidget(self)
        self._layout = layout = QVBoxLayout(centre)
        layout.addWidget(self.bar)
        self._ground: QWidget | None = Card(theme, self)
        layout.addWidget(self._ground, 1)
        whole = QWidget(self)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(centre, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)
        self.menus = Menus(self)
        self.compact = Compact(self)
        self.bar.focus_callee()

    def is_covered(self) -> bool:
        """Whether a window or a menu stands before this one that takes its keys, Esc too."""
        modal = QApplication.activeModalWidget()
        covered = modal is not None and modal is not self
        return covered or QApplication.activePopupWidget() is not None

    def shows_countdown(self, attended: bool) -> bool:
        """Whether a countdown can be seen here; `attended`: and Esc, pressed now, comes here."""
        if self.is_covered() or not self.isVisible() or self.isMinimized():
            return False
        return self.isActiveWindow() or not attended

    def complete(self, calling: "Calling") -> None:
        """Make all but the history: messages, first steps, menus. Once."""
        from dialer.ui.band import MessageBand  # noqa: PLC0415 - the window is on screen first
        from dialer.ui.call_messages import CallMessages  # noqa: PLC0415
        from dialer.ui.first_steps import FirstSteps  # noqa: PLC0415

        self._calling = calling
        calling.is_seen = self.shows_countdown
        self.setWindowIcon(self.icons.program())
        self.bar.finish()
        self.menus.fill()
        self.band = MessageBand(self._theme, self.icons, self)
        self.first_steps = FirstSteps(self._theme, self)
        self.first_steps.hide()
        self._layout.insertWidget(1, self.band)
        self._layout.insertWidget(2, self.first_steps)
        self.messages = CallMessages(self, self.band, calling)
        self.bar.call_asked.connect(calling.ask)
        self.bar.last_number_asked.connect(self.redial_asked)
        self.bar.not_pasted.connect(self._on_not_pasted)
        calling.busy_changed.connect(self.bar.set_busy)
        calling.field_refused.connect(self.bar.show_refusal)
        self.first_steps.connect_asked.connect(self.profiles_asked)
        self.first_steps.sandbox_asked.connect(self._use_sandbox)
        self.status.profile_chosen.connect(self.profile_chosen)
        self._is_complete = True
        if self._close_wanted:
            QTimer.singleShot(0, self, self.closing.emit)

    def add_history(self, history: "HistoryPane") -> None:
        """Put the history where only its ground has been so far. Once."""
        assert self._ground is not None  # noqa: S101
        self.history = history
        self._layout.replaceWidget(self._ground, history)
        self._layout.setStretchFactor(history, 1)
        self._ground.deleteLater()
        self._ground = None
        history.call_again_asked.connect(self.fill_in)
        history.copied.connect(self.status.show_copied)
        history.not_pasted.connect(self._on_not_pasted)
        self.menus.add_history(history)
        history.set_low(self._is_low())

    def set_smallest(self) -> None:
        """Let the whole window become no smaller than all its parts have room in."""
        self.setMinimumSize(SMALLEST)

    def set_low_parts(self, *, compact: bool) -> None:
        """Leave out the status line where there is no room for it, or nobody looks for it."""
        low = compact or self._is_low()
        self.status.set_low(low)
        self._layout.setContentsMargins(*[self._theme.px(6 if low else 12)] * 4)
        self._layout.setSpacing(self._theme.px(6 if low else 10))

    def stay_on_top(self, on: bool) -> None:
        """Stay above other windows, where the desktop lets a window ask for that."""
        if bool(self.windowFlags() & Qt.WindowType.WindowStaysOnTopHint) is not on:
            shown, active = self.isVisible(), self.isActiveWindow()
            self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint, on)
            self.setVisible(shown)  # changing a flag takes the window off the screen
            if active:
                self.activateWindow()
        self.menus.on_top_action.setChecked(on)

    # What the program tells it

    def show_profile(self, profile: "Profile | None", *, sandbox: bool) -> None:
        """Show what calls are placed with from now on, and fill in its defaults."""
        self.bar.use_profile(profile)
        self.status.show_profile(profile, sandbox=sandbox)
        # So that a taskbar tells two windows apart.
        self.setWindowTitle(self.tr("Dialer: sandbox") if sandbox else self.tr("Dialer"))
        self.menus.compare_action.setEnabled(profile is not None)
        self.menus.sandbox_action.setChecked(sandbox)
        self.messages.forget()

    def offer_first_steps(self, offered: bool) -> None:
        """Show or hide the two ways to begin."""
        self.first_steps.setVisible(offered and not self.compact.is_on)

    def offer_profiles(self, names: Sequence[str], chosen: str | None) -> None:
        """List the profiles to switch between: a menu, and from two on a switcher."""
        self.menus.offer_profiles(names, chosen)
        self.status.offer_profiles(names, chosen)

    def add_history_actions(self, actions: Sequence[QAction]) -> None:
        """List what can be done with the selected calls."""
        self.menus.add_history_actions(actions)

    def tell(self, kind: str, headline: str, text: str, code: str = "") -> None:
        """Say something in the message band."""
        self.messages.tell(kind, headline, text, code)

    def show_settled(self, record: "CallRecord") -> None:
        """Take back the message about a call that was unknown, now that its record was found."""
        self.messages.show_settled(record)

    def geometry_to_keep(self) -> QByteArray:
        """Where the whole window stands, for the next start."""
        return self.compact.whole_geometry or self.saveGeometry()

    def leave(self) -> None:
        """Hide with all that belongs to it, and let the next close through: it is the end."""
        self._leaving = True
        for dialog in self.findChildren(QDialog):
            dialog.hide()
        self.hide()

    # What the operator does

    @Slot()
    def _on_not_pasted(self) -> None:
        self.tell(
            "info",
            self.tr("The program that was copied from does not answer."),
            self.tr("Nothing was pasted, and nothing was called. Copy it again, or type it."),
        )

    @Slot(object)
    def fill_in(self, record: "CallRecord") -> None:
        """Put a call's values into the fields; only Enter or Call places it."""
        self.bar.before_filling()  # a profile that was lent for one call is not this one's
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
        if self._ground is None:
            self.history.set_low(self._is_low())
        self.set_low_parts(compact=self.compact.is_on)

    def _is_low(self) -> bool:
        return self.height() < self._theme.px(LOW)

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
        if self._is_complete:
            self.closing.emit()
        else:
            self._close_wanted = True

    @Slot()
    def _use_sandbox(self) -> None:
        self.sandbox_chosen.emit(True)
