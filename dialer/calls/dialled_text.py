"""Freeing the number in a typed or pasted text of everything that only surrounds it."""

import re
import unicodedata
from dataclasses import dataclass

from dialer.calls.legible import bare
from dialer.calls.number_uri import NumberURI, take_apart
from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

LONGEST_TEXT = 512
"""Characters that are looked at; a longer text is refused unread."""

EXACTLY = "="
"""Stands before digits that are to be sent as they are, whatever the numbering plan says."""

_PUNCTUATION = " ()[]./-\n"
_LEADING_PLUS = re.compile(r"[ ()\[\]./-]*\+")
_TRUNK_ZERO = re.compile(r"(?<=[0-9]) ?[(\[] ?0 ?[)\]]")
_NOT_OF_A_NUMBER = re.compile(r"[^0-9 ()\[\]./+-]+|(?=\+)")
_PAUSED = re.compile(r"([^,;]*[0-9)]) ?[,;]([0-9*#,; ]*)")
# The forms libphonenumber knows, each with as many digits as it reads there.
_EXTENSION = re.compile(
    r"""(?<![^\W\d_])(?:e?xt(?:ensi(?:o\u0301?|ó))?n?|anexo|доб)[:.]?[ ,-]*([0-9]{1,20})\#?$
      | (?<![^\W\d_])(?:x|int|\#)[:.]?[ ,-]*([0-9]{1,9})\#?$
      | (?<![ -])[ -]+([0-9]{1,6})\#$""",
    re.VERBOSE | re.IGNORECASE,
)
_KEYPAD_WRITING = re.compile(r"([(+]*[0-9][0-9 ().+-]*)([A-Za-z](?:[ -]?[A-Za-z])*)")
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


class NumberRefused(ValueError):
    """The text is no number that can be sent; `sentence` says why and what to do about it."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class DialledText:
    """The number in a text, in ASCII digits. Nothing is known yet of what the digits mean.

    `plus` says that the country code comes first. `letters` are the ones that stand in `digits`
    as keypad digits. `without_trunk_zero` are the digits without the "(0)" of "+44 (0)20", the
    same as `digits` where there is none. `inside` is the domain that a link names as the place
    where its number is valid. `exact` says that a = stood in front: no digit is to be changed.
    """

    digits: str
    without_trunk_zero: str
    plus: bool = False
    letters: str | None = None
    extension: str | None = None
    inside: str | None = None
    exact: bool = False


def read_dialled(text: str) -> DialledText | None:
    """Read what was typed or pasted; None where there is nothing but space.

    Raises NumberRefused for a text that holds two numbers, a dialling code, a character that
    belongs to no number, or far too much.
    """
    if len(text) > LONGEST_TEXT:
        raise NumberRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "{count} characters are too many for a number: put in the number alone.",
                ),
                count=len(text),
            )
        )
    core = bare(text)
    if not core:
        return None
    uri = take_apart(core)
    if uri.demanded is not None:
        raise NumberRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The link demands something that Dialer does not know (“{name}”), so its"
                    " number cannot be called.",
                ),
                name=plain(uri.demanded, 40),
            )
        )
    written, paused = _without_pause(bare(uri.number))
    written, labelled = _without_extension(written)
    if uri.sip_user is not None and not _is_sip_number(written):
        raise NumberRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer", "“{user}” is a name in a SIP address, not a phone number to call."
                ),
                user=plain(bare(uri.sip_user), 40),
            )
        )
    _refuse_several_numbers(written)
    exact = core.startswith(EXACTLY) and written.startswith(EXACTLY)
    if exact:
        written = written.removeprefix(EXACTLY)
    plus = bool(_LEADING_PLUS.match(written))
    keypad, letters = _as_on_a_keypad(written)
    _refuse_strange_characters(keypad, plus=plus)
    digits, without = _digits(keypad), _digits(_TRUNK_ZERO.sub("", keypad))
    prefix, inside = _context(uri)
    if plus or digits.startswith("00"):
        prefix, inside = "", None  # a number of the whole world needs no context
    return DialledText(
        prefix + digits,
        prefix + without,
        plus or bool(prefix),
        letters,
        _extension(uri.extension) or paused or labelled,
        inside,
        exact,
    )


def letters_refused(letters: str) -> NumberRefused:
    """The refusal of letters that are no keypad letters."""
    return NumberRefused(
        Sentence(
            QT_TRANSLATE_NOOP(
                "dialer", "“{letters}” is no part of a number: take it out, or write it in digits."
            ),
            letters=plain(letters, 40),
        )
    )


def _digits(text: str) -> str:
    return "".join(char for char in text if char in "0123456789")


def _is_sip_number(written: str) -> bool:
    """Whether the user part of a SIP address can be a number at all."""
    return bool(_digits(written)) and not any(char.isalpha() for char in written)


def _without_pause(written: str) -> tuple[str, str | None]:
    """Split off what is to be dialled after a pause: `,,12#` and `;12`, but no second number."""
    paused = _PAUSED.fullmatch(written)
    if paused is None or len(_digits(paused[1])) < 7:
        return written, None
    number, rest = paused.groups()
    steps = rest.replace(";", ",").split(",")
    first = _digits(steps[0])
    if len(first) >= 7 and not steps[0].rstrip().endswith("#"):
        return written, None
    return number, ", ".join(step.strip() for step in steps if step.strip()) or None


def _without_extension(written: str) -> tuple[str, str | None]:
    """Split off an extension that is written as one: `x12`, `ext. 12`, `#12`, ` - 12#`."""
    found = _EXTENSION.search(written)
    if found is None or len(_digits(written[: found.start()])) < 5:
        return written, None
    return written[: found.start()].rstrip(" ,;"), found[1] or found[2] or found[3]


def _extension(value: str | None) -> str | None:
    """The value of `;ext=`, where it is something that can be dialled."""
    dialled = _digits(bare(value)) if value else ""
    return dialled[:20] or None


def _context(uri: NumberURI) -> tuple[str, str | None]:
    """What `;phone-context=` adds: the digits that go before the number, or a domain's name."""
    context = bare(uri.context) if uri.context else ""
    if re.fullmatch(r"\+[0-9 ().-]*[0-9][ ().-]*", context):
        return _digits(context), None
    return "", plain(context, 60) or None


