"""Taking one program out of a mimeapps.list or mimeinfo.cache that others have changed since.

Only lines that name the program are touched, and of those only its own part; everything else
stays byte for byte. Lines and sections are told as `xdg-mime` tells them, which wrote them.

https://specifications.freedesktop.org/mime-apps-spec/latest/
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

DEFAULTS = b"[Default Applications]"
_SECTIONS = (DEFAULTS, b"[Added Associations]", b"[MIME Cache]")
"""The sections in which a program is set down for a type. That it was removed stays written."""

_Place = tuple[bytes | None, bytes]
"""A section's title and a MIME type."""

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


@dataclass
class _Section:
    """The lines from one header to the next; the first has no header."""

    title: bytes | None
    lines: list[bytes] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands below the header."""
        return not any(line.strip() for line in self.lines[1:])


def without(program: str, types: Collection[str], text: bytes, former: bytes | None) -> bytes:
    """`text` with `program` taken out for these MIME types.

    A type that names no other program gets back the line that it has in `former`, the text of
    before. What names the program there already was not put there by us, and stays.
    """
    ours, keys = program.encode(), {each.encode() for each in types}
    sections = list(_sections(text))
    earlier = list(_sections(former or b""))
    before = _changeable(earlier, keys)
    titles = {section.title for section in earlier}
    # As many lines as named us before we came may go on doing so.
    excess = _naming(sections, ours, keys) - _naming(earlier, ours, keys)
    met: set[_Place] = set()
    for section in sections:
        changed = False
        for at, line in enumerate(section.lines):
            place = _place(section, line)
            if place is None or place[1] not in keys or ours not in _programs(line):
                continue
            old = before.get(place) if place not in met else None
            met.add(place)
            was_ours = old is not None and ours in _programs(old)
            if not was_ours and not excess[place]:
                continue
            excess[place] -= not was_ours
            new = _taken_out(ours, line, old, is_default=section.title == DEFAULTS)
            section.lines[at], changed = new, changed or new != line
        if changed and section.is_empty and section.title not in titles:
            _drop_header(sections, section)
    return b"".join(line for section in sections for line in section.lines)


def _taken_out(ours: bytes, line: bytes, old: bytes | None, *, is_default: bool) -> bytes:
    """The line without our program; empty where nothing is left of it."""
    programs = _programs(line)
    before = _programs(old) if old else []
    rest = [each for each in programs if each != ours]
    if ours in before:
        return _ended_as(line, old) if old and not rest else line
    if old and (rest == before or (is_default and not rest)):
        return _ended_as(line, old)
    if not rest:
        return b""
    _, _, value = line.partition(b"=")
    semicolon = b";" if value.rstrip().endswith(b";") else b""
    return line[: len(line) - len(value)] + b";".join(rest) + semicolon + _ending(line)


def _drop_header(sections: list[_Section], section: _Section) -> None:
    """Take out a header that came with our lines, and the empty line that came before it."""
    del section.lines[0]
    at = sections.index(section)
    before = sections[at - 1].lines if at else []
    if before and not before[-1].strip():
        before.pop()


def _sections(text: bytes) -> Iterator[_Section]:
    section = _Section(None)
    for line in _LINE.findall(text):
        if line.startswith(b"["):
            known = (each for each in _SECTIONS if line.startswith(each))
            title = next(known, line.rstrip())
            # The same header again goes on with the section for xdg-mime.
            if title != section.title:
                yield section
                section = _Section(title)
        section.lines.append(line)
    yield section


def _changeable(sections: list[_Section], keys: Collection[bytes]) -> dict[_Place, bytes]:
    """The line of each key that `xdg-mime` would change: in the first section of a title."""
    found: dict[_Place, bytes] = {}
    seen: set[bytes | None] = set()
    for section in sections:
        if section.title not in seen:
            seen.add(section.title)
            for line in section.lines:
                if (place := _place(section, line)) and place[1] in keys:
                    found.setdefault(place, line)
    return found


def _naming(sections: list[_Section], ours: bytes, keys: Collection[bytes]) -> Counter[_Place]:
    """How many lines name our program, by their place."""
    return Counter(
        place
        for section in sections
        for line in section.lines
        if (place := _place(section, line)) and place[1] in keys and ours in _programs(line)
    )


def _place(section: _Section, line: bytes) -> _Place | None:
    """Where a line stands that sets programs down for a type; None for all others."""
    key, is_set, _ = line.partition(b"=")
    return (section.title, key) if is_set and section.title in _SECTIONS else None


def _programs(line: bytes) -> list[bytes]:
    value = line.partition(b"=")[2]
    return [each for part in value.split(b";") if (each := part.strip())]


def _ending(line: bytes) -> bytes:
    return b"\r\n" if line.endswith(b"\r\n") else b"\n" if line.endswith(b"\n") else b""


def _ended_as(line: bytes, old: bytes) -> bytes:
    """`old`, which was perhaps the last line of its file, where now `line` stands."""
    return old if _ending(old) else old + _ending(line)
