"""The selected call beside the table: all that is known of it, and what can be done with it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails, Candidate
from dialer.calls.number import format_digits
from dialer.calls.numbering_plan import look_up
from dialer.ui.call_facts import facts_of
from dialer.ui.call_timeline import CallTimeline
from dialer.ui.call_words import call_words
from dialer.ui.callee_words import country_name
from dialer.ui.candidate_list import CandidateList
from dialer.ui.card import Card
from dialer.ui.icon_button import IconButton
from dialer.ui.icons import Icons
from dialer.ui.ink import set_ink
from dialer.ui.long_text import LongText
from dialer.ui.record_window import RecordWindow
from dialer.ui.recording_bar import MakePlayer, RecordingBar
from dialer.ui.recording_player import player_here
from dialer.ui.theme import Theme

_NO_RECORD = "{}"


class CallPanel(Card):
    """Shows one call in full. Provider text stands in it as plain text. UI thread."""

    call_again_asked = Signal(object)
    """CallRecord: fill its values in."""
    copy_asked = Signal(str)
    """Text for the clipboard."""
    candidate_chosen = Signal(object, str)
    """CallRecord, and the recording ID of its own record among the provider's, "" for none."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        icons: Icons | None = None,
        make_player: MakePlayer = player_here,
    ) -> None:
        super().__init__(theme, parent)
        self._theme = theme
        self._record: CallRecord | None = None
        self._details: CallDetails | None = None
        self._kind = ""
        icons = icons or Icons(theme)
        # A viewport of our own has no ground. To ask for the one that is there would cost 40 ms:
        # PySide makes every class that it might be of.
        self._inside = inside = QWidget(self)
        self._title = LongText(inside, theme.fonts.callee)
        self._line = LongText(inside)
        self._headline = LongText(inside, theme.fonts.strong)
        self._text = LongText(inside)
        self._code = LongText(inside, theme.fonts.label)
        self.candidates = CandidateList(theme, inside)
        self.candidates.chosen.connect(self._choose_candidate)
        self.timeline = CallTimeline(theme, inside)
        self._values: dict[str, tuple[QLabel, LongText]] = {}
        form = self._make_form(icons)
        self._original = QPushButton(self.tr("Provider's record"), inside)
        self._original.setProperty("kind", "link")
        self._original.clicked.connect(self.show_original)

        said = QVBoxLayout(inside)
        said.setContentsMargins(0, 0, theme.px(4), 0)
        said.setSpacing(theme.px(8))
        head = QVBoxLayout()
        head.setSpacing(theme.px(2))
        head.addWidget(self._title)
        head.addWidget(self._line)
        said.addLayout(head)
        told = QVBoxLayout()
        told.setSpacing(theme.px(2))
        for label in (self._headline, self._text, self._code):
            told.addWidget(label)
        said.addLayout(told)
        said.addWidget(self.candidates)
        said.addSpacing(theme.px(4))
        said.addWidget(self.timeline)
        said.addSpacing(theme.px(4))
        said.addLayout(form)
        said.addWidget(self._original, 0, Qt.AlignmentFlag.AlignLeft)
        said.addStretch(1)
        self._scroll = scroll = QScrollArea(self)
        scroll.setViewport(QWidget())
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A scroll area fills both grounds by itself; here they are the card's.
        inside.setAutoFillBackground(False)
        self.recording = RecordingBar(theme, icons, self, make_player)
        again = QPushButton(self.tr("Call again"), self)
        again.setToolTip(self.tr("Fill the fields in; Enter or Call places the call"))
        again.clicked.connect(self._call_again)
        for button in (self._original, again, self.recording.save_button):
            # In a dialog Enter would press one of them.
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addWidget(self.recording.save_button)
        buttons.addWidget(again)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(12))
        layout.addWidget(scroll, 1)
        layout.addWidget(self.recording)
        layout.addLayout(buttons)
        theme.changed.connect(self._colour)
        self._colour()

    @property
    def record(self) -> CallRecord | None:
        """The call that is shown."""
        return self._record

    def show_call(
        self,
        record: CallRecord,
        details: CallDetails | None = None,
        candidates: Sequence[Candidate] = (),
    ) -> None:
        """Show `record`, with what the provider's record says and which may be its own.

        The same call again keeps the place that was scrolled to, and what plays.
        """
        shown = (record, details)
        another = self._record is None or self._record.call_id != record.call_id
        if shown != (self._record, self._details):
            self._record, self._details = record, details
            self._show_words(record)
            self._show_facts(record, details)
            self.timeline.show_times(details, record.begun_at)
            self.recording.show_call(record, details)
        self.candidates.show_candidates(candidates, record.begun_at)
        if another:
            self._scroll.verticalScrollBar().setValue(0)

    def showEvent(self, event: QShowEvent) -> None:
        """Colour the words anew: a style sheet forgets palettes when a parent is given."""
        super().showEvent(event)
        self._colour()

    @Slot()
    def show_original(self) -> RecordWindow | None:
        """Open a window with the provider's record as it came; None if there is none."""
        if self._record is None or self._details is None:
            return None
        window = RecordWindow(
            self._theme, self.tr("Provider's record"), self._details.original, self
        )
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.show()
        return window

    def _show_words(self, record: CallRecord) -> None:
        request = record.request
        self._title.say(format_digits(request.callee))
        number = request.display_number
        parts = (
            country_name(look_up(request.callee).region),
            self.tr("from {number}").format(number=number) if number else "",
            request.account,
        )
        self._line.say(" · ".join(part for part in parts if part))
        told = call_words(record)
        self._headline.say(told.headline)
        self._text.say(told.text)
        self._code.say(told.code)
        if told.kind != self._kind:
            self._kind = told.kind
            self._colour_outcome()

    def _show_facts(self, record: CallRecord, details: CallDetails | None) -> None:
        facts = facts_of(record, details)
        for key, (title, value) in self._values.items():
            fact = facts.get(key, "")
            value.say(fact)
            if title.isHidden() is bool(fact):
                title.setVisible(bool(fact))
        self._copy_id.setVisible(bool(facts["recording_id"]))
        self._original.setVisible(details is not None and details.original != _NO_RECORD)

    def _make_form(self, icons: Icons) -> QFormLayout:
        theme, inside = self._theme, self._inside
        form = QFormLayout()
        form.setHorizontalSpacing(theme.px(12))
        form.setVerticalSpacing(theme.px(6))
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows = {
            "talk": self.tr("Talk"),
            "waited": self.tr("Time to answer"),
            "cost": self.tr("Cost"),
            "rate": self.tr("Rate"),
            "ended_by": self.tr("Ended by"),
            "phone": self.tr("Phone"),
            "region": self.tr("Region"),
            "recording_id": self.tr("Recording ID"),
            "time": self.tr("Time"),
            "note": self.tr("Note"),
            "profile": self.tr("Profile"),
        }
        self._copy_id = IconButton("copy", self.tr("Copy recording ID"), theme, icons, inside)
        self._copy_id.clicked.connect(self._copy_recording_id)
        for key, name in rows.items():
            title = QLabel(name, inside)
            title.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            value = LongText(inside, theme.fonts.mono if key == "recording_id" else None)
            value.let_select()
            if key == "recording_id":
                field = QHBoxLayout()
                field.setSpacing(theme.px(2))
                top = Qt.AlignmentFlag.AlignTop
                field.addWidget(value, 1, top)
                field.addWidget(self._copy_id, 0, top)
                # The button is higher than a line of text: both stand on its middle.
                for label in (title, value):
                    label.setContentsMargins(0, theme.px(6), 0, 0)
                form.addRow(title, field)
            else:
                form.addRow(title, value)
            self._values[key] = (title, value)
        return form

    @Slot()
    def _copy_recording_id(self) -> None:
        self.copy_asked.emit(self._values["recording_id"][1].said)

    @Slot()
    def _call_again(self) -> None:
        if self._record is not None:
            self.call_again_asked.emit(self._record)

    @Slot(str)
    def _choose_candidate(self, recording_id: str) -> None:
        if self._record is not None:
            self.candidate_chosen.emit(self._record, recording_id)

    @Slot()
    def _colour(self) -> None:
        quiet = self._theme.scheme.quiet
        for label in (self._line, *(title for title, _ in self._values.values())):
            set_ink(label, quiet)
        self._colour_outcome()

    def _colour_outcome(self) -> None:
        scheme = self._theme.scheme
        tint = scheme.tint(self._kind)
        told = tint.ink is not scheme.quiet
        set_ink(self._headline, tint.ink if told else scheme.text)
        set_ink(self._code, tint.ink if told else scheme.quiet)
