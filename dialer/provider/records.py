"""Everything besides calls that the provider is asked: records, accounts, balance, recordings."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar
from urllib.parse import quote

from dialer.calls.call import RECORDING_ID
from dialer.calls.credentials import Credentials
from dialer.calls.details import CallDetails
from dialer.calls.patience import Patience
from dialer.calls.records import (
    NOT_THERE,
    QUERY_DAYS,
    Balance,
    PhoneAccount,
    RecordingPlace,
    RecordsError,
)
from dialer.calls.records_words import (
    Asked,
    another_call,
    broken_off,
    endless,
    no_answer,
    not_there,
    refused,
    unreadable,
    unsafe_place,
)
from dialer.provider.balance import ask_balance
from dialer.provider.envelope import Envelope, as_text
from dialer.provider.fields import PROVIDER_ZONE, exactly, phone_digits, time_ms, whole, words
from dialer.provider.places import is_fit
from dialer.provider.record_reader import FILE_ID_LIMIT, read_details
from dialer.provider.signed import SignedLine, why_no_envelope
from dialer.provider.signing import ProviderClock
from dialer.provider.transport import Transport, TransportFault

log = logging.getLogger(__name__)

PAGE_SIZE = 100
"""Records or accounts a page: the most that the contract allows."""

PAGES_LIMIT = 2000
"""How many pages of one list are read at most."""

_IDLE_PAGES = 3
"""How many pages in a row may bring nothing new: calls that come in push old ones along."""

_DOT_SEGMENTS = (".", "..")
_T = TypeVar("_T")


class ProviderRecords:
    """Fulfils `calls.records.Records` over HTTPS. Used from one thread at a time.

    `base_url` has been through `calls.base_url.check_base_url`. `transport` is not the one
    that places calls: what is asked here must never delay one.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        transport: Transport,
        clock: ProviderClock,
    ) -> None:
        self._line = SignedLine(base_url, credentials, transport, clock)

    def record(self, recording_id: str, patience: Patience) -> CallDetails | None:
        """The record of a placed call; None where there is none, so far. Raises RecordsError."""
        # A URL's path is tidied on its way, and these would ask for something else.
        if not RECORDING_ID.fullmatch(recording_id) or recording_id in _DOT_SEGMENTS:
            raise RecordsError(not_there(Asked.RECORD))
        path = f"/voice/recordSip/{quote(recording_id, safe='')}"
        envelope = self._ask("GET", path, None, patience)
        if envelope.status in NOT_THERE:
            return None
        data = _data_of(Asked.RECORD, envelope)
        if not data:
            return None
        details = read_details(data, recording_id)
        if details is None:
            raise RecordsError(unreadable(Asked.RECORD))
        if details.recording_id != recording_id:
            raise RecordsError(another_call())
        return details

    def records_between(
        self, since_ms: int, until_ms: int, patience: Patience
    ) -> Iterator[CallDetails]:
        """All records of calls submitted in a period, page by page, each once.

        In the provider's order within a query's longest period, and these from the oldest on.
        The patience is for all of it. Raises RecordsError, also in the middle.
        """
        seen: set[str] = set()
        # The contract's times have whole seconds.
        since, end = since_ms // 1000, -(-until_ms // 1000)
        while since <= end:
            until = min(since + QUERY_DAYS * 86_400, end)
            yield from self._each_once(
                _List(
                    Asked.RECORDS,
                    "/voice/recordSipQuery",
                    {
                        "strTime": _iso(since),
                        "endTime": _iso(until),
                        "sipGroupName": "",
                        "phoneName": "",
                    },
                ),
                _details_with_id,
                lambda details: details.recording_id,
                seen,
                patience,
            )
            if until == end:
                return
            since = until

    def accounts(self, app_id: str, patience: Patience) -> list[PhoneAccount]:
        """The phone accounts of an application, all pages, each once. Raises RecordsError.

        Their SIP passwords are dropped while the answer is parsed.
        """
        params = {"appId": app_id} if app_id else {}
        asked = _List(Asked.ACCOUNTS, "/voice/sipQuery", params)
        return list(self._each_once(asked, _account, lambda each: each.account, set(), patience))

    def balance(self, path: str, patience: Patience) -> Balance:
        """The account's balance. Raises RecordsError."""
        try:
            answer = ask_balance(self._line, path, patience)
        except TransportFault as fault:
            trouble = _not_answered(fault)
        else:
            if answer.status == "0":
                return answer.amounts
            trouble = _refused(Asked.BALANCE, answer.status, answer.reason)
        raise trouble

    def recording(self, recording_file_id: str, patience: Patience) -> RecordingPlace:
        """Where the recording of a call can be fetched now. Raises RecordsError.

        The address is https, or on this computer; any other is refused.
        """
        if exactly(recording_file_id, FILE_ID_LIMIT) is None:
            raise RecordsError(not_there(Asked.RECORDING))
        path = (
            f"/voice/getRecordingFileUrl?recordingFileId={quote(recording_file_id, safe='')}"
            "&sourceType=sip"
        )
        data = _data_of(Asked.RECORDING, self._ask("GET", path, None, patience))
        url = as_text(data.get("url")) if isinstance(data, Mapping) else None
        if url is None or not isinstance(data, Mapping):
            raise RecordsError(unreadable(Asked.RECORDING))
        if not is_fit(url):
            raise RecordsError(unsafe_place())
        return RecordingPlace(url, time_ms(data.get("expireTime")), recording_file_id)

    def _each_once(
        self,
        asked: "_List",
        read: Callable[[object], _T | None],
        key: Callable[[_T], str],
        seen: set[str],
        patience: Patience,
    ) -> Iterator[_T]:
        """Read a list page by page to its end, though it is longer than it says.

        Raises RecordsError too where it is shorter: what is missing would look like nothing.
        """
        idle = 0
        count = _Count()
        for current in range(1, PAGES_LIMIT + 1):
            body = {"current": current, "size": PAGE_SIZE, "params": asked.params}
            envelope = self._ask("POST", asked.path, json.dumps(body).encode("ascii"), patience)
            page = _page(asked.what, envelope)
            before = len(seen)
            values = [read(row) for row in page.rows]
            count.add(page, [None if value is None else key(value) for value in values])
            for value in values:
                if value is None:
                    log.info("an entry of a list has no usable ID and was left out")
                elif key(value) not in seen:
                    seen.add(key(value))
                    yield value
            idle = idle + 1 if len(seen) == before else 0
            if idle >= _IDLE_PAGES or page.is_last(current, brought_news=idle == 0):
                if count.is_too_few(page, current):
                    raise RecordsError(broken_off())
                return
        raise RecordsError(endless())

    def _ask(self, method: str, path: str, body: bytes | None, patience: Patience) -> Envelope:
        """The envelope of an answer, whatever its status. Raises RecordsError."""
        try:
            answer, envelope = self._line.ask(method, path, body, patience)
        except TransportFault as fault:
            # Raised outside: what it was raised from may hold pieces of an answer.
            trouble = _not_answered(fault)
        else:
            if envelope is not None:
                return envelope
            trouble = RecordsError(
                no_answer(why_no_envelope(answer)), code=f"(HTTP {answer.http_status})"
            )
        raise trouble


