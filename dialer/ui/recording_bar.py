"""The recording of the selected call: fetch and play it, stop, go to a place in it, save it."""

from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dialer.calls.call import CallRecord, Following
from dialer.calls.details import CallDetails
from dialer.calls.sentence import Sentence
from dialer.ui.amounts import duration_text
from dialer.ui.card import Card
from dialer.ui.icon_button import IconButton
from dialer.ui.icons import Icons
from dialer.ui.ink import set_ink
from dialer.ui.recording_player import Player, open_outside, player_here
from dialer.ui.recordings import PlayEnd, PlayNews
from dialer.ui.seek_slider import SeekSlider, ThinProgress
from dialer.ui.theme import Theme
from dialer.ui.words import told

MakePlayer = Callable[[QObject], Player]


class BarState(Enum):
    """What the bar is doing."""

    NONE = auto()
    """The call has no recording: the bar is hidden."""
    AWAITED = auto()
    READY = auto()
    LOADING = auto()
    OPEN = auto()
    """In the window's player, playing or not."""
    OUTSIDE = auto()
    """Handed to the system's player."""
    TROUBLE = auto()


class RecordingBar(Card):
    """Plays the recording of one call at a time; whoever fetches it is asked by signals.

    A call that is shown again, with news of it, keeps what is fetched and what plays. Another
    call ends both. UI thread.
    """

    fetch_asked = Signal(object, object)
    """CallRecord, CallDetails: fetch the recording, to be played."""
    cancel_asked = Signal(str)
    """The call ID of the fetching that is not wanted any more."""
    save_asked = Signal(object, object)
    """CallRecord, CallDetails: save the recording where the operator chooses."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
        make_player: MakePlayer = player_here,
    ) -> None:
        super().__init__(theme, parent)
        self._make_player = make_player
        self._player: Player | None = None
        self._record: CallRecord | None = None
        self._details: CallDetails | None = None
        self._state = BarState.NONE
        self._path: Path | None = None
        self._playing = False
        self._length = 0
        self.save_button = QPushButton(self.tr("Save…"), parent)
        self.save_button.setToolTip(self.tr("Save the recording as a file"))
        self.save_button.clicked.connect(self._ask_save)
        self.play_button = IconButton("play", self.tr("Play"), theme, icons, self)
        self.play_button.clicked.connect(self.toggle)
        self.slider = SeekSlider(theme, self)
        self.slider.setAccessibleName(self.tr("Position in the recording"))
        self.slider.valueChanged.connect(self._seek)
        self._time = QLabel(self)
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._progress = ThinProgress(theme, self)
        self._progress.setAccessibleName(self.tr("Fetching the recording"))
        self.link = QPushButton(self)
        self.link.setProperty("kind", "link")
        self.link.setAutoDefault(False)
        self.link.clicked.connect(self._follow_link)

        first = QHBoxLayout()
        first.setSpacing(theme.px(4))
        first.addWidget(self.play_button)
        first.addWidget(self.slider, 1)
        first.addWidget(self._time)
        second = QHBoxLayout()
        second.setSpacing(theme.px(8))
        second.addWidget(self._words, 1)
        second.addWidget(self.link, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(8), theme.px(4), theme.px(10), theme.px(4))
        layout.setSpacing(theme.px(4))
        layout.addLayout(first)
        layout.addLayout(second)
        layout.addWidget(self._progress)
        theme.changed.connect(self._colour)
        self._colour()
        self._enter(BarState.NONE)

    @property
    def state(self) -> BarState:
        """What the bar is doing."""
        return self._state

    def show_call(self, record: CallRecord, details: CallDetails | None) -> None:
        """Be the bar of this call."""
        before, file_before = self._record, self._details and self._details.recording_file_id
        self._record, self._details = record, details
        same = before is not None and before.call_id == record.call_id
        if same and self._state in _BUSY and details and details.recording_file_id == file_before:
            return
        wanted = _state_of(record, details)
        if same and wanted is BarState.READY and self._state in (BarState.READY, BarState.TROUBLE):
            self._show_length()
            return
        if before is not None:
            self._leave(before)
        self._enter(wanted)

    @Slot()
    def release(self) -> None:
        """Stop, and let go of the file: it is about to be deleted."""
        if self._record is not None:
            self._leave(self._record)
            self._enter(_state_of(self._record, self._details))

    @Slot()
    def toggle(self) -> None:
        """Play, pause or go on."""
        if self._state is BarState.OPEN and self._player is not None:
            if self._playing:
                self._player.pause()
            else:
                self._player.go_on()
        elif self._state in (BarState.READY, BarState.OUTSIDE, BarState.TROUBLE):
            self._fetch()

    @Slot(object)
    def take_news(self, news: PlayNews) -> None:
        """How far the fetching is."""
        if self._awaits(news.call_id):
            self._show_progress(news.done, news.total)

    @Slot(object)
    def take_end(self, end: PlayEnd) -> None:
        """The recording is here, or why it is not."""
        if not self._awaits(end.call_id):
            return
        if end.path is not None:
            self._play(end.path)
        elif end.trouble is not None:
            self._fail(end.trouble)
        else:
            self._enter(BarState.READY)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space plays and pauses, wherever in the bar the focus is."""
        if event.key() == Qt.Key.Key_Space:
            self.toggle()
        else:
            super().keyPressEvent(event)

    def _awaits(self, call_id: str) -> bool:
        fetching = self._state is BarState.LOADING
        return fetching and self._record is not None and self._record.call_id == call_id

    def _fetch(self) -> None:
        if self._record is not None and self._details is not None:
            self._enter(BarState.LOADING)
            self.fetch_asked.emit(self._record, self._details)

    def _play(self, path: Path) -> None:
        self._path = path
        if self._player is None:
            self._take(self._make_player(self))
        player = self._player
        if player is None:
            return
        self._enter(BarState.OPEN if player.in_window else BarState.OUTSIDE)
        if not player.play(path):
            self._say_that_nothing_opens_it()

    def _take(self, player: Player) -> None:
        self._player = player
        player.moved.connect(self._show_position)
        player.playing_changed.connect(self._show_playing)
        player.failed.connect(self._play_outside)

    @Slot()
    def _play_outside(self) -> None:
        """What cannot be played here may be what the system's player can."""
        if self._state is not BarState.OPEN or self._path is None or self._player is None:
            return
        # Said before the player stops, whose last words then change nothing.
        self._enter(BarState.OUTSIDE)
        self._player.stop()
        if not open_outside(self._path):
            self._say_that_nothing_opens_it()

    def _say_that_nothing_opens_it(self) -> None:
        self._words.setText(
            self.tr(
                "No program of this computer opens recordings. Save it, and open it yourself, or"
                " install Dialer with its extra “audio”."
            )
        )

    def _leave(self, record: CallRecord) -> None:
        if self._state is BarState.LOADING:
            self.cancel_asked.emit(record.call_id)
        if self._player is not None and self._state in (BarState.OPEN, BarState.OUTSIDE):
            # Not heard any more: the player's last words are about another call.
            self._state = BarState.NONE
            self._player.stop()
        self._path = None

    def _fail(self, trouble: Sentence) -> None:
        self._enter(BarState.TROUBLE)
        self._words.setText(told(trouble))

    def _enter(self, state: BarState) -> None:
        self._state = state
        self._playing = False
        words = {
            BarState.AWAITED: self.tr("The recording is not there yet."),
            BarState.LOADING: self.tr("Fetching the recording…"),
            BarState.OUTSIDE: self.tr("Opened in the system's player."),
        }.get(state, "")
        link = {
            BarState.LOADING: self.tr("Cancel"),
            BarState.TROUBLE: self.tr("Try again"),
        }.get(state, "")
        can_play = state in (BarState.READY, BarState.OPEN, BarState.OUTSIDE)
        had_focus = self.play_button.hasFocus() or self.link.hasFocus()
        self._words.setText(words)
        self._words.setVisible(bool(words) or state is BarState.TROUBLE)
        self.link.setText(link)
        self.link.setVisible(bool(link))
        self._progress.setVisible(state is BarState.LOADING)
        self.play_button.setVisible(can_play)
        self.slider.setVisible(can_play and state is not BarState.OUTSIDE)
        self._time.setVisible(can_play and state is not BarState.OUTSIDE)
        self.slider.setEnabled(state is BarState.OPEN)
        self.save_button.setVisible(state not in (BarState.NONE, BarState.AWAITED))
        self._show_progress(0, None)
        self._show_playing(False)
        self._show_length()
        self.setVisible(state is not BarState.NONE)
        if had_focus:
            # Else the focus would wander off to wherever the next widget is.
            (self.link if link else self.play_button).setFocus()

    def _show_length(self) -> None:
        if self._state is not BarState.OPEN:
            seconds = self._details.duration_s if self._details else None
            self._show_position(0, (seconds or 0) * 1000)

    def _show_progress(self, done: int, total: int | None) -> None:
        if self._state is not BarState.LOADING:
            return
        self._progress.setMaximum(100 if total else 0)
        if total:
            percent = min(100, done * 100 // total)
            self._progress.setValue(percent)
            self._words.setText(
                self.tr("Fetching the recording… {percent} %").format(percent=percent)
            )
        elif done:
            self._words.setText(
                self.tr("Fetching the recording… {size} kB").format(size=done // 1000)
            )

    @Slot(object, object)
    def _show_position(self, position: int, length: int) -> None:
        if length > 0 or self._state is not BarState.OPEN:
            self._length = length
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setMaximum(max(0, self._length))
                self.slider.setValue(position)
        at = duration_text(position // 1000)
        text = f"{at} / {duration_text(self._length / 1000)}" if self._length else at
        if text != self._time.text():
            self._time.setText(text)
        self.slider.update()

    @Slot(bool)
    def _show_playing(self, playing: bool) -> None:
        self._playing = playing and self._state is BarState.OPEN
        if self._playing:
            self.play_button.show_icon("pause", self.tr("Pause"))
        else:
            self.play_button.show_icon("play", self.tr("Play"))

    @Slot(int)
    def _seek(self, position: int) -> None:
        if self._state is BarState.OPEN and self._player is not None:
            self._player.seek(position)

    @Slot()
    def _follow_link(self) -> None:
        if self._state is BarState.TROUBLE:
            self._fetch()
        elif self._state is BarState.LOADING and self._record is not None:
            self.cancel_asked.emit(self._record.call_id)
            self._enter(BarState.READY)

    @Slot()
    def _ask_save(self) -> None:
        if self._record is not None and self._details is not None:
            self.save_asked.emit(self._record, self._details)

    @Slot()
    def _colour(self) -> None:
        for label in (self._time, self._words):
            set_ink(label, self._theme.scheme.quiet)


_BUSY = (BarState.LOADING, BarState.OPEN, BarState.OUTSIDE)


def _state_of(record: CallRecord, details: CallDetails | None) -> BarState:
    if details is None:
        return BarState.NONE
    if details.recording_file_id:
        return BarState.READY
    coming = details.answered and record.following is Following.OPEN
    return BarState.AWAITED if coming else BarState.NONE
