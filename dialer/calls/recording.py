"""What fetching a recording comes to: a file of its own, or why there is none."""

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence


class RecordingTrouble(Enum):
    """Why a recording could not be fetched or kept."""

    CANCELLED = auto()
    NO_CONNECTION = auto()
    NOT_TRUSTED = auto()
    UNSAFE = auto()
    GONE = auto()
    REFUSED = auto()
    UNREADABLE = auto()
    STALLED = auto()
    CUT_OFF = auto()
    EMPTY = auto()
    NO_RECORDING = auto()
    TOO_LARGE = auto()
    DISK_FULL = auto()
    DISK = auto()
    EXISTS = auto()


_SENTENCES = {
    RecordingTrouble.CANCELLED: QT_TRANSLATE_NOOP(
        "dialer", "The recording was not fetched: it was cancelled."
    ),
    RecordingTrouble.NO_CONNECTION: QT_TRANSLATE_NOOP(
        "dialer",
        "The recording's server could not be reached."
        " Check the network connection, then try again.",
    ),
    RecordingTrouble.NOT_TRUSTED: QT_TRANSLATE_NOOP(
        "dialer",
        "The secure connection to the recording's server could not be trusted."
        " Ask the administrator about the network's certificates.",
    ),
    RecordingTrouble.UNSAFE: QT_TRANSLATE_NOOP(
        "dialer",
        "The recording's address is not secure or leads astray, so it is not fetched."
        " Tell the provider.",
    ),
    RecordingTrouble.GONE: QT_TRANSLATE_NOOP(
        "dialer",
        "The recording's server does not have it at the provider's address, or no longer."
        " Try again.",
    ),
    RecordingTrouble.REFUSED: QT_TRANSLATE_NOOP(
        "dialer", "The recording's server answered with an error. Try again in a while."
    ),
    RecordingTrouble.UNREADABLE: QT_TRANSLATE_NOOP(
        "dialer", "The recording's server answered with something that cannot be read."
    ),
    RecordingTrouble.STALLED: QT_TRANSLATE_NOOP(
        "dialer", "The recording's server stopped sending. Try again."
    ),
    RecordingTrouble.CUT_OFF: QT_TRANSLATE_NOOP(
        "dialer", "The connection broke before the whole recording had come. Try again."
    ),
    RecordingTrouble.EMPTY: QT_TRANSLATE_NOOP(
        "dialer", "The recording is empty. Try again in a while, or ask the provider."
    ),
    RecordingTrouble.NO_RECORDING: QT_TRANSLATE_NOOP(
        "dialer",
        "What came is not a recording, neither WAV nor MP3, so it was not kept."
        " Try again in a while.",
    ),
    RecordingTrouble.TOO_LARGE: QT_TRANSLATE_NOOP(
        "dialer", "The recording is larger than any recording should be, so it was not fetched."
    ),
    RecordingTrouble.DISK_FULL: QT_TRANSLATE_NOOP(
        "dialer",
        "There is not enough room on the disk for the recording, so nothing of it was kept."
        " Make room, then try again.",
    ),
    RecordingTrouble.DISK: QT_TRANSLATE_NOOP(
        "dialer", "The recording could not be written. Choose another folder, or check its rights."
    ),
    RecordingTrouble.EXISTS: QT_TRANSLATE_NOOP(
        "dialer", "There is a file of this name already, which is left as it is. Choose another."
    ),
}


class RecordingError(Exception):
    """A recording could not be fetched or kept; no file has its final name.

    `sentence` says so for people, and `code`, in brackets, what the system said. `resumable`
    is whether the next try goes on from what has come. Nowhere does the address stand.
    """

    def __init__(self, trouble: RecordingTrouble, *, resumable: bool, code: str = "") -> None:
        self.trouble = trouble
        self.sentence = Sentence(_SENTENCES[trouble])
        self.resumable = resumable
        self.code = code
        super().__init__(f"{self.sentence} {code}".rstrip())


@dataclass(frozen=True, slots=True)
class FetchedRecording:
    """A recording that came in full, still under its working name."""

    path: Path
    suffix: str
    """By what is inside: `.wav` or `.mp3`."""
    size: int
    """In bytes."""
