"""Every outcome has words: what happened, what it means for the call, what to do."""

import re
import string

import pytest

from dialer.calls.call import Cause, Outcome, OutcomeKind
from dialer.calls.reasons import Words, check_words, may_still_ring, what_happened, words
from dialer.calls.sentence import Sentence

DOCUMENTED = ("-1", "-2", "-10", "-13", "-15", "-16", "-18", "-22", "-24", "-26", "-68")
UNDOCUMENTED = ("-99", "7", "-180", "abc", "0")
BEFORE_SENDING = (
    Cause.NO_NAME,
    Cause.REFUSED,
    Cause.UNREACHABLE,
    Cause.CONNECT_TIMEOUT,
    Cause.TLS,
    Cause.PROXY,
    Cause.CONNECTION_LOST,
    Cause.CANCELLED,
    Cause.LATE,
    Cause.JOURNAL,
)
AFTER_SENDING = tuple(cause for cause in Cause if cause not in BEFORE_SENDING)
PLACED = Outcome.placed("2203031113381000002")
OUTCOMES = (
    PLACED,
    *(Outcome.rejected(status) for status in DOCUMENTED + UNDOCUMENTED),
    *(Outcome.not_sent(cause) for cause in Cause),
    *(Outcome.unknown(cause) for cause in Cause),
    Outcome(OutcomeKind.REJECTED),
    Outcome(OutcomeKind.NOT_SENT),
    Outcome(OutcomeKind.UNKNOWN),
)


def templates(sentence: Sentence) -> list[str]:
    """The English texts of a sentence and of those inside it."""
    inner = [value for value in sentence.values.values() if isinstance(value, Sentence)]
    return [sentence.text, *(text for each in inner for text in templates(each))]


def assert_calm(sentence: Sentence) -> None:
    """Whole sentences without blame, codes of any kind or gaps that were not filled in."""
    said = str(sentence)
    assert said[0].isupper()
    assert said.endswith((".", "?"))
    assert "!" not in said
    assert "{" not in said
    assert "  " not in said
    assert not re.search(r"-?\d", said.replace("test_001", "")), "a bare code"
    assert not any(cause.value in said for cause in Cause if "_" in cause)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_is_told_in_whole_calm_sentences(outcome: Outcome) -> None:
    told = words(outcome, "test_001")
    assert_calm(told.headline)
    assert_calm(told.text)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_value_that_a_text_names_is_given(outcome: Outcome) -> None:
    told = words(outcome, "test_001")
    for sentence in (told.headline, told.text):
        for text in templates(sentence):
            named = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            assert named <= {"account", "what"}


@pytest.mark.parametrize(
    ("outcome", "headline"),
    [
        (PLACED, "Placed."),
        (Outcome.rejected("-10"), "Rejected."),
        (Outcome.not_sent(Cause.REFUSED), "Not sent."),
        (Outcome.unknown(Cause.NO_ANSWER), "Outcome unknown."),
    ],
)
def test_the_headline_is_the_outcome(outcome: Outcome, headline: str) -> None:
    assert str(words(outcome, "a").headline) == headline


def test_placed_says_that_the_phone_will_ring_and_how_to_stop() -> None:
    said = str(words(PLACED, "test_001"))
    assert "Your phone test_001 will ring" in said
    assert "Wrong number? Do not pick up your phone." in said
    assert "connected" not in said


def test_in_the_sandbox_no_phone_is_said_to_ring() -> None:
    said = str(words(PLACED, "test_001", sandbox=True))
    assert "no phone rings" in said
    assert "will ring" not in said


@pytest.mark.parametrize("status", DOCUMENTED)
def test_every_documented_status_has_words_of_its_own(status: str) -> None:
    others = [str(words(Outcome.rejected(other), "a").text) for other in DOCUMENTED]
    text = words(Outcome.rejected(status), "a").text
    assert others.count(str(text)) == 1


@pytest.mark.parametrize("status", UNDOCUMENTED)
def test_other_codes_are_said_to_be_unexplained(status: str) -> None:
    assert "its documents do not explain" in str(words(Outcome.rejected(status), "a"))


@pytest.mark.parametrize("cause", BEFORE_SENDING)
def test_what_was_not_sent_says_that_nothing_was_called(cause: Cause) -> None:
    said = str(words(Outcome.not_sent(cause), "a").text)
    assert "Nothing was called." in said
    assert "ring" not in said


