"""A sentence keeps its text apart from its values, so that it can be translated."""

import pytest

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence


def test_marking_a_text_changes_nothing() -> None:
    assert QT_TRANSLATE_NOOP("dialer", "Your phone {account} rings.") == (
        "Your phone {account} rings."
    )


def test_a_sentence_is_its_text_with_the_values_filled_in() -> None:
    sentence = Sentence("Your phone {account} rings {times} times.", account="test_001", times=2)
    assert str(sentence) == "Your phone test_001 rings 2 times."
    assert sentence.text == "Your phone {account} rings {times} times."
    assert sentence.values == {"account": "test_001", "times": "2"}


def test_braces_in_a_value_are_text() -> None:
    assert str(Sentence("Called {callee}.", callee="{callee} {0} {")) == "Called {callee} {0} {."


def test_a_value_may_be_a_sentence_that_is_translated_by_itself() -> None:
    inner = Sentence("The line to {account} broke.", account="test_001")
    outer = Sentence("{what} Call again.", what=inner)
    assert str(outer) == "The line to test_001 broke. Call again."
    assert outer.values["what"] is inner


def test_equal_sentences_are_one_in_a_set() -> None:
    assert len({Sentence("{a}", a=1), Sentence("{a}", a="1"), Sentence("{a}", a=2)}) == 2


def test_a_sentence_does_not_change() -> None:
    sentence = Sentence("{a}", a=1)
    with pytest.raises(AttributeError):
        sentence.text = "{b}"  # type: ignore[misc]
    with pytest.raises(TypeError):
        sentence.values["a"] = "2"  # type: ignore[index]
