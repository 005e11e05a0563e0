"""From what was typed into the fields to a call request: the one edge where it is parsed."""

from dialer.calls.call import NOTE_LIMIT, CallRequest
from dialer.calls.number import (
    Choice,
    NumberRefused,
    read_callee,
    read_display_number,
    two_readings,
)
from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

ACCOUNT_LIMIT = 64
"""The longest account and application ID that are taken, in characters."""

_NO_ACCOUNT = QT_TRANSLATE_NOOP(
    "dialer", "The account is empty. Enter your phone account, or set it in the profile."
)
_BAD_ACCOUNT = QT_TRANSLATE_NOOP(
    "dialer", "The account must be one line of at most {limit} characters."
)
_BAD_APP_ID = QT_TRANSLATE_NOOP(
    "dialer", "The application ID must be one line of at most {limit} characters."
)
_LONG_NOTE = QT_TRANSLATE_NOOP(
    "dialer", "The note has {length} characters: {limit} at most can be sent."
)


class RequestRefused(ValueError):
    """A field is not what a call needs; `field` names it, `sentence` says what is wrong."""

    def __init__(self, sentence: Sentence, field: str) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.field = field


def read_request(
    *,
    callee: str,
    account: str,
    display_number: str = "",
    app_id: str = "",
    note: str = "",
    profile: str = "",
    sandbox: bool = False,
    lent: bool = False,
    default_country: str | None = None,
) -> tuple[CallRequest, tuple[Sentence, ...]]:
    """Read every field: the request, and quiet hints about the callee.

    Raises RequestRefused for the first field that cannot be sent. A callee with two readings
    is refused too: picking one is the operator's part.
    """
    try:
        number = read_callee(callee, default_country)
    except NumberRefused as refused:
        raise RequestRefused(refused.sentence, "callee") from None
    if isinstance(number, Choice):
        raise RequestRefused(two_readings(number), "callee")
    request = CallRequest(
        callee=number.digits,
        account=_name(account, "account", _BAD_ACCOUNT) or _missing_account(),
        display_number=_display_number(display_number, default_country),
        app_id=_name(app_id, "app_id", _BAD_APP_ID),
        note=read_note(note),
        profile=profile,
        sandbox=sandbox,
        lent=lent,
    )
    return request, number.hints


def read_note(text: str) -> str | None:
    """The note as it will be sent, on one line; None for an empty one. Raises RequestRefused."""
    note = plain(text, limit=max(1, len(text)))
    if len(note) > NOTE_LIMIT:
        raise RequestRefused(Sentence(_LONG_NOTE, length=len(note), limit=NOTE_LIMIT), "note")
    return note or None


def _display_number(text: str, default_country: str | None) -> str | None:
    try:
        return read_display_number(text, default_country)
    except NumberRefused as refused:
        raise RequestRefused(refused.sentence, "display_number") from None


def _name(text: str, field: str, complaint: str) -> str | None:
    name = text.strip()
    if len(name) > ACCOUNT_LIMIT or plain(name) != name:
        raise RequestRefused(Sentence(complaint, limit=ACCOUNT_LIMIT), field)
    return name or None


def _missing_account() -> str:
    raise RequestRefused(Sentence(_NO_ACCOUNT), "account")
