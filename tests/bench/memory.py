"""The memory of the idle window beside that of a bare one with the same libraries."""

import os
import subprocess
import time
from pathlib import Path

from bench.calls import libraries
from bench.figures import against, heading, line, middle, skipped
from bench.first_window import Watch, exact
from bench.surroundings import Surroundings, dialer, end, missing, program, screen

ROUNDS = 3
AIM = 1.25
QUIET = 0.6
"""Seconds without any work after which a window counts as idle."""
PATIENCE = 15.0

_BARE, _LIBRARIES, _DIALER = "bare QMainWindow", "bare QMainWindow, same libraries", "dialer"


def measure(surroundings: Surroundings, times: int) -> None:
    """Print proportional, private and resident memory, and the ratio of the first."""
    what = "(c) memory of the idle window"
    tools = missing("Xvfb") + ([] if exact() else missing("xdotool"))
    if tools:
        skipped(what, f"no {' or '.join(tools)}")
        return
    if not Path("/proc/self/smaps_rollup").exists():
        skipped(what, "this system has no /proc/PID/smaps_rollup")
        return
    with screen() as display:
        imported = libraries(surroundings, display)
    programs = {
        _BARE: program("bare_window"),
        _LIBRARIES: program("bare_window", "--libraries", *imported),
        _DIALER: dialer(),
    }
    found: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
    for _ in range(ROUNDS * times):
        for name, arguments in programs.items():
            found[name].append(_idle_memory(surroundings, arguments))
    heading(f"{what}, median of {ROUNDS * times}", "PSS", "private", "resident")
    shares = {}
    for name, all_found in found.items():
        shares[name] = middle([each["Pss"] for each in all_found])
        private = [each["Private_Clean"] + each["Private_Dirty"] for each in all_found]
        resident = middle([each["Rss"] for each in all_found])
        line(name, shares[name], middle(private), resident, unit="MB")
    tops = sorted({name.partition(".")[0] for name in imported})
    print(f"  (the libraries: {', '.join(tops)})")
    against("dialer : bare, same libraries", shares[_DIALER] / shares[_LIBRARIES], AIM, "×")


def _idle_memory(surroundings: Surroundings, arguments: list[str]) -> dict[str, float]:
    """What `smaps_rollup` says of a program once its window is there and it rests, in MB."""
    with screen() as display:
        watch = Watch(display)
        process = surroundings.start(
            arguments, surroundings.environment(surroundings.home(), display)
        )
        try:
            watch.wait()
            _wait_until_idle(process)
            rows = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()[1:]
        finally:
            end(process)
            watch.close()
    values = (row.replace(":", "").split() for row in rows)
    return {name: int(kilobytes) / 1024 for name, kilobytes, _ in values}


def _wait_until_idle(process: "subprocess.Popen[str]") -> None:
    """Wait until the program has used next to no processor for a while."""
    deadline = time.monotonic() + PATIENCE
    since, used = time.monotonic(), _ticks(process.pid)
    while time.monotonic() - since < QUIET:
        if time.monotonic() > deadline:
            raise TimeoutError("the window does not come to rest")
        time.sleep(0.05)
        if (now := _ticks(process.pid)) > used + 1:
            since, used = time.monotonic(), now


def _ticks(pid: int) -> int:
    """The processor time that a process has used, in the kernel's ticks."""
    assert os.name == "posix"
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12])
