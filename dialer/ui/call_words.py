"""What became of a call, as its panel says it: a word, a sentence, and their colour."""

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from dialer.calls.became import name_of, what_became
from dialer.calls.call import CallRecord, Following, OutcomeKind
from dialer.calls.details import Ending, Stage
from dialer.calls.reasons import words
from dialer.ui.words import told


class CallWords(NamedTuple):
    """A call told: `kind` is a tint of the scheme, `code` small print, "" without any."""

    kind: str
    headline: str
    text: str
    code: str = ""


def call_words(record: CallRecord) -> CallWords:
    """Tell a call by its outcome, and by what the provider's records say of it."""
    request, outcome = record.request, record.outcome
    if outcome is None:
        return CallWords(
            "calling",
            QCoreApplication.translate("CallWords", "Calling."),
            QCoreApplication.translate("CallWords", "The provider has not answered yet."),
        )
    became = what_became(record)
    more = told(became) if became else ""
    if outcome.kind is OutcomeKind.PLACED and (reached := record.ending or _live(record.stage)):
        kind = "calling" if isinstance(reached, Stage) else "neutral"
        if reached is Ending.ANSWERED:
            kind = "placed"
        return CallWords(kind, f"{told(name_of(reached))}.", more)
    said = words(outcome, request.account, sandbox=request.sandbox)
    # Once the looking is over, the phones have rung or never will.
    over = record.settled or record.following in (Following.FINAL, Following.GIVEN_UP)
    expected = "" if outcome.kind is OutcomeKind.PLACED and over else told(said.text)
    text = " ".join(part for part in (expected, more) if part)
    return CallWords(outcome.kind.value, told(said.headline), text, said.code)


def _live(stage: Stage | None) -> Stage | None:
    """The stage, where it tells more than that the call was placed."""
    return stage if stage in (Stage.CALLING, Stage.RINGING, Stage.TALKING) else None
