"""Queries by page: what they ask for, and how a page of what was found is written."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from dialer.sandbox.parameters import is_name, json_object, refuse

LONGEST = timedelta(days=31)
"""The longest period of one query of records."""

SIZES = range(1, 101)
"""How many records a page may have."""

_PAGES = range(1, 1_000_001)
_NAME_LIMIT = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of what is found, from 1, and how many records a page has."""

    current: int
    size: int

    @property
    def offset(self) -> int:
        """How many records are on the pages before."""
        return (self.current - 1) * self.size

    def of(self, total: int, records: list[Any]) -> dict[str, object]:
        """The `data` of a page with these records, of `total` that were found."""
        return {
            "total": total,
            "size": self.size,
            "current": self.current,
            "pages": -(-total // self.size),
            "records": records,
        }


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """What `POST /voice/recordSipQuery` asks for."""

    page: Page
    since: int
    """The first second of submission, since 1970."""
    until: int
    """The last second of submission, since 1970."""
    group: str
    """"" is any."""
    phone_name: str
    """"" is any."""


def read_record_query(body: bytes) -> RecordQuery:
    """Read the body of `recordSipQuery`. Raises Refused."""
    fields = json_object(body)
    page, params = _page(fields), _params(fields)
    since, until = _time(params, "strTime"), _time(params, "endTime")
    if until < since:
        refuse("endTime must not be before strTime")
    if until - since > LONGEST:
        refuse("strTime and endTime must be within 31 days")
    return RecordQuery(
        page,
        # Submit times are whole seconds: a period that begins within one does not have it.
        since=-((_EPOCH - since) // timedelta(seconds=1)),
        until=(until - _EPOCH) // timedelta(seconds=1),
        group=_filter(params, "sipGroupName"),
        phone_name=_filter(params, "phoneName"),
    )


def read_account_query(body: bytes) -> Page:
    """Read the body of `sipQuery`; the application may be any. Raises Refused."""
    fields = json_object(body)
    if not is_name(_params(fields).get("appId")):
        refuse("appId must be text of 1 to 64 characters")
    return _page(fields)


def read_recording_query(query: str) -> tuple[str, str]:
    """The recording file ID and the source type that a URL's query asks for. Raises Refused."""
    fields = parse_qs(query, keep_blank_values=True)
    file_ids, sources = (fields.get(name, [""]) for name in ("recordingFileId", "sourceType"))
    if len(file_ids) != 1 or not file_ids[0]:
        refuse("recordingFileId must be given once")
    return file_ids[0], sources[0]


def _page(fields: dict[str, Any]) -> Page:
    current, size = fields.get("current"), fields.get("size")
    if type(current) is not int or current not in _PAGES:
        refuse("current must be a number from 1")
    if type(size) is not int or size not in SIZES:
        refuse("size must be a number from 1 to 100")
    return Page(current, size)


def _params(fields: dict[str, Any]) -> dict[str, Any]:
    params = fields.get("params")
    if not isinstance(params, dict):
        refuse("params must be an object")
    return params


def _time(params: dict[str, Any], name: str) -> datetime:
    text = params.get(name)
    if isinstance(text, str) and "T" in text:  # a bare date is no time of the contract
        with suppress(ValueError, OverflowError):
            time = datetime.fromisoformat(text)
            if time.utcoffset() is not None:
                return time.astimezone(UTC)
    return refuse(f"{name} must be a time in ISO 8601 with its offset")


def _filter(params: dict[str, Any], name: str) -> str:
    value = params.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _NAME_LIMIT:
        refuse(f"{name} must be text of at most 64 characters, or left out")
    return value.encode("utf-8", "replace").decode()
