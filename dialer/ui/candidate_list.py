"""The records that may be those of an unknown call, for the operator to choose from."""

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from dialer.calls.became import name_of
from dialer.calls.details import Candidate
from dialer.ui.amounts import duration_text
from dialer.ui.call_timeline import time_told
from dialer.ui.long_text import LongText
from dialer.ui.theme import Theme
from dialer.ui.words import plain_tip, told


class CandidateList(QWidget):
    """A line for each record: when, how long, how it ended, and a button. UI thread.

    Below them stands a button that says that none of them is the call's.
    """

    chosen = Signal(str)
    """The recording ID of the record that is the call's own, "" where none of them is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[tuple[Candidate, ...], int] = ((), 0)
        self._rows: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def show_candidates(self, candidates: Sequence[Candidate], begun_at: int) -> None:
        """Offer these records; hides without any. The date stands where it is not the call's.

        `begun_at` is when the call began, in milliseconds since 1970, UTC.
        """
        offered = tuple(candidates)
        if (offered, begun_at) == self._shown or not (offered or self._rows):
            return
        self._shown = (offered, begun_at)
        if self._rows is not None:
            # A press may be what takes them away: the button outlives its slot.
            self._rows.hide()
            self._rows.deleteLater()
            self._rows = None
        if offered:
            self._rows = self._made(offered)
            self._layout.addWidget(self._rows)
        self.setVisible(bool(offered))

    def _made(self, offered: Sequence[Candidate]) -> QWidget:
        px = self._theme.px
        rows = QWidget(self)
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(8))
        grid.setColumnStretch(0, 1)
        for row, candidate in enumerate(offered):
            words = LongText(rows)
            words.say(self._told(candidate))
            tip = self.tr("Recording ID {id}").format(id=candidate.recording_id)
            words.setToolTip(plain_tip(tip))
            words.setAccessibleDescription(tip)
            button = self._button(self.tr("This one"), candidate.recording_id, rows)
            button.setAccessibleName(
                self.tr("This one: {record}").format(record=self._told(candidate))
            )
            grid.addWidget(words, row, 0)
            grid.addWidget(button, row, 1)
        none = self._button(self.tr("None of these"), "", rows)
        grid.addWidget(none, len(offered), 0, 1, 2, Qt.AlignmentFlag.AlignRight)
        return rows

    def _button(self, words: str, recording_id: str, rows: QWidget) -> QPushButton:
        button = QPushButton(words, rows)
        button.setProperty("recording_id", recording_id)
        button.setAutoDefault(False)
        button.clicked.connect(self._choose)
        return button

    def _told(self, candidate: Candidate) -> str:
        parts = []
        if candidate.submitted_at is not None:
            moment = QDateTime.fromMSecsSinceEpoch(candidate.submitted_at)
            begun = QDateTime.fromMSecsSinceEpoch(self._shown[1])
            parts.append(time_told(moment, begun.date()))
        if candidate.duration_s:
            parts.append(duration_text(candidate.duration_s))
        if candidate.ending is not None:
            parts.append(told(name_of(candidate.ending)))
        return " · ".join(parts) or candidate.recording_id

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(str(self.sender().property("recording_id")))
