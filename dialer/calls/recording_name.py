"""Names for recordings: readable, sorted by time, and safe on every system."""

import itertools
import os
import re
from datetime import datetime
from pathlib import Path

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails

_UNSAFE = re.compile(r'[^\x20-\x7e]|[<>:"/\\|?*]')


def recording_name(record: CallRecord, details: CallDetails | None, suffix: str) -> str:
    """The name of a call's recording: local time, callee, recording ID, and `.wav` or `.mp3`.

    A call without either has its call ID there. What a file name cannot hold becomes `_`.
    """
    begun = datetime.fromtimestamp(record.begun_at / 1000)
    recording_id = record.outcome.recording_id if record.outcome else None
    if recording_id is None:
        recording_id = details.recording_id if details else record.call_id
    last = _UNSAFE.sub("_", recording_id)
    return f"{begun:%Y-%m-%d %H-%M-%S} +{record.request.callee} {last}{suffix}"


def free_name(folder: Path, name: str) -> Path:
    """A path in `folder` that is free now: `name`, or with " (2)", " (3)" before its suffix.

    Somebody else may take it meanwhile: who writes must not write over.
    """
    plain = Path(name)
    for number in itertools.count(1):
        path = folder / (name if number == 1 else f"{plain.stem} ({number}){plain.suffix}")
        if not os.path.lexists(path):
            return path
    raise AssertionError("there is always another number")
