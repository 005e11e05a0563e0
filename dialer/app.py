"""The way to the window: hand over to a Dialer that runs already, or become the one that does."""

import builtins
import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialer.desktop import handoff
from dialer.desktop.display import import_obstacle, obstacle, without_window
from dialer.desktop.visit import Visit

if TYPE_CHECKING:
    from dialer.desktop.visit import Inbox

_NO_WINDOW = 1
_BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class Opening:
    """How a start wants the window, and what it asks of it."""

    visit: Visit
    sandbox: bool = False
    background: bool = False
    """Start in the tray, where that keeps closed windows too."""


def run_link(link: str, *, found_hung: bool) -> int:
    """Open the window with a link that no running Dialer has taken; the exit code.

    `found_hung` says that one was asked and did not answer.
    """
    return _run(Opening(Visit(handoff.LINK, link)), found_hung=found_hung)


def run_window(arguments: Sequence[str]) -> int:
    """Bring the window up, here or where it runs already; the result is the exit code.

    Where no window can open, says why and what works without one, and returns 1.
    """
    opening = _opening(arguments) if arguments else Opening(Visit(handoff.RAISE))
    here = handoff.address(os.environ, sandbox=opening.sandbox)
    answer = handoff.knock(here, _message(opening))
    if answer is not None and answer[0] != handoff.HUNG:
        return _told(answer)
    return _run(opening, found_hung=answer is not None)


def _opening(arguments: Sequence[str]) -> Opening:
    import argparse

    showing = arguments[0] == "show"
    parser = argparse.ArgumentParser(
        prog="dialer show" if showing else "dialer",
        description="Show a number in the window, ready to be called. Nothing is called."
        if showing
        else "Open the window.",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--sandbox", action="store_true", help="call in the sandbox: nothing rings")
    where.add_argument("--profile", metavar="NAME", help="call with this profile")
    if showing:
        parser.add_argument("number", metavar="NUMBER", help="the callee, as people write it")
        options = parser.parse_args(arguments[1:])
        visit = Visit(handoff.NUMBER, options.number, options.profile or "")
        return Opening(visit, options.sandbox)
    parser.add_argument(
        "--from-clipboard",
        action="store_true",
        help="fill in the number that was copied or selected",
    )
    parser.add_argument(
        "--background", action="store_true", help="start in the tray, if there is one"
    )
    options = parser.parse_args(arguments)
    asked = handoff.CLIPBOARD if options.from_clipboard else handoff.RAISE
    background = options.background and not options.from_clipboard
    return Opening(Visit(asked, "", options.profile or ""), options.sandbox, background)


def _message(opening: Opening) -> bytes:
    visit = opening.visit
    asked = handoff.NOTHING if opening.background else visit.asked
    return handoff.message(os.environ, asked, visit.text, visit.profile)


def _told(answer: tuple[str, str]) -> int:
    """Pass on what the running window answered; the exit code."""
    word, text = answer
    if word == handoff.REFUSED:
        print(f"dialer: {text}", file=sys.stderr)
        return _BAD_INPUT
    return 0


def _run(opening: Opening, *, found_hung: bool) -> int:
    if stands_in_the_way := obstacle():
        print(f"dialer: {stands_in_the_way}\n{without_window()}", file=sys.stderr)
        return _NO_WINDOW
    if sys.platform == "win32":
        from dialer.desktop.doorway_windows import claim
    else:
        from dialer.desktop.doorway import claim
    here = handoff.address(os.environ, sandbox=opening.sandbox)
    doorway, answer = claim(here, _message(opening), found_hung=found_hung)
    if answer is not None:
        return _told(answer)
    try:
        return _open_window(opening, doorway)
    finally:
        if doorway is not None:
            doorway.close()


def _open_window(opening: Opening, doorway: "Inbox | None") -> int:
    # Nothing of what a start makes is garbage, and looking for some takes a tenth of its time.
    # `Program` looks once all is loaded, and lets it be looked for from then on.
    gc.disable()
    try:
        import PySide6.QtCore  # noqa: F401 - so that what it does to imports can be undone

        import_plainly()
        from dialer.program import Program
    except ImportError as error:
        if "PySide6" not in f"{error.name} {error.path}" and ".so" not in str(error):
            raise
        print(f"dialer: {import_obstacle(error)}\n{without_window()}", file=sys.stderr)
        return _NO_WINDOW
    from dialer.settings.defects import Defects
    from dialer.settings.folders import Folders
    from dialer.settings.native_crash import NativeCrash

    folders = Folders.of_user()
    try:
        folders.create()
    except OSError as error:
        # The window opens all the same and says what cannot be kept.
        print(f"dialer: {error.filename}: {error.strerror}", file=sys.stderr)
    native = NativeCrash(folders.crash_file)
    native.watch()
    defects = Defects(lambda: folders.log_file, lambda: True, native=native)
    defects.hear()
    try:
        return Program.run(
            folders,
            opening.visit,
            sandbox=opening.sandbox,
            background=opening.background,
            doorway=doorway,
            defects=defects,
        )
    finally:
        native.close()


def import_plainly() -> None:
    """Put back Python's own `__import__`, which PySide6 replaces for `from __feature__ import`.

    Its own reads the source of each module that is imported later and keeps it (11 MB), and
    swaps itself out and in meanwhile, which no other thread expects that imports too:
    https://bugreports.qt.io/browse/PYSIDE-2029
    """
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
