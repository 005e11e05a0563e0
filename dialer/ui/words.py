"""Words for the window: sentences of the Qt-free rooms in its language, and plain tooltips."""

from PySide6.QtCore import QCoreApplication

from dialer.calls.sentence import CONTEXT, Sentence


def told(sentence: Sentence | str) -> str:
    """The sentence translated, with its values filled in; plain text passes as it is."""
    if isinstance(sentence, str):
        return sentence
    values = {name: told(value) for name, value in sentence.values.items()}
    return QCoreApplication.translate(CONTEXT, sentence.text).format_map(values)


def plain_tip(text: str) -> str:
    """A tooltip that shows `text` as it is, line by line; "" for none.

    A tooltip guesses whether it is given rich text, so text from outside is given to it as rich
    text with nothing rich in it. Where a widget has no accessible description of its own, a
    screen reader is given the tooltip: set the plain words as that description.
    """
    import html  # noqa: PLC0415 - tables that the start can do without

    lines = "<br>".join(html.escape(line) for line in text.splitlines())
    return f"<qt>{lines}</qt>" if lines else ""
