"""`dialer history --backup` and `--restore`: the whole journal as one file, and back."""

import argparse
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from dialer.calls.journal_backup import BadCopy, Held, back_up, restore
from dialer.calls.place import JournalError
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import complain, remark

_ALONE = QT_TRANSLATE_NOOP(
    "dialer", "A copy has all calls: --backup and --restore take no filter and no form."
)
_FORCE = QT_TRANSLATE_NOOP("dialer", "--force goes with --backup alone.")
_COPIED = QT_TRANSLATE_NOOP("dialer", "{path}: {held}.")
_RESTORED = QT_TRANSLATE_NOOP("dialer", "The journal was restored from {path}: {held}.")
_KEPT = QT_TRANSLATE_NOOP(
    "dialer",
    "What stood there before is kept as {path}. Calls that it alone has are not in the history"
    " any more.",
)
_HELD = QT_TRANSLATE_NOOP("dialer", "calls: {calls}, the newest of {time}")
_EMPTY = QT_TRANSLATE_NOOP("dialer", "no calls")


def run_copy(options: argparse.Namespace, house: House, *, alone: bool) -> int:
    """Copy the journal, or restore a copy; `alone` says that nothing else was asked for."""
    if not alone:
        complain(Sentence(_ALONE))
        return Exit.BAD_INPUT
    if options.force and not options.backup:
        complain(Sentence(_FORCE))
        return Exit.BAD_INPUT
    try:
        if options.backup:
            _back_up(options.backup, house, replace=options.force)
        else:
            _restore(options.restore, house)
    except BadCopy as refused:
        complain(refused.sentence)
        return Exit.BAD_INPUT
    except JournalError as error:
        complain(error.sentence)
        return Exit.NOT_SENT
    return Exit.DONE


def _back_up(target: Path, house: House, *, replace: bool) -> None:
    house.history()
    held = back_up(house.folders.journal, target, replace=replace)
    remark(Sentence(_COPIED, path=target, held=_told(held)))


def _restore(source: Path, house: House) -> None:
    folders = house.folders
    restored = restore(folders.journal, folders.lifelines, source)
    remark(Sentence(_RESTORED, path=source, held=_told(restored.held)))
    if restored.aside is not None:
        remark(Sentence(_KEPT, path=restored.aside))
    # Brought up to date at once where it can be; what cannot, the next start tells.
    house.history()


def _told(held: Held) -> Sentence:
    if held.until_ms is None:
        return Sentence(_EMPTY)
    time = ""
    with suppress(OverflowError, OSError, ValueError):
        time = f"{datetime.fromtimestamp(held.until_ms / 1000).astimezone():%Y-%m-%d %H:%M:%S}"
    return Sentence(_HELD, calls=held.calls, time=time)
