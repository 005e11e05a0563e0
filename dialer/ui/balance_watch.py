"""When the balance is asked for: after calls, after a change of profile, and never often."""

import time
from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from dialer.calls.call import OutcomeKind
from dialer.calls.place import EndedCall
from dialer.calls.records import Balance
from dialer.settings.profile import Profile

if TYPE_CHECKING:
    from dialer.ui.records_worker import BalanceNews

SPACING_S = 60.0
"""The shortest time between two questions about one account, in seconds."""
HIDDEN_S = 60.0
"""A window that nobody has seen for so long, in seconds, needs no balance until it is seen."""
WAITING_S = 120.0
"""After so long, in seconds, no answer is awaited any more."""

_SEEN_OR_NOT = (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.WindowStateChange)


class BalanceWatch(QObject):
    """Asks for the balance of the profile in use, one question at a time. UI thread.

    Connect `asked` to whoever can ask, and the answer to `on_news`: each question needs one,
    also where it could not be asked.
    """

    asked = Signal(object)
    """Profile: ask for its balance. Nobody may be prompted for credentials because of it."""
    shown = Signal(object, str)
    """The Balance, or None while it is not known, and the profile's limit."""
    troubled = Signal(object)
    """Sentence: why the balance is not known."""

    def __init__(
        self, parent: QObject | None = None, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._monotonic = monotonic
        self._profile: Profile | None = None
        self._wanted = False
        self._asking: tuple[str, ...] | None = None
        self._asked_at: dict[tuple[str, ...], float] = {}
        self._balances: dict[tuple[str, ...], Balance] = {}
        self._window: QWidget | None = None
        self._hidden_at: float | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)

    def watch(self, window: QWidget) -> None:
        """Ask nothing while `window` has been hidden or minimised for long."""
        self._window = window
        window.installEventFilter(self)

    def use(self, profile: Profile | None) -> None:
        """This profile is in use from now on: show what is known of its balance, and ask."""
        self._profile = profile
        if profile is None:
            self.shown.emit(None, "")
        else:
            self.shown.emit(self._balances.get(_line(profile)), profile.low_balance)
        self.look_again()

    @Slot(object)
    def on_ended(self, ended: EndedCall) -> None:
        """A call has ended: a placed one costs something."""
        if ended.outcome.kind is OutcomeKind.PLACED:
            self.look_again()

    @Slot()
    def look_again(self) -> None:
        """Ask as soon as it may be asked: something may have changed the balance."""
        self._wanted = True
        self.look()

    @Slot(object)
    def on_news(self, news: "BalanceNews") -> None:
        """Take an answer. One about a profile that is no longer in use is kept for later."""
        line = _line(news.profile)
        if line == self._asking:
            self._asking = None
        if news.balance is not None:
            self._balances[line] = news.balance
        elif news.trouble is not None:
            self._balances.pop(line, None)
        else:
            self._asked_at.pop(line, None)  # nobody was asked, so that counts for nothing
        if self._profile is not None and line == _line(self._profile):
            if news.balance is not None:
                self.shown.emit(news.balance, self._profile.low_balance)
            elif news.trouble is not None:
                self.troubled.emit(news.trouble)
        self.look()

    @Slot()
    def look(self) -> None:
        """Ask, if it is time."""
        self._timer.stop()
        if self._profile is None or not self._wanted:
            return
        now, line = self._monotonic(), _line(self._profile)
        if self._hidden_at is not None and now - self._hidden_at >= HIDDEN_S:
            return  # asked once it is seen again
        rest = self._asked_at[line] + SPACING_S - now if line in self._asked_at else 0.0
        if self._asking is not None:
            rest = max(rest, self._asked_at[self._asking] + WAITING_S - now)
        if rest > 0:
            self._timer.start(ceil(rest * 1000))
            return
        self._wanted = False
        self._asking = line
        self._asked_at[line] = now
        self.asked.emit(self._profile)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice whether the window can be seen."""
        if event.type() in _SEEN_OR_NOT and watched is self._window:
            if self._window.isVisible() and not self._window.isMinimized():
                self._hidden_at = None
                self.look()
            elif self._hidden_at is None:
                self._hidden_at = self._monotonic()
        return super().eventFilter(watched, event)


def _line(profile: Profile) -> tuple[str, ...]:
    """Whose balance it is: a changed limit or default does not make it another one."""
    return profile.name, profile.base_url, profile.balance_path