class _List(NamedTuple):
    """A list that the provider gives page by page."""

    what: Asked
    path: str
    params: Mapping[str, str]


class _Page(NamedTuple):
    rows: list[object]
    size: int
    """How many rows a page has, by the answer itself."""
    pages: int | None
    """How many pages there are, by the answer itself."""
    total: int | None
    """How many rows all pages have, by the answer itself."""

    def is_last(self, current: int, *, brought_news: bool) -> bool:
        """Whether no other page follows. A full page of news is not, whatever the count says."""
        if not self.rows:
            return True
        if self.pages is not None and current < self.pages:
            return False
        return len(self.rows) < self.size or not brought_news


class _Count:
    """How many rows of a list have come, held against how many it says there are."""

    def __init__(self) -> None:
        self._rows = 0
        self._said: int | None = None
        self._keys: set[str] = set()
        self._last: list[object] = []

    def add(self, page: _Page, keys: list[str | None]) -> None:
        """Count a page's rows; `keys` has None for those without a usable ID.

        What an earlier page had counts once: calls that come in push rows along.
        """
        # Rows without a usable ID are told apart only by the page they stand on.
        repeated = page.rows == self._last
        self._rows += sum(not repeated if key is None else key not in self._keys for key in keys)
        self._keys.update(key for key in keys if key is not None)
        # New calls make the total grow while pages are read, without all of them being
        # read: the least that was said is what must have come.
        if page.total is not None and (page.rows or not self._last):
            self._said = page.total if self._said is None else min(self._said, page.total)
        self._last = page.rows or self._last

    def is_too_few(self, page: _Page, current: int) -> bool:
        """Whether rows are missing after the last page that was read, the one numbered so."""
        if self._said is None or self._rows > self._said:
            return page.pages is not None and current < page.pages
        return self._rows < self._said


def _page(what: Asked, envelope: Envelope) -> _Page:
    data = _data_of(what, envelope)
    if not data:
        return _Page([], PAGE_SIZE, None, None)
    if not isinstance(data, Mapping) or "records" not in data:
        raise RecordsError(unreadable(what))
    rows = data["records"]
    if not isinstance(rows, list | None):
        raise RecordsError(unreadable(what))
    size = min(whole(data.get("size")) or PAGE_SIZE, PAGE_SIZE)
    pages, total = whole(data.get("pages")), whole(data.get("total"))
    if pages is None and total is not None:
        pages = -(-total // size)
    return _Page(rows or [], size, pages, total)


def _data_of(what: Asked, envelope: Envelope) -> object:
    """The data of a success. Raises RecordsError for a refusal."""
    if not envelope.success:
        raise _refused(what, envelope.status, envelope.reason)
    return envelope.data


def _details_with_id(row: object) -> CallDetails | None:
    return read_details(row, None)


def _account(row: object) -> PhoneAccount | None:
    if not isinstance(row, Mapping):
        return None
    account = exactly(row.get("account"), 500)
    if account is None:
        return None
    return PhoneAccount(
        account,
        phone_name=words(row.get("phoneName"), 100) or "",
        group=words(row.get("groupName"), 100) or "",
        display_number=phone_digits(row.get("displayNum")) or "",
    )


def _iso(unix_seconds: int) -> str:
    """A time as the contract has it, in the provider's zone."""
    moment = datetime.fromtimestamp(0, PROVIDER_ZONE) + timedelta(seconds=unix_seconds)
    return moment.isoformat(timespec="seconds")


def _not_answered(fault: TransportFault) -> RecordsError:
    return RecordsError(no_answer(fault.cause), code=f"({fault.detail})" if fault.detail else "")


def _refused(what: Asked, status: str, reason: str | None) -> RecordsError:
    said = " ".join(part for part in (status, reason) if part)
    return RecordsError(refused(what, status), status, f"({said})")
