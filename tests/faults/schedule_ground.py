"""Carries schedules of faults out: the real transport, journal and sandbox, and a relay between."""

import json
import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from dialer.calls.call import CallRecord, CallRequest, Cause, Outcome, OutcomeKind
from dialer.calls.journal import CallJournal, JournalReader, prepare
from dialer.calls.lifeline import Lifeline
from dialer.calls.patience import Patience
from dialer.calls.place import place_call
from dialer.provider.client import InvokePhone
from dialer.provider.signing import ProviderClock
from dialer.provider.transport import Transport
from dialer.sandbox.server import SandboxServer
from dialer.sandbox.store import ReceivedCall, SandboxCalls
from doubles.faulty_server import tls_for
from faults.relay import Carried, Relay
from faults.schedule import Kill, PlannedCall, Way

ACCOUNT = "test_001"
BEHIND_PROXY = "https://provider.example"
"""A provider that is reached through the proxy alone: no name is looked up here."""

_SECONDS = 10.0
_LATE = frozenset((Cause.CANCELLED, Cause.CONNECT_TIMEOUT, Cause.NO_ANSWER, Cause.CLOSED))
"""Outcomes after which a connection may still be on its way."""


@dataclass
class Findings:
    """What was tried, and what is not as it must be; a call is named by its note."""

    calls: int = 0
    received: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    """Received, and not in the journal."""
    twice: list[str] = field(default_factory=list)
    """Received or sent more often than it was asked for."""
    false: list[str] = field(default_factory=list)
    """The journal says what is not so: above all "not sent" of what was."""


