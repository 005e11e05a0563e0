"""The exit codes of the commands, as the README lists them."""

from enum import IntEnum

from dialer.calls.call import Outcome, OutcomeKind


class Exit(IntEnum):
    """What a command's exit code means."""

    DONE = 0
    NO_WINDOW = 1
    BAD_INPUT = 2
    REJECTED = 3
    NOT_SENT = 4
    UNKNOWN = 5
    NO_CREDENTIALS = 6
    DEFECT = 70
    """Dialer has a defect; the number is that of EX_SOFTWARE in <sysexits.h>."""


_OUTCOMES = {
    OutcomeKind.PLACED: Exit.DONE,
    OutcomeKind.REJECTED: Exit.REJECTED,
    OutcomeKind.NOT_SENT: Exit.NOT_SENT,
    OutcomeKind.UNKNOWN: Exit.UNKNOWN,
}


def exit_of(outcome: Outcome) -> Exit:
    """The exit code of a call that ended so."""
    return _OUTCOMES[outcome.kind]
