"""What an outcome means, in sentences for people: the one place where codes become words."""

from dataclasses import dataclass

from dialer.calls.call import Cause, Outcome, OutcomeKind
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

SYSTEM_ERROR = "-18"
WRONG_CREDENTIALS = "-1"


@dataclass(frozen=True, slots=True)
class Words:
    """An outcome told: what happened in a word, then what it means and what to do.

    `code` is the provider's status and its own words, for small print; "" without one.
    """

    headline: Sentence
    text: Sentence
    code: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.headline), str(self.text), self.code) if part)


_HEADLINES = {
    OutcomeKind.PLACED: QT_TRANSLATE_NOOP("dialer", "Placed."),
    OutcomeKind.REJECTED: QT_TRANSLATE_NOOP("dialer", "Rejected."),
    OutcomeKind.NOT_SENT: QT_TRANSLATE_NOOP("dialer", "Not sent."),
    OutcomeKind.UNKNOWN: QT_TRANSLATE_NOOP("dialer", "Outcome unknown."),
}

_PLACED = QT_TRANSLATE_NOOP(
    "dialer",
    "Your phone {account} will ring, then the callee's. Wrong number? Do not pick up your phone.",
)
_PLACED_IN_SANDBOX = QT_TRANSLATE_NOOP(
    "dialer",
    "This is the sandbox: no phone rings. The call is in the history with its recording ID.",
)

_STATUSES = {
    "-1": QT_TRANSLATE_NOOP(
        "dialer",
        "The provider did not accept the credentials. Nothing was called."
        " Check API key and API secret in the profile.",
    ),
    "-2": QT_TRANSLATE_NOOP(
        "dialer",
        "The provider does not allow calls from this computer's IP address. Nothing was called."
        " Ask the administrator of the provider account to allow it.",
    ),
    "-10": QT_TRANSLATE_NOOP(
        "dialer",
        "The balance is too low. Nothing was called. Ask whoever tops up the account.",
    ),
    "-13": QT_TRANSLATE_NOOP(
        "dialer",
        "The provider account is locked. Nothing was called. Ask the provider to unlock it.",
    ),
    "-15": QT_TRANSLATE_NOOP(
        "dialer",
        "The provider was asked too often. Nothing was called. Wait a minute, then call again.",
    ),
    "-16": QT_TRANSLATE_NOOP(
        "dialer",
        "This computer's clock and the provider's are too far apart, and correcting for it did"
        " not help. Nothing was called. Set the computer's clock, then call again.",
    ),
    "-18": QT_TRANSLATE_NOOP(
        "dialer",
        "The provider's system had an error, and the phones may still ring."
        " Wait a while before you call this number again.",
    ),
    "-22": QT_TRANSLATE_NOOP(
        "dialer",
        "The provider did not accept the number, the display number, the account or the"
        " application ID. Nothing was called. Check them, then call again.",
    ),
    "-24": QT_TRANSLATE_NOOP(
        "dialer",
        "The provider does not know this account. Nothing was called. Check the account.",
    ),
    "-26": QT_TRANSLATE_NOOP(
        "dialer",
        "The provider has no price for this destination. Nothing was called."
        " Ask the provider to open it for your account.",
    ),
    "-68": QT_TRANSLATE_NOOP(
        "dialer",
        "Your phone {account} is busy or not registered. Nothing was called."
        " Hang up or register your phone, then call again.",
    ),
}
_UNDOCUMENTED = QT_TRANSLATE_NOOP(
    "dialer",
    "The provider answered with a code that its documents do not explain, so the phones may"
    " still ring. Show code and words to whoever looks after the account.",
)

_CHECK_STATUSES = {
    "-1": QT_TRANSLATE_NOOP(
        "dialer", "The provider did not accept the credentials. Check API key and API secret."
    ),
    "-2": QT_TRANSLATE_NOOP(
        "dialer",
        "The provider does not allow requests from this computer's IP address."
        " Ask the administrator of the provider account to allow it.",
    ),
    "-13": QT_TRANSLATE_NOOP(
        "dialer", "The provider account is locked. Ask the provider to unlock it."
    ),
    "-15": QT_TRANSLATE_NOOP(
        "dialer", "The provider was asked too often. Wait a minute, then check the profile again."
    ),
    "-16": QT_TRANSLATE_NOOP(
        "dialer",
        "This computer's clock and the provider's are too far apart. Set the computer's clock.",
    ),
    "-18": QT_TRANSLATE_NOOP(
        "dialer", "The provider's system had an error. Check the profile again in a while."
    ),
}
_CHECK_UNDOCUMENTED = QT_TRANSLATE_NOOP(
    "dialer",
    "The provider answered, but not with a balance. Check the base URL and the balance path.",
)

