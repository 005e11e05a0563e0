"""The signals by which the operating system asks a program to end."""

import signal
import sys


def asking_to_end() -> tuple[signal.Signals, ...]:
    """The signals that mean the end: from the keyboard, from a logout, from a closed terminal.

    A terminal's end is left out where the program was started to outlive it, as nohup does.
    """
    kinds = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        kinds.append(signal.SIGBREAK)
    elif signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        kinds.append(signal.SIGHUP)
    return tuple(kinds)