def _refuse_several_numbers(written: str) -> None:
    """Raise NumberRefused where two numbers stand in the text: which one is not for us to guess."""
    numbers = [line for line in written.split("\n") if _digits(line)]
    if len(numbers) < 2:
        numbers = [
            number
            for part in _NOT_OF_A_NUMBER.split(written)
            for number in _beside_a_slash(part) or _beside_a_gap(part) or [part]
            if len(_digits(part)) >= 7
        ]
    if len(numbers) >= 2:
        first, second = (plain(number.strip(_PUNCTUATION), 40) for number in numbers[:2])
        raise NumberRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "There are two numbers here, {first} and {second}: keep the one to call.",
                ),
                first=first,
                second=second,
            )
        )


def _beside_a_slash(part: str) -> list[str]:
    """Both sides of a slash, if it parts two numbers and not area code and number.

    An area code is short and a number's end is not: `030/1234567` and `+49 8141/12345` are one
    number each; `…0018 / …0019`, and `…0018/19` for two neighbouring ones, are two.
    """
    before, slash, after = part.rpartition("/")
    left, right = _digits(before), _digits(after)
    if not slash or not left or not right:
        return []
    abroad = "+" in before or left.startswith("00")
    longest_area_code = (11 if left.startswith("00") else 9) if abroad else 7
    is_one = (
        len(left) <= longest_area_code
        and len(right) >= 3
        and not (len(right) >= 7 and (right.startswith("0") or (len(left) >= 7 and not abroad)))
    )
    return [] if is_one else [before, after]


def _beside_a_gap(part: str) -> list[str]:
    """The groups of digits that are long enough for a number each, if there are several."""
    for gap in (" - ", " ", "-", "."):
        groups = [group for group in part.split(gap) if len(_digits(group)) >= 7]
        if len(groups) >= 2:
            return groups
    return []


def _as_on_a_keypad(written: str) -> tuple[str, str | None]:
    """Turn the letters of `1-800-FLOWERS` into digits, and of nothing that may be a name.

    Digits come first and are too few for a number of their own; the letters are at least four,
    end the text, and hang on the digits by dashes or are all capitals. Whether the result is a
    number that people write this way is for the numbering plan to say.
    """
    writing = _KEYPAD_WRITING.fullmatch(written)
    if writing is None:
        return written, None
    head, tail = writing.groups()
    word = "".join(char for char in tail if char.isalpha())
    hangs_on = " " not in tail and not head.endswith(" ")
    if len(word) < 4 or not 2 <= len(_digits(head)) <= 8 or not (hangs_on or word.isupper()):
        return written, None
    return head + word.upper().translate(_KEYPAD), tail


def _refuse_strange_characters(written: str, *, plus: bool) -> None:
    """Raise NumberRefused naming the first character, or word, that belongs to no number."""
    start = written.index("+") + 1 if plus else 0
    for place, char in enumerate(written[start:], start):
        if char in "0123456789" or char in _PUNCTUATION:
            continue
        if char.isalpha():
            end = place
            while end < len(written) and written[end].isalpha():
                end += 1
            raise letters_refused(written[place:end])
        raise NumberRefused(_strange(char))


def _strange(char: str) -> Sentence:
    if char in "*#":
        text = QT_TRANSLATE_NOOP(
            "dialer",
            "“{character}” cannot be sent: codes with * or # are dialled on the phone itself.",
        )
    elif char == "+":
        text = QT_TRANSLATE_NOOP("dialer", "“{character}” can only stand before the country code.")
    elif unicodedata.category(char) in ("No", "Nl"):
        text = QT_TRANSLATE_NOOP(
            "dialer", "“{character}” is no digit that can be dialled: write it as an ordinary one."
        )
    else:
        text = QT_TRANSLATE_NOOP("dialer", "“{character}” is no part of a number: take it out.")
    shown = char if char.isprintable() and plain(char) else f"U+{ord(char):04X}"
    return Sentence(text, character=shown)