class Ground:
    """What the calls of one process are placed on. Use as a context manager, on one thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings = Findings()
        self.transport = Transport()
        self._parts = ExitStack()
        self._asked: dict[str, int] = {}
        self._sent: dict[str, int] = {}
        """By call: how often it may have been sent."""
        self._idle: list[Carried] = []
        self._begun: list[Carried] = []

    def __enter__(self) -> "Ground":
        enter = self._parts.enter_context
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.folder / "ca.pem"))
        os.environ["SSL_CERT_FILE"] = str(self.folder / "ca.pem")
        self.journal_file = self.folder / "journal.db"
        self.lifelines = self.folder / "lifelines"
        prepare(self.journal_file, self.lifelines)
        self.lifeline = enter(closing(Lifeline(self.lifelines)))
        self.journal = enter(closing(CallJournal(self.journal_file, self.lifeline)))
        self.sandbox = enter(SandboxServer(self.folder / "sandbox.db"))
        port = int(self.sandbox.url.rpartition(":")[2])
        self.relay = enter(Relay(port))
        self.proxy = enter(Relay(port, tls_for(authority, "provider.example")))
        os.environ["https_proxy"] = self.proxy.url
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()
        self._parts.close()

    def relay_of(self, call: PlannedCall) -> Relay:
        """What stands between the call and the provider."""
        return self.proxy if call.way is Way.TUNNEL else self.relay

    def url_of(self, call: PlannedCall) -> str:
        """The base URL that the call has."""
        if call.way is Way.TUNNEL:
            return BEHIND_PROXY
        return "http://127.0.0.1:9" if call.way is Way.CLOSED else self.relay.url

    def provider(self, call: PlannedCall) -> InvokePhone:
        """A line to the provider, signed by a clock as it is planned."""
        clock = ProviderClock(lambda: time.time() + call.clock_s)
        return InvokePhone(self.url_of(call), self.sandbox.credentials, self.transport, clock)

    def place(self, call: PlannedCall) -> None:
        """Place the call as the command line does, without a window."""
        patience = Patience(call.deadline)
        with self.arranged(call, patience.stop) as begun:
            ended = place_call(
                CallRequest(call.callee, ACCOUNT, note=call.note, profile="work"),
                self.provider(call),
                self.journal,
                patience,
                lambda _: begun(),
            )
        self.judge(call, [ended.outcome], asked=1)

    @contextmanager
    def arranged(
        self, call: PlannedCall, stop: Callable[[float], None]
    ) -> Iterator[Callable[[], None]]:
        """Have the faults ready; yields what is to be called when the call has its row."""
        relay = self.relay_of(call)
        relay.expect(call.faults)

        def hear(moment: str) -> None:
            if call.stop and call.stop.when == moment:
                stop(call.stop.grace)

        def begun() -> None:
            if call.ahead is Kill.BEGUN:
                relay.kill_idle(call.how)
            hear("begun")

        if call.ahead is not None:
            self.transport.open_ahead(self.url_of(call))
            until(_nobody_connects, "the connection that is opened ahead")
            relay.catch_up()
        relay.hear = hear
        if call.ahead is Kill.BEFORE:
            relay.kill_idle(call.how)
        later = None
        if call.stop and call.stop.when == "later":
            later = threading.Timer(call.stop.seconds, stop, (call.stop.grace,))
            later.start()
        hear("before")
        try:
            yield begun
        finally:
            if later is not None:
                later.cancel()
                later.join()
            relay.hear = lambda _: None

    def judge(self, call: PlannedCall, outcomes: Sequence[Outcome], asked: int) -> None:
        """Look at what the relay was sent meanwhile, beside the outcomes that the call had.

        `asked` is how many calls the operator has asked for by what was pressed.
        """
        relay = self.relay_of(call)
        self.findings.calls += 1
        self._asked[call.note] = asked
        for outcome in outcomes:
            self.findings.outcomes[f"{outcome.kind.value} {outcome.cause or outcome.status}"] += 1
        if any(outcome.cause in _LATE for outcome in outcomes):
            self.transport.close()
            self.transport = Transport()
            relay.settle()
        carried = [*self._idle, *relay.take_carried()]
        self._idle = [each for each in carried if not each.begun and not each.over]
        begun = [each for each in carried if each.begun]
        self._begun += begun
        sent = sum(outcome.kind is not OutcomeKind.NOT_SENT for outcome in outcomes)
        # The connection that was opened ahead for the call before may be this one's.
        refused = bool(call.clock_s) or any(each.fault.what == "-16" for each in begun)
        self._sent[call.note] = most = sent * (2 if refused else 1)
        if len(begun) > most:
            told = f"{call.note}: {outcomes} over {[str(each.fault.what) for each in begun]}"
            (self.findings.twice if sent else self.findings.false).append(told)

    def compare(self) -> Findings:
        """End the sandbox, and compare its log with the journal: nothing more is placed."""
        self.transport.close()
        for relay in (self.relay, self.proxy):
            relay.settle()
        self.sandbox.close()
        with closing(SandboxCalls(self.folder / "sandbox.db")) as calls:
            received = calls.received()
        with closing(JournalReader(self.journal_file, self.lifelines)) as reader:
            rows = reader.newest(1_000_000)
        compare(self.findings, received, rows, self._asked)
        for carried in self._begun:
            if len(carried.requests) > 1:
                self.findings.twice.append(f"two requests over one connection: {carried}")
        times = Counter(_note_of(body) for each in self._begun for body in each.requests)
        for note, count in times.items():
            if count > self._sent.get(note, 0):
                self.findings.twice.append(f"{note}: sent {count} times")
        return self.findings


def compare(
    findings: Findings,
    received: Sequence[ReceivedCall],
    rows: Sequence[CallRecord],
    asked: Mapping[str, int],
) -> None:
    """Add what is wrong in the journal, beside the provider's log and what was asked for."""
    findings.received = len(received)
    of_call: defaultdict[str, list[CallRecord]] = defaultdict(list)
    for row in rows:
        of_call[row.request.note or ""].append(row)
    for note, times in Counter(call.note or "" for call in received).items():
        ringing = [row for row in of_call[note] if _may_ring(row)]
        if not of_call[note]:
            findings.lost.append(note)
        elif not ringing:
            findings.false.append(f"{note}: received, and {of_call[note][0].outcome}")
        elif times > len(ringing):
            findings.twice.append(f"{note}: received {times} times")
    ids = {call.recording_id: call for call in received}
    for note, of_note in of_call.items():
        if sum(map(_may_ring, of_note)) > asked.get(note, 0):
            findings.twice.append(f"{note}: called more often than it was asked for")
        for row in of_note:
            if row.outcome is None:
                findings.false.append(f"{note}: is under way for ever")
            elif row.outcome.kind is OutcomeKind.PLACED:
                call = ids.pop(row.outcome.recording_id or "", None)
                if call is None or (call.note, call.callee) != (note, row.request.callee):
                    findings.false.append(f"{note}: {row.outcome} is not what was received")


def until(condition: Callable[[], object], what: str) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + _SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.0002)


def _nobody_connects() -> bool:
    return all(thread.name != "dialer-connect" for thread in threading.enumerate())


def _may_ring(row: CallRecord) -> bool:
    return row.outcome is None or row.outcome.kind in (OutcomeKind.PLACED, OutcomeKind.UNKNOWN)


def _note_of(body: bytes) -> str:
    return str(json.loads(body)["calledInfo"])
