"""What became of a call is told in a word and in a sentence, and no more than is known."""

from dataclasses import replace

import pytest

from calls.data_folder import PLACED, REQUEST
from calls.scripted_records import START, UNKNOWN
from dialer.calls.became import name_of, what_became
from dialer.calls.call import CallRecord, Cause, Following, Outcome
from dialer.calls.details import Ending, Stage

CALL = CallRecord(1, "c0ffee", START, REQUEST, PLACED, START + 500, following=Following.OPEN)


def told(call: CallRecord) -> str:
    return str(what_became(call))


@pytest.mark.parametrize("reached", [*Stage, *Ending])
def test_every_stage_and_ending_has_a_short_name_of_its_own(reached: Stage | Ending) -> None:
    names = [str(name_of(each)) for each in (*Stage, *Ending)]
    assert names.count(str(name_of(reached))) == 1
    assert len(str(name_of(reached))) <= 16


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (CALL, "Waiting for the provider's record."),
        *((replace(CALL, stage=stage), "") for stage in Stage),
        *((replace(CALL, stage=Stage.ENDED, ending=ending), "") for ending in Ending),
        (replace(CALL, following=Following.GIVEN_UP), "The provider gave no final record."),
        (
            replace(CALL, following=Following.GIVEN_UP, stage=Stage.TALKING),
            "The provider gave no final record.",
        ),
        (replace(CALL, outcome=UNKNOWN), "The provider's records are searched for this call."),
        (
            replace(CALL, outcome=UNKNOWN, following=Following.NOT_THERE),
            "The provider shows no such call.",
        ),
        (
            replace(CALL, outcome=UNKNOWN, following=Following.SEVERAL),
            "The provider shows calls that may be this one. Choose the right one.",
        ),
        (
            replace(CALL, outcome=UNKNOWN, following=Following.GIVEN_UP),
            "The provider keeps no records of that time any more.",
        ),
        (
            replace(CALL, settled=True, stage=Stage.ENDED, ending=Ending.BUSY),
            "Found in the provider's records. The callee was busy.",
        ),
        (
            replace(CALL, settled=True, following=None),
            "Found in the provider's records.",
        ),
    ],
)
def test_what_the_records_show_is_told_in_whole_calm_sentences(call: CallRecord, said: str) -> None:
    sentence = told(call)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "!" not in sentence
    assert "{" not in sentence
    assert "connected" not in sentence
    assert said in sentence


def test_no_two_stages_or_endings_share_their_sentence() -> None:
    sentences = [told(replace(CALL, stage=stage)) for stage in Stage]
    sentences += [told(replace(CALL, stage=Stage.ENDED, ending=ending)) for ending in Ending]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize(
    "call",
    [
        replace(CALL, outcome=None),
        replace(CALL, following=None),
        replace(CALL, outcome=Outcome.rejected("-10"), following=None),
        replace(CALL, outcome=Outcome.not_sent(Cause.TLS), following=None),
        replace(CALL, outcome=Outcome.unknown(Cause.INTERRUPTED), following=None),
    ],
)
def test_where_nothing_is_known_nothing_is_said(call: CallRecord) -> None:
    assert what_became(call) is None