@pytest.mark.parametrize("cause", AFTER_SENDING)
def test_what_is_unknown_says_that_the_phones_may_ring(cause: Cause) -> None:
    said = str(words(Outcome.unknown(cause), "a").text)
    assert "The phones may ring." in said
    assert "Nothing was called" not in said


@pytest.mark.parametrize(
    ("causes", "make"), [(BEFORE_SENDING, Outcome.not_sent), (AFTER_SENDING, Outcome.unknown)]
)
def test_no_two_causes_share_their_words(causes: tuple[Cause, ...], make: object) -> None:
    told = [str(words(make(cause), "a").text) for cause in causes]  # type: ignore[operator]
    assert len(set(told)) == len(causes)


@pytest.mark.parametrize("kind", [OutcomeKind.NOT_SENT, OutcomeKind.UNKNOWN])
def test_without_a_known_cause_none_is_made_up(kind: OutcomeKind) -> None:
    bare = words(Outcome(kind), "a").text
    assert str(bare) not in {
        str(words(Outcome(kind, cause=cause), "a").text)
        for cause in (BEFORE_SENDING if kind is OutcomeKind.NOT_SENT else AFTER_SENDING)
    }


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.rejected("-10", "balance too low"), "(-10 balance too low)"),
        (Outcome.rejected("-10"), "(-10)"),
        (Outcome.not_sent(Cause.TLS, "certificate has expired"), "(certificate has expired)"),
        (Outcome.unknown(Cause.NO_ANSWER), ""),
        (Outcome.unknown(Cause.NO_RECORDING_ID, status="0", reason="success"), "(0 success)"),
        (PLACED, ""),
    ],
)
def test_the_code_and_the_providers_words_stand_in_the_small_print(
    outcome: Outcome, code: str
) -> None:
    told = words(outcome, "a")
    assert told.code == code
    assert str(told).endswith(code)
    if not code:
        assert str(told) == f"{told.headline} {told.text}"


def test_braces_in_the_providers_words_are_shown_as_they_are() -> None:
    assert words(Outcome.rejected("-22", "{callee} wrong"), "{account}").code == (
        "(-22 {callee} wrong)"
    )


@pytest.mark.parametrize(
    ("outcome", "may_ring"),
    [
        (None, True),
        (PLACED, False),
        *((Outcome.unknown(cause), True) for cause in AFTER_SENDING),
        *((Outcome.not_sent(cause), False) for cause in BEFORE_SENDING),
        *((Outcome.rejected(status), status == "-18") for status in DOCUMENTED),
        *((Outcome.rejected(status), True) for status in UNDOCUMENTED),
    ],
)
def test_when_the_phones_may_ring_though_the_call_was_not_placed(
    outcome: Outcome | None, may_ring: bool
) -> None:
    assert may_still_ring(outcome) is may_ring


@pytest.mark.parametrize(
    "outcome",
    [
        *(Outcome.rejected(status) for status in DOCUMENTED + UNDOCUMENTED),
        *(Outcome.not_sent(cause) for cause in BEFORE_SENDING),
        *(Outcome.unknown(cause) for cause in AFTER_SENDING),
    ],
)
def test_the_words_and_the_question_before_a_second_call_agree(outcome: Outcome) -> None:
    said = str(words(outcome, "a").text)
    assert ("may ring" in said or "may still ring" in said) is may_still_ring(outcome)
    assert ("Nothing was called" in said) is not may_still_ring(outcome)


def test_words_without_a_code_end_without_a_space() -> None:
    assert str(Words(Sentence("Placed."), Sentence("It rings."))) == "Placed. It rings."


@pytest.mark.parametrize("status", DOCUMENTED + UNDOCUMENTED)
def test_every_status_has_words_for_the_check_of_a_profile(status: str) -> None:
    sentence = check_words(status)
    assert_calm(sentence)
    assert "called" not in str(sentence)
    assert "ring" not in str(sentence)


def test_what_the_check_of_a_profile_can_meet_has_words_of_its_own() -> None:
    said = [str(check_words(status)) for status in ("-1", "-2", "-13", "-15", "-16", "-18", "-99")]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_says_what_happened_to_a_request_that_calls_nobody(cause: Cause) -> None:
    sentence = what_happened(cause)
    assert_calm(sentence)
    assert "ring" not in str(sentence)
