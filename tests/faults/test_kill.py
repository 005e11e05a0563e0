"""kill -9 at random moments during calls: no call that the provider received is ever lost."""

import os
import random
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from dialer.calls.call import CallRecord, Cause
from dialer.calls.credentials import Credentials
from dialer.sandbox.store import ReceivedCall, SandboxCalls
from dialer.settings.profile import Profile
from faults.caller import CallerProcess
from faults.tally import Tally
from program.program import Program

KILLS = [
    12,
    pytest.param(200, marks=pytest.mark.more),
    pytest.param(1_000, marks=pytest.mark.long),
]
"""How often, by the depth of the run."""

SEED = 20_260_105
LATEST = 0.1
"""Up to how many seconds after its first call a process is killed: some calls later."""

CALLS = 40
"""More calls than a process places in that time."""

UNANSWERED = "9990001001"


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX's")
@pytest.mark.parametrize("kills", KILLS)
def test_no_call_that_the_sandbox_received_is_missing_after_a_kill(
    tmp_path: Path, kills: int, tally: Tally
) -> None:
    chance = random.Random(SEED)
    (tmp_path / "caller").mkdir()
    caller, provider = Program(tmp_path / "caller/home"), Program(tmp_path / "provider")
    with provider.start("sandbox") as sandbox:
        url, key, secret = (sandbox.line().partition(": ")[2] for _ in range(3))
        credentials = Credentials(key, secret)
        caller.profiles.add(Profile("work", base_url=url, account="test_001"))
        received = SandboxCalls(provider.folders.sandbox_calls)
        with closing(received):
            # The next one starts up while its predecessor is at work.
            following = CallerProcess(caller.home, credentials)
            for kill in range(kills):
                doomed, following = following, CallerProcess(caller.home, credentials)
                with doomed:
                    doomed.run(*(call(kill, number) for number in range(CALLS)))
                    assert doomed.line(), doomed.end()
                    # The one thing that is waited for here is chance.
                    time.sleep(chance.uniform(0.0, LATEST))
                    doomed.kill()
                at_the_provider = received.received()
                assert_all_stand_in_the_journal(at_the_provider, caller.calls())
            following.kill()
            at_the_provider, journal = received.received(), caller.calls()
            assert_the_kills_hit_calls(kills, at_the_provider, journal)
            tally.compared(
                "process",
                [call.note for call in at_the_provider],
                [row.request.note or "" for row in journal],
                cases=kills,
            )
    with closing(sqlite3.connect(caller.folders.journal)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def call(kill: int, number: int) -> list[str]:
    """A command for a call like no other, told by its note.

    Every fourth process comes upon a callee that the sandbox takes and never answers about, and
    so is killed in the middle of a call for certain, if it comes that far.
    """
    unanswered = kill % 4 == 0 and number == 1
    callee = UNANSWERED if unanswered else f"4420{kill:05d}{number:03d}"
    return ["call", callee, "--note", f"{kill}-{number}"]


def assert_all_stand_in_the_journal(
    at_the_provider: list[ReceivedCall], journal: list[CallRecord]
) -> None:
    """What was received stands in the journal, once, and nothing is shown as under way."""
    rows = {row.request.note: row for row in journal}
    assert len(rows) == len(journal)
    notes = Counter(call.note for call in at_the_provider)
    assert set(notes) <= set(rows), "a call was received and is not in the journal"
    assert set(notes.values()) == {1}, "a call was received twice"
    for call in at_the_provider:
        outcome = rows[call.note].outcome
        assert outcome, "a killed process's call is no call under way"
        assert outcome.recording_id == call.recording_id or outcome.cause is Cause.INTERRUPTED
        assert rows[call.note].request.callee == call.callee


def assert_the_kills_hit_calls(
    kills: int, at_the_provider: list[ReceivedCall], journal: list[CallRecord]
) -> None:
    """Had every kill come between two calls, nothing would have been tried."""
    interrupted = {
        row.request.note
        for row in journal
        if row.outcome and row.outcome.cause is Cause.INTERRUPTED
    }
    received = {call.note for call in at_the_provider}
    print(
        f"{kills} kills: {len(received)} calls received, {len(journal)} in the journal,"
        f" {len(interrupted)} interrupted, {len(interrupted & received)} of these received"
    )
    assert interrupted
    assert interrupted & received
