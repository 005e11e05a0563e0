"""Takes what comes from outside into the fields. It never calls: a key does, or a countdown."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeyEvent

from dialer.calls.call import OutcomeKind
from dialer.calls.link import Link, LinkRefused, read_link
from dialer.calls.number import Callee, NumberRefused, read_callee, read_display_number, written
from dialer.calls.place import EndedCall
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.settings.profile import Profile
from dialer.ui.calling import Calling
from dialer.ui.guest import Given, Guest, Lender
from dialer.ui.main_window import MainWindow
from dialer.ui.words import told

FLOOD_SECONDS = 3.0
"""Links that follow one another faster than this are one flood: the last one stays, and waits."""

UNSEEN_SECONDS = 0.7
"""Keys that come sooner after the number changed, and after one another, were meant for the number
before: nobody has looked up yet."""

_UNKNOWN_PROFILE = QT_TRANSLATE_NOOP("dialer", "There is no profile “{value}” here.")
_UNKNOWN_ACCOUNT = QT_TRANSLATE_NOOP(
    "dialer", "The account “{value}” is not known here: neither used before nor listed."
)
_UNKNOWN_DISPLAY_NUMBER = QT_TRANSLATE_NOOP(
    "dialer", "The display number “{value}” is not known here: it was not used before."
)
_SANDBOX = QT_TRANSLATE_NOOP(
    "dialer", "It wants to call with the profile “{value}”, but this is the sandbox."
)


class Known(Protocol):
    """What the program knows already, and so a link may name."""

    def profiles(self) -> Sequence[Profile]:
        """All profiles."""
        ...

    def own_profile(self) -> Profile | None:
        """The profile that the operator calls with, whatever is lent for one call."""
        ...

    def accounts(self, profile: Profile) -> Sequence[str]:
        """The accounts that were used with a profile, or that the provider listed for it."""
        ...

    def display_numbers(self, profile: Profile) -> Sequence[str]:
        """The display numbers that were used with a profile."""
        ...


class Incoming(QObject):
    """Fills in what comes from outside, and says where it came from. UI thread.

    The newest one wins. `countdown` says after how many seconds a plain link may call, 0 for
    never; it is left out for numbers that are not ordinary, for links that carry more than a
    number, while a call is under way, and in a flood.
    """

    def __init__(
        self,
        window: MainWindow,
        calling: Calling,
        lender: Lender,
        known: Known,
        *,
        parent: QObject,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.countdown = 0
        self._window = window
        self._calling = calling
        self._known = known
        self._clock = clock
        self._guest = Guest(window.bar, lender)
        self._last = float("-inf")
        self._stopped_a_call = False
        self._counts_link = False
        self._count = 0
        self._unseen_until = float("-inf")
        self._told_waiting: tuple[str, str] | None = None
        """What was told of a number that waits for the first profile."""
        window.bar.send_away = self._send_away
        window.bar.comes_too_soon = self._comes_too_soon
        window.bar.before_filling = self._guest.give_back
        window.bar.callee.textEdited.connect(self._on_edited)
        calling.ended.connect(self._on_ended)
        calling.count_over.connect(self._on_count_over)

    def open_link(self, text: str, count: int = 1, *, early: bool = False) -> Sentence | None:
        """Take a link, the last of `count` that came together; why it was refused, if it was.

        `early` says that its number stands in the field already, unread so far.
        """
        self._stop_counting()
        try:
            link = read_link(text)
            given = self._given(link)
        except (LinkRefused, NumberRefused) as refused:
            return self._refuse(refused.sentence, self.tr("The link was not used."), early=early)
        self._note_flood(count)
        self._receive(given)
        waits = self._why_it_waits(link, given) if self.countdown else ""
        self._tell_of_link(given, waits)
        if self.countdown and not waits and not self._calling.busy:
            self._calling.ask_after(self._window.bar.typed(), self.countdown, watched=True)
            self._counts_link = self._calling.is_counting
        return None

    def show_number(self, text: str, profile: str = "", *, early: bool = False) -> Sentence | None:
        """Take a number that another program shows; why it was refused, if it was.

        `profile` is what it is to be called with, for one call.
        """
        self._stop_counting()
        try:
            used = self._profile_named(profile) if profile else self._known.own_profile()
            # At the start its profile is the window's, chosen already.
            lent = profile if profile and not early else None
            given = Given(self._readable(text, used.country if used else None), profile=lent)
        except (LinkRefused, NumberRefused) as refused:
            return self._refuse(refused.sentence, self.tr("The number was not used."), early=early)
        self._receive(given)
        self._tell(self.tr("Filled in by another program."))
        return None

    def show_copied(self, text: str, headline: str) -> None:
        """Take a number that was copied, selected or chosen, which reads as one."""
        self._stop_counting()
        try:
            own = self._known.own_profile()
            shown = self._readable(text, own.country if own else None)
        except NumberRefused:
            shown = text  # the profile was changed meanwhile: the line under the field says why
        # As the operator asked just now: nobody is surprised.
        self._guest.receive(Given(shown))
        self._tell(headline)

    @Slot()
    def on_profile_changed(self) -> None:
        """Calls are placed with another profile from now on."""
        self._guest.on_profile_changed()
        if self._told_waiting and self._calling.profile is not None and self._guest.number_stands:
            self._tell(*self._told_waiting)
        self._told_waiting = None

    # What a link may fill in

    def _given(self, link: Link) -> Given:
        """What a link fills in. Raises LinkRefused or NumberRefused."""
        profile = self._profile_of(link)
        country = profile.country if profile else None
        return Given(
            callee=self._readable(link.number, country),
            note=link.note,
            display_number=self._display_number_of(link, profile, country),
            account=self._account_of(link, profile),
            profile=link.profile,
        )

    def _profile_of(self, link: Link) -> Profile | None:
        if link.profile is None:
            return self._known.own_profile()
        return self._profile_named(link.profile)

    def _profile_named(self, name: str) -> Profile:
        """The profile of that name. Raises LinkRefused."""
        if self._calling.is_sandbox or self._calling.starting:
            raise LinkRefused(Sentence(_SANDBOX, value=name))
        for profile in self._known.profiles():
            if profile.name == name:
                return profile
        raise LinkRefused(Sentence(_UNKNOWN_PROFILE, value=name))

    def _account_of(self, link: Link, profile: Profile | None) -> str | None:
        if link.account is None:
            return None
        if profile is None or link.account not in (
            profile.account,
            *self._known.accounts(profile),
        ):
            raise LinkRefused(Sentence(_UNKNOWN_ACCOUNT, value=link.account))
        return link.account

    def _display_number_of(
        self, link: Link, profile: Profile | None, country: str | None
    ) -> str | None:
        if link.display_number is None:
            return None
        digits = read_display_number(link.display_number, country)
        if profile is None or digits not in (
            profile.display_number,
            *self._known.display_numbers(profile),
        ):
            raise LinkRefused(Sentence(_UNKNOWN_DISPLAY_NUMBER, value=link.display_number))
        return digits

    def _readable(self, text: str, country: str | None) -> str:
        """The text as it is shown, which reads as the same number. Raises NumberRefused."""
        read = read_callee(text, country)
        if isinstance(read, Callee) and read.extension is None:
            plain = written(read.digits, country)
            again = read_callee(plain, country)
            # What is said beside a number, such as whose number it is, goes with its text.
            if isinstance(again, Callee) and again.hints == read.hints:
                return plain
        return text

    def _receive(self, given: Given) -> None:
        """Fill it in. Whoever types at this moment is not to call it, or to spoil it, unseen."""
        self._guest.receive(given)
        self._unseen_until = self._clock() + UNSEEN_SECONDS

    def _comes_too_soon(self, key: QKeyEvent | None) -> bool:
        if self._clock() >= self._unseen_until:
            return False
        if key is not None and not self._guest.keeps:
            return False  # nobody was typing: it replaces the number
        if key is None:
            self._tell(self.tr("The number changed as you were about to call."))
            self._window.bar.focus_callee()
        else:
            self._unseen_until = self._clock() + UNSEEN_SECONDS
            self._guest.type_on(key.text() if key.text().isprintable() else "")
        return True

    # What is said of it

    def _refuse(self, why: Sentence, headline: str, *, early: bool) -> Sentence:
        if early and not self._window.bar.callee.typed_by_hand:
            self._window.bar.callee.clear()  # it is no number that can be called
        parts = [told(why), self.tr("Nothing was filled in, and nothing was called.")]
        if self._stopped_a_call:
            parts.append(self._stopped_words())
        self._window.tell("rejected", headline, " ".join(parts))
        return why

    def _tell_of_link(self, given: Given, waits: str) -> None:
        headline = self.tr("Filled in by a link.")
        if self._count > 1:
            headline = self.tr("{count} links came in; this is the newest.").format(
                count=self._count
            )
        self._tell(headline, " ".join(filter(None, (self._changes(given), waits))))

    def _changes(self, given: Given) -> str:
        """What a link changes for this one call, so that nobody has to look for it."""
        changes = [
            name.format(value=value)
            for name, value in (
                (self.tr("profile {value}"), given.profile),
                (self.tr("account {value}"), given.account),
                (self.tr("display number {value}"), given.display_number),
            )
            if value
        ]
        if not changes:
            return ""
        return self.tr("For this one call: {changes}.").format(changes=", ".join(changes))

    def _tell(self, headline: str, more: str = "") -> None:
        parts = [more] if more else []
        if self._stopped_a_call:
            parts.insert(0, self._stopped_words())
        self._told_waiting = None
        if self._calling.profile is None and not self._calling.starting:
            self._told_waiting = headline, more
            parts.append(self.tr("It waits here: connect a provider account to call it."))
        else:
            parts.append(self.tr("Enter or Call calls it; nothing was called."))
        if self._guest.keeps:
            parts.append(self.tr("Esc brings back what you typed."))
        self._window.tell("info", headline, " ".join(parts))

    def _stopped_words(self) -> str:
        return self.tr("The call that waited to leave was stopped: it was not sent.")

    # Countdown and flood

    def _note_flood(self, count: int) -> None:
        now = self._clock()
        together = now - self._last < FLOOD_SECONDS
        self._count = (self._count if together else 0) + count
        self._last = now

    def _why_it_waits(self, link: Link, given: Given) -> str:
        """Why this link is not called after the countdown, "" if it is."""
        read = read_callee(given.callee, self._calling.country)
        callee = read if isinstance(read, Callee) else None
        if not link.is_number_alone or (callee is not None and callee.extension is not None):
            return self.tr("No countdown, as the link carries more than a number.")
        if self._count > 1:
            return self.tr("No countdown, as several links came together.")
        if self._window.is_covered():
            return self.tr("No countdown, as another window stands before this one.")
        if self._stopped_a_call or self._calling.profile is None:
            return self.tr("No countdown.")
        if callee is None or not callee.ordinary or callee.hints:
            return self.tr("No countdown, as this is no ordinary number: look at it first.")
        return ""

    @Slot()
    def _on_count_over(self) -> None:
        self._counts_link = False

    def _stop_counting(self) -> None:
        """Whatever comes from outside stops a countdown: nobody is to be called unseen."""
        self._stopped_a_call = self._calling.is_counting and not self._counts_link
        self._calling.stop_counting()

    # What becomes of it

    def _send_away(self) -> bool:
        self._unseen_until = float("-inf")
        self._last = float("-inf")  # the operator has dealt with it: what comes next is no flood
        if not self._guest.take_back():
            return False
        self._window.band.clear()
        self._window.messages.forget()
        return True

    @Slot()
    def _on_edited(self) -> None:
        """The number is another one now: what a link gave for its own does not go with it."""
        self._guest.give_back()

    @Slot(object)
    def _on_ended(self, ended: EndedCall) -> None:
        if ended.outcome.kind is OutcomeKind.PLACED:
            was_there = self._calling.under_way == replace(
                self._window.bar.typed(), note=self._note_under_way()
            )
            if was_there:
                self._guest.end()

    def _note_under_way(self) -> str:
        # The note is taken out of its field once the call is placed.
        return self._calling.under_way.note if self._calling.under_way else ""
