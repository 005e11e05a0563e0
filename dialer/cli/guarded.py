"""A command with nothing of a defect on the screen: words and an exit code, the log has more."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.cli.commands import main
from dialer.cli.exits import Exit
from dialer.cli.say import complain
from dialer.settings.defects import Defects
from dialer.settings.folders import Folders
from dialer.settings.native_crash import NativeCrash

if TYPE_CHECKING:
    from pathlib import Path

_DEFECT = QT_TRANSLATE_NOOP(
    "dialer",
    "That ended this command. If it was placing a call, the phones may ring: `dialer history`"
    " says what became of it, so look there before you call again. The report in {log} holds no"
    " numbers and no secrets: send it to whoever looks after Dialer.",
)


def run_guarded(arguments: Sequence[str]) -> int:
    """Run the command that `arguments` begin with; the result is the exit code. Main thread.

    Nothing is written where nothing is wrong: the first warning begins the log.
    """
    native = NativeCrash(Folders.of_user().crash_file)
    defects = Defects(_log_file, _masks, urgent=logging.WARNING)
    defects.hear()
    native.watch()
    try:
        return main(arguments)
    except Exception as error:
        defects.note(error, "a command")
        complain(Sentence(_DEFECT, log=_log_file()))
        return Exit.DEFECT
    finally:
        native.close()


def _log_file() -> "Path":
    return Folders.of_user().log_file


def _masks() -> bool:
    from dialer.settings.preferences import Preferences

    with suppress(OSError):
        return Preferences.load(Folders.of_user().preferences_file).mask_log
    return True
