"""Places calls by the real worker in processes that get no more memory from some moment on.

    python memory_process.py URL

Prints a JSON object for each: the call's note, the moment and how many KiB were left from then
on, and what the worker said. Each is a fork of this process, which has imported all there is.
"""

import gc
import json
import logging
import os
import resource
import sys
import time
from contextlib import closing
from pathlib import Path

from dialer.calls.call import CallRequest, Outcome
from dialer.calls.credentials import Credentials
from dialer.calls.journal import CallJournal, prepare
from dialer.calls.lifeline import Lifeline
from dialer.calls.patience import Patience
from dialer.provider.client import InvokePhone
from dialer.provider.signing import ProviderClock
from dialer.provider.transport import Transport
from dialer.settings.folders import Folders
from dialer.settings.profile import Profile
from dialer.ui.call_worker import CallOrder, CallWorker

LEFT_KIB = (0, 256, 4096, 9216, 65536)
MOMENTS = ("before", "begun", "answered")


class Board:
    """A switchboard whose process runs out of memory at a moment."""

    def __init__(self, url: str, journal: CallJournal, moment: str, left_kib: int) -> None:
        self._url = url
        self._journal = journal
        self._moment = moment
        self._left_kib = left_kib

    def at(self, moment: str) -> None:
        """Have no more memory from now on, if this is the moment."""
        if moment == self._moment:
            gc.collect()
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            most = pages * resource.getpagesize() + self._left_kib * 1024
            resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))

    def line(self, profile: Profile, wait: float) -> "Line":
        provider = InvokePhone(
            self._url, Credentials("key", "secret"), Transport(), ProviderClock()
        )
        self.at("before")
        return Line(self, provider)

    def journal(self) -> CallJournal:
        return self._journal

    def forget(self, profile: Profile) -> None:
        """The credentials are right."""


class Line:
    """A provider that is the real one, and after whose answer a moment comes."""

    def __init__(self, board: Board, provider: InvokePhone) -> None:
        self._board = board
        self._provider = provider

    def send_sip(self, request: CallRequest, patience: Patience) -> Outcome:
        self._board.at("begun")
        outcome = self._provider.send_sip(request, patience)
        self._board.at("answered")
        return outcome


def place(url: str, moment: str, left_kib: int) -> dict[str, object]:
    """Place one call; what the worker said of it."""
    folders = Folders.of_user()
    note = f"{moment} {left_kib}"
    said: dict[str, object] = {"note": note, "outcome": None, "refused": False}
    with (
        closing(Lifeline(folders.lifelines)) as lifeline,
        closing(CallJournal(folders.journal, lifeline)) as journal,
    ):
        worker = CallWorker(Board(url, journal, moment, left_kib))  # type: ignore[arg-type]
        worker.ended.connect(lambda ended: said.update(outcome=ended.outcome.kind.value))
        worker.refused.connect(lambda _: said.update(refused=True))
        request = CallRequest("4420794601", "test_001", note=note, profile="work")
        profile = Profile("work", base_url=url, account="test_001", timeout=5.0)
        worker.place(CallOrder(request, profile, time.monotonic()))
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return said


def main(url: str) -> int:
    """Try all of it, each in a process of its own."""
    # What the program writes into its log: that there was no memory.
    logging.lastResort = None
    folders = Folders.of_user()
    folders.create()
    prepare(folders.journal, folders.lifelines)
    for moment in MOMENTS:
        for left_kib in LEFT_KIB:
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    print(json.dumps(place(url, moment, left_kib)), flush=True)
                    code = 0
                finally:
                    os._exit(code)
            _, status = os.waitpid(child, 0)
            if status:
                # Ended by force: what it was about to say, nobody knows.
                note = f"{moment} {left_kib}"
                print(json.dumps({"note": note, "outcome": None, "refused": False}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
