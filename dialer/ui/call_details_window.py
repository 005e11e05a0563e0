"""A call's details in a window of their own, where the main one has no room for them."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails, Candidate
from dialer.calls.number import format_digits
from dialer.ui.call_panel import CallPanel
from dialer.ui.theme import Theme


class CallDetailsWindow(QDialog):
    """Holds a `CallPanel`; Escape closes it, and with it what plays ends. UI thread."""

    def __init__(self, theme: Theme, panel: CallPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel = panel
        self.resize(theme.px(400), theme.px(560))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.px(12)] * 4)
        layout.addWidget(panel)
        self.finished.connect(panel.recording.release)

    def show_call(
        self,
        record: CallRecord,
        details: CallDetails | None = None,
        candidates: Sequence[Candidate] = (),
    ) -> None:
        """Show `record` as the panel does, and its callee in the title."""
        callee = format_digits(record.request.callee)
        self.setWindowTitle(self.tr("Call to {callee}").format(callee=callee))
        self.panel.show_call(record, details, candidates)
