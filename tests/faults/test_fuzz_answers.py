"""Whatever a provider answers is an outcome, a record, or refused in words: never a defect."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from dialer.calls.call import RECORDING_ID, OutcomeKind
from dialer.calls.details import CallDetails
from dialer.calls.patience import Patience
from dialer.calls.plain import plain
from dialer.calls.recording import RecordingError
from dialer.calls.records import RecordingPlace, RecordsError
from dialer.provider.envelope import as_json, as_text, read_envelope
from dialer.provider.places import is_fit
from dialer.provider.record_reader import ORIGINAL_LIMIT, read_details
from dialer.provider.recording_file import Limits, fetch, part_of
from dialer.provider.recording_stream import Head
from dialer.provider.records import ProviderRecords
from dialer.provider.resumption import OVERLAP, Begun, Mismatch, begun_in
from dialer.provider.signing import ProviderClock
from dialer.provider.transport import Transport
from doubles.faulty_server import Behaviour, FaultyServer, Visit
from faults.fuzz import LONG_TEXTS, SHAPES, TEXTS, Fuzz
from faults.wire import ANSWERS, BODIES, FIELDS, HUGE, PAGE, RECORD, envelope
from provider.caller import CREDENTIALS, Caller

ID = "2203031113381000002"
PATIENT = 20.0


class Says:
    """A server that says these very bytes to whoever asks, and no more."""

    def __init__(self) -> None:
        self.answer = b""
        self.server = FaultyServer(Behaviour("says", self._say))

    def _say(self, visit: Visit) -> None:
        visit.send(self.answer)
        visit.close()

    def body(self, body: bytes) -> None:
        """Answer with this body, by the rules of HTTP."""
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@pytest.fixture(scope="module")
def says() -> Iterator[Says]:
    saying = Says()
    with saying.server:
        yield saying


@pytest.fixture
def caller(says: Says) -> Iterator[Caller]:
    made = Caller(says.server.url)
    # The first request imports what requests needs.
    says.body(b"{}")
    made.call()
    yield made
    made.transport.close()


@pytest.fixture
def records(says: Says) -> Iterator[ProviderRecords]:
    transport = Transport()
    yield ProviderRecords(says.server.url, CREDENTIALS, transport, ProviderClock(time.time))
    transport.close()


def assert_fit(details: CallDetails) -> None:
    """What a record holds may be shown, counted and kept."""
    assert RECORDING_ID.fullmatch(details.recording_id)
    for text in (details.hangup_reason, details.phone_name, details.region, details.currency):
        assert text is None or plain(text) == text
    for amount in (details.cost, details.rate, details.settled_cost, details.exchange_rate):
        assert amount is None or (amount.is_finite() and len(f"{amount:f}") < 40)
    assert len(details.original.encode()) <= ORIGINAL_LIMIT
    hash(details)
    assert details.stage
    assert details.ended_at is None or details.ending


def test_any_body_is_an_envelope_or_proves_nothing(fuzz: Fuzz) -> None:
    @fuzz("answers", BODIES, always=[(body,) for body in HUGE])
    def reads(body: bytes) -> int:
        read = read_envelope(body)
        if read is None:
            return 0
        assert read.status == read.status.strip() != ""
        assert read.reason is None or read.reason == plain(read.reason) != ""
        try:
            written = as_json(read.fields)
        except RecursionError:
            return 0
        assert read_envelope(written.encode()) == read
        assert json.loads(written, parse_float=str, parse_int=str)["status"].strip() == read.status
        return written.lower().count('"password":')


def test_any_data_is_a_record_or_none(fuzz: Fuzz) -> None:
    @fuzz("answers", RECORD | PAGE, st.sampled_from([ID, None]))
    def reads(data: str, asked_id: str | None) -> None:
        read = read_envelope(envelope(data).encode("utf-8", "replace"))
        details = None if read is None else read_details(read.data, asked_id)
        if read is None or details is None:
            return
        assert_fit(details)
        if details.original != "{}":
            again = read_envelope(envelope(details.original).encode())
            assert again is not None
            assert again.data == read.data
            assert read_details(again.data, asked_id) == details


def test_no_field_is_too_long_or_too_odd_to_be_read(fuzz: Fuzz) -> None:
    in_turn = [(shape, FIELDS[at % len(FIELDS)]) for at, shape in enumerate(SHAPES)]

    @fuzz("answers", TEXTS | LONG_TEXTS, st.sampled_from(FIELDS), always=in_turn)
    def reads(text: str, name: str) -> None:
        details = read_details({"voiceId": ID, name: text}, ID)
        assert details is not None or name == "voiceId"
        if details is not None:
            assert_fit(details)


def test_whatever_comes_over_the_wire_is_an_outcome_of_one_request(
    fuzz: Fuzz, caller: Caller, says: Says, caplog: pytest.LogCaptureFixture
) -> None:
    """With warnings of urllib3 about headers in the log: the program's own says them too."""
    statuses = ("0", "-1", "-18", "-68", "200", "00", "0.0", "null", '" 0"', '"0 0"')
    bodies = [envelope(f'"{ID}"', status).encode() for status in statuses]
    always = [(b"HTTP/1.1 200 OK\r\n\r\n" + body,) for body in (*bodies, *HUGE)]

    @fuzz("answers", ANSWERS, always=always)
    def calls(answer: bytes) -> None:
        says.answer = answer
        before = len(says.server.requests)
        outcome = caller.call(PATIENT)
        again = len(says.server.requests) - before
        assert again == (2 if outcome.status == "-16" and again == 2 else 1)
        assert outcome.kind is not OutcomeKind.NOT_SENT
        if outcome.kind is OutcomeKind.PLACED:
            assert outcome.recording_id
            assert outcome.recording_id.encode() in answer.replace(b"\\", b"")
            assert outcome.status == "0"
        assert outcome.reason is None or plain(outcome.reason) == outcome.reason
        assert outcome.detail is None or plain(outcome.detail) == outcome.detail


