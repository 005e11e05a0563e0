"""Whom to ask about calls: each profile's provider, as often as it bears."""

import logging
from collections.abc import Callable

from dialer.calls.pace import Pace
from dialer.calls.reasons import WRONG_CREDENTIALS
from dialer.calls.records import TOO_OFTEN, Records, RecordsError

log = logging.getLogger(__name__)

SLOWEST_S = 600.0
"""The longest that a profile is let alone after faults, in seconds."""

_NO_LINE_S = 30.0


class Manners:
    """How one profile's provider is treated: slower after faults, not at all if it says so."""

    def __init__(self, pace: Pace, chance: Callable[[], float]) -> None:
        self.pace = pace
        self.refused = False
        """Whether the provider did not accept the credentials."""
        self.not_before = 0.0
        """When it may be asked again, by the monotonic clock."""
        self._chance = chance
        self._spacing = pace.spacing_s
        self._was_too_often = False

    def went_well(self, now: float) -> None:
        """An answer came: all is as before, or step by step where it had been too often."""
        least = self.pace.spacing_s
        self._spacing = max(least, self._spacing / 2) if self._was_too_often else least
        self._was_too_often = self._was_too_often and self._spacing > least
        self.not_before = now + self._spacing * (1 + 0.2 * self._chance())

    def went_wrong(self, now: float, *, too_often: bool) -> None:
        """It did not answer, or said that it was asked too often."""
        self._was_too_often = too_often or self._was_too_often
        self._spacing = min(SLOWEST_S, 2 * self._spacing)
        self.not_before = now + self._spacing * (1 + 0.2 * self._chance())

    def begin_anew(self) -> None:
        """Forget faults and refusals, for their cause may be gone; not that it was too often."""
        self.refused = False
        if not self._was_too_often:
            self.not_before = 0.0
            self._spacing = self.pace.spacing_s

    def about(self, seconds: float) -> float:
        """So many seconds, give or take a fifth: many programs must not ask in step."""
        return seconds * (0.8 + 0.4 * self._chance())


class Lines:
    """The providers of all profiles, each treated as it wants to be. One thread.

    `of` gives the provider of a profile, None where it cannot be asked without a question to
    anybody. No two requests follow one another faster than the pace of the first allows.
    """

    def __init__(
        self,
        of: Callable[[str], Records | None],
        paces: Callable[[str], Pace],
        chance: Callable[[], float],
    ) -> None:
        self._of = of
        self._paces = paces
        self._chance = chance
        self._manners: dict[str, Manners] = {}
        self.not_before = 0.0
        """When anybody may be asked again, by the monotonic clock."""

    def manners(self, profile: str) -> Manners:
        """How the provider of a profile is treated."""
        if profile not in self._manners:
            self._manners[profile] = Manners(self._paces(profile), self._chance)
        return self._manners[profile]

    def line(self, profile: str, now: float) -> Records | None:
        """The provider of a profile, if it may be asked now."""
        manners = self.manners(profile)
        if manners.refused or now < max(manners.not_before, self.not_before):
            return None
        line = self._of(profile)
        if line is None:
            manners.not_before = now + _NO_LINE_S
        return line

    def open_at(self, profile: str) -> float | None:
        """When it may be asked again, None if only after something has changed."""
        manners = self.manners(profile)
        return None if manners.refused else max(manners.not_before, self.not_before)

    def asked(self, profile: str, now: float, error: RecordsError | None = None) -> None:
        """Note a request that has just ended, and how."""
        manners = self.manners(profile)
        if error is None:
            manners.went_well(now)
        else:
            log.info("the provider's records could not be read: %s", error.status or "no answer")
            manners.refused = error.status == WRONG_CREDENTIALS
            manners.went_wrong(now, too_often=error.status == TOO_OFTEN)
        self.not_before = now + manners.pace.spacing_s * (1 + 0.2 * self._chance())
