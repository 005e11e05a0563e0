"""Reading the provider's records of a period politely: a page, a pause, the next page."""

import time
from collections.abc import Callable, Iterator
from itertools import islice

from dialer.calls.details import CallDetails
from dialer.calls.patience import Patience
from dialer.calls.records import Records

PAGE = 100
"""How many records the provider gives in one exchange, as far as it is asked."""

EXCHANGE_SECONDS = 20.0
"""How long one exchange may take."""


class PagePatience(Patience):
    """A patience whose deadline holds for each page instead of for all of them.

    `renew` is called by the one who reads, before each page; `stop` from any thread, as ever.
    """

    def __init__(
        self,
        seconds: float = EXCHANGE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(seconds, monotonic)
        self._seconds = seconds

    def renew(self) -> None:
        """Begin the deadline anew, unless somebody asked to stop."""
        if self.stopped():
            return
        self._deadline = self._monotonic() + self._seconds
        if self.stopped():
            # Asked for meanwhile, and the shortened deadline was overwritten.
            self.stop()


class Reading:
    """The records of a period, of which each `page` asks for some more. One thread.

    After anything that `page` raised, it is not to be used any more.
    """

    def __init__(
        self, records: Records, since_ms: int, until_ms: int, patience: PagePatience
    ) -> None:
        self.since_ms = since_ms
        self.until_ms = until_ms
        self.pages = 0
        """How many pages were read."""
        self.is_over = False
        """Whether all records have been read."""
        self.patience = patience
        self._records: Iterator[CallDetails] = records.records_between(since_ms, until_ms, patience)

    def page(self) -> list[CallDetails]:
        """The next records, at most PAGE of them. Raises RecordsError."""
        self.patience.renew()
        self.pages += 1
        found = list(islice(self._records, PAGE))
        self.is_over = len(found) < PAGE
        return found

    def covers(self, since_ms: int, until_ms: int) -> bool:
        """Whether records of this period are among what is read."""
        return self.since_ms <= since_ms and until_ms <= self.until_ms