def test_whatever_is_asked_is_answered_or_refused_in_words(
    fuzz: Fuzz, records: ProviderRecords, says: Says, caplog: pytest.LogCaptureFixture
) -> None:
    asks = (
        lambda: [records.record(ID, Patience(PATIENT))],
        lambda: list(records.records_between(1_767_294_245_000, 1_767_294_246_000, patient())),
        lambda: records.accounts("4luaKsL2", patient()),
        lambda: [records.balance("/sms/getBalance", patient())],
        lambda: [records.recording("file-1", patient())],
    )

    def patient() -> Patience:
        return Patience(PATIENT)

    data = (RECORD | PAGE).map(lambda text: envelope(text).encode("utf-8", "replace"))

    @fuzz("answers", st.integers(0, len(asks) - 1), data | BODIES)
    def asked(which: int, body: bytes) -> int:
        says.body(body)
        try:
            answers = asks[which]()
        except RecordsError as error:
            assert str(error).isprintable()
            return 0
        let_in = 0
        for answer in answers:
            if isinstance(answer, CallDetails):
                assert_fit(answer)
            elif isinstance(answer, RecordingPlace):
                let_in += not is_fit(answer.url)
        return let_in


# Recordings that are gone on with

WAVE = b"RIFF" + (60 * 256 + 8).to_bytes(4, "little") + b"WAVEfmt " + bytes(range(256)) * 60
CUTS = st.lists(st.integers(0, len(WAVE)), max_size=6).map(sorted)


def begun(size: int) -> Begun:
    return Begun(size, WAVE[:OVERLAP], WAVE[size - OVERLAP : size])


