"""The full-text index has what the calls have, whatever happened to them in which order."""

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from calls.data_folder import PLACED, REQUEST, DataFolder
from calls.journal_states import assert_sound, opened, write_version_one
from dialer.calls import journal_search
from dialer.calls.call import CallRecord, CallRequest, Cause, Following, Outcome
from dialer.calls.details import CallDetails, Candidate
from dialer.calls.history_query import HistoryQuery
from dialer.calls.journal import CallJournal
from dialer.calls.journal_fates import FateJournal
from dialer.calls.journal_forget import Forgetter
from dialer.calls.journal_search import SearchFiller

OLD = 700


@pytest.fixture
def filler(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchFiller]:
    """For a journal that was of version 1, with an index that is still empty."""
    monkeypatch.setattr(journal_search, "BATCH", 100)
    write_version_one(folder, OLD)
    folder.prepare()
    with closing(SearchFiller(folder.journal)) as made:
        yield made


class Floor:
    """All that happens to calls, at random but the same every time."""

    def __init__(self, folder: DataFolder, seed: int) -> None:
        self._chance = random.Random(seed)
        self._journal: CallJournal = folder.writer()
        self._fates = FateJournal(folder.journal, folder.lifelines)
        self._forgetter = Forgetter(folder.journal, folder.lifelines, pause=lambda: None)
        self._under_way: list[CallRecord] = []
        self._deleted: list[int] = []
        self.ids = 0

    def live(self, moments: int) -> None:
        deeds = (
            self._begin,
            self._begin,
            self._finish,
            self._finish,
            self._keep,
            self._settle,
            self._offer,
            self._follow,
            self._delete,
            self._restore,
            self._purge,
            self._forget,
        )
        for _ in range(moments):
            self._chance.choice(deeds)()

    def close(self) -> None:
        self._fates.close()
        self._forgetter.close()

    def _text(self) -> str:
        length = self._chance.randint(1, 9)
        return "".join(self._chance.choice('aÄß陈 \n"_%1😀\x00') for _ in range(length))

    def _id(self) -> str:
        self.ids += 1
        return f"22030311133810{self.ids:05d}"

    def _any(self) -> CallRecord | None:
        rows = [row for chunk in self._fates.ids(HistoryQuery()) for row in chunk]
        return self._fates.at([row])[row] if rows and (row := self._chance.choice(rows)) else None

    def _begin(self) -> None:
        callee = str(self._chance.randrange(10**7, 10**7 + 30))
        request = CallRequest(callee, "a b", note=self._text(), profile=self._text())
        self._under_way.append(self._journal.begin(request))

    def _finish(self) -> None:
        if self._under_way:
            call = self._under_way.pop(self._chance.randrange(len(self._under_way)))
            outcomes = (
                Outcome.placed(self._id()),
                Outcome.rejected("-10", self._text()),
                Outcome.unknown(Cause.NO_ANSWER),
            )
            self._journal.finish(call, self._chance.choice(outcomes))

    def _keep(self) -> None:
        if call := self._any():
            code = self._chance.choice((None, "200", "486"))
            details = CallDetails("x", hangup_code=code, hangup_reason=self._text())
            self._fates.keep(call, details, Following.OPEN)

    def _settle(self) -> None:
        if call := self._any():
            self._fates.settle(call, self._id())

    def _offer(self) -> None:
        if call := self._any():
            self._fates.offer(call, [Candidate(self._id())])

    def _follow(self) -> None:
        if call := self._any():
            self._fates.follow(call, self._chance.choice(list(Following)))

    def _delete(self) -> None:
        if call := self._any():
            self._deleted += self._forgetter.delete([call.row])

    def _restore(self) -> None:
        if self._deleted:
            self._forgetter.restore([self._deleted.pop()])

    def _purge(self) -> None:
        if self._chance.random() < 0.3:
            self._forgetter.purge(-1)

    def _forget(self) -> None:
        if (call := self._any()) and self._chance.random() < 0.3:
            query = HistoryQuery(callee=call.request.callee)
            self._forgetter.forget(query, overwrite=self._chance.random() < 0.3)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_index_keeps_up_with_everything_that_happens_to_calls(
    folder: DataFolder, seed: int
) -> None:
    floor = Floor(folder, seed)
    try:
        for _ in range(4):
            floor.live(60)
            assert_sound(folder)
    finally:
        floor.close()
    assert folder.reader().count() > 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_index_that_is_being_filled_keeps_up_too(
    folder: DataFolder, filler: SearchFiller, seed: int
) -> None:
    floor = Floor(folder, seed)
    try:
        while filler.step() < 1.0:
            floor.live(25)
            with opened(folder) as connection:
                # Is sound in itself, though it has not all calls yet.
                connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    finally:
        floor.close()
    assert_sound(folder)


