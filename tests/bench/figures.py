"""How figures are printed: a line each, beside its aim."""

from collections.abc import Sequence
from statistics import median


def heading(text: str, *columns: str) -> None:
    """Begin a part."""
    print(f"{text:<62}" + "".join(f"{column:>13}" for column in columns), flush=True)


def line(name: str, *values: float, unit: str = "ms") -> None:
    """A line with a value for each column."""
    shown = (_shown(value, unit) for value in values)
    print(f"  {name:<60}" + "".join(f"{each:>13}" for each in shown), flush=True)


def against(name: str, value: float, aim: float, unit: str) -> None:
    """A figure that has an aim."""
    verdict = "met" if value <= aim else "MISSED"
    print(f"  {name:<60}{_shown(value, unit):>13}   aim ≤ {aim:g} {unit}: {verdict}", flush=True)


def skipped(part: str, why: str) -> None:
    """Say that a part was not measured."""
    print(f"{part}: skipped, {why}", flush=True)


def milliseconds(seconds: Sequence[float]) -> list[float]:
    """The same times in milliseconds."""
    return [each * 1000 for each in seconds]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def middle(values: Sequence[float]) -> float:
    """The median."""
    return median(values)


def _shown(value: float, unit: str) -> str:
    if unit == "×":
        return f"{value:.2f} ×"
    return f"{value:.1f} {unit}" if value < 100 else f"{value:.0f} {unit}"
