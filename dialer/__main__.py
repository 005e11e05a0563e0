"""Decides what a start is, a link, a command or the window, before anything heavy is imported.

A link is told by its scheme, before any parser of options sees it: what a web page wrote is
never read as one. What stands at the top of this module costs every click on a link its time.
"""

import os
import sys

LINK_SCHEMES = ("tel:", "callto:", "sip:", "sips:", "dialer:")
"""How an argument begins that is a link."""

_WINDOW_OPTIONS = ("--sandbox", "--profile", "--from-clipboard", "--background")


def main() -> int:
    """Run Dialer with the process's arguments; the result is the exit code."""
    arguments = sys.argv[1:]
    first = arguments[0] if arguments else ""
    if first.lower().lstrip().startswith(LINK_SCHEMES):
        return _open_link(arguments)
    if not arguments or first.partition("=")[0] in _WINDOW_OPTIONS or first == "show":
        return _open_window(arguments)
    from dialer.cli.guarded import run_guarded

    return leave(run_guarded(arguments))


def _open_link(arguments: list[str]) -> int:
    if len(arguments) > 1:
        print("dialer: a link stands alone, without options beside it.", file=sys.stderr)
        return 2
    from dialer.desktop import handoff

    here = handoff.address(os.environ, sandbox=False)
    answer = handoff.knock(here, handoff.message(os.environ, handoff.LINK, arguments[0]))
    if answer is not None and answer[0] != handoff.HUNG:
        return 0  # what is wrong with the link, the window says
    from dialer.app import run_link

    return leave(run_link(arguments[0], found_hung=answer is not None))


def _open_window(arguments: list[str]) -> int:
    from dialer.app import run_window

    return leave(run_window(arguments))


def leave(code: int) -> int:
    """Hand back the exit code, or end the process at once where a thread was abandoned.

    One that is in a TLS handshake, a name look-up or a keyring's prompt is still inside C
    code, and crashes when Python clears up around it. All that must last is on disk and
    closed by now.
    """
    import threading
    from contextlib import suppress

    if any(thread.daemon and thread.is_alive() for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                with suppress(OSError, ValueError):
                    stream.flush()
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
