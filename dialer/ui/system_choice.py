"""A box to tick that changes something of the desktop's own, in the background, and says how."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from dialer.calls.sentence import Sentence
from dialer.ui.background import Background
from dialer.ui.ink import set_ink
from dialer.ui.theme import Theme
from dialer.ui.tick_box import TickBox
from dialer.ui.words import told


@dataclass(frozen=True, slots=True)
class SystemState:
    """How something of the desktop's own stands now."""

    on: bool
    words: Sentence | str = ""
    """What there is to say of it, "" for nothing."""
    wrong: bool = False
    """Whether the words tell that something did not go as it should."""


class SystemChoice(QWidget):
    """Ticked by what the desktop says, never by what was clicked. UI thread.

    `look` says how it stands, `change` changes it and says the same; both are called in the
    background, where they may take seconds, and raise nothing but what has a `sentence`.
    """

    changed = Signal(bool)
    """How it stands after a change."""

    def __init__(
        self,
        text: str,
        theme: Theme,
        look: Callable[[], SystemState],
        change: Callable[[bool], SystemState],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._change = change
        self._wrong = False
        self.box = TickBox(text, theme, self)
        self.box.setEnabled(False)
        self.box.clicked.connect(self._on_clicked)
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setContentsMargins(theme.px(24), 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(2))
        layout.addWidget(self.box)
        layout.addWidget(self._words)
        theme.changed.connect(self._colour)
        self._say("", wrong=False)
        self._run(look)

    def refuse(self, why: Sentence) -> None:
        """It cannot be changed here at all."""
        self.box.setEnabled(False)
        self._say(told(why), wrong=False)

    @property
    def words(self) -> str:
        """What is said of it now."""
        return self._words.text()

    @Slot(bool)
    def _on_clicked(self, on: bool) -> None:
        self.box.setChecked(not on)  # until the desktop has it so
        self.box.setEnabled(False)
        self._say(self.tr("One moment…"), wrong=False)
        change = self._change
        working = self._run(lambda: change(on))
        working.succeeded.connect(self._on_changed)

    def _run(self, work: Callable[[], SystemState]) -> Background:
        working = Background()
        working.succeeded.connect(self._on_state)
        working.failed.connect(self._on_failed)
        working.start(work)
        return working

    @Slot(object)
    def _on_state(self, state: SystemState) -> None:
        self.box.setChecked(state.on)
        self.box.setEnabled(True)
        self._say(told(state.words), wrong=state.wrong)

    @Slot(object)
    def _on_changed(self, state: SystemState) -> None:
        self.changed.emit(state.on)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.box.setEnabled(True)
        sentence = getattr(error, "sentence", None)
        self._say(told(sentence) if sentence else str(error), wrong=True)

    def _say(self, words: str, *, wrong: bool) -> None:
        self._wrong = wrong
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self.box.setAccessibleDescription(words)
        self._colour()

    @Slot()
    def _colour(self) -> None:
        scheme = self._theme.scheme
        set_ink(self._words, scheme.rejected if self._wrong else scheme.quiet)
