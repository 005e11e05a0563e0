"""The quiet line under the callee: what will be sent, what is known of it, or what is wrong."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from dialer.calls.sentence import Sentence
from dialer.ui.ink import set_ink
from dialer.ui.theme import Theme
from dialer.ui.words import told

if TYPE_CHECKING:
    from dialer.calls.number import Callee, Choice

_MINUTE_MS = 20_000
"""How often the local time is looked at again, in milliseconds."""


class SendsLine(QWidget):
    """Says in one line what a click on Call would send. UI thread."""

    picked = Signal(str)
    """Of two readings of the callee, the digits of the one that the operator picked."""

    suggestion_taken = Signal(str)
    """The text of the number that was suggested, and that the operator wants."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._callee: Callee | None = None
        self._wrong = False
        self._lead = _plain_label(self)
        self._digits = _plain_label(self)
        self._digits.setFont(theme.fonts.strong)
        self._rest = _plain_label(self)
        self._rest.setWordWrap(True)
        self._rest.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._readings = [self._reading_button() for _ in range(2)]
        self._suggested = ""
        self._suggestion = QPushButton(self)
        self._suggestion.setProperty("kind", "link")
        self._suggestion.clicked.connect(self._take_suggestion)
        self._suggestion.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(5))
        layout.addWidget(self._lead)
        layout.addWidget(self._digits)
        layout.addWidget(self._rest, 1)
        layout.insertWidget(0, self._suggestion)
        for button in self._readings:
            layout.addWidget(button)
        self._clock = QTimer(self)
        self._clock.setInterval(_MINUTE_MS)
        self._clock.timeout.connect(self._show_callee)
        theme.changed.connect(self._colour)
        self.clear()

    def clear(self) -> None:
        """Say nothing."""
        self._show("", "", "")

    def show_callee(self, callee: "Callee") -> None:
        """Say what will be sent, in which country that is, and what time it is there."""
        self._callee = callee
        self._show_callee()
        self._clock.start()

    def show_choice(self, choice: "Choice") -> None:
        """Show both readings of what was typed, for the operator to pick one."""
        from dialer.ui.callee_words import country_name  # noqa: PLC0415

        self._show(self.tr("Two numbers are possible. Pick one:"), "", "")
        for button, callee in zip(
            self._readings, (choice.national, choice.international), strict=True
        ):
            where = f"{callee.formatted} ({callee.region})" if callee.region else callee.formatted
            button.setText(where)
            button.setToolTip(country_name(callee.region))
            button.setProperty("digits", callee.digits)
            button.show()

    def suggest(self, formatted: str, text: str) -> None:
        """Offer a number quietly, as long as the line has nothing else to say; "" for none."""
        self._suggested = text
        self._suggestion.setText(self.tr("Copied: {number}").format(number=formatted))
        self._suggestion.setToolTip(self.tr("Fill it in. Nothing is called."))
        self._show_suggestion()

    @property
    def offers_choice(self) -> bool:
        """Whether two readings are shown to pick from."""
        return not self._readings[0].isHidden()

    def tell(self, sentence: Sentence, *, wrong: bool) -> None:
        """Say what keeps a field from being sent; `wrong` in the error colour."""
        self._show("", "", told(sentence), wrong=wrong)

    @Slot()
    def _show_callee(self) -> None:
        callee = self._callee
        if callee is None:
            return
        # Here with the callee.
        from dialer.calls.number import time_zones  # noqa: PLC0415
        from dialer.ui.callee_words import country_name, local_time  # noqa: PLC0415

        known = [
            callee.formatted if callee.formatted != callee.digits else "",
            country_name(callee.region),
            local_time(time_zones(callee)),
            *(told(hint) for hint in callee.hints),
        ]
        rest = "".join(f"·  {part}  " for part in known if part).rstrip()
        self._show(self.tr("Sends"), callee.digits, rest, callee=callee)

    @Slot()
    def _take_suggestion(self) -> None:
        text, self._suggested = self._suggested, ""
        self._show_suggestion()
        self.suggestion_taken.emit(text)

    def _show_suggestion(self) -> None:
        says = self._lead.text() or self._digits.text() or self._rest.text() or self.offers_choice
        self._suggestion.setVisible(bool(self._suggested) and not says)
        QTimer.singleShot(0, self, self._make_room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many lines as the words need at this width."""
        super().resizeEvent(event)
        # After this event, when the words have their new width.
        QTimer.singleShot(0, self, self._make_room)

    @Slot()
    def _make_room(self) -> None:
        # A low window would squeeze words over several lines, and cut the first and last.
        needed = self._rest.heightForWidth(self._rest.width()) if self._rest.text() else 0
        if not self._suggestion.isHidden():
            needed = max(needed, self._suggestion.sizeHint().height())
        if self.minimumHeight() != max(0, needed):
            self.setMinimumHeight(max(0, needed))

    @Slot()
    def _pick(self) -> None:
        self.picked.emit(str(self.sender().property("digits")))

    def _show(
        self,
        lead: str,
        digits: str,
        rest: str,
        *,
        wrong: bool = False,
        callee: "Callee | None" = None,
    ) -> None:
        self._callee = callee
        if callee is None:
            self._clock.stop()
        for button in self._readings:
            button.hide()
        # One line for the eye, also where what is said of the number takes two.
        upright = Qt.AlignmentFlag.AlignTop if rest else Qt.AlignmentFlag.AlignVCenter
        for label, text in ((self._lead, lead), (self._digits, digits), (self._rest, rest)):
            label.setText(text)
            label.setAlignment(upright | Qt.AlignmentFlag.AlignLeading)
        self._lead.setVisible(bool(lead))
        self._digits.setVisible(bool(digits))
        self._wrong = wrong
        QTimer.singleShot(0, self, self._make_room)
        self._show_suggestion()
        self._colour()

    @Slot()
    def _colour(self) -> None:
        scheme = self._theme.scheme
        set_ink(self._lead, scheme.quiet)
        set_ink(self._rest, scheme.rejected if self._wrong else scheme.quiet)

    def _reading_button(self) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("kind", "link")
        button.clicked.connect(self._pick)
        button.hide()
        return button


def _plain_label(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
