"""Reads the provider's record of a call, leniently: what cannot be read is left out."""

from collections.abc import Mapping
from decimal import Decimal

from dialer.calls.call import RECORDING_ID
from dialer.calls.details import CallDetails
from dialer.provider.envelope import as_json, as_text
from dialer.provider.fields import code, exactly, money, phone_digits, seconds, time_ms, words

ORIGINAL_LIMIT = 64 * 1024
"""The longest record that is kept as it came, in bytes of UTF-8: a longer one is no record."""

FILE_ID_LIMIT = 256
"""The longest ID of a recording's file, in characters."""

_WITHOUT_NAME = "USD"


def read_details(data: object, asked_id: str | None) -> CallDetails | None:
    """Read a record as `read_envelope` gives it. Never raises.

    `asked_id` stands in for a record's own ID where it has none. None where this is no record,
    or one whose ID cannot be told: it may be another call's. The caller compares IDs. An
    original over the limit is kept as `{}`.
    """
    if not isinstance(data, Mapping):
        return None
    recording_id = _recording_id(data.get("voiceId"), asked_id)
    if recording_id is None:
        return None
    cost, currency = _cost(data)
    rate = money(data.get("rate"))
    if currency is None and (cost is not None or rate is not None):
        currency = _WITHOUT_NAME
    return CallDetails(
        recording_id,
        callee=_number(data.get("callee")),
        display_number=_number(data.get("displayNum")),
        submitted_at=time_ms(data.get("submitTime")),
        called_at=time_ms(data.get("callTime")),
        ringing_at=time_ms(data.get("ringingTime")),
        answered_at=time_ms(data.get("answerTime")),
        ended_at=time_ms(data.get("hangupTime")),
        duration_s=seconds(data.get("callDuration")),
        charged_s=seconds(data.get("chargedDuration")),
        hangup_code=code(data.get("terminationCode")),
        hangup_reason=words(data.get("terminationReason"), 200),
        cost=cost,
        currency=currency,
        rate=rate,
        billing_period=words(data.get("billPeriod"), 32),
        settled_cost=money(data.get("settlePay")),
        settled_rate=money(data.get("settleRate")),
        exchange_rate=money(data.get("quoteExchange")),
        phone_group=words(data.get("sipGroupName"), 100),
        phone_name=words(data.get("phoneName"), 100),
        region=words(data.get("code"), 100),
        recording_file_id=exactly(data.get("recordingFileId"), FILE_ID_LIMIT),
        original=_original(data),
    )


def _recording_id(said: object, asked_id: str | None) -> str | None:
    if said is None or (isinstance(said, str) and not said.strip()):
        return asked_id
    recording_id = as_text(said)
    return recording_id if recording_id and RECORDING_ID.fullmatch(recording_id) else None


def _cost(data: Mapping[str, object]) -> tuple[Decimal | None, str | None]:
    """The cost, and its currency where that is named: one sister service names it in the field."""
    cost = money(data.get("cost"))
    if cost is None and (euros := money(data.get("costEur"))) is not None:
        return euros, "EUR"
    return cost, words(data.get("currency"), 16)


def _number(value: object) -> str | None:
    """A phone number as the API takes it, or else as it stands: callers may be anything."""
    return phone_digits(value) or words(value, 64)


def _original(data: Mapping[str, object]) -> str:
    try:
        written = as_json(data)
    except RecursionError:
        return "{}"
    return written if len(written.encode("utf-8")) <= ORIGINAL_LIMIT else "{}"
