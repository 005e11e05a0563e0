"""Reading the number to call: from what a person typed or pasted to the digits the API takes."""

from contextlib import suppress
from dataclasses import dataclass

from dialer.calls import numbering_plan
from dialer.calls.call import DIGITS
from dialer.calls.dialled_text import (
    EXACTLY,
    DialledText,
    NumberRefused,
    letters_refused,
    read_dialled,
)
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

__all__ = [
    "Callee",
    "Choice",
    "NumberRefused",
    "country_codes",
    "format_digits",
    "read_callee",
    "read_display_number",
    "time_zones",
    "two_readings",
    "written",
]

_ZEROS = 2
"""How many digits the 00 has by which the whole world writes what is dialled to call abroad."""


@dataclass(frozen=True, slots=True)
class Callee:
    """A number as it will be sent, and what is known of it.

    `digits` are 7 to 15 ASCII digits, country code first; `formatted` is for reading and holds
    the same digits. `region` is an ISO 3166 code such as "GB", None if it is unknown or the number
    belongs to no country. `valid` is libphonenumber's opinion: a number that it does not know is
    called all the same. `ordinary` says that it is valid, of a known country and not premium-rate.
    `extension` cannot be sent. `hints` are quiet words beside the number:
    what the operator should know, and nothing that keeps the call back.
    """

    digits: str
    formatted: str
    region: str | None
    valid: bool
    extension: str | None
    hints: tuple[Sentence, ...]
    ordinary: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Digits that are two valid numbers: the operator picks.

    `national` is how the default country dials them, at home or to call abroad; `international`
    has the country code first.
    """

    national: Callee
    international: Callee


def read_callee(text: str, default_country: str | None = None) -> Callee | Choice:
    """Read the number to call.

    `+` or a leading `00` means that the country code comes first, always; where the
    `default_country` dials more than 00 to call abroad, that counts too. Other digits are read with
    the country code first and, with a default country (ISO 3166), as dialled there too: the valid
    reading counts, two different valid ones are a Choice, and where there is none the digits go out
    as they are. So they do behind a `=`, whatever the plan says. Fast enough for every keystroke,
    on any thread; the first call in a process imports phonenumbers (some 60 ms).

    Raises NumberRefused, with a sentence for the operator, for what cannot be sent.
    """
    written = read_dialled(text)
    if written is None:
        raise _refused(QT_TRANSLATE_NOOP("dialer", "There is no number yet: type or paste one."))
    return _resolve(written, _known_country(default_country))


def read_display_number(text: str, default_country: str | None = None) -> str | None:
    """Read a display number, in digits as the API takes them; None if there is none.

    A display number is granted by the provider and copied from its pages, where it stands with
    its country code, and remembered ones were sent in these very digits. So digits stay as they
    stand; only after a 0 or + they are read like a callee.

    Raises NumberRefused as `read_callee` does, for an extension, which callers cannot see, and
    for two valid readings.
    """
    written = read_dialled(text)
    if written is None:
        return None
    if written.extension is not None:
        raise _refused(
            QT_TRANSLATE_NOOP(
                "dialer", "A display number has no extension: take “{extension}” out."
            ),
            extension=written.extension,
        )
    if not written.plus and not written.digits.startswith("0"):
        return _sendable(written.digits)
    number = _resolve(written, _known_country(default_country))
    if isinstance(number, Choice):
        raise NumberRefused(two_readings(number))
    return number.digits


def two_readings(choice: Choice) -> Sentence:
    """Says of a number that it has two readings, and how each is written, where none is picked."""
    return Sentence(
        QT_TRANSLATE_NOOP(
            "dialer",
            "This can be read as {national} or as {international}."
            " Write +{national_digits} or +{international_digits}.",
        ),
        national=choice.national.formatted,
        international=choice.international.formatted,
        national_digits=choice.national.digits,
        international_digits=choice.international.digits,
    )


def written(digits: str, default_country: str | None = None) -> str:
    """Digits of an earlier call, written so that `read_callee` reads the same digits again.

    With a plus where that does. A few numbers that no numbering plan knows have to stand bare, or
    behind a = where the plan would take a digit out.
    """
    for text in (f"+{digits}", digits, f"{EXACTLY}{digits}"):
        with suppress(NumberRefused):
            callee = read_callee(text, default_country)
            if isinstance(callee, Callee) and callee.digits == digits:
                return text
    return f"+{digits}"


def time_zones(callee: Callee) -> tuple[str, ...]:
    """The IANA names of the time zones where the callee may be; empty if unknown.

    The first call in a process reads a large table: not for the UI thread.
    """
    return numbering_plan.time_zones(callee.digits)


def country_codes() -> frozenset[str]:
    """The ISO 3166 codes that a profile's default country may be."""
    return numbering_plan.countries()


def format_digits(digits: str) -> str:
    """Digits from the journal, formatted for reading; as they are if nothing is known of them."""
    return numbering_plan.look_up(digits).formatted if DIGITS.fullmatch(digits) else digits


def _known_country(country: str | None) -> str | None:
    code = (country or "").strip().upper()
    if code and code not in country_codes():
        raise _refused(
            QT_TRANSLATE_NOOP(
                "dialer",
                "“{country}” is no country code, so numbers cannot be read:"
                " choose another default country in the profile.",
            ),
            country=code,
        )
    return code or None


