"""A sentence for people, kept apart from its translation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

CONTEXT = "dialer"
"""The translation context of every text that is marked in a Qt-free room."""


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: ARG001, N802 - the name is what lupdate looks for
    """Mark `text` for translation and hand it back unchanged."""
    return text


@dataclass(frozen=True, slots=True, init=False)
class Sentence:
    """A text with named values still to be filled in.

    The text is the English one, marked with QT_TRANSLATE_NOOP("dialer", ...), and doubles as
    the key of its translation: the command line prints `str(sentence)`, the window translates
    `text` first and fills in `values`, which may be sentences themselves, afterwards.
    """

    text: str
    values: "Mapping[str, str | Sentence]" = field(default_factory=dict)

    def __init__(self, text: str, **values: object) -> None:
        kept = {
            name: value if isinstance(value, Sentence) else str(value)
            for name, value in values.items()
        }
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", MappingProxyType(kept))

    def __str__(self) -> str:
        return self.text.format_map(self.values)

    def __hash__(self) -> int:
        return hash((self.text, tuple(self.values.items())))
