"""The line of the history: what was done with its calls, how to undo it, and what is asked."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from dialer.ui.band import Action, MessageBand


class HistoryLine(MessageBand):
    """A message band of the history's own: one about a call is not to be covered by it."""

    def tell(self, headline: str, text: str = "", actions: Sequence[Action] = ()) -> None:
        """Say what was done; a way to take the line away stands beside it."""
        self.show_message("info", headline, text, "", [*actions, (self.tr("Close"), self.clear)])

    def warn(self, headline: str, text: str) -> None:
        """Say what could not be done."""
        self.show_message("rejected", headline, text, "", [(self.tr("Close"), self.clear)])

    def ask(
        self, headline: str, text: str, no: str, yes: str, confirmed: Callable[[], object]
    ) -> None:
        """Ask before something is done; the keyboard stands on the answer that does nothing."""

        def confirm() -> None:
            self.clear()
            confirmed()

        self.show_message("unknown", headline, text, "", [(no, self.clear), (yes, confirm)])
        for button in self.findChildren(QPushButton):
            if button.text() == no and not button.isHidden():
                button.setFocus(Qt.FocusReason.OtherFocusReason)
