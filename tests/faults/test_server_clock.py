"""The provider's clock and this computer's differ: it is asked once more at most, and only then."""

import pytest

from dialer.calls.call import Cause
from doubles import faulty_server as faults
from doubles.faulty_server import answers, by_its_own_clock, in_turn
from faults.case import Case, Promise, each_case, placed, rejected, served, unknown
from faults.tally import Tally
from faults.trial import Start, judge

pytestmark = pytest.mark.keyring

DAY = 86_400.0
EXPIRED = {"status": "-16", "reason": "timestamp expires"}
CLOCKS_APART = "clock and the provider's are too far apart"


def expired(date: str | None) -> faults.Behaviour:
    return answers(EXPIRED, date=date)


def line(
    name: str,
    behaviour: faults.Behaviour,
    promise: Promise,
    depth: str = "more",
    deadline: float = 20.0,
) -> Case:
    return Case("provider's clock", name, served(behaviour), promise, deadline, depth=depth)


def still_refused(requests: int) -> Promise:
    return rejected(
        "-16", "timestamp expires", "Nothing was called", CLOCKS_APART, requests=requests
    )


NOW = by_its_own_clock(0.0)

CASES = (
    line("a day ahead", by_its_own_clock(DAY), placed(requests=2), "quick"),
    line("a day behind", by_its_own_clock(-DAY), placed(requests=2)),
    line("ten minutes ahead", by_its_own_clock(600.0), placed()),
    line("ten years ahead", by_its_own_clock(3652 * DAY), placed(requests=2)),
    line("a day ahead, untold", by_its_own_clock(DAY, tells=False), still_refused(1), "quick"),
    line("never satisfied", by_its_own_clock(DAY, agrees=False), still_refused(2), "quick"),
    line("told in nonsense", expired("soon"), still_refused(1)),
    line("told in the year 9999", expired("Fri, 31 Dec 9999 23:59:59 -2359"), still_refused(2)),
    line("a day ahead, and nobody minds", answers(date="Thu, 01 Jan 2099 00:00:00 GMT"), placed()),
    line(
        "refused, and then no answer",
        in_turn(expired("Mon, 05 Jan 2026 10:00:00 GMT"), faults.hangs_after_reading),
        unknown(Cause.NO_ANSWER, requests=2),
        "quick",
        deadline=3.0,
    ),
    line(
        "refused, and then broken off",
        in_turn(expired("Mon, 05 Jan 2026 10:00:00 GMT"), faults.resets_after_reading),
        unknown(Cause.BROKEN_OFF, requests=2),
    ),
)


@each_case(CASES)
def test_what_the_provider_s_clock_does_to_a_call(case: Case, tried: Start, tally: Tally) -> None:
    judge(case, tried(case), tally)
