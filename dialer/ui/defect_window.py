"""What is said of a defect of Dialer's own, with the report as it would be copied."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dialer.settings.defects import Defect
from dialer.ui.theme import Theme


class DefectWindow(QDialog):
    """Stands beside the main window, blocks nothing and leaves the keyboard where it is.

    UI thread.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setWindowTitle(self.tr("An error in Dialer"))
        self.resize(theme.px(560), theme.px(420))
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.report = QPlainTextEdit(self)
        self.report.setReadOnly(True)
        self.report.setFont(theme.fonts.mono)
        self.report.setAccessibleName(self.tr("Report"))
        self.report.setTabChangesFocus(True)
        self._copied = QLabel(self)
        copy = QPushButton(self.tr("Copy report"), self)
        copy.setAutoDefault(False)
        copy.clicked.connect(self._copy)
        close = QPushButton(self.tr("Close"), self)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(8))
        buttons.addWidget(self._copied)
        buttons.addStretch(1)
        buttons.addWidget(copy)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(12))
        layout.addWidget(self._words)
        layout.addWidget(self.report, 1)
        layout.addLayout(buttons)

    @property
    def said(self) -> str:
        """What stands above the report."""
        return self._words.text()

    def show_defects(self, defects: Sequence[Defect], crash: str) -> None:
        """Show what is known by now: `defects` of this run, and what `crash` says of the last."""
        words = []
        if crash:
            words.append(
                self.tr(
                    "Dialer ended abnormally before. Every call was written down before it was"
                    " sent: one that was under way then is unknown, and the phones may have rung."
                    " Look at the history before you call its number again."
                )
            )
        if defects:
            words.append(
                self.tr(
                    "Something in Dialer did not work. A call under way keeps its row: the history"
                    " says what became of it. You can go on; if something does not answer any"
                    " more, close Dialer and start it again."
                )
            )
        count = sum(defect.count for defect in defects)
        if count > 1:
            words.append(self.tr("It happened {count} times.").format(count=count))
        words.append(
            self.tr(
                "The report below holds no numbers and no secrets: copy it for whoever looks after"
                " Dialer."
            )
        )
        self._words.setText("\n\n".join(words))
        self._show_report("\n\n\n".join(filter(None, [crash, *(each.report for each in defects)])))

    def showEvent(self, event: QShowEvent) -> None:
        """Have screen readers say that it is there: the keyboard stays elsewhere."""
        super().showEvent(event)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _show_report(self, report: str) -> None:
        if report != self.report.toPlainText():
            self.report.setPlainText(report)
            self._copied.clear()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())
        self._copied.setText(self.tr("Copied."))
