"""Decides what a start is, a command or the window, before anything heavy is imported."""

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

_WINDOW_OPTIONS = {"--sandbox", "--profile"}
LINK_SCHEMES = ("tel:", "callto:", "sip:", "sips:", "dialer:")


def main() -> int:
    """Run Dialer with the process's arguments; the result is the exit code."""
    return leave(_run(sys.argv[1:]))


def _run(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0].partition("=")[0] in _WINDOW_OPTIONS:
        from dialer.app import run_window

        return run_window(arguments)
    from dialer.cli.commands import main as run_command

    return run_command(arguments)


def leave(code: int) -> int:
    """Hand back the exit code, or end the process at once where a thread was abandoned.

    One that is in a TLS handshake, a name look-up or a keyring's prompt is still inside C
    code, and crashes when Python clears up around it. All that must last is on disk and
    closed by now.
    """
    if any(thread.daemon and thread.is_alive() for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                with suppress(OSError, ValueError):
                    stream.flush()
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
