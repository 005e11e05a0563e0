"""Sentences of the Qt-free rooms, in the window's language."""

from PySide6.QtCore import QCoreApplication

from dialer.calls.sentence import CONTEXT, Sentence


def told(sentence: Sentence | str) -> str:
    """The sentence translated, with its values filled in; plain text passes as it is."""
    if isinstance(sentence, str):
        return sentence
    values = {name: told(value) for name, value in sentence.values.items()}
    return QCoreApplication.translate(CONTEXT, sentence.text).format_map(values)
