"""The selected call beside the table: all that is known of it, and what can be done with it."""

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal, Slot
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
from dialer.calls.number import format_digits
from dialer.calls.reasons import words
from dialer.ui.card import Card
from dialer.ui.ink import set_ink
from dialer.ui.theme import Theme
from dialer.ui.words import told


class CallPanel(Card):
    """Shows one call in full. Provider text stands in it as plain text. UI thread."""

    call_again_asked = Signal(object)
    """CallRecord: fill its values in."""
    copy_asked = Signal(str)
    """Text for the clipboard."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._theme = theme
        self._record: CallRecord | None = None
        self._title = self._label(theme.fonts.title)
        self._headline = self._label(theme.fonts.strong)
        self._text = self._label()
        self._code = self._label(theme.fonts.label)
        self._values: dict[str, tuple[QLabel, QLabel]] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(theme.px(16))
        form.setVerticalSpacing(theme.px(6))
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        rows = {
            "time": self.tr("Time"),
            "account": self.tr("Account"),
            "display_number": self.tr("Display number"),
            "note": self.tr("Note"),
            "profile": self.tr("Profile"),
            "recording_id": self.tr("Recording ID"),
        }
        for key, name in rows.items():
            value = self._label(theme.fonts.mono if key == "recording_id" else None)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            title = QLabel(name, self)
            form.addRow(title, value)
            self._values[key] = (title, value)
        self._copy_id = QPushButton(self.tr("Copy recording ID"), self)
        self._copy_id.clicked.connect(self._copy_recording_id)
        again = QPushButton(self.tr("Call again"), self)
        again.setToolTip(self.tr("Fill the fields in; Enter or Call places the call"))
        again.clicked.connect(self._call_again)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addWidget(again)
        buttons.addWidget(self._copy_id)
        buttons.addStretch(1)

        inside = QWidget(self)
        words_layout = QVBoxLayout(inside)
        words_layout.setContentsMargins(0, 0, 0, 0)
        words_layout.setSpacing(theme.px(8))
        for label in (self._title, self._headline, self._text, self._code):
            words_layout.addWidget(label)
        words_layout.addSpacing(theme.px(4))
        words_layout.addLayout(form)
        words_layout.addStretch(1)
        scroll = QScrollArea(self)
        # A viewport of our own has no ground. To ask for the one that is there would cost 40 ms:
        # PySide makes every class that it might be of.
        scroll.setViewport(QWidget())
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A scroll area fills both grounds by itself; here they are the card's.
        inside.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(12))
        layout.addWidget(scroll, 1)
        layout.addLayout(buttons)
        theme.changed.connect(self._colour)
        self._colour()

    def show_call(self, record: CallRecord) -> None:
        """Show `record`."""
        self._record = record
        request, outcome = record.request, record.outcome
        self._title.setText(format_digits(request.callee))
        if outcome is None:
            self._headline.setText(self.tr("Calling."))
            self._text.setText(self.tr("The provider has not answered yet."))
            self._code.setText("")
        else:
            said = words(outcome, request.account, sandbox=request.sandbox)
            self._headline.setText(told(said.headline))
            self._text.setText(told(said.text))
            self._code.setText(said.code)
        self._code.setVisible(bool(self._code.text()))
        moment = QDateTime.fromMSecsSinceEpoch(record.begun_at)
        recording_id = outcome.recording_id if outcome else None
        shown = {
            "time": QLocale().toString(moment, QLocale.FormatType.ShortFormat),
            "account": request.account,
            "display_number": request.display_number,
            "note": request.note,
            "profile": self.tr("Sandbox: no phone rang") if request.sandbox else request.profile,
            "recording_id": recording_id,
        }
        for key, (title, value) in self._values.items():
            text = shown[key]
            value.setText(text or "")
            title.setVisible(bool(text))
            value.setVisible(bool(text))
        self._copy_id.setVisible(bool(recording_id))

    @property
    def record(self) -> CallRecord | None:
        """The call that is shown."""
        return self._record

    @Slot()
    def _copy_recording_id(self) -> None:
        self.copy_asked.emit(self._values["recording_id"][1].text())

    @Slot()
    def _call_again(self) -> None:
        if self._record is not None:
            self.call_again_asked.emit(self._record)

    @Slot()
    def _colour(self) -> None:
        quiet = self._theme.scheme.quiet
        for label in (self._code, *(title for title, _ in self._values.values())):
            set_ink(label, quiet)

    def _label(self, font: object = None) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        if font is not None:
            label.setFont(font)  # type: ignore[arg-type]
        return label
