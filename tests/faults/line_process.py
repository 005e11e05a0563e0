"""What the window places calls with, in a process without a window: line after line by one of it.

Reads lines from standard input: the credentials as a JSON list of key and secret, then a JSON
list for each step, `["ahead"]` or `["call", CALLEE]`. Answers each with a line: the outcome's
name, or `ahead`.
"""

import json
import sys
import threading

from dialer.calls.call import CallRequest
from dialer.calls.credentials import Credentials
from dialer.calls.patience import Patience
from dialer.calls.place import place_call
from dialer.settings.credential_store import SessionStore
from dialer.settings.folders import Folders
from dialer.settings.keeper import CredentialKeeper
from dialer.settings.profiles import ProfileFile
from dialer.switchboard import ProgramSwitchboard


def serve() -> None:
    """Take step after step with one switchboard, as the window's worker does."""
    folders, store = Folders.of_user(), SessionStore()
    profile = ProfileFile(folders.profiles_file).load().default
    assert profile
    store.set(profile.name, Credentials(*json.loads(sys.stdin.readline())))
    switchboard = ProgramSwitchboard(folders, CredentialKeeper(store))
    for line in sys.stdin:
        step, *callee = json.loads(line)
        if step == "ahead":
            switchboard.open_ahead(profile)
            _wait_for("dialer-connect")
            print("ahead", flush=True)
        else:
            request = CallRequest(*callee, account=profile.account, profile=profile.name)
            patience = Patience(profile.timeout)
            ended = place_call(
                request, switchboard.line(profile, 5.0), switchboard.journal(), patience
            )
            print(ended.outcome.kind.value, flush=True)
    switchboard.close()


def _wait_for(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join()


if __name__ == "__main__":
    serve()