_NOT_SENT: dict[Cause | None, str] = {
    Cause.NO_NAME: QT_TRANSLATE_NOOP(
        "dialer",
        "The provider's address was not found. Nothing was called."
        " Check the network connection and the profile's base URL, then call again.",
    ),
    Cause.REFUSED: QT_TRANSLATE_NOOP(
        "dialer",
        "The provider's server refused the connection. Nothing was called."
        " Check the profile's base URL, or try again in a while.",
    ),
    Cause.UNREACHABLE: QT_TRANSLATE_NOOP(
        "dialer",
        "There is no network path to the provider. Nothing was called."
        " Check the network connection, then call again.",
    ),
    Cause.CONNECT_TIMEOUT: QT_TRANSLATE_NOOP(
        "dialer",
        "No connection to the provider came about in time. Nothing was called."
        " Check the network connection, then call again.",
    ),
    Cause.TLS: QT_TRANSLATE_NOOP(
        "dialer",
        "The secure connection to the provider could not be trusted. Nothing was called."
        " Ask the administrator about the network's certificates.",
    ),
    Cause.PROXY: QT_TRANSLATE_NOOP(
        "dialer",
        "The proxy did not let the connection through. Nothing was called."
        " Ask the administrator about the proxy settings.",
    ),
    Cause.CONNECTION_LOST: QT_TRANSLATE_NOOP(
        "dialer",
        "The connection broke before the request was sent. Nothing was called. Call again.",
    ),
    Cause.CANCELLED: QT_TRANSLATE_NOOP(
        "dialer", "The call was stopped in time. Nothing was called."
    ),
    Cause.LATE: QT_TRANSLATE_NOOP(
        "dialer",
        "The program was busy for too long, and a call is never placed late."
        " Nothing was called. Call again.",
    ),
    Cause.JOURNAL: QT_TRANSLATE_NOOP(
        "dialer", "The call could not be recorded, so it was not sent. Nothing was called."
    ),
}

_NOT_SENT_SOMEHOW = QT_TRANSLATE_NOOP(
    "dialer", "The request could not be sent. Nothing was called. Call again."
)

_MAY_RING = QT_TRANSLATE_NOOP(
    "dialer", "{what} The phones may ring. Wait and see before you call this number again."
)
_UNKNOWN: dict[Cause | None, str] = {
    Cause.NO_ANSWER: QT_TRANSLATE_NOOP("dialer", "The provider did not answer in time."),
    Cause.BROKEN_OFF: QT_TRANSLATE_NOOP(
        "dialer", "The connection broke after the request had been sent."
    ),
    Cause.REDIRECTED: QT_TRANSLATE_NOOP(
        "dialer", "The server pointed somewhere else, which is never followed."
    ),
    Cause.NO_ENVELOPE: QT_TRANSLATE_NOOP("dialer", "The answer was not one of the provider's."),
    Cause.TOO_LARGE: QT_TRANSLATE_NOOP("dialer", "The answer was too large to be the provider's."),
    Cause.NO_RECORDING_ID: QT_TRANSLATE_NOOP(
        "dialer", "The provider took the call but gave no recording ID."
    ),
    Cause.CLOSED: QT_TRANSLATE_NOOP(
        "dialer", "The program was closed before the provider answered."
    ),
    Cause.INTERRUPTED: QT_TRANSLATE_NOOP("dialer", "The program ended in the middle of the call."),
}
_UNKNOWN_SOMEHOW = QT_TRANSLATE_NOOP("dialer", "What became of the request is not known.")


def words(outcome: Outcome, account: str, *, sandbox: bool = False) -> Words:
    """Tell an outcome: what happened, what it means for the call, what to do."""
    headline = Sentence(_HEADLINES[outcome.kind])
    if outcome.kind is OutcomeKind.PLACED:
        text = Sentence(_PLACED_IN_SANDBOX if sandbox else _PLACED, account=account)
        return Words(headline, text)
    if outcome.kind is OutcomeKind.REJECTED:
        text = Sentence(_STATUSES.get(outcome.status or "", _UNDOCUMENTED), account=account)
        return Words(headline, text, _code(outcome))
    if outcome.kind is OutcomeKind.NOT_SENT:
        # The journal gives no cause where a newer version knew one that this one does not.
        text = Sentence(_NOT_SENT.get(outcome.cause, _NOT_SENT_SOMEHOW))
        return Words(headline, text, _code(outcome))
    what = Sentence(_UNKNOWN.get(outcome.cause, _UNKNOWN_SOMEHOW))
    return Words(headline, Sentence(_MAY_RING, what=what), _code(outcome))


def check_words(status: str) -> Sentence:
    """What a status other than 0 means for a profile that is being checked."""
    return Sentence(_CHECK_STATUSES.get(status, _CHECK_UNDOCUMENTED))


def what_happened(cause: Cause) -> Sentence:
    """What went wrong with a request that calls nobody, such as the check of a profile."""
    return Sentence(_UNKNOWN[cause] if cause in _UNKNOWN else _NOT_SENT[cause])


def may_still_ring(outcome: Outcome | None) -> bool:
    """Whether phones may ring for a call that was not placed for certain.

    True of an unknown outcome, of -18, of codes nobody documented, and of a call under way.
    """
    if outcome is None or outcome.kind is OutcomeKind.UNKNOWN:
        return True
    return outcome.kind is OutcomeKind.REJECTED and (
        outcome.status == SYSTEM_ERROR or outcome.status not in _STATUSES
    )


def _code(outcome: Outcome) -> str:
    parts = (outcome.status, outcome.reason) if outcome.status else (outcome.detail,)
    said = " ".join(part for part in parts if part)
    return f"({said})" if said else ""
