"""What came from outside and stands in the fields: shown as such, and gone without a trace."""

from dataclasses import dataclass, replace
from typing import Protocol

from dialer.ui.call_bar import CallBar
from dialer.ui.typed import Typed


@dataclass(frozen=True, slots=True)
class Given:
    """What a link or another program puts into the fields; None leaves a field as it is."""

    callee: str
    note: str | None = None
    display_number: str | None = None
    account: str | None = None
    profile: str | None = None

    @property
    def is_for_one_call(self) -> bool:
        """Whether it changes what calls are placed with, which is the operator's own choice."""
        return any((self.display_number, self.account, self.profile))


class Lender(Protocol):
    """Who changes the profile for one call."""

    def lend(self, name: str) -> None:
        """Call with the profile of that name, until it is taken back or another is chosen."""
        ...

    def take_back(self) -> None:
        """Call with what was used before. Does nothing where nothing is lent."""
        ...


class Guest:
    """Puts what came from outside into the call bar, and brings back what stood there. UI thread.

    What was typed by hand is kept until it is brought back or another call is typed; of several
    guests that come one after the other, each replaces the one before it. Profile, display
    number and account of a guest go with it.
    """

    def __init__(self, bar: CallBar, lender: Lender) -> None:
        self._bar = bar
        self._lender = lender
        self._filled: Typed | None = None
        self._kept: Typed | None = None
        self._usual: tuple[str, str] | None = None
        self._lending = False
        self._types_on = False

    @property
    def number_stands(self) -> bool:
        """Whether the callee is still what came from outside, whatever the other fields hold."""
        return self._filled is not None and self._bar.callee.text() == self._filled.callee

    @property
    def keeps(self) -> bool:
        """Whether there is something typed by hand to bring back."""
        return self._kept is not None

    def receive(self, given: Given) -> None:
        """Fill the fields in, in place of an earlier guest or of what was typed by hand."""
        bar = self._bar
        typed = bar.typed()
        by_hand = bool(typed.callee.strip()) and bar.callee.typed_by_hand
        if by_hand:
            self._kept = typed
            at_the_end = bar.callee.cursorPosition() == len(typed.callee)
            self._types_on = (
                bar.callee.hasFocus() and at_the_end and not bar.callee.hasSelectedText()
            )
        elif self._filled is None or typed.callee != self._filled.callee:
            self._kept = None
        bar.let_go()
        if given.note is None and (by_hand or self._filled is not None):
            bar.note.clear()  # it was about the number that stood here
        self.give_back()
        if given.is_for_one_call:
            bar.lent = True
            self._usual = bar.display_number.text(), bar.account.text()
            if given.profile is not None:
                self._lending = True
                self._lender.lend(given.profile)
                self._lending = False
        bar.show_given(given.callee, given.note, given.display_number, given.account)
        self._filled = bar.typed()

    def take_back(self) -> bool:
        """Bring back what was typed before the guest came; whether there was something.

        Also where the guest's number was typed on meanwhile: a link may come between two keys.
        """
        kept, self._kept, self._filled = self._kept, None, None
        self.give_back()
        if kept is None:
            return False
        self._bar.bring_back(kept)
        return True

    def type_on(self, text: str) -> None:
        """Add to what is kept what was typed without a look at the guest; "" takes one off.

        Not where it was typed elsewhere than at the end of the callee: what is brought back then
        is what stood there.
        """
        if self._kept is not None and self._types_on:
            callee = self._kept.callee
            self._kept = replace(self._kept, callee=callee + text if text else callee[:-1])

    def give_back(self) -> None:
        """Put profile, display number and account back as they were before the guest came."""
        if self._usual is None:
            return
        display_number, account = self._usual
        self._usual = None
        self._bar.lent = False
        self._lending = True
        self._lender.take_back()
        self._lending = False
        self._bar.display_number.setText(display_number)
        self._bar.account.setText(account)
        self._bar.mark_given(())

    def on_profile_changed(self) -> None:
        """The operator chose another profile: what it fills in is the operator's own."""
        if not self._lending and self._usual is not None:
            self._usual = None
            self._bar.lent = False
            self._bar.mark_given(())

    def end(self) -> None:
        """The call is placed: nothing of the guest is left, nor of what it stood in for."""
        self.give_back()
        self._filled = None
        self._kept = None
