"""Why the provider's records, accounts, balance or recordings could not be had, in sentences."""

from enum import Enum, auto

from dialer.calls.call import Cause
from dialer.calls.reasons import SYSTEM_ERROR, WRONG_CREDENTIALS
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence


class Asked(Enum):
    """What the provider was asked for."""

    RECORD = auto()
    RECORDS = auto()
    ACCOUNTS = auto()
    BALANCE = auto()
    RECORDING = auto()


_STATUSES = {
    WRONG_CREDENTIALS: QT_TRANSLATE_NOOP(
        "dialer",
        "The provider did not accept the credentials. Check API key and API secret in the profile.",
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
        "dialer", "The provider was asked too often. Wait a minute, then try again."
    ),
    "-16": QT_TRANSLATE_NOOP(
        "dialer",
        "This computer's clock and the provider's are too far apart. Set the computer's clock.",
    ),
    SYSTEM_ERROR: QT_TRANSLATE_NOOP(
        "dialer", "The provider's system had an error. Try again in a while."
    ),
}
_UNDOCUMENTED = QT_TRANSLATE_NOOP(
    "dialer",
    "The provider answered with a code that its documents do not explain."
    " Show code and words to whoever looks after the account.",
)

_NOT_THERE = {
    Asked.RECORD: QT_TRANSLATE_NOOP("dialer", "The provider has no record of this call."),
    Asked.RECORDS: QT_TRANSLATE_NOOP(
        "dialer",
        "The provider did not accept the period. It keeps records for two months:"
        " choose a later beginning.",
    ),
    Asked.ACCOUNTS: QT_TRANSLATE_NOOP(
        "dialer",
        "The provider does not know this application ID. Check the application ID in the profile.",
    ),
    Asked.BALANCE: QT_TRANSLATE_NOOP(
        "dialer",
        "The provider answered, but not with a balance. Check base URL and balance path"
        " in the profile.",
    ),
    Asked.RECORDING: QT_TRANSLATE_NOOP(
        "dialer", "The provider does not have this recording, or not yet, or no longer."
    ),
}

_UNREADABLE = {
    Asked.RECORD: QT_TRANSLATE_NOOP(
        "dialer", "The provider answered with something that is no record of a call."
    ),
    Asked.RECORDS: QT_TRANSLATE_NOOP(
        "dialer", "The provider answered with something that is no list of records."
    ),
    Asked.ACCOUNTS: QT_TRANSLATE_NOOP(
        "dialer", "The provider answered with something that is no list of accounts."
    ),
    Asked.BALANCE: _NOT_THERE[Asked.BALANCE],
    Asked.RECORDING: QT_TRANSLATE_NOOP(
        "dialer", "The provider answered, but not with an address of the recording."
    ),
}

_ENDLESS = QT_TRANSLATE_NOOP(
    "dialer", "The provider's list has no end. Ask for a shorter period, or tell the provider."
)
_BROKEN_OFF = QT_TRANSLATE_NOOP(
    "dialer",
    "The provider's list broke off before its end, so nothing is concluded from it."
    " Try again in a while.",
)
_ANOTHER_CALL = QT_TRANSLATE_NOOP(
    "dialer",
    "The provider answered with the record of another call, which is not shown.",
)
_UNSAFE_PLACE = QT_TRANSLATE_NOOP(
    "dialer",
    "The provider gave an address for the recording that is not secure, so it is not fetched.",
)

_NO_ANSWER = {
    Cause.NO_NAME: QT_TRANSLATE_NOOP(
        "dialer",
        "The provider's address was not found. Nothing is lost."
        " Check the network connection and the profile's base URL, then try again.",
    ),
    Cause.REFUSED: QT_TRANSLATE_NOOP(
        "dialer",
        "The provider's server refused the connection. Nothing is lost."
        " Check the profile's base URL, or try again in a while.",
    ),
    Cause.UNREACHABLE: QT_TRANSLATE_NOOP(
        "dialer",
        "There is no network path to the provider. Nothing is lost."
        " Check the network connection, then try again.",
    ),
    Cause.CONNECT_TIMEOUT: QT_TRANSLATE_NOOP(
        "dialer",
        "No connection to the provider came about in time. Nothing is lost."
        " Check the network connection, then try again.",
    ),
    Cause.TLS: QT_TRANSLATE_NOOP(
        "dialer",
        "The secure connection to the provider could not be trusted, so nothing was asked."
        " Ask the administrator about the network's certificates.",
    ),
    Cause.PROXY: QT_TRANSLATE_NOOP(
        "dialer",
        "The proxy did not let the connection through. Nothing is lost."
        " Ask the administrator about the proxy settings.",
    ),
    Cause.CONNECTION_LOST: QT_TRANSLATE_NOOP(
        "dialer", "The connection broke before the provider was asked. Nothing is lost. Try again."
    ),
    Cause.CANCELLED: QT_TRANSLATE_NOOP(
        "dialer", "Asking the provider was stopped. Nothing is lost."
    ),
    Cause.LATE: QT_TRANSLATE_NOOP(
        "dialer", "The time was over before the provider was asked. Nothing is lost. Try again."
    ),
    Cause.NO_ANSWER: QT_TRANSLATE_NOOP(
        "dialer", "The provider did not answer in time. Nothing is lost. Try again in a while."
    ),
    Cause.BROKEN_OFF: QT_TRANSLATE_NOOP(
        "dialer",
        "The connection broke before the whole answer had come. Nothing is lost. Try again.",
    ),
    Cause.REDIRECTED: QT_TRANSLATE_NOOP(
        "dialer",
        "The server pointed somewhere else, which is never followed. Check the profile's base URL.",
    ),
    Cause.NO_ENVELOPE: QT_TRANSLATE_NOOP(
        "dialer",
        "The answer was not one of the provider's."
        " Check the profile's base URL, or try again in a while.",
    ),
    Cause.TOO_LARGE: QT_TRANSLATE_NOOP(
        "dialer",
        "The answer was too large to be the provider's. Check the profile's base URL.",
    ),
}
_NO_ANSWER_SOMEHOW = QT_TRANSLATE_NOOP(
    "dialer", "The provider could not be asked. Nothing is lost. Try again in a while."
)


def no_answer(cause: Cause) -> Sentence:
    """Why there was no usable answer to a question, which calls nobody."""
    return Sentence(_NO_ANSWER.get(cause, _NO_ANSWER_SOMEHOW))


def refused(asked: Asked, status: str) -> Sentence:
    """What a status other than 0 means for what was asked."""
    if status in ("-22", "-24"):
        return Sentence(_NOT_THERE[asked])
    return Sentence(_STATUSES.get(status, _UNDOCUMENTED))


def not_there(asked: Asked) -> Sentence:
    """Why something was not even asked for: the provider cannot have it."""
    return Sentence(_NOT_THERE[asked])


def unreadable(asked: Asked) -> Sentence:
    """What an answer means that is a success and yet nothing that can be read."""
    return Sentence(_UNREADABLE[asked])


def endless() -> Sentence:
    """What a list means whose pages do not end."""
    return Sentence(_ENDLESS)


def broken_off() -> Sentence:
    """What a list means that has fewer entries than it says itself."""
    return Sentence(_BROKEN_OFF)


def another_call() -> Sentence:
    """What a record means that is not of the call that was asked about."""
    return Sentence(_ANOTHER_CALL)


def unsafe_place() -> Sentence:
    """What an address of a recording means that is neither https nor on this computer."""
    return Sentence(_UNSAFE_PLACE)
