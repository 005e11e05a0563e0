"""The network fails in every way it can: each has its outcome, and no call is sent twice."""

import pytest

from dialer.calls.call import Cause
from doubles import faulty_server as faults
from faults.case import Case, each_case, not_sent, served, served_over_tls, unknown
from faults.tally import Tally
from faults.trial import Start, judge

pytestmark = pytest.mark.keyring

CASES = (
    Case("network", "a closed port", served(faults.refuses), not_sent(Cause.REFUSED, "refused")),
    Case(
        "network",
        "reset after the request",
        served(faults.resets_after_reading),
        unknown(Cause.BROKEN_OFF, "after the request had been sent"),
    ),
    Case(
        "network",
        "resets in the handshake",
        served_over_tls(faults.resets_in_handshake),
        not_sent(Cause.CONNECTION_LOST, "before the request was sent"),
        depth="more",
    ),
)


@each_case(CASES)
def test_what_the_network_does_to_a_call(case: Case, tried: Start, tally: Tally) -> None:
    judge(case, tried(case), tally)