def test_filling_tells_how_far_it_is_and_ends(folder: DataFolder, filler: SearchFiller) -> None:
    reader = folder.reader()
    told = []
    while (part := filler.step()) < 1.0:
        told.append(part)
        assert not reader.is_indexed()
    assert told == sorted(set(told))
    assert len(told) == OLD / journal_search.BATCH
    assert filler.step() == 1.0, "and nothing is done again"
    assert reader.is_indexed()
    assert_sound(folder)


def test_gaps_between_calls_do_not_stop_it(folder: DataFolder, filler: SearchFiller) -> None:
    with opened(folder) as connection:
        connection.execute("DELETE FROM calls WHERE id BETWEEN 5 AND 650 OR id = 1")
    while filler.step() < 1.0:
        pass
    assert_sound(folder)
    assert folder.reader().count() == OLD - 647


@pytest.mark.parametrize("calls", [0, 1])
def test_an_old_journal_with_next_to_nothing_is_indexed_at_once(
    folder: DataFolder, calls: int
) -> None:
    write_version_one(folder, calls)
    folder.prepare()
    with closing(SearchFiller(folder.journal)) as filler:
        steps = 1
        while filler.step() < 1.0:
            steps += 1
    assert steps <= 2
    assert folder.reader().is_indexed()
    assert_sound(folder)


def test_who_is_killed_while_filling_goes_on_from_there(
    folder: DataFolder, filler: SearchFiller
) -> None:
    filler.step()
    for lines in (1, 2, 1):
        child = folder.child(
            "from dialer.calls import journal_search\n"
            "journal_search.BATCH = 10\n"
            "filler = journal_search.SearchFiller(folder.journal)\n"
            "while (part := filler.step()) < 1.0: say(part)\n"
        )
        told = [child.line() for _ in range(lines)]
        child.kill()
        assert all(told)
    with opened(folder) as connection:
        (filled_from,) = connection.execute("SELECT filled_from FROM search_state").fetchone()
    assert 0 <= filled_from < OLD - 100
    assert folder.prepare() is None
    while filler.step() < 1.0:
        pass
    assert_sound(folder)
    assert folder.reader().count() == OLD


def test_two_programs_fill_and_a_third_places_calls_at_once(
    folder: DataFolder, filler: SearchFiller
) -> None:
    fill = (
        "from dialer.calls import journal_search\n"
        "journal_search.BATCH = 20\n"
        "filler = journal_search.SearchFiller(folder.journal)\n"
        "say('ready'); wait()\n"
        "while filler.step() < 1.0: pass\n"
    )
    call = (
        "journal = folder.writer()\n"
        "say('ready'); wait()\n"
        "for number in range(40):\n"
        "    journal.finish(journal.begin(REQUEST), Outcome.placed(f'p{number}'))\n"
    )
    children = [folder.child(code) for code in (fill, fill, call)]
    for child in children:
        assert child.line() == "ready"
    for child in children:
        child.go_on()
    for child in children:
        child.done()
    assert folder.reader().count() == OLD + 40
    assert len(folder.reader().rows(REQUEST.callee)) == 40
    assert_sound(folder)


def test_an_outcome_written_while_the_index_is_filled_is_found_once(
    folder: DataFolder, filler: SearchFiller
) -> None:
    journal = folder.writer()
    early = journal.begin(replace(REQUEST, note="early"))
    with opened(folder) as connection:
        # As if it had been begun by the program of version 1.
        connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
        connection.execute("UPDATE search_state SET filled_from = ?", (early.row + 1,))
    ended = journal.finish(early, PLACED)
    while filler.step() < 1.0:
        pass
    assert folder.reader().page(HistoryQuery("early"), 5) == [ended]
    assert folder.reader().page(HistoryQuery(str(PLACED.recording_id)), 5) == [ended]
    assert_sound(folder)
