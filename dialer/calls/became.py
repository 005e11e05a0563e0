"""What became of a call, in words for people: stages, endings, and what the records show."""

from dialer.calls.call import CallRecord, Following, OutcomeKind
from dialer.calls.details import Ending, Stage
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

_NAMES: dict[Stage | Ending, str] = {
    Stage.WAITING: QT_TRANSLATE_NOOP("dialer", "Waiting"),
    Stage.CALLING: QT_TRANSLATE_NOOP("dialer", "Calling"),
    Stage.RINGING: QT_TRANSLATE_NOOP("dialer", "Ringing"),
    Stage.TALKING: QT_TRANSLATE_NOOP("dialer", "Talking"),
    Stage.ENDED: QT_TRANSLATE_NOOP("dialer", "Ended"),
    Ending.ANSWERED: QT_TRANSLATE_NOOP("dialer", "Answered"),
    Ending.BUSY: QT_TRANSLATE_NOOP("dialer", "Busy"),
    Ending.NO_ANSWER: QT_TRANSLATE_NOOP("dialer", "No answer"),
    Ending.DECLINED: QT_TRANSLATE_NOOP("dialer", "Declined"),
    Ending.NOT_FOUND: QT_TRANSLATE_NOOP("dialer", "Number not found"),
    Ending.FAULT: QT_TRANSLATE_NOOP("dialer", "Provider fault"),
    Ending.CANCELLED: QT_TRANSLATE_NOOP("dialer", "Cancelled"),
    Ending.OTHER: QT_TRANSLATE_NOOP("dialer", "Not answered"),
}
_BECAME: dict[Stage | Ending, str] = {
    Stage.WAITING: QT_TRANSLATE_NOOP("dialer", "The provider has a record; nobody is called yet."),
    Stage.CALLING: QT_TRANSLATE_NOOP("dialer", "The provider's record says that it is calling."),
    Stage.RINGING: QT_TRANSLATE_NOOP("dialer", "The provider's record says that it rings."),
    Stage.TALKING: QT_TRANSLATE_NOOP(
        "dialer", "The call was answered; the provider's record shows no end yet."
    ),
    Stage.ENDED: QT_TRANSLATE_NOOP("dialer", "The call has ended."),
    Ending.ANSWERED: QT_TRANSLATE_NOOP("dialer", "The call was answered."),
    Ending.BUSY: QT_TRANSLATE_NOOP("dialer", "The callee was busy."),
    Ending.NO_ANSWER: QT_TRANSLATE_NOOP("dialer", "Nobody answered."),
    Ending.DECLINED: QT_TRANSLATE_NOOP("dialer", "The callee declined the call."),
    Ending.NOT_FOUND: QT_TRANSLATE_NOOP(
        "dialer", "The number was not found. Check it before you call it again."
    ),
    Ending.FAULT: QT_TRANSLATE_NOOP("dialer", "The call failed at the provider."),
    Ending.CANCELLED: QT_TRANSLATE_NOOP("dialer", "Hung up before an answer."),
    Ending.OTHER: QT_TRANSLATE_NOOP("dialer", "The call was not answered."),
}
_AWAITED = QT_TRANSLATE_NOOP("dialer", "Waiting for the provider's record.")
_FOUND = QT_TRANSLATE_NOOP("dialer", "Found in the provider's records.")
_BOTH = QT_TRANSLATE_NOOP("dialer", "{first} {second}")
_NO_FINAL_RECORD = QT_TRANSLATE_NOOP("dialer", "The provider gave no final record.")
_NOT_PLACED: dict[Following, str] = {
    Following.OPEN: QT_TRANSLATE_NOOP(
        "dialer", "The provider's records are searched for this call."
    ),
    Following.NOT_THERE: QT_TRANSLATE_NOOP("dialer", "The provider shows no such call."),
    Following.SEVERAL: QT_TRANSLATE_NOOP(
        "dialer", "The provider shows calls that may be this one. Choose the right one."
    ),
    Following.GIVEN_UP: QT_TRANSLATE_NOOP(
        "dialer", "The provider keeps no records of that time any more."
    ),
}


def name_of(reached: Stage | Ending) -> Sentence:
    """How far a call has come, or how it ended, in a word or two."""
    return Sentence(_NAMES[reached])


def what_became(call: CallRecord) -> Sentence | None:
    """What the provider's records say of a call, beside its outcome; None if nothing is known.

    Nothing but what they say: the contract has no live state.
    """
    if call.outcome is None:
        return None
    if call.outcome.kind is not OutcomeKind.PLACED:
        text = _NOT_PLACED.get(call.following) if call.following else None
        return Sentence(text) if text else None
    told = _so_far(call)
    if not call.settled:
        return told
    found = Sentence(_FOUND)
    return Sentence(_BOTH, first=found, second=told) if told else found


def _so_far(call: CallRecord) -> Sentence | None:
    """What became of a placed call."""
    if call.ending is not None:
        return Sentence(_BECAME[call.ending])
    if call.following is Following.GIVEN_UP:
        return Sentence(_NO_FINAL_RECORD)
    if call.stage is not None:
        return Sentence(_BECAME[call.stage])
    return Sentence(_AWAITED) if call.following is Following.OPEN else None
