"""Finding the numbers in a text that was copied: alone, in a sentence, in a table, in links."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from dialer.calls.dialled_text import LONGEST_TEXT
from dialer.calls.link import LinkRefused, is_link, read_link
from dialer.calls.lookalikes import Standing, blanked, lookalikes, standing
from dialer.calls.number import Callee, Choice, NumberRefused, country_codes, read_callee
from dialer.calls.plain import plain

LONGEST_COPY = 20_000
"""Characters of a copied text that are looked at."""

_TRIES = 300
"""How many places that may hold a number are looked into, by the library and after it."""

_AROUND = 28  # characters of the line that are kept on either side of a number
_NUMBER_LENGTH = 60

# Text until they are needed, for the sake of the window's start.
_LINK = (
    # What goes on behind a space is a label and a number, no link: "Tel:020 7946 0958".
    r"(?i)(?<![^\W_])(?:tel|callto|sips?):[^\s\"'<>]{1,200}+(?![^\s\"'<>]| ?[\d(])"
)
_BEHIND_A_LINK = ".,;:!?"
_GAP = r"[ \u00a0\u2007\u2009\u202f\u3000().\[\]/\-\u2010-\u2015\u2212]"
_RUN = (
    rf"(?i)(?<![\w@#+])[+＋]?[(\[]?\d(?:{_GAP}{{0,3}}\d)*+"
    r"(?:[ ,;]{0,2}(?:x|ext\.?|extension)[ .:]{0,2}\d{1,6}(?!\d))?(?![\w@])"
)
_PLUSES = ("+", "＋")
_IN_NUMBERS = "0123456789 +()./-\u00a0"
_CONTINUES = r"[ \t]*\n\s*\d"


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number in a text.

    `text` goes into the callee field, where `read_callee` reads it; `digits` are what it reads,
    None where it is a Choice of two readings. `formatted` is for reading. `around` is what stands
    about it, one short line, for choosing between several; "" where there is nothing else.
    """

    text: str
    digits: str | None
    formatted: str
    around: str


class _Place(NamedTuple):
    """Where a number stands, and how it is to be written into the field."""

    start: int
    end: int
    text: str


def find_numbers(
    text: str, default_country: str | None = None, limit: int = 20
) -> list[FoundNumber]:
    """The numbers in the first LONGEST_COPY characters of `text`, in order, each once.

    A text that is a number as a whole is that number. In a longer one only what is very likely
    one is found: the operator then copies less. At most `limit`; never raises, and whatever the
    text takes well under a second. Any thread; the first call imports phonenumbers.
    """
    if len(text) > LONGEST_COPY:
        # The last number in it may be cut in two.
        text = text[:LONGEST_COPY].rstrip(_IN_NUMBERS)
    if len(text) <= LONGEST_TEXT and (whole := _whole(text, default_country)) is not None:
        return [whole]
    text = "\n".join(_shown(line) for line in text.splitlines())
    region = (default_country or "").strip().upper()
    known = region if region in country_codes() else None

    # What one of them has looked at is blank for the next.
    links = list(_links(text))
    rest = _without(links, text)
    rest = blanked(rest, lookalikes(rest, pairs=known is None))
    valid = list(_by_the_library(rest, known))
    runs = list(_runs(_without(valid, rest), known))
    return _each_once(text, sorted([*links, *valid, *runs]), default_country, limit)


def _without(places: list["_Place"], text: str) -> str:
    return blanked(text, ((place.start, place.end) for place in places))


def _each_once(
    text: str, places: list[_Place], default_country: str | None, limit: int
) -> list[FoundNumber]:
    numbers: dict[object, FoundNumber] = {}
    for place in places:
        reading = _read(place.text, default_country)
        if reading is None:
            continue
        same = reading.digits if isinstance(reading, Callee) else _both(reading)
        if same not in numbers:
            numbers[same] = _found(place.text, reading, _around(text, place))
        if len(numbers) >= limit:
            break
    return list(numbers.values())


def _whole(text: str, default_country: str | None) -> FoundNumber | None:
    """The number that the text is, with nothing beside it."""
    reading = _read(text, default_country)
    if reading is None:
        return None
    written = _link_number(text.strip()) if is_link(text.strip()) else plain(text, LONGEST_TEXT)
    if _read(written, default_country) != reading:
        return None
    is_valid = not isinstance(reading, Callee) or reading.valid
    if (0, len(written)) in lookalikes(written, pairs=not is_valid):
        return None
    return _found(written, reading, "")


