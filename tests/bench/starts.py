"""From exec to the first window: Dialer beside bare programs, in turn."""

import time

from bench.figures import against, heading, line, middle, milliseconds, skipped
from bench.first_window import Seen, Watch, exact
from bench.surroundings import Surroundings, dialer, end, missing, program, screen

ROUNDS = 7
"""How often each program is started, after one start that fills the caches."""

AIM = 1.35

_BARE, _WIDGETS, _DIALER = "bare QMainWindow", "the same widgets, bare", "dialer"


def measure(surroundings: Surroundings, times: int) -> None:
    """Print the times and Dialer's ratio."""
    what = "(a) exec to first window"
    tools = missing("Xvfb") + ([] if exact() else missing("xdotool"))
    if tools:
        skipped(what, f"no {' or '.join(tools)}")
        return
    programs = {
        _BARE: program("bare_window"),
        _WIDGETS: program("bare_window", "--widgets"),
        _DIALER: dialer(),
    }
    for arguments in programs.values():
        start(surroundings, arguments)
    seen: dict[str, list[Seen]] = {name: [] for name in programs}
    for _ in range(ROUNDS * times):
        for name, arguments in programs.items():
            seen[name].append(start(surroundings, arguments))
    columns = ["mapped", "fastest"] + (["drawn"] if exact() else [])
    heading(f"{what}, median of {ROUNDS * times}", *columns)
    medians = {}
    for name, starts in seen.items():
        mapped = milliseconds([start.mapped for start in starts])
        drawn = milliseconds([start.drawn for start in starts if start.drawn is not None])
        medians[name] = middle(mapped)
        line(name, medians[name], min(mapped), *([middle(drawn)] if drawn else []))
    line("widgets : bare", medians[_WIDGETS] / medians[_BARE], unit="×")
    ratio = medians[_DIALER] / medians[_BARE]
    if exact():
        against("dialer : bare", ratio, AIM, "×")
    else:
        line("dialer : bare", ratio, unit="×")
        print("  (no verdict: asking xdotool slows every start; the extra “bench” is exact)")


def start(surroundings: Surroundings, arguments: list[str]) -> Seen:
    """Start a program once; when its window was mapped and drawn, in seconds after exec."""
    with screen() as display:
        environment = surroundings.environment(surroundings.home(), display)
        watch = Watch(display)
        begun = time.monotonic()
        process = surroundings.start(arguments, environment)
        try:
            seen = watch.wait()
        finally:
            end(process)
            watch.close()
    return Seen(seen.mapped - begun, seen.drawn - begun if seen.drawn is not None else None)
