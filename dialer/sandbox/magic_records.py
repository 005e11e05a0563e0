"""The documented callees that are about what comes after: the record and the recording.

All of their calls are placed and answered.
"""

from dialer.calls.sentence import QT_TRANSLATE_NOOP
from dialer.sandbox import record_shapes
from dialer.sandbox.behaviour import Ending, Magic, Recording, Refusal

_ASKS = 3
"""How often a record is asked for in vain where it is refused at first only."""

RECORDS: dict[str, Magic] = {
    "9990002001": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record lacks all but ID, callee and submit time"),
        shape=record_shapes.without_fields,
    ),
    "9990002002": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record has null in all but ID, callee and submit time"),
        shape=record_shapes.all_null,
    ),
    "9990002003": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record has times without an offset"),
        shape=record_shapes.with_short_times,
    ),
    "9990002004": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record has times as milliseconds since 1970"),
        shape=record_shapes.with_millisecond_times,
    ),
    "9990002005": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record has times that run backwards"),
        shape=record_shapes.backwards,
    ),
    "9990002006": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record has durations as text"),
        shape=record_shapes.with_numbers_as_text,
    ),
    "9990002007": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record has ID, numbers, code and money as bare numbers"),
        shape=record_shapes.with_text_as_numbers,
    ),
    "9990002008": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record has costEur in place of cost"),
        shape=record_shapes.in_euro,
    ),
    "9990002009": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record is quoted in CNY and settled in USD"),
        shape=record_shapes.in_yuan,
    ),
    "9990002010": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "the record of another call is given for it"),
        shape=record_shapes.of_another_call,
    ),
    "9990002011": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record never appears: there is only null"),
        recorded=False,
    ),
    "9990002024": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record is never there (-24)"),
        recorded=False,
        refusal=Refusal("-24", "record does not exist"),
    ),
    "9990002018": Ending(
        "200",
        QT_TRANSLATE_NOOP(
            "dialer", "its record cannot be asked for (-18), but is among the records of a query"
        ),
        refusal=Refusal("-18", "system error"),
    ),
    "9990002015": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record is asked for too often (-15) the first 3 times"),
        refusal=Refusal("-15", "request is too frequent", _ASKS),
    ),
    "9990002022": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its record is refused with -22 the first 3 times"),
        refusal=Refusal("-22", "parameter error", _ASKS),
    ),
}

RECORDINGS: dict[str, Magic] = {
    "9990003001": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "it never has a recording"),
        recording=Recording.NONE,
    ),
    "9990003002": Ending(
        "200",
        QT_TRANSLATE_NOOP(
            "dialer", "its recording is cut off in the middle; what was not sent can be resumed"
        ),
        recording=Recording.CUT_OFF,
    ),
    "9990003003": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its recording is an empty file"),
        recording=Recording.EMPTY,
    ),
    "9990003004": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its recording is an HTML error page, with HTTP status 200"),
        recording=Recording.PAGE,
    ),
    "9990003005": Ending(
        "200",
        QT_TRANSLATE_NOOP("dialer", "its recording comes at 2,000 bytes a second"),
        recording=Recording.SLOW,
    ),
    "9990003006": Ending(
        "200",
        QT_TRANSLATE_NOOP(
            "dialer", "its recording's address has expired when it is told (403, as text)"
        ),
        recording=Recording.EXPIRED,
    ),
}
