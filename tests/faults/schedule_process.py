"""Carries out the schedules of a range of seeds, and prints what was found as a JSON object.

    python tests/faults/schedule_process.py FOLDER FIRST COUNT

A process of its own, so that the environment of the tests decides nothing.
"""

import json
import sys
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from faults.schedule import schedule_of
from faults.schedule_ground import Ground
from faults.schedule_window import place_all


def main(folder: Path, first: int, count: int) -> int:
    """Carry all of them out, and compare at the end."""
    app = QCoreApplication(["schedules"])
    begun = time.monotonic()
    with Ground(folder) as ground:
        for seed in range(first, first + count):
            schedule = schedule_of(seed)
            if schedule.in_window:
                place_all(ground, schedule)
                continue
            for call in schedule.calls:
                ground.place(call)
        findings = ground.compare()
    print(json.dumps({**vars(findings), "seconds": time.monotonic() - begun}))
    del app
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
