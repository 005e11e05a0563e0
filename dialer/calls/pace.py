"""How soon the provider is asked about a call again: often while much happens, then rarely."""

from bisect import bisect_right
from dataclasses import dataclass

from dialer.calls.details import Stage

RECORDING_S = 15 * 60.0
"""For how long an ended call is looked at for what is still missing, such as its recording."""

SEARCHES_S = (20.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0)
"""How long after its end a call of uncertain outcome is looked for in the records."""

_FREQUENT_S = 15 * 60.0
_TALK_S = 3600.0
_RARELY_S = 1800.0


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace for one provider, in seconds."""

    spacing_s: float = 3.0
    """Between two requests of the whole program, at least."""
    first_s: float = 3.0
    """From a call's begin to the first look at its record."""
    often_s: float = 60.0
    """Between two looks at a call, at most, while it is not long ago that something changed."""

    def until_next_look(self, stage: Stage | None, unchanged_s: float) -> float:
        """Seconds to the next look at a placed call of which nothing is new for so long.

        The longer nothing changed, the longer it may be until something does.
        """
        unchanged_s = max(0.0, unchanged_s)
        if stage is Stage.ENDED:
            return min(max(5 * self.first_s, unchanged_s / 2), 5 * self.often_s)
        talks = stage is Stage.TALKING
        least = 3 * self.first_s if talks else self.first_s
        soon = min(max(least, unchanged_s / 2), self.often_s)
        if unchanged_s <= (_TALK_S if talks else _FREQUENT_S):
            return soon
        return min(max(soon, unchanged_s / 15), _RARELY_S)

    def until_search(self, age_s: float, looked_s: float | None) -> float:
        """Seconds to the next search for a call that ended `age_s` ago.

        `looked_s` is how long after its end it was last searched for.
        """
        if looked_s is None:
            return max(0.0, SEARCHES_S[0] - age_s)
        following = bisect_right(SEARCHES_S, looked_s)
        if following < len(SEARCHES_S):
            return max(0.0, SEARCHES_S[following] - age_s)
        return self.often_s


PROVIDER = Pace()
SANDBOX = Pace(spacing_s=0.5, first_s=1.0, often_s=10.0)
"""On loopback nobody minds: what a demonstration shows may be seen at once."""
