"""The row numbers of the calls that the history shows, however many, and where each stands."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator

Found = range | array  # type: ignore[type-arg]
"""Row numbers as they are found: a range where none is missing, which takes no memory."""

SCAN = 50_000
"""Rows through which is looked one by one, where they do not stand in order of time."""


class RowNumbers:
    """Row numbers in the order in which their calls are shown. A million of them may be a range.

    `falling` says that they stand newest first, so that one can be looked up.
    """

    def __init__(self, rows: Found = range(0), *, falling: bool = True) -> None:
        self._top = array("q")
        self._rest = rows
        self.falling = falling

    def __len__(self) -> int:
        return len(self._top) + len(self._rest)

    def __getitem__(self, place: int) -> int:
        above = len(self._top)
        return int(self._top[place] if place < above else self._rest[place - above])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RowNumbers) or len(self) != len(other):
            return False
        if self._top or other._top or type(self._rest) is not type(other._rest):
            return all(
                self.between(start, start + SCAN) == other.between(start, start + SCAN)
                for start in range(0, len(self), SCAN)
            )
        return bool(self._rest == other._rest)

    __hash__ = None  # type: ignore[assignment]

    def between(self, start: int, stop: int) -> "array[int]":
        """The row numbers in the places from `start` up to before `stop`."""
        above = len(self._top)
        found = self._top[start:stop]
        if stop > above:
            found.extend(self._rest[max(0, start - above) : stop - above])
        return found

    def put_on_top(self, rows: "array[int]") -> None:
        """Put newer rows, newest first, above the others."""
        rest = self._rest
        if not self._top and isinstance(rest, range) and rest and rest.step == -1:
            newest = rest[0]
            if rows == array("q", range(newest + len(rows), newest, -1)):
                self._rest = range(rows[0], rest.stop, -1)
                return
        self._top[:0] = rows

    def append(self, rows: Found) -> None:
        """Put more rows below the others."""
        if not isinstance(self._rest, array):
            self._rest = array("q", self._rest)
        self._rest.extend(rows)

    def place_of(self, row: int) -> int | None:
        """Where the call with this row number stands; None if it is not shown."""
        if not self.falling:
            if row in self._top:
                return self._top.index(row)
            try:
                return len(self._top) + self._rest.index(row)
            except ValueError:
                return None
        place = self._place_from(row)
        return place if place < len(self) and self[place] == row else None

    def runs_of(self, rows: "array[int]", most: int) -> list[tuple[int, int]] | None:
        """Where calls stand: the first and last place of each run; None beyond `most` runs.

        `rows` stand in an order in which they were shown before. Those that are not shown now
        are left out.
        """
        if not self.falling:
            return self._runs_by_looking(rows, most)
        runs: list[tuple[int, int]] = []
        start = looked = 0
        while start < len(rows):
            place = self._place_from(rows[start])
            if place >= len(self) or self[place] != rows[start]:
                start, looked = start + 1, looked + 1
            else:
                length = self._run(rows, start, place)
                runs.append((place, place + length - 1))
                start += length
            if len(runs) > most or looked > 10 * most:
                return None
        return runs

    def _run(self, rows: "array[int]", start: int, place: int) -> int:
        """How many of `rows` from `start` on stand one after the other from `place` on."""
        sure, step = 1, 64
        most = min(len(rows) - start, len(self) - place)
        while sure < most and step:
            ahead = min(step, most - sure)
            here, there = start + sure, place + sure
            if rows[here : here + ahead] == self.between(there, there + ahead):
                sure, step = sure + ahead, step * 4
            elif ahead == 1:
                break
            else:
                step = ahead // 2
        return sure

    def _runs_by_looking(self, rows: "array[int]", most: int) -> list[tuple[int, int]] | None:
        if len(rows) == 1:
            place = self.place_of(rows[0])
            return [] if place is None else [(place, place)]
        if len(self) > SCAN:
            return None
        wanted = set(rows)
        places = [place for place, row in enumerate(self.between(0, len(self))) if row in wanted]
        runs = list(_joined(places))
        return runs if len(runs) <= most else None

    def _place_from(self, row: int) -> int:
        return bisect_left(_Rising(self), -row)


class _Rising:
    """Falling row numbers with the other sign, for bisect."""

    def __init__(self, rows: RowNumbers) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> int:
        return -self._rows[place]


def _joined(places: list[int]) -> Iterator[tuple[int, int]]:
    """Rising places as runs."""
    first = last = None
    for place in places:
        if first is None or last is None:
            first = last = place
        elif place == last + 1:
            last = place
        else:
            yield first, last
            first = last = place
    if first is not None and last is not None:
        yield first, last
