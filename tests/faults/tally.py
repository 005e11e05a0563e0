"""What tests/faults has tried and what held, as one table at the end of a run; a pytest plugin.

    def test_a_full_disk_…(tally):
        …
        tally.held("disk", lost=…, twice=…, let_in=…)

Figures travel in the tests' reports, so that they also arrive from other processes.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

import pytest

_PROPERTY = "faults"
_FOLDER = "tests/faults/"
_COLUMNS = ("cases", "held", "lost", "called twice", "let in")


class Tally:
    """One test's share of the table."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item

    def held(
        self, area: str, cases: int = 1, *, lost: int = 0, twice: int = 0, let_in: int = 0
    ) -> None:
        """Count cases of `area`; they have held if the rest of the test passes too.

        lost: calls that reached the provider and are not in the journal. twice: calls that
        reached it once too often. let_in: strangers who were told or shown what is not theirs.
        Fails unless these are 0; then the table has them all the same.
        """
        counted = (area, cases, lost, twice, let_in)
        self._item.user_properties.append((_PROPERTY, counted))
        assert (lost, twice, let_in) == (0, 0, 0), f"{lost=}, {twice=}, {let_in=}"

    def compared(
        self, area: str, received: Iterable[str], recorded: Iterable[str], cases: int = 1
    ) -> None:
        """Count what the provider received against the rows of the journal.

        Both name calls by what tells one from every other, such as a note of its own. A call
        that was repeated by right, after -16, is named once.
        """
        times = Counter(received)
        self.held(
            area,
            cases,
            lost=len(times.keys() - set(recorded)),
            twice=sum(each - 1 for each in times.values()),
        )


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Counts what the test tries into the table at the end of the run."""
    return Tally(request.node)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report
        for category in ("passed", "failed")
        for report in terminalreporter.stats.get(category, [])
        if isinstance(report, pytest.TestReport)
    ]
    if table := _table(reports):
        terminalreporter.section("faults")
        for line in _lines(table):
            terminalreporter.write_line(line)


def _table(reports: Iterable[pytest.TestReport]) -> dict[str, list[int]]:
    """The figures by area, in the order of _COLUMNS."""
    table: dict[str, list[int]] = {}
    for report in reports:
        counted = [value for name, value in report.user_properties if name == _PROPERTY]
        if report.failed and not counted and report.nodeid.startswith(_FOLDER):
            # It came to nothing before it could count: its file names the area.
            file = PurePosixPath(report.nodeid.partition("::")[0])
            counted = [(file.stem.removeprefix("test_"), 1, 0, 0, 0)]
        elif report.when != "call":
            continue  # the figures stand in each of a test's reports
        for area, cases, *harm in counted:
            row = table.setdefault(area, [0] * len(_COLUMNS))
            for column, figure in enumerate((cases, cases if report.passed else 0, *harm)):
                row[column] += figure
    return table


def _lines(table: dict[str, list[int]]) -> list[str]:
    rows = sorted(table.items())
    rows.append(("all", [sum(column) for column in zip(*table.values(), strict=True)]))
    width = max(len(area) for area, _ in rows)
    heads = "  ".join(_COLUMNS)
    return [
        f"{'':{width}}  {heads}",
        *(
            f"{area:{width}}  "
            + "  ".join(f"{n:>{len(head)}}" for head, n in zip(_COLUMNS, row, strict=True))
            for area, row in rows
        ),
    ]
