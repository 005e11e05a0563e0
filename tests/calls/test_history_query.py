"""Which calls a query finds: searches of every length, filters, periods and orders."""

import random
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.data_folder import REQUEST, DataFolder
from calls.journal_states import forget_index, opened
from dialer.calls import journal_terms
from dialer.calls.call import CallRequest, Cause, Outcome
from dialer.calls.history_query import HistoryQuery, Kind, Sort
from dialer.calls.journal import CallJournal
from dialer.calls.journal_forget import Forgetter
from dialer.calls.journal_reader import JournalReader

DAY = 86_400_000
NOON = 1_700_000_000_000

Call = tuple[CallRequest, Outcome | None, int]


def placed(number: int) -> Outcome:
    return Outcome.placed(f"2203031113381{number:06d}")


def write(folder: DataFolder, *calls: Call) -> None:
    """Calls as the program writes them, each at a time of its own."""
    folder.prepare()
    time = [0]
    with closing(CallJournal(folder.journal, folder.lifeline(), lambda: time[0])) as journal:
        for request, outcome, time[0] in calls:
            call = journal.begin(request)
            if outcome is not None:
                journal.finish(call, outcome)


def ids(reader: JournalReader, query: HistoryQuery) -> list[int]:
    return [row for chunk in reader.ids(query) for row in chunk]


def callees(reader: JournalReader, query: HistoryQuery) -> list[str]:
    return [call.request.callee for call in reader.page(query, 50)]


CALLS: tuple[Call, ...] = (
    (CallRequest("8613812345678", "test_001", note="Ann, invoice"), placed(100_999), NOON),
    (CallRequest("4930123456", "x_ÿ", note="Straße, Émile"), placed(200_999), NOON),
    (CallRequest("442079460", "test_002", note="陈伟"), Outcome.rejected("-10", "busy"), NOON),
    (
        CallRequest("33112233445", "zc", "442079460001", note="a_b 100%"),
        Outcome.not_sent(Cause.TLS),
        NOON,
    ),
    (CallRequest("15551234567", "d", note='say "hi" AND NOT x*'), Outcome.unknown(Cause.CLOSED), 1),
)
ANN, STREET, CHEN, NOT_SENT, UNKNOWN = (request.callee for request, _, _ in CALLS)


