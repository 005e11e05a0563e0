"""One profile: where calls go and with what defaults, valid by construction."""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, fields

from dialer.calls.base_url import BaseUrlRefused, check_base_url
from dialer.calls.call import DIGITS
from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

DEFAULT_BASE_URL = "https://api.itniotech.com"
TEXT_LIMIT = 64
"""The longest name, application ID and account, in characters."""
TIMEOUT_RANGE = (1.0, 120.0)
"""The shortest and the longest total deadline of a call, in seconds."""
SANDBOX_NAME = "sandbox"
"""The embedded sandbox goes by this name, so no profile may."""

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_LOW_BALANCE = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_LOW_BALANCE_DIGITS = 12
_BALANCE_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+", re.ASCII)


class ProfileError(ValueError):
    """A profile, or the file of profiles, is not right.

    `sentence` says what and `field` names the field of `Profile` that it is about, or
    `file` where it is the file as a whole.
    """

    def __init__(self, sentence: Sentence, field: str) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.field = field


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to place calls; valid by construction, in normal form.

    Raises ProfileError, which names the field. `timeout` is a call's total deadline, 1 to 120
    seconds. `default_country` is two capital letters or empty; whether there is such a
    country is for the caller to say, who has phonenumbers at hand. `low_balance` is the amount
    under which the balance is low, as decimal text of at most 12 digits; empty: never.
    """

    name: str
    base_url: str = DEFAULT_BASE_URL
    app_id: str = ""
    account: str = ""
    display_number: str = ""
    default_country: str = ""
    timeout: float = 20.0
    balance_path: str = "/sms/getBalance"
    low_balance: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = _CHECKS[field.name](getattr(self, field.name))
            object.__setattr__(self, field.name, value)

    @property
    def country(self) -> str | None:
        """The country as whose numbers without a country code are read, None for none."""
        return self.default_country or None

    @classmethod
    def of_sandbox(cls, base_url: str, *, app_id: str, account: str) -> "Profile":
        """The embedded sandbox's profile: the only one with its name, and never on disk."""
        profile = cls("-", base_url=base_url, app_id=app_id, account=account)
        object.__setattr__(profile, "name", SANDBOX_NAME)
        return profile


def folded(name: str) -> str:
    """The name as it is compared: two that look alike to a person are one."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def _name(value: object) -> str:
    name = _line(value, "name")
    if not any(unicodedata.category(char)[0] in "LNPS" for char in name):
        raise ProfileError(
            Sentence(QT_TRANSLATE_NOOP("dialer", "The profile needs a name.")), "name"
        )
    if folded(name) == SANDBOX_NAME:
        raise ProfileError(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "“sandbox” is the name of the built-in sandbox. Choose another name.",
                )
            ),
            "name",
        )
    return unicodedata.normalize("NFC", name)


def _line(value: object, field: str) -> str:
    """One line of at most 64 characters, without spaces at its ends."""
    text = value.strip() if isinstance(value, str) else None
    if text is None or len(text) > TEXT_LIMIT or plain(text, TEXT_LIMIT) != text:
        raise ProfileError(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "One line of at most {limit} characters is needed, without tabs, double "
                    "spaces or invisible characters.",
                ),
                limit=TEXT_LIMIT,
            ),
            field,
        )
    return text


def _base_url(value: object) -> str:
    try:
        return check_base_url(value if isinstance(value, str) else "")
    except BaseUrlRefused as error:
        raise ProfileError(error.sentence, "base_url") from None


def _display_number(value: object) -> str:
    if value == "" or (isinstance(value, str) and DIGITS.fullmatch(value)):
        return str(value)
    raise ProfileError(
        Sentence(
            QT_TRANSLATE_NOOP(
                "dialer",
                "The display number is 7 to 15 digits with the country code in front, or empty.",
            )
        ),
        "display_number",
    )


def _default_country(value: object) -> str:
    country = value.strip().upper() if isinstance(value, str) else "?"
    if country == "" or _COUNTRY.fullmatch(country):
        return country
    raise ProfileError(
        Sentence(
            QT_TRANSLATE_NOOP(
                "dialer", "The default country is two letters, such as GB or CN, or empty."
            )
        ),
        "default_country",
    )


def _timeout(value: object) -> float:
    shortest, longest = TIMEOUT_RANGE
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if shortest <= number <= longest:
        return float(number)
    raise ProfileError(
        Sentence(
            QT_TRANSLATE_NOOP(
                "dialer", "The timeout is a number of seconds from {shortest} to {longest}."
            ),
            shortest=f"{shortest:g}",
            longest=f"{longest:g}",
        ),
        "timeout",
    )


def _balance_path(value: object) -> str:
    if isinstance(value, str) and len(value) <= 200 and _BALANCE_PATH.fullmatch(value):
        return value
    raise ProfileError(
        Sentence(
            QT_TRANSLATE_NOOP(
                "dialer",
                "The path for the balance begins with a slash, such as /sms/getBalance, and has "
                "no spaces, “?” or “#”.",
            )
        ),
        "balance_path",
    )


def _low_balance(value: object) -> str:
    text = value.strip() if isinstance(value, str) else "?"
    digits = sum(char.isdigit() for char in text)
    if text == "" or (_LOW_BALANCE.fullmatch(text) and digits <= _LOW_BALANCE_DIGITS):
        return text
    raise ProfileError(
        Sentence(
            QT_TRANSLATE_NOOP(
                "dialer",
                "The balance to warn below is an amount such as 5.00, with a point and at most "
                "{limit} digits, or empty.",
            ),
            limit=_LOW_BALANCE_DIGITS,
        ),
        "low_balance",
    )


_CHECKS: dict[str, Callable[[object], object]] = {
    "name": _name,
    "base_url": _base_url,
    "app_id": lambda value: _line(value, "app_id"),
    "account": lambda value: _line(value, "account"),
    "display_number": _display_number,
    "default_country": _default_country,
    "timeout": _timeout,
    "balance_path": _balance_path,
    "low_balance": _low_balance,
}
