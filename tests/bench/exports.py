"""The memory and speed of an export, form by form, over a long journal."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench import long_journal
from bench.figures import against, heading, line, skipped
from bench.surroundings import Surroundings

ROWS = 1_000_000
AIM_MB = 20.0
"""How much more memory than an idle `dialer history` an export may take."""

_FORMS = ("csv", "json", "jsonl", "xlsx")


def measure(surroundings: Surroundings, times: int, journal: Path | None = None) -> None:
    """Print what an export of a million calls takes.

    `journal` is a folder with a journal that `long_journal` wrote; without it one is written.
    It is copied, never changed. One run of each form, whatever `times`.
    """
    del times
    what = f"export of {ROWS:,} calls"
    if not Path("/proc/self/status").exists():
        skipped(what, "this system has no /proc/PID/status")
        return
    home = surroundings.home()
    data = home / ".dialer" / "data"
    data.mkdir(parents=True, mode=0o700)
    if journal is None:
        long_journal.write(data, ROWS)
    else:
        shutil.copyfile(journal / "journal.sqlite3", data / "journal.sqlite3")
    environment = surroundings.environment(home) | {"DIALER_HOME": str(home / ".dialer")}
    _run(environment, "--limit", "1")  # compiles, which takes memory of its own
    idle, _ = _run(environment, "--limit", "1")
    heading(what, "peak", "over idle", "rows/s")
    line("idle: one call listed", idle, unit="MB")
    worst = 0.0
    for form in _FORMS:
        target = home / f"calls.{form}"
        where = (
            ["--xlsx", str(target)] if form == "xlsx" else [f"--{form}", "--output", str(target)]
        )
        peak, seconds = _run(environment, *where)
        size = target.stat().st_size / 2**20
        target.unlink()
        speed = f"{ROWS / seconds:,.0f}"
        print(
            f"  {f'{form}, {size:.0f} MB':<60}{f'{peak:.1f} MB':>13}"
            f"{f'{peak - idle:.1f} MB':>13}{speed:>13}",
            flush=True,
        )
        worst = max(worst, peak - idle)
    against("most memory over idle", worst, AIM_MB, "MB")


def _run(environment: dict[str, str], *arguments: str) -> tuple[float, float]:
    """Run `dialer history`; its peak of resident memory in MB, and the seconds it took."""
    begun = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", _PROGRAM, "history", *arguments],
        env=environment,
        cwd=environment["HOME"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    return int(ended.stderr.split()[-2]) / 1024, time.monotonic() - begun


# Asked from within: what the system tells of an ended process may be its parent's before it.
_PROGRAM = """
import sys
from dialer.__main__ import main
code = main()
with open("/proc/self/status") as file:
    print(*(row for row in file if row.startswith("VmHWM")), file=sys.stderr)
sys.exit(code)
"""
