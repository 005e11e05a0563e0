"""Decides what a start is, a command or the window, before anything heavy is imported."""

import sys
from collections.abc import Sequence

_WINDOW_OPTIONS = {"--sandbox", "--profile"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Dialer with the command line's arguments; the result is the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0].partition("=")[0] in _WINDOW_OPTIONS:
        from dialer.app import run_window

        return run_window(arguments)
    from dialer.cli.commands import main as run_command

    return run_command(arguments)


if __name__ == "__main__":
    sys.exit(main())
