"""A journal of any length, seeded: the same calls every time, as two years on a floor make them.

python tests/bench/long_journal.py FOLDER ROWS writes FOLDER/journal.sqlite3.
"""

import random
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from dialer.calls.details import ENDINGS, Ending
from dialer.calls.journal_file import connect, prepare, writing

SEED = 20_260_101
LAST_MS = 1_767_225_600_000
"""When the newest call began: 2026-01-01, 00:00 UTC."""
SPAN_MS = 730 * 86_400_000

_COUNTRIES = ("86138", "8610", "4420", "4930", "331", "34912", "5511", "97150", "1555", "65")
_NAMES = ("Ann", "Bob", "Chen", "Dora", "Émile", "陈伟", "王芳", "Farid", "Grete", "Hugo")
_ABOUT = ("invoice", "renewal", "call back", "complaint", "delivery", "new order")
_REJECTED = (("-10", "balance is not enough"), ("-68", "phone is busy"), ("-26", "no price"))
_SIP = ("486", "480", "603", "404", "503", "487")
_REASONS = {
    "200": "Normal Clearing",
    "404": "Not Found",
    "480": "Temporarily Unavailable",
    "486": "Busy Here",
    "487": "Request Terminated",
    "503": "Service Unavailable",
    "603": "Decline",
}
_COLUMNS = (
    "call_id, begun_at, ended_at, owner, callee, account, display_number, note, profile, sandbox,"
    " outcome, recording_id, status, reason, cause, following, stage, ending, duration_s, cost,"
    " currency, hangup_code, hangup_reason"
)


def write(folder: Path, rows: int) -> Path:
    """Write a journal of `rows` calls into `folder`; its path."""
    path = folder / "journal.sqlite3"
    prepare(path, folder / "lifelines")
    marks = ", ".join("?" * (_COLUMNS.count(",") + 1))
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        with writing(connection):
            connection.executemany(
                f"INSERT INTO calls ({_COLUMNS}) VALUES ({marks})",
                _calls(rows),
            )
        connection.execute("INSERT INTO search (search) VALUES ('optimize')")
        connection.execute("PRAGMA wal_checkpoint (TRUNCATE)")
    return path


def _calls(rows: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(SEED)
    callees = [
        chance.choice(_COUNTRIES) + str(chance.randrange(10**7, 10**8))
        for _ in range(max(10, rows // 12))
    ]
    for number in range(rows):
        begun_at = LAST_MS - SPAN_MS * (rows - number) // rows
        fate = chance.random()
        outcome, recording_id, status, reason, cause = "placed", None, "0", "success", None
        following = stage = ending = duration = cost = currency = code = said = None
        if fate < 0.94:
            recording_id = f"{2_203_031_113_381_000_000 + number * 7 + chance.randrange(7)}"
            following, stage, currency = "final", "ended", "USD"
            code = "200" if chance.random() < 0.6 else chance.choice(_SIP)
            said = _REASONS[code]
            duration = chance.randrange(3, 900) if code == "200" else 0
            ending = Ending.ANSWERED if duration else ENDINGS.get(code, Ending.FAULT)
            cost = -(-duration // 20) * 7_000
        elif fate < 0.97:
            outcome = "rejected"
            status, reason = chance.choice(_REJECTED)
        elif fate < 0.99:
            outcome, status, reason, cause = "not_sent", None, None, "unreachable"
        else:
            outcome, status, reason, cause = "unknown", None, None, "no_answer"
            following = "not_there"
        note = (
            f"{chance.choice(_NAMES)}, {chance.choice(_ABOUT)}" if chance.random() < 0.4 else None
        )
        yield (
            uuid.UUID(int=chance.getrandbits(128)).hex,
            begun_at,
            begun_at + 900,
            "0123456789abcdef",
            chance.choice(callees),
            f"test_{chance.randrange(1, 40):03d}",
            chance.choice(("1008122211", "1008122212", None)),
            note,
            "Acme Support",
            0,
            outcome,
            recording_id,
            status,
            reason,
            cause,
            following,
            stage,
            ending,
            duration,
            cost,
            currency,
            code,
            said,
        )


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    print(write(target, int(sys.argv[2])))
