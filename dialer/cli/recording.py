"""`dialer recording`: fetch the recording of a placed call into a file."""

import argparse
import signal
import threading
from pathlib import Path

from dialer.calls.patience import Patience
from dialer.calls.recording import FetchedRecording, RecordingError
from dialer.calls.recording_name import free_name, recording_name
from dialer.calls.records import Records, RecordsError
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.cli.asking import add_where, ask, refuse
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import answer, complain
from dialer.desktop.ending import asking_to_end
from dialer.settings.profile import Profile

__all__ = ["add_arguments", "refuse", "run"]

_NO_RECORDING = QT_TRANSLATE_NOOP(
    "dialer", "The provider has no recording of this call, or none yet. Nothing was written."
)
_TAKEN = QT_TRANSLATE_NOOP(
    "dialer", "There is a file {path} already, which is left as it is. Choose another name."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    parser.add_argument("recording_id", metavar="RECORDING_ID", help="of a placed call")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        required=True,
        help="where to write it, never over a file; in a folder it gets a readable name",
    )
    add_where(parser)
    parser.epilog = "Prints the file's path. What came before an interruption is gone on from."


def run(options: argparse.Namespace, house: House) -> int:
    """Fetch the recording."""
    over = threading.Event()
    for kind in asking_to_end():
        signal.signal(kind, lambda *_: over.set())

    def question(records: Records, profile: Profile) -> int:
        return _fetch(options, house, records, profile, over)

    return ask(options, house, question)


def _fetch(
    options: argparse.Namespace,
    house: House,
    records: Records,
    profile: Profile,
    over: threading.Event,
) -> int:
    from dialer.provider.recording_file import fetch, keep

    target: Path = options.output
    if not target.is_dir() and target.exists():
        complain(Sentence(_TAKEN, path=target))
        return Exit.BAD_INPUT
    history = house.history()
    call = history.placed(options.recording_id)
    known = history.details(call.row) if call else None
    file_id = known.recording_file_id if known else None
    try:
        details = records.record(options.recording_id, Patience(profile.timeout))
    except RecordsError:
        if file_id is None:
            raise
    else:
        file_id = (details.recording_file_id if details else None) or file_id
    if file_id is None:
        complain(Sentence(_NO_RECORDING))
        return Exit.REJECTED
    place = records.recording(file_id, Patience(profile.timeout))
    in_folder = target.is_dir()
    if in_folder:
        name = recording_name(call, known, "") if call else options.recording_id
        target = target / name
    try:
        fetched: FetchedRecording = fetch(place, target, cancel=over)
        if in_folder:
            target = free_name(target.parent, f"{target.name}{fetched.suffix}")
        answer(str(keep(fetched, target)))
    except RecordingError as error:
        complain(str(error))
        return Exit.NOT_SENT
    return Exit.DONE