def _links(text: str) -> Iterator[_Place]:
    """The links that carry a number, in whatever they stand."""
    for link in re.finditer(_LINK, text):
        written = link[0].rstrip(_BEHIND_A_LINK)
        if written.count(")") > written.count("("):
            written = written.rstrip(")" + _BEHIND_A_LINK)
        # One that is refused has its place too, so that nothing is read out of its middle.
        yield _Place(link.start(), link.end(), _link_number(written))


def _link_number(link: str) -> str:
    try:
        return read_link(link).number
    except LinkRefused:
        return ""


def _by_the_library(text: str, region: str | None) -> Iterator[_Place]:
    """What libphonenumber takes for a valid number, and what stands before it does not forbid."""
    import phonenumbers  # noqa: PLC0415 - heavy: it comes with the first number

    matcher = phonenumbers.PhoneNumberMatcher(
        text, region, leniency=phonenumbers.Leniency.VALID, max_tries=_TRIES
    )
    for match in islice(matcher, _TRIES):
        written = plain(match.raw_string, LONGEST_TEXT)
        said = Standing.NUMBER
        if not written.startswith(_PLUSES):
            said = standing(text, match.start, match.end)
        reading = _read(written, region)
        digits = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        # Where the two readings are not one, as of "0800 12345/22", nobody knows what is meant.
        agreed = reading is not None and digits.removeprefix("+") in _readings(reading)
        is_one = agreed and said is not Standing.OTHER
        yield _Place(match.start, match.end, written if is_one else "")


def _runs(text: str, region: str | None) -> Iterator[_Place]:
    """Digits that are a valid number with their country code, or are said to be a number."""
    tries = _TRIES
    for run in re.finditer(_RUN, text):
        if len(_digits(run[0])) < 7:
            continue
        for start, end in _parts(run):
            tries -= 1
            if tries < 0:
                return
            written = plain(text[start:end], LONGEST_TEXT)
            reading = _read(written, region)
            if reading is not None and _is_likely(text, start, end, reading):
                yield _Place(start, end, written)


def _parts(run: re.Match[str]) -> list[tuple[int, int]]:
    """Where the numbers of a run are: several where each group is long enough for one."""
    if len(_digits(run[0])) <= 15:
        return [run.span()]
    groups = list(re.finditer(r"\S+", run[0]))
    if any(not 7 <= len(_digits(group[0])) <= 15 for group in groups):
        return []
    return [(run.start() + group.start(), run.start() + group.end()) for group in groups]


def _is_likely(text: str, start: int, end: int, reading: Callee | Choice) -> bool:
    said = standing(text, start, end)
    if said is Standing.OTHER:
        return False
    if not isinstance(reading, Callee) or reading.valid:
        return True
    # What is broken at the end of a line is the beginning of a number, and another one.
    return said is Standing.NUMBER and not re.match(_CONTINUES, text[end:])


def _read(text: str, default_country: str | None) -> Callee | Choice | None:
    try:
        return read_callee(text, default_country)
    except NumberRefused:
        return None


def _found(text: str, reading: Callee | Choice, around: str) -> FoundNumber:
    if isinstance(reading, Choice):
        return FoundNumber(text, None, plain(text, _NUMBER_LENGTH), around)
    return FoundNumber(text, reading.digits, reading.formatted, around)


def _readings(reading: Callee | Choice) -> tuple[str, ...]:
    return (reading.digits,) if isinstance(reading, Callee) else _both(reading)


def _both(choice: Choice) -> tuple[str, str]:
    return choice.national.digits, choice.international.digits


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


def _shown(line: str) -> str:
    """A line without what nobody sees; a tab stays, for it parts two cells."""
    return "\t".join(plain(cell, LONGEST_COPY) for cell in line.split("\t"))


def _around(text: str, place: _Place) -> str:
    """What stands in the same line, cut off between words where there is much."""
    first = text.rfind("\n", 0, place.start) + 1
    last = text.find("\n", place.end)
    last = len(text) if last < 0 else last
    before, after = text[first : place.start], text[place.end : last]
    if not before.strip() and not after.strip():
        return ""
    return plain(
        _cut(before, lambda kept: kept[-_AROUND:].partition(" ")[2], "… {}")
        + plain(text[place.start : place.end], _NUMBER_LENGTH)
        + _cut(after, lambda kept: kept[:_AROUND].rpartition(" ")[0], "{} …"),
        3 * _NUMBER_LENGTH,
    )


def _cut(side: str, to_words: Callable[[str], str], with_mark: str) -> str:
    return side if len(side) <= _AROUND else with_mark.format(to_words(side))
