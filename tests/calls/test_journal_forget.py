"""Deleted calls come back or go for good, and what goes for good leaves nothing readable."""

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from calls.data_folder import PLACED, REQUEST, DataFolder
from calls.journal_states import assert_sound, opened, write_version_one
from dialer.calls import journal_forget
from dialer.calls.call import CallRecord, Cause, Following, Outcome
from dialer.calls.details import CallDetails, Candidate
from dialer.calls.history_query import HistoryQuery
from dialer.calls.journal_fates import FateJournal
from dialer.calls.journal_forget import UNDO_MS, Forgetter
from dialer.calls.journal_search import SearchFiller

NOW = 1_700_000_000_000


class Clock:
    now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def forgetter(folder: DataFolder, clock: Clock) -> Iterator[Forgetter]:
    folder.prepare()
    with closing(Forgetter(folder.journal, folder.lifelines, clock, lambda: None)) as made:
        yield made


def called(folder: DataFolder, number: int, **fields: str) -> list[CallRecord]:
    journal = folder.writer()
    return [
        journal.finish(journal.begin(replace(REQUEST, **fields)), Outcome.unknown(Cause.NO_ANSWER))
        for _ in range(number)
    ]


def rows(calls: list[CallRecord]) -> list[int]:
    return [call.row for call in calls]


def test_what_is_deleted_can_be_brought_back_until_it_is_purged(
    folder: DataFolder, forgetter: Forgetter, clock: Clock
) -> None:
    calls = called(folder, 300)
    reader = folder.reader()
    assert list(forgetter.delete(rows(calls[:250]))) == rows(calls[:250])
    assert reader.count() == 50
    clock.now += UNDO_MS - 1
    assert forgetter.purge() == 0
    forgetter.restore(rows(calls[:100]))
    assert reader.count() == 150
    clock.now += 1
    assert forgetter.purge() == 150
    assert reader.count() == 150
    forgetter.restore(rows(calls))
    assert reader.count() == 150, "what is purged does not come back"
    assert_sound(folder)


def test_an_undo_brings_back_only_what_its_deletion_hid(
    folder: DataFolder, forgetter: Forgetter
) -> None:
    calls = rows(called(folder, 4))
    first = forgetter.delete(calls[:2])
    second = forgetter.delete([*calls[1:3], 999])
    assert (list(first), list(second)) == (calls[:2], [calls[2]])
    forgetter.restore(second)
    assert sorted(folder.reader().rows()) == calls[2:]
    assert folder.reader().count() == 2


def test_a_call_under_way_stays_and_its_outcome_is_written(
    folder: DataFolder, forgetter: Forgetter
) -> None:
    journal = folder.writer()
    call = journal.begin(REQUEST)
    assert list(forgetter.delete([call.row])) == []
    assert forgetter.forget(HistoryQuery(callee=REQUEST.callee)) == 0
    journal.finish(call, PLACED)
    assert list(forgetter.delete([call.row])) == [call.row]


def test_an_interrupted_call_can_be_deleted(folder: DataFolder, forgetter: Forgetter) -> None:
    lifeline = folder.lifeline()
    call = folder.writer(lifeline).begin(REQUEST)
    lifeline.close()
    assert list(forgetter.delete([call.row])) == [call.row]


def test_calls_too_old_are_counted_before_they_go(folder: DataFolder, forgetter: Forgetter) -> None:
    calls = called(folder, 5)
    with opened(folder) as connection:
        connection.execute("UPDATE calls SET begun_at = id * 1000")
    forgetter.delete([calls[0].row])
    limit = calls[3].row * 1000
    assert forgetter.older_than(limit) == 2
    assert forgetter.forget(HistoryQuery(until_ms=limit), overwrite=False) == 3, (
        "and the one that was deleted before"
    )
    assert rows(folder.reader().newest(9)) == rows(calls[:2:-1])
    assert_sound(folder)


SECRET = "15557770123"
WORDS = ("Quixotic Zephyr", "wvu0123-original", "qzx0candidate")


def everything(folder: DataFolder) -> bytes:
    return b"".join(path.read_bytes() for path in folder.path.glob("journal.db*"))


@pytest.mark.parametrize("deleted_before", [False, True])
def test_a_forgotten_callee_is_in_no_file_of_the_journal_any_more(
    folder: DataFolder, forgetter: Forgetter, *, deleted_before: bool
) -> None:
    others = called(folder, 40)
    (placed, unknown, *_) = forgotten = called(folder, 12, callee=SECRET, note=WORDS[0])
    called(folder, 40, note="after")
    with closing(FateJournal(folder.journal, folder.lifelines)) as fates:
        settled = fates.settle(placed, "2203031113382000111")
        assert settled
        record = CallDetails(
            "2203031113382000111", callee=SECRET, original=f'{{"{WORDS[1]}": "{SECRET}"}}'
        )
        fates.keep(settled, record, Following.FINAL)
        fates.offer(unknown, [Candidate(WORDS[2])])
    folder.close()
    before = everything(folder)
    assert SECRET.encode() in before
    assert all(word.encode() in before for word in WORDS)
    assert b"zep" in before, "as a term of the index"
    if deleted_before:
        forgetter.delete(rows(forgotten[:6]))

    assert forgetter.forget(HistoryQuery(callee=SECRET)) == 12
    forgetter.close()
    after = everything(folder)
    assert SECRET.encode() not in after
    assert not [word for word in WORDS if word.encode() in after]
    # Three digits would stand in a random call ID, too.
    for term in (b"zep", b"quix"):
        assert term not in after, "the index has no term of it"
    reader = folder.reader()
    assert reader.count() == 80
    assert reader.at([others[0].row]) == {others[0].row: others[0]}
    assert_sound(folder)


