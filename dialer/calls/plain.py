"""Text from outside, made safe to show: one line, no control characters, bounded."""

import unicodedata

_NEVER_SHOWN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_JOINERS = frozenset("\u200c\u200d")  # format characters that Persian and Indic words need


def plain(text: str, limit: int = 500) -> str:
    """Return `text` as one line of at most `limit` characters, fit for a screen or a terminal.

    Control, formatting (among them the ones that turn the reading direction), private-use and
    unassigned characters go, line breaks and tabs become one space, lone surrogates vanish.
    What is cut off ends in an ellipsis.
    """
    kept = "".join(
        " "
        if char in "\t\r\n\v\f\u0085\u2028\u2029"
        else ""
        if unicodedata.category(char) in _NEVER_SHOWN and char not in _JOINERS
        else char
        # A line of the limit's length needs at most a few times as many raw characters.
        for char in text[: 4 * limit]
    )
    line = " ".join(kept.split())
    if len(line) <= limit and len(text) <= 4 * limit:
        return line
    return line[: limit - 1].rstrip() + "…"
