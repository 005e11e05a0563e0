"""The history with a million calls beside the history with ten: its start, memory and speed."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from bench.figures import against, heading, line, middle, milliseconds, percentile, skipped
from bench.surroundings import Surroundings, end, missing, program, screen

FEW, MANY = 10, 1_000_000
ROUNDS = 5
"""How often the window is opened over each journal, after one time that fills the caches."""
SECONDS = 240.0
"""When a program that does not come to an end is given up."""

PAINT_AIM, MEMORY_AIM = 1.10, 1.15
LONG_MS, SHORT_MS = 33.0, 160.0
P99_MS, WORST_MS = 16.0, 33.0
NEW_CALL_MS = 16.0

_Seen = dict[str, Any]


def measure(surroundings: Surroundings, times: int) -> None:
    """Print the figures of both histories, and the ratios."""
    what = f"(e) the history with {MANY:,} calls"
    if missing("Xvfb"):
        skipped(what, "no Xvfb")
        return
    homes = {rows: _home(surroundings, rows) for rows in (FEW, MANY)}
    starts: dict[int, list[_Seen]] = {FEW: [], MANY: []}
    drives: dict[int, list[_Seen]] = {FEW: [], MANY: []}
    for number in range(ROUNDS * times + 1):
        for rows, home in homes.items():
            seen = _drive(surroundings, home, "--only-start")
            if number:
                starts[rows].append(seen)
    for _ in range(times):
        for rows, home in homes.items():
            drives[rows].append(_drive(surroundings, home))
    heading(what, f"{FEW}", f"{MANY:,}")
    painted = {
        rows: middle(milliseconds([each["painted"] - each["begun"] for each in seen]))
        for rows, seen in starts.items()
    }
    line("exec to the first paint of the history, median", painted[FEW], painted[MANY])
    if "memory" in starts[FEW][0]:
        memory = {
            rows: middle([each["memory"]["Pss"] for each in seen]) for rows, seen in starts.items()
        }
        line("memory (PSS) after it, median", memory[FEW], memory[MANY], unit="MB")
    else:
        memory = None
    _print_times("a new call appears", drives, "calls")
    _print_times("a frame while the scroll bar is dragged", drives, "frames")
    _print_times("from a key to the rows, three characters and more", drives, "long")
    _print_times("from a key to the rows, fewer", drives, "short")
    _print_times("gaps of a 5 ms timer on the UI thread while it is typed", drives, "gaps")
    _judge(painted, memory, {key: _all(drives[MANY], key) for key in _KEYS})


_KEYS = ("calls", "frames", "long", "short", "gaps")


def _judge(
    painted: dict[int, float], memory: dict[int, float] | None, many: dict[str, list[float]]
) -> None:
    against("first paint, many : few", painted[MANY] / painted[FEW], PAINT_AIM, "×")
    if memory:
        against("memory, many : few", memory[MANY] / memory[FEW], MEMORY_AIM, "×")
    against("a new call, worst", max(many["calls"]), NEW_CALL_MS, "ms")
    against("three characters and more, p95", percentile(many["long"], 0.95), LONG_MS, "ms")
    against("fewer characters, p95", percentile(many["short"], 0.95), SHORT_MS, "ms")
    for key, name in (("gaps", "gaps while typing"), ("frames", "frames while dragging")):
        against(f"{name}, p99", percentile(many[key], 0.99), P99_MS, "ms")
        against(f"{name}, worst", max(many[key]), WORST_MS, "ms")


def _print_times(name: str, drives: dict[int, list[_Seen]], key: str) -> None:
    few, many = _all(drives[FEW], key), _all(drives[MANY], key)
    print(f"  {name}")
    line("    median", middle(few), middle(many))
    for share in (0.95, 0.99):
        line(f"    p{share * 100:.0f}", percentile(few, share), percentile(many, share))
    line("    worst", max(few), max(many))


def _all(drives: list[_Seen], key: str) -> list[float]:
    """All times of one kind, in milliseconds."""
    if key in ("long", "short"):
        return milliseconds(
            [
                took
                for drive in drives
                for length, took in drive["keys"]
                if (length >= 3) is (key == "long")
            ]
        )
    return milliseconds([took for drive in drives for took in drive[key]])


def _home(surroundings: Surroundings, rows: int) -> Path:
    """A home whose history has so many calls; the program writes into it."""
    home = surroundings.home()
    (home / "data").mkdir(mode=0o700)
    shutil.copyfile(
        surroundings.journal(rows) / "journal.sqlite3", home / "data" / "journal.sqlite3"
    )
    return home


def _drive(surroundings: Surroundings, home: Path, *arguments: str) -> _Seen:
    """Start the program once on a screen of its own; what it saw, and when it was begun."""
    with screen() as display:
        environment = surroundings.environment(home, display) | {"DIALER_HOME": str(home)}
        command = program("driven_history", *arguments)
        begun = time.monotonic()
        process = surroundings.start(command, environment, says=True)
        try:
            said, _ = process.communicate(timeout=SECONDS)
        finally:
            end(process)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    seen: _Seen = json.loads(said)
    return seen | {"begun": begun}