def _resolve(written: DialledText, country: str | None) -> Callee | Choice:
    if written.exact:
        return _callee(_as_they_stand(written.digits), written)
    if written.plus or written.digits.startswith("00"):
        return _read_abroad(written, country)
    if country is None:
        return _callee(_as_they_are(written), written)
    national = _fitting(numbering_plan.read_at_home(written.digits, country), written)
    international = _fitting(numbering_plan.read_abroad(written.digits), written)
    if national and international and national != international:
        return Choice(_callee(national, written), _callee(international, written))
    return _callee(national or international or _as_they_are(written, country), written)


def _read_abroad(written: DialledText, country: str | None) -> Callee | Choice:
    """Read a number that begins with + or 00.

    Some countries dial more than 00 to call abroad: 0011 in Australia, 001 or another carrier's
    prefix in Singapore. What is valid after such a prefix comes first. Where the digits behind 00
    are valid too, as they stand, the number may have been written for anybody (0091…, India), and
    the operator picks.
    """
    skips, usual = _prefixes(written, country)
    valid: list[str] = []
    exact: list[str] = []
    for skip in skips:
        digits = written.digits[skip:]
        reading = _fitting(numbering_plan.read_abroad(digits), written)
        if reading is not None:
            valid.append(reading)
            if reading in (digits, written.without_trunk_zero[skip:]):
                exact.append(reading)
    if skips[0] > _ZEROS:
        valid = exact or valid
        if len(exact) > 1:
            return Choice(_callee(exact[0], written), _callee(exact[1], written))
    digits = valid[0] if valid else written.without_trunk_zero[usual:]
    if digits.startswith("0"):
        raise _refused(
            QT_TRANSLATE_NOOP(
                "dialer", "After + or 00 comes the country code, and none starts with 0."
            )
        )
    return _callee(digits, written)


def _prefixes(written: DialledText, country: str | None) -> tuple[list[int], int]:
    """How many digits may stand before the country code, likeliest first; and if none is valid."""
    if written.plus:
        return [0], 0
    if country is None:
        return [_ZEROS], _ZEROS
    usual = numbering_plan.usual_prefix_for_abroad(country)
    if usual is not None and len(usual) > _ZEROS and written.digits.startswith(usual):
        return [len(usual), _ZEROS], len(usual)
    own = len(numbering_plan.prefix_for_abroad(written.digits, country)) or _ZEROS
    # Where everybody dials the same, what else there is comes last.
    order = (own, _ZEROS) if usual is None else (_ZEROS, own)
    return list(dict.fromkeys(order)), _ZEROS


def _as_they_stand(digits: str) -> str:
    """Digits of which none is to be changed."""
    if digits.startswith("0"):
        raise _refused(
            QT_TRANSLATE_NOOP(
                "dialer", "After = come the digits to send, and no country code starts with 0."
            )
        )
    return digits


def _as_they_are(written: DialledText, country: str | None = None) -> str:
    """The digits of a number that only its writer knows, as they were written."""
    digits = written.digits
    if not digits.startswith("0"):
        if digits == written.without_trunk_zero:
            return digits
        # "44 (0)20 …": a zero in brackets follows a country code, and some countries keep it.
        return _fitting(numbering_plan.read_abroad(digits), written) or written.without_trunk_zero
    if country is None:
        raise _refused(
            QT_TRANSLATE_NOOP(
                "dialer",
                "No country code starts with 0: write the number with + and its country code,"
                " or set the default country in the profile.",
            )
        )
    _sendable(digits)
    raise _refused(
        QT_TRANSLATE_NOOP(
            "dialer",
            "This is no valid number in the default country ({country}), and no country code starts"
            " with 0: check it, or write it with + and its country code.",
        ),
        country=country,
    )


def _fitting(reading: str | None, written: DialledText) -> str | None:
    """`reading`, if the API takes it and its kind is written the way the text was."""
    if reading is None or not DIGITS.fullmatch(reading):
        return None
    if written.letters is not None and not numbering_plan.look_up(reading).takes_letters:
        return None
    return reading


def _callee(digits: str, written: DialledText) -> Callee:
    if written.letters is not None and _fitting(digits, written) is None:
        raise letters_refused(written.letters)
    known = numbering_plan.look_up(_sendable(digits))
    hints: list[Sentence] = []
    if not known.valid:
        hints.append(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer", "Not a valid number by the numbering plan; it is called as it stands."
                )
            )
        )
    if written.inside is not None:
        hints.append(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer", "The link means a number inside {domain}; check that it is this one."
                ),
                domain=written.inside,
            )
        )
    if written.extension is not None:
        hints.append(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The extension cannot be sent: dial {extension} on your phone"
                    " once the call is answered.",
                ),
                extension=written.extension,
            )
        )
    return Callee(
        digits,
        known.formatted,
        known.region,
        known.valid,
        written.extension,
        tuple(hints),
        known.ordinary,
    )


def _sendable(digits: str) -> str:
    """`digits`, if the API takes as many; else raises NumberRefused with their count."""
    if DIGITS.fullmatch(digits):
        return digits
    if len(digits) == 1:
        raise _refused(QT_TRANSLATE_NOOP("dialer", "1 digit: 7 to 15 are needed."))
    raise _refused(
        QT_TRANSLATE_NOOP("dialer", "{count} digits: 7 to 15 are needed."), count=len(digits)
    )


def _refused(text: str, **values: object) -> NumberRefused:
    return NumberRefused(Sentence(text, **values))
