"""All calls that are followed now, and which of them is next."""

from collections.abc import Callable, Sequence

from dialer.calls.call import CallRecord, Following
from dialer.calls.fates import Fates
from dialer.calls.followed import Followed, Sweep, is_followed, taken_up
from dialer.calls.lines import Lines
from dialer.calls.settle import SURELY_KEPT_MS

RESCAN_S = 60.0
"""How often the journal is asked for open calls: other programs place calls too."""

MOST = 1000
"""How many calls are followed at once, the newest first."""

_LEAST_S = 0.05


class Roll:
    """The followed calls of all profiles, by row. One thread. Raises JournalError."""

    def __init__(
        self,
        journal: Fates,
        profiles: Callable[[], Sequence[str]],
        lines: Lines,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        self.calls: dict[int, Followed] = {}
        self._journal = journal
        self._profiles = profiles
        self._lines = lines
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._rescan_at = monotonic()

    @property
    def looked_for(self) -> int:
        """How many calls of uncertain outcome are among them."""
        return sum(each.is_sought for each in self.calls.values())

    def take_up(self) -> list[CallRecord]:
        """Look for open calls, at the start and now and then; those that are too old by now."""
        now = self._monotonic()
        if now < self._rescan_at:
            return []
        found = self._journal.open_calls(0, self._profiles(), MOST)
        self._rescan_at = now + RESCAN_S
        rows = {call.row for call in found}
        if len(found) < MOST:
            for row in [row for row in self.calls if row not in rows]:
                self.forget(row)
        given_up = []
        too_old = self._now_ms() - SURELY_KEPT_MS
        for call in found:
            if call.begun_at < too_old:
                given_up.append(self._journal.follow(call, Following.GIVEN_UP))
                self.forget(call.row)
            else:
                self.add(call)
        return given_up

    def look_soon(self) -> None:
        """Ask the journal at the next `take_up`: other profiles' calls may be open there."""
        self._rescan_at = self._monotonic()

    def add(self, call: CallRecord) -> None:
        """Follow a call, unless it is followed already or need not be."""
        if call.row not in self.calls and is_followed(call):
            pace = self._lines.manners(call.request.profile).pace
            self.calls[call.row] = taken_up(call, pace, self._monotonic(), self._now_ms())

    def forget(self, row: int) -> None:
        """Follow a call no longer."""
        self.calls.pop(row, None)

    def plan(self, followed: Followed) -> None:
        """Say when a call is next due, after a look at it."""
        manners = self._lines.manners(followed.profile)
        followed.plan(manners.pace, self._monotonic(), self._now_ms(), manners.about)

    def next(self, sweep: Sweep | None) -> Followed | None:
        """The call that is to be looked at first, among those that are due and can be."""
        now, now_ms = self._monotonic(), self._now_ms()
        due = [each for each in self._free(sweep) if each.due <= now]
        due.sort(key=lambda each: each.order(now_ms))
        return next((each for each in due if self._lines.line(each.profile, now) is not None), None)

    def wait(self, sweep: Sweep | None) -> float:
        """Seconds until something is due."""
        waiting = [(each.profile, each.due) for each in self._free(sweep)]
        if sweep is not None:
            waiting.append((sweep.profile, sweep.due))
        at = self._rescan_at
        for profile, due in waiting:
            if (open_at := self._lines.open_at(profile)) is not None:
                at = min(at, max(due, open_at))
        return max(_LEAST_S, at - self._monotonic())

    def _free(self, sweep: Sweep | None) -> list[Followed]:
        """The calls that need not wait for the records that are being read."""
        return [
            each
            for each in self.calls.values()
            if sweep is None or not (each.is_sought or sweep.has(each))
        ]
