"""Numbers taken out of a text that others may read: no callee stands in what is masked."""

import re

_RUN = 5
"""So many digits in a row are masked, whatever they are: half a callee is one too."""

_CALLEE = 7
"""So many digits are masked however they are grouped, for a callee has no fewer."""

_GROUPED = re.compile(r"\d(?:[^\w\n]{0,2}\d)*")
_SOLID = re.compile(rf"\d{{{_RUN},}}")


def masked(text: str) -> str:
    """`text` with the length of each number in its place; digits of every script count.

    Dates and addresses of computers have as many digits as a callee, and are masked too: a text
    that says a little less is better than one that says whom somebody called.
    """
    return _SOLID.sub(_length, _GROUPED.sub(_of_a_callee, text))


def _of_a_callee(found: re.Match[str]) -> str:
    digits = sum(char.isdecimal() for char in found[0])
    return f"[{digits} digits]" if digits >= _CALLEE else found[0]


def _length(found: re.Match[str]) -> str:
    return f"[{len(found[0])} digits]"