def test_forgetting_goes_on_while_another_program_reads(
    folder: DataFolder, forgetter: Forgetter
) -> None:
    called(folder, 5, callee=SECRET)
    called(folder, 20_000 // 1000)
    reader = folder.reader()
    reading = reader._connection.execute("SELECT * FROM calls")
    reading.fetchone()
    assert forgetter.forget(HistoryQuery(callee=SECRET)) == 5
    reading.close()
    assert reader.count() == 20
    folder.writer().begin(REQUEST)
    assert_sound(folder)


def test_calls_are_placed_between_two_transactions(folder: DataFolder) -> None:
    calls = called(folder, 200)
    journal = folder.writer()
    placed: list[CallRecord] = []
    with closing(
        Forgetter(
            folder.journal,
            folder.lifelines,
            pause=lambda: placed.append(journal.finish(journal.begin(REQUEST), PLACED)),
        )
    ) as forgetter:
        forgetter.delete(rows(calls))
        forgetter.purge(-1)
    assert len(placed) >= 200 // journal_forget.BATCH
    assert sorted(rows(placed)) == sorted(folder.reader().rows())
    assert_sound(folder)


@pytest.mark.parametrize("work", ["purge(-1)", "forget(HistoryQuery(callee=REQUEST.callee))"])
def test_killed_midway_it_is_made_up_by_the_next_purge(folder: DataFolder, work: str) -> None:
    calls = called(folder, 200)
    kept = called(folder, 3, callee=SECRET)
    folder.close()
    child = folder.child(
        "from dialer.calls.history_query import HistoryQuery\n"
        "from dialer.calls.journal_forget import Forgetter\n"
        "rest = [0, 0, 0]\n"
        "def pause():\n"
        "    if rest: rest.pop(); return\n"
        "    say('midway'); wait()\n"
        "forgetter = Forgetter(folder.journal, folder.lifelines, lambda: 5, pause)\n"
        f"if 'purge' in {work!r}: forgetter.delete({rows(calls)})\n"
        f"forgetter.{work}\n"
    )
    assert child.line() == "midway"
    child.kill()
    folder.prepare()
    reader = folder.reader()
    assert rows(reader.newest(500)) == rows(kept[::-1]), "out of sight they are already"
    with opened(folder) as connection:
        assert connection.execute("SELECT count(*) FROM calls").fetchone()[0] > 3
    with closing(Forgetter(folder.journal, folder.lifelines, pause=lambda: None)) as forgetter:
        assert forgetter.purge() > 0
    with opened(folder) as connection:
        assert connection.execute("SELECT count(*) FROM calls").fetchone() == (3,)
    assert_sound(folder)


def test_a_forgotten_call_does_not_come_back_by_an_older_undo(
    folder: DataFolder, forgetter: Forgetter
) -> None:
    calls = rows(called(folder, 3))
    forgetter.delete(calls)
    forgetter._mark(calls, journal_forget._FORGOTTEN)  # as `forget` does first
    forgetter.restore(calls)
    assert folder.reader().count() == 0
    assert forgetter.purge() == 3


def test_what_the_index_does_not_have_yet_is_forgotten_too(
    folder: DataFolder, clock: Clock
) -> None:
    write_version_one(folder, 600)
    folder.prepare()
    with closing(SearchFiller(folder.journal)) as filler:
        filler.step()
        with closing(Forgetter(folder.journal, folder.lifelines, clock, lambda: None)) as forgetter:
            assert forgetter.forget(HistoryQuery(callee="442079400001")) == 1
            assert forgetter.forget(HistoryQuery(callee="442079400599")) == 1
        while filler.step() < 1.0:
            pass
    assert folder.reader().count() == 598
    assert_sound(folder)


@pytest.mark.parametrize("pauses", [1, 2, 3])
def test_what_was_broken_off_is_overwritten_by_the_next_purge(
    folder: DataFolder, clock: Clock, pauses: int
) -> None:
    folder.prepare()
    called(folder, 40)
    called(folder, 12, callee=SECRET, note=WORDS[0])
    called(folder, 40, note="after")
    folder.close()
    left = iter(range(pauses))

    def pause() -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    with (
        suppress(KeyboardInterrupt),
        closing(Forgetter(folder.journal, folder.lifelines, clock, pause)) as broken,
    ):
        broken.forget(HistoryQuery(callee=SECRET))
    with closing(Forgetter(folder.journal, folder.lifelines, clock, lambda: None)) as next_one:
        next_one.purge()
    after = everything(folder)
    assert SECRET.encode() not in after
    for term in (b"zep", b"quix"):
        assert term not in after
    assert_sound(folder)
