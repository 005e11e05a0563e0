"""The line that says how saving recordings goes, and what came of it."""

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dialer.ui.card import Card
from dialer.ui.recordings import Recordings, Saved, Saving
from dialer.ui.seek_slider import ThinProgress
from dialer.ui.theme import Theme
from dialer.ui.words import told

_TOLD = 3
"""So many different troubles are told in full."""


class SavingLine(Card):
    """Hidden while nothing is or was saved; asks nothing and stands over nothing. UI thread."""

    def __init__(self, theme: Theme, recordings: Recordings, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._recordings = recordings
        self._saved = Saved()
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._progress = ThinProgress(theme, self)
        self._progress.setAccessibleName(self.tr("Saving recordings"))
        self._cancel = _link(self.tr("Cancel"), self)
        self._cancel.clicked.connect(recordings.cancel_saving)
        self._again = _link(self.tr("Try again"), self)
        self._again.clicked.connect(self._try_again)
        self._folder = _link(self.tr("Open folder"), self)
        self._folder.clicked.connect(self._open_folder)
        self._close = _link(self.tr("Close"), self)
        self._close.clicked.connect(self.hide)
        first = QHBoxLayout()
        first.setSpacing(theme.px(8))
        first.addWidget(self._words, 1)
        for button in (self._cancel, self._again, self._folder, self._close):
            first.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(12), theme.px(6), theme.px(10), theme.px(6))
        layout.setSpacing(theme.px(4))
        layout.addLayout(first)
        layout.addWidget(self._progress)
        self.hide()
        recordings.saving.connect(self.show_saving)
        recordings.saved.connect(self.show_saved)

    @Slot(object)
    def show_saving(self, saving: Saving) -> None:
        """Say which recording is being saved."""
        if saving.total == 1:
            self._words.setText(self.tr("Saving the recording…"))
        else:
            text = self.tr("Saving recording {place} of {total}…")
            self._words.setText(text.format(place=saving.place, total=saving.total))
        self._progress.setMaximum(100 * saving.total)
        self._progress.setValue(round(100 * (saving.place - 1 + (saving.share or 0))))
        self._arrange(saving=True)

    @Slot(object)
    def show_saved(self, saved: Saved) -> None:
        """Say what came of it; a cancelled single one needs no words."""
        self._saved = saved
        words = self._summary(saved)
        self._words.setText(words)
        self._arrange(saving=False)
        self.setVisible(bool(words))

    def _summary(self, saved: Saved) -> str:
        alone = len(saved.paths) + saved.without + saved.cancelled + len(saved.failed) == 1
        if alone and saved.paths:
            return self.tr("Saved as {name}.").format(name=saved.paths[0].name)
        if alone and saved.failed:
            return told(saved.failed[0].trouble)
        if alone and saved.cancelled:
            return ""
        counts = (
            (self.tr("{count} saved"), len(saved.paths)),
            (
                self.tr("{count} has no recording")
                if saved.without == 1
                else self.tr("{count} have no recording"),
                saved.without,
            ),
            (self.tr("{count} cancelled"), saved.cancelled),
            (self.tr("{count} failed"), len(saved.failed)),
        )
        summary = ", ".join(text.format(count=count) for text, count in counts if count)
        troubles = list(dict.fromkeys(told(each.trouble) for each in saved.failed))
        if len(troubles) > _TOLD:
            troubles = [*troubles[:_TOLD], "…"]
        return f"{summary}: {' '.join(troubles)}" if troubles else f"{summary}."

    def _arrange(self, *, saving: bool) -> None:
        self._progress.setVisible(saving)
        self._cancel.setVisible(saving)
        self._again.setVisible(not saving and bool(self._saved.failed))
        self._folder.setVisible(not saving and bool(self._saved.paths))
        self._close.setVisible(not saving)
        if saving:
            self.show()

    @Slot()
    def _try_again(self) -> None:
        self.hide()
        self._recordings.try_again(self._saved.failed)

    @Slot()
    def _open_folder(self) -> None:
        if self._saved.paths:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._saved.paths[-1].parent)))


def _link(words: str, parent: QWidget) -> QPushButton:
    button = QPushButton(words, parent)
    button.setProperty("kind", "link")
    button.setAutoDefault(False)
    return button
