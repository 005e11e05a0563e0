"""What becomes of a call in the sandbox, and its record while and after it happens.

Nothing runs: a call's whole life follows from its callee, and its record from the time that
has passed since. The same callee always has the same life.
"""

import math
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from dialer.sandbox.accounts import phone_of
from dialer.sandbox.behaviour import Record, Recording
from dialer.sandbox.magic import ending_of, recording_of
from dialer.sandbox.store import ReceivedCall

PROVIDER_ZONE = timezone(timedelta(hours=8))

_RECORD_AFTER = 1
_FILE_AFTER = 3
_FIRST_PERIOD, _NEXT_PERIOD = 20, 20

_REASONS = {
    "200": "Normal Clearing",
    "404": "Not Found",
    "480": "Temporarily Unavailable",
    "486": "Busy Here",
    "487": "Request Terminated",
    "503": "Service Unavailable",
    "603": "Decline",
}

# By the callee's first digit: the region, and the price of a minute in millionths.
_ZONES = {
    "1": ("North America", 12_000),
    "2": ("Africa", 96_000),
    "3": ("Southern Europe", 24_000),
    "4": ("Northern Europe", 21_000),
    "5": ("Latin America", 60_000),
    "6": ("Southeast Asia", 45_000),
    "7": ("Northern Asia", 54_000),
    "8": ("East Asia", 30_000),
    "9": ("Southern Asia", 75_000),
}
_NO_ZONE = ("", 99_000)


@dataclass(frozen=True, slots=True)
class Life:
    """When things happen to a call, in whole seconds after it was submitted; None is never."""

    called: int
    ringing: int | None
    answered: int | None
    hung_up: int
    code: str
    rate: int
    """The price of a minute, in millionths."""

    @property
    def duration(self) -> int:
        """Seconds from answer to hang-up."""
        return 0 if self.answered is None else self.hung_up - self.answered

    @property
    def charged(self) -> int:
        """The seconds that are paid for: the first period in full, then every one begun."""
        if not self.duration:
            return 0
        more = max(0, self.duration - _FIRST_PERIOD)
        return _FIRST_PERIOD + -(-more // _NEXT_PERIOD) * _NEXT_PERIOD

    @property
    def cost(self) -> int:
        """The price of the call, in millionths."""
        return self.charged * self.rate // 60


def life_of(callee: str) -> Life:
    """The life of every call of `callee`."""
    ending = ending_of(callee)
    code = "200" if ending is None else ending.code
    rate = _ZONES.get(callee[0], _NO_ZONE)[1]
    chance = zlib.crc32(callee.encode())
    called = 2 + chance % 4
    if code in ("404", "486", "503"):
        return Life(called, None, None, called + 1, code, rate)
    ringing = called + 1 + chance // 4 % 3
    if code != "200":
        hung_up = ringing + {"480": 30, "487": 12, "603": 4}[code]
        return Life(called, ringing, None, hung_up, code, rate)
    answered = ringing + 3 + chance // 12 % 9
    return Life(called, ringing, answered, answered + 5 + chance // 108 % 116, code, rate)


def recorded_at(callee: str, submitted_at: int, speed: float) -> int | None:
    """When a call that was submitted then gets its record, in milliseconds; None is never."""
    ending = ending_of(callee)
    if ending is not None and not ending.recorded:
        return None
    return submitted_at + math.ceil(_RECORD_AFTER * 1000 / speed)


def file_id_of(call: ReceivedCall, now_ms: int) -> str:
    """The file ID of the call's recording at `now_ms`; "" while there is none, and for ever."""
    life = life_of(call.callee)
    made = life.duration and _passed(call, now_ms) >= life.hung_up + _FILE_AFTER
    if not made or recording_of(call.callee) is Recording.NONE:
        return ""
    return f"F{call.recording_id}"


def record_of(call: ReceivedCall, now_ms: int) -> Record | None:
    """What `GET /voice/recordSip/{recording ID}` shows at `now_ms`; None while there is nothing.

    What is not known yet is there, but empty: text as "", numbers as null. A call's own time
    passes `call.speed` times as fast as the clock, and the record is written in its own time:
    whoever asks a fast sandbox sees a hang-up that lies ahead of the clock, and every duration
    in full. The callee may have a record of its own shape.
    """
    recorded = recorded_at(call.callee, call.submitted_at, call.speed)
    if recorded is None or now_ms < recorded:
        return None
    life, phone = life_of(call.callee), phone_of(call.account)
    passed = _passed(call, now_ms)
    submitted = datetime.fromtimestamp(call.submitted_at // 1000, UTC).astimezone(PROVIDER_ZONE)
    ended = passed >= life.hung_up

    def time_of(after: int | None) -> str:
        if after is None or passed < after:
            return ""
        return (submitted + timedelta(seconds=after)).isoformat()

    record: Record = {
        "voiceId": call.recording_id,
        "sipGroupName": phone.group,
        "phoneName": phone.phone_name,
        "callee": call.callee,
        "displayNum": call.display_number or "",
        "code": _ZONES.get(call.callee[0], _NO_ZONE)[0],
        "submitTime": time_of(0),
        "callTime": time_of(life.called),
        "ringingTime": time_of(life.ringing),
        "answerTime": time_of(life.answered),
        "hangupTime": time_of(life.hung_up),
        "callDuration": life.duration if ended else None,
        "chargedDuration": life.charged if ended else None,
        "terminationCode": life.code if ended else "",
        "terminationReason": _REASONS[life.code] if ended else "",
        "cost": money(life.cost) if ended else None,
        "rate": money(life.rate),
        "billPeriod": f"{_FIRST_PERIOD}+{_NEXT_PERIOD}",
        "recordingFileId": file_id_of(call, now_ms),
    }
    ending = ending_of(call.callee)
    return record if ending is None or ending.shape is None else ending.shape(record)


def _passed(call: ReceivedCall, now_ms: int) -> float:
    """The seconds of the call's life that have passed."""
    return (now_ms - call.submitted_at) / 1000 * call.speed


def money(millionths: int) -> str:
    """An amount as the provider writes it: text with six decimals."""
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"
