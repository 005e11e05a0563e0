"""The command line as a process that has its credentials in memory: no keyring is asked.

Reads lines from standard input: the credentials as a JSON list of key and secret, then a JSON
list of arguments for each command. Ends with the last command's exit code.
"""

import json
import sys

from dialer.__main__ import leave
from dialer.calls.credentials import Credentials
from dialer.cli.commands import main
from dialer.cli.compose import House
from dialer.settings.credential_store import SessionStore
from dialer.settings.folders import Folders


def serve() -> int:
    """Run command after command; each in a house of its own, as a process has."""
    store = SessionStore()
    store.set("work", Credentials(*json.loads(sys.stdin.readline())))
    code = 0
    for line in sys.stdin:
        code = main(json.loads(line), House(Folders.of_user(), store))
    return code


if __name__ == "__main__":
    sys.exit(leave(serve()))
