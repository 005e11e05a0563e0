"""Reading a link that was clicked anywhere: what it may fill in, or why it fills in nothing.

Links are hostile input: a web page writes them. They are read here and nowhere else, share no
parser with command-line options, and can name nothing but a number, a note, and values that the
program has to know already. A link that asks for anything else is refused whole.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from dialer.calls.call import NOTE_LIMIT
from dialer.calls.dialled_text import EXACTLY, NumberRefused, read_dialled
from dialer.calls.legible import bare
from dialer.calls.number_uri import take_apart
from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

NUMBER_SCHEMES = ("tel", "callto", "sip", "sips")
"""Schemes that carry a number and nothing else: RFC 3966, RFC 3261, and Skype's of old."""

OWN_SCHEME = "dialer"
"""The program's own: `dialer:?callee=…&note=…&display-number=…&account=…&profile=…`."""

LENGTH_LIMIT = 12_000
"""The longest link that is read, in characters: a full note in Chinese, percent-encoded."""

_VALUE_LIMIT = 64
_SHORTEST = 7
_NUMBERS = ("callee", "display-number")
_TEXTS = ("note", "account", "profile")

_TOO_LONG = QT_TRANSLATE_NOOP("dialer", "The link has {count} characters, which is far too many.")
_NO_NUMBER = QT_TRANSLATE_NOOP("dialer", "The link has no number in it.")
_NO_LINK = QT_TRANSLATE_NOOP("dialer", "This is no phone link: “{link}”.")
_UNREADABLE = QT_TRANSLATE_NOOP(
    "dialer", "The link cannot be read: it is not encoded as links are."
)
_UNKNOWN_PART = QT_TRANSLATE_NOOP(
    "dialer",
    "The link asks for something that a link cannot do (“{name}”). It may hold callee, note,"
    " display-number, account and profile.",
)
_TWICE = QT_TRANSLATE_NOOP(
    "dialer", "The link says “{name}” twice, so it is not clear which counts."
)
_BAD_VALUE = QT_TRANSLATE_NOOP(
    "dialer", "What the link says for “{name}” is too long or has characters that nobody sees."
)
_LONG_NOTE = QT_TRANSLATE_NOOP(
    "dialer", "The note in the link has {length} characters: {limit} at most can be sent."
)


class LinkRefused(ValueError):
    """The link fills in nothing; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Link:
    """What a link may fill in.

    `number` goes into the callee field, where `calls.number.read_callee` reads the same number
    out of it as out of the link. It is not known yet whether that is one that can be sent: this
    depends on the default country. `display_number`, `account` and `profile` count only where
    the program knows these values already; whoever fills them in has to look.
    """

    number: str
    note: str | None = None
    display_number: str | None = None
    account: str | None = None
    profile: str | None = None
    laden: bool = field(default=False, compare=False)
    """Whether a `tel:`, `callto:` or `sip:` link has parameters or a query besides its number."""

    @property
    def is_number_alone(self) -> bool:
        """Whether the link carries a number and nothing more."""
        return self == Link(self.number) and not self.laden


def is_link(text: str) -> bool:
    """Whether `text` begins as a link does that Dialer opens."""
    scheme, colon, _ = text.partition(":")
    return bool(colon) and scheme.strip().lower() in (*NUMBER_SCHEMES, OWN_SCHEME)


def read_link(text: str) -> Link:
    """Read a link. Raises LinkRefused, with a sentence for the operator. Any thread."""
    if len(text) > LENGTH_LIMIT:
        raise LinkRefused(Sentence(_TOO_LONG, count=len(text)))
    if not is_link(text):
        raise LinkRefused(Sentence(_NO_LINK, link=plain(text, 40)))
    scheme, _, rest = text.strip().partition(":")
    if scheme.strip().lower() == OWN_SCHEME:
        return _read_own(rest)
    return Link(_number(text), laden=any(mark in rest for mark in ";?"))


def _read_own(rest: str) -> Link:
    path, _, query = rest.partition("?")
    given = _values(query)
    if path := path.strip("/"):
        if "callee" in given:
            raise LinkRefused(Sentence(_TWICE, name="callee"))
        given["callee"] = _decoded(path)
    return Link(
        number=_number(given.get("callee", "")),
        note=_note(given.get("note", "")),
        display_number=_value(given, "display-number"),
        account=_value(given, "account"),
        profile=_value(given, "profile"),
    )


def _values(query: str) -> dict[str, str]:
    """What stands in the query, each name once."""
    names = (*_NUMBERS, *_TEXTS)
    given: dict[str, str] = {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict") if query else []
    except ValueError:
        raise LinkRefused(Sentence(_UNREADABLE)) from None
    for name, value in pairs:
        if name not in names:
            raise LinkRefused(Sentence(_UNKNOWN_PART, name=plain(name, 40)))
        if name in given:
            raise LinkRefused(Sentence(_TWICE, name=name))
        # In a query a plus is a space, but who writes a number by hand means the plus.
        plus = name in _NUMBERS and value.startswith(" ")
        given[name] = f"+{value.lstrip()}" if plus else value
    return given


def _decoded(path: str) -> str:
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        raise LinkRefused(Sentence(_UNREADABLE)) from None


def _number(text: str) -> str:
    """The number in `text`, as it is put into the field: without scheme and decoration."""
    try:
        dialled = read_dialled(text)
    except NumberRefused as refused:
        raise LinkRefused(refused.sentence) from None
    if dialled is None or not dialled.digits:
        raise LinkRefused(Sentence(_NO_NUMBER))
    uri = take_apart(bare(text))
    extension = dialled.extension or ""
    paused = bool(extension) and not (uri.extension and extension.isdecimal())
    if paused or dialled.letters or dialled.inside or dialled.digits != dialled.without_trunk_zero:
        # What the pause, the letters, the domain or the zero mean is for who reads the number.
        context = f";phone-context={bare(uri.context)}" if uri.context else ""
        spoken = f";ext={extension}" if uri.extension and extension else ""
        return plain(f"{bare(uri.number)}{spoken}{context}")
    number = f"+{dialled.digits}" if dialled.plus else dialled.digits
    if dialled.exact:
        number = f"{EXACTLY}{dialled.digits}"
    # What is too short to be a number with an extension would be read as one number.
    form = " ext. " if len(dialled.digits) >= _SHORTEST else ";ext="
    return f"{number}{form}{extension}" if extension else number


def _note(text: str) -> str | None:
    note = plain(text, limit=max(1, len(text)))
    if len(note) > NOTE_LIMIT:
        raise LinkRefused(Sentence(_LONG_NOTE, length=len(note), limit=NOTE_LIMIT))
    return note or None


def _value(given: dict[str, str], name: str) -> str | None:
    value = given.get(name, "").strip()
    if len(value) > _VALUE_LIMIT or plain(value) != value:
        raise LinkRefused(Sentence(_BAD_VALUE, name=name))
    return value or None