@pytest.fixture(params=["indexed", "not yet indexed"])
def reader(folder: DataFolder, request: pytest.FixtureRequest) -> JournalReader:
    """Of a few calls that differ: the answers are the same, however they are found."""
    write(folder, *CALLS)
    if request.param != "indexed":
        forget_index(folder)
    return folder.reader()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("1", [UNKNOWN, NOT_SENT, STREET, ANN]),
        ("00", [NOT_SENT, CHEN, STREET, ANN]),
        ("86", [ANN]),
        ("67", [UNKNOWN, ANN]),
        ("138 1234 5678", [ANN]),
        ("+44", [NOT_SENT, CHEN]),
        ("陈", [CHEN]),
        ("陈伟", [CHEN]),
        ("伟", [CHEN]),
        ("an", [UNKNOWN, ANN]),
        ("AN", [UNKNOWN, ANN]),
        ("ß", [STREET]),
        ("ss", []),
        ("é", []),
        ("É", [STREET]),
        ("zq", []),
        ("%", [NOT_SENT]),
        ("_b", [NOT_SENT]),
        ('"', [UNKNOWN]),
        ('"h', [UNKNOWN]),
        ("*", [UNKNOWN]),
        ("x*", [UNKNOWN]),
        ("(", []),
        ("AND", [UNKNOWN]),
        ("say OR", []),
        ("not sent", [NOT_SENT]),
        ("not_sent", [NOT_SENT]),
        ("busy", [CHEN]),
        ("2203031113381", [STREET, ANN]),
        ("2203031113381100999", [ANN]),
        ("3381100999", [ANN]),
        ("2203031113381999999", []),
        ("9999999999999", []),
    ],
)
def test_a_text_of_any_length_is_found_wherever_it_stands(
    reader: JournalReader, search: str, found: list[str]
) -> None:
    if search == "é" and reader.is_indexed():
        found = [STREET]  # the index knows no case in any script; without it only ASCII has none
    assert callees(reader, HistoryQuery(search)) == found
    assert len(ids(reader, HistoryQuery(search))) == len(found)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (HistoryQuery(kinds=(Kind.PLACED,)), [STREET, ANN]),
        (HistoryQuery(kinds=(Kind.REJECTED, Kind.NOT_SENT)), [NOT_SENT, CHEN]),
        (HistoryQuery(kinds=(Kind.UNKNOWN,)), [UNKNOWN]),
        (HistoryQuery(kinds=(Kind.ANSWERED,)), []),
        (HistoryQuery(accounts=("zc", "d")), [UNKNOWN, NOT_SENT]),
        (HistoryQuery(profiles=("nobody's",)), []),
        (HistoryQuery(callee=ANN), [ANN]),
        (HistoryQuery(callee=ANN[:-1]), []),
        (HistoryQuery("00", kinds=(Kind.PLACED,)), [STREET, ANN]),
        (HistoryQuery("001", kinds=(Kind.NOT_SENT,), accounts=("zc",)), [NOT_SENT]),
        (HistoryQuery(since_ms=NOON), [NOT_SENT, CHEN, STREET, ANN]),
        (HistoryQuery(until_ms=NOON), [UNKNOWN]),
        (HistoryQuery(since_ms=2, until_ms=NOON), []),
        (HistoryQuery("an", since_ms=2, until_ms=NOON), []),
        (HistoryQuery("an", until_ms=NOON), [UNKNOWN]),
        (HistoryQuery("an", since_ms=NOON), [ANN]),
        (HistoryQuery(sort=Sort.CALLEE, descending=False), [UNKNOWN, NOT_SENT, CHEN, STREET, ANN]),
        (HistoryQuery(sort=Sort.RECORDING_ID), [STREET, ANN, UNKNOWN, NOT_SENT, CHEN]),
        (
            HistoryQuery(sort=Sort.RECORDING_ID, descending=False),
            [ANN, STREET, UNKNOWN, NOT_SENT, CHEN],
        ),
        (
            HistoryQuery(sort=Sort.DISPLAY_NUMBER, descending=False),
            [NOT_SENT, UNKNOWN, CHEN, STREET, ANN],
        ),
        (HistoryQuery(descending=False), [ANN, STREET, CHEN, NOT_SENT, UNKNOWN]),
        (HistoryQuery("00", sort=Sort.RECORDING_ID), [STREET, ANN, NOT_SENT, CHEN]),
    ],
)
def test_filters_and_orders_go_together_with_a_text(
    reader: JournalReader, query: HistoryQuery, found: list[str]
) -> None:
    assert callees(reader, query) == found


def test_a_call_of_which_the_clock_was_wrong_is_in_its_period_all_the_same(
    folder: DataFolder,
) -> None:
    # The clock was a year ahead for a while, and then set back.
    times = [NOON, NOON + 365 * DAY, NOON + 365 * DAY + 1, NOON + DAY, NOON + 2 * DAY]
    write(folder, *((replace(REQUEST, account=f"a{n}"), None, at) for n, at in enumerate(times)))
    reader = folder.reader()
    for search in ("", "bob", "b"):
        later = HistoryQuery(search, since_ms=NOON + 300 * DAY)
        assert [call.request.account for call in reader.page(later, 9)] == ["a2", "a1"]
        between = HistoryQuery(search, since_ms=NOON + 1, until_ms=NOON + 300 * DAY)
        assert [call.request.account for call in reader.page(between, 9)] == ["a4", "a3"]


