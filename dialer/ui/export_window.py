"""The window of an export: which calls, in which form, into which file; then how far it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PySide6.QtCore import QLocale, QStandardPaths, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from dialer.calls.export_form import Form
from dialer.calls.history_query import HistoryQuery
from dialer.ui.band import MessageBand
from dialer.ui.choice_rules import choice_rules
from dialer.ui.export_work import Exporter, ExportOrder, ExportWork
from dialer.ui.icons import Icons
from dialer.ui.primary_button import PrimaryButton
from dialer.ui.theme import Theme
from dialer.ui.words import told

_FORMS = (
    (Form.CSV, False),
    (Form.CSV, True),
    (Form.XLSX, False),
    (Form.JSON_LINES, False),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Calls that can be exported: what they are called, which, and how many if that is known."""

    words: str
    source: HistoryQuery | Sequence[int]
    count: int | None = None


class ExportWindow(QDialog):
    """Exports calls. UI thread; reading and writing run in the background.

    Closed while it exports, it stops that first, and then goes.
    """

    ended = Signal()
    """An export has ended, however; the program may quit."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        open_reader: Callable[[], Exporter],
        choices: Sequence[Choice],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._choices = tuple(choices)
        self._replace: Path | None = None
        self._closing = False
        self._of: int | None = None
        self.setWindowTitle(self.tr("Export calls"))
        self.resize(theme.px(620), theme.px(500))
        self._work = ExportWork(open_reader, self)
        self._work.progress.connect(self._show_progress)
        self._work.succeeded.connect(self._on_succeeded)
        self._work.stopped.connect(self._on_stopped)
        self._work.failed.connect(self._on_failed)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(8))
        self._which = QButtonGroup(self)
        layout.addWidget(self._title(self.tr("Which calls")))
        for number, choice in enumerate(self._choices):
            button = QRadioButton(self._with_count(choice), self)
            button.setChecked(number == 0)
            self._which.addButton(button, number)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addSpacing(theme.px(4))
        layout.addWidget(self._title(self.tr("As")))
        self._forms = QButtonGroup(self)
        for number, words in enumerate(self._form_words()):
            button = QRadioButton(words, self)
            button.setChecked(number == 0)
            self._forms.addButton(button, number)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self._forms.idClicked.connect(self._show_form)
        layout.addSpacing(theme.px(4))
        layout.addWidget(self._title(self.tr("File")))
        self.path = QLineEdit(str(_first_path()), self)
        self.path.setAccessibleName(self.tr("File"))
        self.path.setCursorPosition(len(self.path.text()))
        self.path.textEdited.connect(self._forget_replacing)
        self._browse = QPushButton(self.tr("Choose…"), self)
        self._browse.setAutoDefault(False)
        self._browse.clicked.connect(self._choose_file)
        file = QHBoxLayout()
        file.setSpacing(theme.px(8))
        file.addWidget(self.path, 1)
        file.addWidget(self._browse)
        layout.addLayout(file)
        layout.addStretch(1)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._bar.hide()
        self._done = QLabel(self)
        self._done.hide()
        self.band = MessageBand(theme, icons, self)
        layout.addWidget(self._bar)
        layout.addWidget(self._done)
        layout.addWidget(self.band)
        self._cancel = QPushButton(self.tr("Close"), self)
        self._cancel.setAutoDefault(False)
        self._cancel.clicked.connect(self._cancel_or_close)
        self._export = PrimaryButton(self.tr("Export"), theme, self)
        self._export.setDefault(True)
        self._export.clicked.connect(self._start)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._export)
        layout.addLayout(buttons)
        self.finished.connect(self.deleteLater)
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def exporting(self) -> bool:
        """Whether an export is under way."""
        return self._work.running

    @Slot()
    def stop(self) -> None:
        """Stop the export under way, which leaves nothing behind."""
        if self._work.running:
            self._cancel.setEnabled(False)
            self._done.setText(self.tr("Stopping…"))
            self._work.stop()

    def choose_path(self, path: Path) -> None:
        """Take a file that the operator has picked, where replacing it was asked already."""
        self.path.setText(str(path))
        self._replace = path

    # What is asked for

    def _form(self) -> tuple[Form, bool]:
        """The form, and whether it begins with a mark."""
        return _FORMS[self._forms.checkedId()]

    def _form_words(self) -> tuple[str, ...]:
        """The words of `_FORMS`, in their order."""
        return (
            self.tr("CSV, for most programs"),
            self.tr("CSV for Excel, with its mark for UTF-8; Excel rounds recording IDs"),
            self.tr("Excel workbook: recording IDs stay whole"),
            self.tr("JSON Lines, for programs"),
        )

    @Slot(int)
    def _show_form(self, *_: object) -> None:
        form = self._form()[0]
        path = Path(self.path.text())
        if path.suffix.lstrip(".") in {each.value for each in Form}:
            self.path.setText(str(path.with_suffix(f".{form.value}")))
            self._replace = None

    @Slot()
    def _forget_replacing(self, *_: object) -> None:
        self._replace = None

    @Slot()
    def _choose_file(self) -> None:
        form, _ = self._form()
        dialog = QFileDialog(self, self.tr("Export calls"), self.path.text())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(form.value)
        dialog.setNameFilter(f"*.{form.value}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_file_chosen)
        dialog.open()

    @Slot(str)
    def _on_file_chosen(self, name: str) -> None:
        self.choose_path(Path(name))

    # The export

    @Slot()
    def _start(self) -> None:
        if self._work.running:
            return
        typed = self.path.text().strip()
        if not typed:
            self.band.show_message(
                "rejected", self.tr("Not exported."), self.tr("The file needs a name.")
            )
            self.path.setFocus()
            return
        path = Path(typed).expanduser().absolute()
        if path.is_file() and path != self._replace:
            self._ask_to_replace(path)
            return
        choice = self._choices[self._which.checkedId()]
        form, mark = self._form()
        self._of = choice.count
        self.band.clear()
        self._show_progress(0)
        self._work.start(ExportOrder(choice.source, form, path, mark))
        self._allow()

    def _ask_to_replace(self, path: Path) -> None:
        def replace() -> None:
            self._replace = path
            self._start()

        self.band.show_message(
            "unknown",
            self.tr("Replace {name}?").format(name=path.name),
            self.tr("A file of this name is there already."),
            "",
            [(self.tr("Keep it"), self.band.clear), (self.tr("Replace it"), replace)],
        )

    @Slot(object)
    def _show_progress(self, count: object) -> None:
        if not isinstance(count, int):
            return
        number = QLocale().toString(count)
        if self._of is None:
            self._bar.setRange(0, 0)
            self._done.setText(self.tr("{number} calls").format(number=number))
        else:
            # In thousandths: the bar counts in 32 bits.
            self._bar.setRange(0, 1000)
            self._bar.setValue(min(1000, count * 1000 // max(1, self._of)))
            of = QLocale().toString(self._of)
            self._done.setText(self.tr("{number} of {of} calls").format(number=number, of=of))

    @Slot(object, object)
    def _on_succeeded(self, order: object, count: object) -> None:
        if not isinstance(order, ExportOrder) or not isinstance(count, int):
            return
        self._on_ended()
        self._closing = False
        folder = order.path.parent
        number = QLocale().toString(count)
        headline = self.tr("Exported 1 call.")
        if count != 1:
            headline = self.tr("Exported {number} calls.").format(number=number)
        self._replace = None
        self.band.show_message(
            "placed",
            headline,
            self.tr("They stand in {path}.").format(path=order.path)
            if count != 1
            else self.tr("It stands in {path}.").format(path=order.path),
            "",
            [(self.tr("Open folder"), lambda: open_folder(folder))],
        )

    @Slot()
    def _on_stopped(self) -> None:
        self._on_ended()
        self.band.show_message(
            "info", self.tr("Stopped."), self.tr("No file was written. The history is unchanged.")
        )
        if self._closing:
            self.close()

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._on_ended()
        self._closing = False
        sentence = getattr(error, "sentence", None)
        text = told(sentence) if sentence is not None else str(error)
        self.band.show_message("rejected", self.tr("Not exported."), text)

    def _on_ended(self) -> None:
        self._allow()
        self.ended.emit()

    def _allow(self) -> None:
        running = self._work.running
        for group in (self._which, self._forms):
            for button in group.buttons():
                button.setEnabled(not running)
        for widget in (self.path, self._browse, self._export):
            widget.setEnabled(not running)
        self._bar.setVisible(running)
        self._done.setVisible(running)
        self._cancel.setEnabled(True)
        self._cancel.setText(self.tr("Cancel") if running else self.tr("Close"))

    # The end

    @Slot()
    def _cancel_or_close(self) -> None:
        if self._work.running:
            self.stop()
        else:
            self.close()

    def reject(self) -> None:
        """Esc stops an export; without one it closes the window."""
        if self._work.running:
            self.stop()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop what is under way, and close after it."""
        if self._work.running:
            self._closing = True
            self.stop()
            event.ignore()
        else:
            super().closeEvent(event)

    @Slot()
    def _dress(self) -> None:
        self.setStyleSheet(choice_rules(self._theme.scheme, self._theme.px))

    def _title(self, words: str) -> QLabel:
        label = QLabel(words, self)
        label.setFont(self._theme.fonts.strong)
        return label

    def _with_count(self, choice: Choice) -> str:
        if choice.count is None:
            return choice.words
        return f"{choice.words} ({QLocale().toString(choice.count)})"


def open_folder(folder: Path) -> None:
    """Show a folder in the system's own program for that."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _first_path() -> Path:
    place = QStandardPaths.StandardLocation.DocumentsLocation
    folder = Path(QStandardPaths.writableLocation(place) or Path.home())
    if not folder.is_dir():
        folder = Path.home()
    return folder / f"calls {date.today().isoformat()}.{Form.CSV.value}"
