"""Runs a command and writes to a file how much memory it used at its peak, in KiB.

A process of its own: what the system counts for a child begins with what its parent had, and
the tests have more than the program.
"""

import resource
import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    code = subprocess.call(sys.argv[2:])
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # macOS counts in bytes.
    Path(sys.argv[1]).write_text(str(used // 1024 if sys.platform == "darwin" else used))
    sys.exit(code)