def made(seed: int) -> list[Call]:
    """Calls of few characters, so that much is alike."""
    chance = random.Random(seed)

    def text(characters: str, longest: int) -> str:
        return "".join(chance.choice(characters) for _ in range(chance.randint(1, longest)))

    def outcome(number: int) -> Outcome | None:
        return chance.choice(
            (
                Outcome.placed(f"220303111338{chance.randrange(10**7):07d}{number:02d}"),
                Outcome.rejected("-10", text("ab Ää", 4)),
                Outcome.unknown(Cause.NO_ANSWER),
                Outcome.not_sent(Cause.TLS),
                None,
            )
        )

    return [
        (
            CallRequest(
                f"4420{chance.randrange(10**3, 10**6)}",
                text("ab_", 3),
                chance.choice((None, "1008122211")),
                note=text('aAbÄäß1 "%_\n陈', 12) if chance.random() < 0.8 else None,
                profile=text("p q", 2),
            ),
            outcome(number),
            NOON + chance.randrange(10) * DAY,
        )
        for number in range(60)
    ]


QUERIES = st.builds(
    HistoryQuery,
    search=st.one_of(
        st.text("abÄäß120 陈_", max_size=4),
        st.sampled_from(["2203031113", "2203031113381", "+44 20", "00", "220303111338100000", "-"]),
    ),
    since_ms=st.sampled_from([None, NOON + 2 * DAY, NOON + 9 * DAY]),
    until_ms=st.sampled_from([None, NOON + 5 * DAY, NOON + 8 * DAY]),
    kinds=st.sampled_from([(), (Kind.PLACED,), (Kind.UNKNOWN, Kind.REJECTED)]),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 10_000), queries=st.lists(QUERIES, min_size=20, max_size=20))
@pytest.mark.parametrize("limits", ["as they are", "always beyond"])
def test_a_page_is_the_beginning_of_all_and_both_are_what_reading_every_call_finds(
    folder: DataFolder,
    limits: str,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    queries: list[HistoryQuery],
) -> None:
    if limits == "always beyond":
        monkeypatch.setattr(journal_terms, "_TERMS", 2)
        monkeypatch.setattr(journal_terms, "_FEW", 3)
        monkeypatch.setattr(journal_terms, "_COUNTED", 5)
    try:
        write(folder, *made(seed))
        with closing(Forgetter(folder.journal, folder.lifelines, pause=lambda: None)) as forgetter:
            forgetter.delete(range(1, 60, 7))
        indexed = folder.reader()
        answers = [ids(indexed, query) for query in queries]
        for query, answer in zip(queries, answers, strict=True):
            for limit in (1, 7, 100):
                page = indexed.page(query, limit)
                assert [call.row for call in page] == answer[:limit], query
            newer = [row for chunk in indexed.ids(query, 30) for row in chunk]
            assert newer == [row for row in answer if row > 30], query
        forget_index(folder)
        plain = folder.reader()
        for query, answer in zip(queries, answers, strict=True):
            if query.text.isascii():
                assert ids(plain, query) == answer, query
            else:
                # Reading knows upper and lower case of ASCII only.
                assert set(ids(plain, query)) <= set(answer), query
    finally:
        folder.close()
        folder.journal.unlink()


def test_an_old_texts_terms_are_found_without_counting_calls(folder: DataFolder) -> None:
    write(folder, *CALLS)
    with opened(folder) as connection:
        plan = " ".join(
            step[3]
            for step in connection.execute(
                "EXPLAIN QUERY PLAN SELECT term FROM search_terms WHERE term >= 'a' AND"
                " term <= 'b' LIMIT 1"
            )
        )
        (sql,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'search_terms'"
        ).fetchone()
    assert "INDEX 6" in plan, "from the first term on, up to the last"
    assert "instance" in sql


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (HistoryQuery(sort=Sort.CALLEE), "calls_by_callee"),
        (HistoryQuery(sort=Sort.RECORDING_ID, descending=False), "calls_by_recording_id"),
        (HistoryQuery(callee=ANN), "calls_by_callee"),
    ],
)
def test_an_index_serves_where_there_is_one(
    folder: DataFolder, query: HistoryQuery, index: str
) -> None:
    write(folder, *CALLS)
    reader = folder.reader()
    asked: list[str] = []
    reader._connection.set_trace_callback(asked.append)
    reader.page(query, 5)
    (sql,) = [each for each in asked if " LIMIT 5" in each and "recording_id IS NULL" not in each]
    with opened(folder) as connection:
        plan = [step[3] for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert any(index in step for step in plan), plan