def test_what_was_begun_and_what_is_new_are_the_whole(fuzz: Fuzz) -> None:
    sizes = st.integers(OVERLAP + 1, len(WAVE))
    flips = st.none() | st.integers(0, len(WAVE) - 1)

    @fuzz("recordings", sizes, CUTS, flips, share=2)
    def goes_on(size: int, cuts: list[int], flipped: int | None) -> int:
        part = begun(size)
        whole = bytearray(WAVE)
        if flipped is not None:
            whole[flipped] ^= 1
        rest = bytes(whole[part.asks_from :])
        pieces = [rest[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]
        overlaps = flipped is not None and part.asks_from <= flipped < size
        try:
            new = b"".join(part.what_is_new(iter(pieces)))
        except Mismatch:
            assert overlaps
            return 0
        assert WAVE[:size] + new == WAVE[:size] + bytes(whole[size:])
        return 1 if overlaps else 0


def test_any_content_range_is_a_length_or_a_mismatch(fuzz: Fuzz) -> None:
    ranges = st.from_regex(r"bytes [0-9]{1,20}-[0-9]{1,20}/([0-9]{1,20}|\*)") | TEXTS | st.none()

    @fuzz(
        "recordings",
        st.integers(OVERLAP + 1, len(WAVE)),
        ranges | LONG_TEXTS,
        st.sampled_from([200, 206, 416]),
        st.none() | st.integers(0, 2**63),
        always=[(5_000, f"bytes {shape}", 206, None) for shape in SHAPES],
    )
    def reads(size: int, content_range: str | None, status: int, length: int | None) -> None:
        try:
            total = begun(size).total(Head(status, length, True, content_range))
        except Mismatch:
            return
        assert status == 206
        assert content_range
        assert str(size - OVERLAP) in content_range
        assert total is None or total >= size


def test_any_file_is_begun_or_none(fuzz: Fuzz, tmp_path: Path) -> None:
    part = tmp_path / "recording.part"

    @fuzz("recordings", st.binary(max_size=40), st.integers(0, 3 * OVERLAP))
    def looks(head: bytes, more: int) -> None:
        part.write_bytes(head + b"x" * more)
        found = begun_in(part)
        assert found is None or found.size == len(head) + more > OVERLAP


def test_whatever_a_host_says_a_recording_is_whole_or_refused(
    fuzz: Fuzz, says: Says, tmp_path: Path
) -> None:
    target = tmp_path / "call"
    place = RecordingPlace(f"{says.server.url}/a.wav", None, "file-1")
    part = part_of(target, place)
    heads = st.sampled_from(
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(WAVE),
            b"HTTP/1.1 206 OK\r\nContent-Range: bytes 904-%d/%d\r\n\r\n" % (len(WAVE), len(WAVE)),
            b"HTTP/1.1 206 OK\r\nContent-Range: bytes 904-5/*\r\nContent-Length: 9\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(WAVE),
            b"HTTP/1.1 200 OK\r\n\r\n",
        ]
    )
    bodies = st.integers(0, len(WAVE)).map(lambda size: WAVE[:size]) | st.just(WAVE[904:])
    answers = st.builds(bytes.__add__, heads, bodies) | ANSWERS
    # Where the host does not say how long it is, the recording itself does.
    cut = [(b"HTTP/1.1 200 OK\r\n\r\n" + WAVE[:size], 0) for size in (12, 9_000, len(WAVE) - 1)]

    @fuzz("recordings", answers, st.sampled_from([0, 5_000]), always=cut)
    def fetches(answer: bytes, had: int) -> None:
        says.answer = answer
        part.write_bytes(WAVE[:had])
        part.chmod(0o600)
        try:
            fetched = fetch(place, target, limits=Limits(size=1 << 20, reserve=0, stall_s=PATIENT))
        except RecordingError as error:
            assert str(error).isprintable()
        else:
            assert fetched.path == part
            assert part.read_bytes() == WAVE
            assert fetched.size == len(WAVE)
        assert not target.exists()
        assert [path for path in tmp_path.iterdir() if path != part] == []


def test_text_of_an_answer_is_trimmed_once(fuzz: Fuzz) -> None:
    @fuzz("answers", TEXTS, always=[(shape,) for shape in SHAPES])
    def trims(text: str) -> None:
        trimmed = as_text(text)
        assert trimmed is None or as_text(trimmed) == trimmed != ""
