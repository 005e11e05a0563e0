"""Records as the documented one never is, made from it: gaps, other types, another currency."""

from collections.abc import Callable
from datetime import datetime

from dialer.sandbox.behaviour import Record

_TIMES = ("submitTime", "callTime", "ringingTime", "answerTime", "hangupTime")
_OWN = ("voiceId", "callee", "submitTime")
_EXCHANGE = 7_125
"""Thousandths of a yuan for a dollar."""


def without_fields(record: Record) -> Record:
    """Nothing but the call's identity."""
    return {name: record[name] for name in _OWN}


def all_null(record: Record) -> Record:
    """All fields, but nothing in them except the call's identity."""
    return {name: value if name in _OWN else None for name, value in record.items()}


def with_short_times(record: Record) -> Record:
    """Times as `yyyy-MM-dd HH:mm:ss`, which are in the provider's zone and do not say so."""
    return _with_times(record, lambda time: f"{time:%Y-%m-%d %H:%M:%S}")


def with_millisecond_times(record: Record) -> Record:
    """Times as milliseconds since 1970."""
    return _with_times(record, lambda time: int(time.timestamp() * 1000))


def backwards(record: Record) -> Record:
    """Every time lies as long before the submission as it came after it."""
    submitted = datetime.fromisoformat(str(record["submitTime"]))

    def mirrored(time: datetime) -> str:
        return (submitted - (time - submitted)).isoformat()

    return _with_times(record, mirrored)


def with_numbers_as_text(record: Record) -> Record:
    """Durations as text."""
    names = ("callDuration", "chargedDuration")
    return record | {name: _if_known(record[name], str) for name in names}


def with_text_as_numbers(record: Record) -> Record:
    """Whatever consists of digits as a number, the recording ID too, and money as well."""
    whole = ("voiceId", "callee", "displayNum", "terminationCode")
    money = ("cost", "rate")
    return (
        record
        | {name: _if_known(record[name], int) for name in whole}
        | {name: _if_known(record[name], float) for name in money}
    )


def in_euro(record: Record) -> Record:
    """`costEur` in the place of `cost`."""
    return {"costEur" if name == "cost" else name: value for name, value in record.items()}


def in_yuan(record: Record) -> Record:
    """Quoted in yuan and settled in dollars."""
    quoted = record | {name: _if_known(record[name], _yuan) for name in ("cost", "rate")}
    return quoted | {
        "currency": "CNY",
        "settleRate": record["rate"],
        "quoteExchange": f"{_EXCHANGE // 1000}.{_EXCHANGE % 1000:03d}",
        "settlePay": record["cost"],
    }


def of_another_call(record: Record) -> Record:
    """A whole record, of a call that was never placed."""
    return record | {"voiceId": str(record["voiceId"])[::-1], "callee": "442079460018"}


def _with_times(record: Record, write: Callable[[datetime], object]) -> Record:
    def written(value: object) -> object:
        return write(datetime.fromisoformat(str(value)))

    return record | {name: _if_known(record[name], written) for name in _TIMES}


def _if_known(value: object, make: Callable[..., object]) -> object:
    return value if value in ("", None) else make(value)


def _yuan(dollars: str) -> str:
    whole, _, fraction = dollars.partition(".")
    millionths = (int(whole) * 1_000_000 + int(fraction)) * _EXCHANGE // 1000
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"
