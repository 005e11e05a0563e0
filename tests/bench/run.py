"""The one command that measures the program: `python tests/bench/run.py`, see README.md."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def main() -> int:
    """Measure the parts that were asked for, all of them unless told otherwise."""
    sys.path[:0] = [str(TESTS), str(TESTS.parent)]
    from bench import calls, exports, history, links, memory, starts
    from bench.surroundings import Surroundings

    def _export(surroundings: Surroundings, times: int) -> None:
        exports.measure(surroundings, times, surroundings.journal(exports.ROWS))

    parts = {
        "start": starts.measure,
        "links": links.measure,
        "memory": memory.measure,
        "call": calls.measure,
        "history": history.measure,
        "export": _export,
    }
    parser = argparse.ArgumentParser(prog="run.py", description="Measure Dialer.")
    parser.add_argument("part", nargs="*", help=f"of {', '.join(parts)}; all unless named")
    parser.add_argument("--runs", type=int, default=1, help="times as many runs as usual")
    parser.add_argument(
        "--journals", type=Path, metavar="FOLDER", help="keep long journals there for other runs"
    )
    options = parser.parse_args()
    if unknown := [part for part in options.part if part not in parts]:
        parser.error(f"there is no part called {unknown[0]}")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dialer-bench-") as folder:
        surroundings = Surroundings(Path(folder), TESTS.parent, options.journals)
        print(surroundings.described(), flush=True)
        for part in options.part or parts:
            print(flush=True)
            parts[part](surroundings, max(1, options.runs))
    print(f"\nIt took {time.monotonic() - begun:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
