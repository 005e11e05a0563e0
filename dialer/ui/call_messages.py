"""What the message band says of calls: how they ended, what is asked before one, the countdown."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut

from dialer.calls.call import CallRecord, OutcomeKind
from dialer.calls.place import EndedCall
from dialer.calls.reasons import WRONG_CREDENTIALS, words
from dialer.ui.band import Action, MessageBand
from dialer.ui.call_worker import Refusal
from dialer.ui.calling import Calling, Counting, Question
from dialer.ui.words import told

if TYPE_CHECKING:
    from dialer.ui.main_window import MainWindow


class CallMessages(QObject):
    """Turns what becomes of a call into the one message of the window. UI thread."""

    def __init__(self, window: "MainWindow", band: MessageBand, calling: Calling) -> None:
        super().__init__(window)
        self._window = window
        self._band = band
        self._calling = calling
        self._asks = False
        self._told_call = ""
        # Wherever the keyboard is, as long as a countdown runs.
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), window)
        self._escape.setContext(Qt.ShortcutContext.ApplicationShortcut)
        self._escape.setEnabled(False)
        self._escape.activated.connect(calling.stop_counting)
        bar = window.bar
        bar.edited.connect(self._on_edited)
        bar.cleared.connect(self._on_cleared)
        calling.begun.connect(self._on_begun)
        calling.ended.connect(self._on_ended)
        calling.told.connect(self.tell_refusal)
        calling.question.connect(self._on_question)
        calling.counting.connect(self._on_counting)
        calling.stopped.connect(self._on_stopped)
        calling.count_over.connect(self._on_count_over)

    def tell(self, kind: str, headline: str, text: str, code: str = "") -> None:
        """Say something that is about no call. It stops a countdown, which it would hide."""
        self._calling.stop_counting()
        self.forget()
        self._band.show_message(kind, headline, text, code)

    def forget(self) -> None:
        """The band is about no call any more."""
        self._drop_question()
        self._told_call = ""

    @Slot(object)
    def tell_refusal(self, why: Refusal) -> None:
        """Say why there was no call."""
        self.forget()
        said = why.words
        actions = [self._to_profiles()] if why.credentials else []
        self._band.show_message(
            "not_sent", told(said.headline), told(said.text), said.code, actions
        )

    def show_settled(self, record: CallRecord) -> None:
        """Take back the message about a call that was unknown, now that its record was found."""
        if record.call_id == self._told_call and not self._asks:
            self._told_call = ""
            text = self.tr("The call took place; the history has its recording ID.")
            found = self.tr("Found in the provider's records.")
            self._band.show_message("placed", found, text, "", [])

    def _to_profiles(self) -> Action:
        return self.tr("Open profiles"), self._window.profiles_asked.emit

    @Slot(object)
    def _on_begun(self, _: CallRecord) -> None:
        self._asks = False
        self._band.clear()

    @Slot(object)
    def _on_ended(self, ended: EndedCall) -> None:
        self._asks = False
        self._told_call = ended.record.call_id
        request, outcome = ended.record.request, ended.outcome
        said = words(outcome, request.account, sandbox=request.sandbox)
        text = told(said.text)
        if ended.not_written is not None:
            text = f"{text} {told(ended.not_written)}"
        actions: list[Action] = []
        if outcome.status == WRONG_CREDENTIALS:
            actions.append(self._to_profiles())
        if outcome.kind is OutcomeKind.PLACED and (recording_id := outcome.recording_id):
            history = self._window.history
            actions.append((self.tr("Copy recording ID"), lambda: history.copy_text(recording_id)))
        self._band.show_message(outcome.kind.value, told(said.headline), text, said.code, actions)
        bar = self._window.bar
        if outcome.kind is OutcomeKind.PLACED and bar.typed() == self._calling.under_way:
            # Unless the next call is being typed already. The note was about this callee, and
            # must not travel with the next one.
            bar.note.clear()
            if bar.isAncestorOf(self._window.focusWidget() or bar):
                bar.focus_callee()

    @Slot(object)
    def _on_question(self, question: Question) -> None:
        from dialer.calls.number import format_digits  # noqa: PLC0415 - for the start's sake

        def place() -> None:
            if self._window.bar.comes_too_soon(None):
                return  # the question before stood here a moment ago
            leave_it()
            self._calling.place(question)

        def leave_it() -> None:
            self._drop_question()
            self._window.bar.focus_callee()

        self._band.show_message(
            "unknown",
            self.tr("Call {callee} again?").format(callee=format_digits(question.request.callee)),
            told(question.why),
            "",
            [(self.tr("Do not call"), leave_it), (self.tr("Call anyway"), place)],
        )
        self._asks = True

    @Slot(object)
    def _on_counting(self, counting: Counting) -> None:
        from dialer.calls.number import format_digits  # noqa: PLC0415 - there by now

        request = counting.request
        headline = self.tr("Calling {callee} in {seconds} s").format(
            callee=format_digits(request.callee), seconds=counting.left
        )
        if not counting.first:
            self._band.change_headline(headline)
            return
        self.forget()
        self._escape.setEnabled(True)
        text = self.tr("{account}, {display_number}. Esc stops it; nothing is sent before.").format(
            account=self.tr("Account {account}").format(account=request.account),
            display_number=self.tr("display number {number}").format(
                number=format_digits(request.display_number)
            )
            if request.display_number
            else self.tr("no display number"),
        )
        self._band.show_message(
            "info",
            headline,
            text,
            "",
            [
                (self.tr("Do not call"), self._calling.stop_counting),
                (self.tr("Call now"), self._call_now),
            ],
        )

    @Slot()
    def _call_now(self) -> None:
        if not self._window.bar.comes_too_soon(None):
            self._calling.call_now()

    @Slot()
    def _on_count_over(self) -> None:
        self._escape.setEnabled(False)
        self._band.clear()

    @Slot()
    def _on_stopped(self) -> None:
        self.forget()
        self._band.show_message(
            "info",
            self.tr("Stopped."),
            self.tr("Nothing was sent, and nothing was called."),
        )

    @Slot()
    def _on_edited(self) -> None:
        """A question, and a countdown, is about what stood in the fields, and goes with that."""
        self._calling.stop_counting()
        self._drop_question()

    @Slot()
    def _drop_question(self) -> None:
        if self._asks:
            self._asks = False
            self._band.clear()

    @Slot()
    def _on_cleared(self) -> None:
        if not self._calling.busy:
            self._told_call = ""
            self._band.clear()
