"""A KeyringStore in a process of its own, for keyring chooses its backend once a process.

Run as a script it reads a JSON object a line and answers each with one; `ChildStore` is the
other end, and a credential store itself.
"""

import importlib
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from dialer.calls.credentials import Credentials
from dialer.calls.sentence import Sentence
from dialer.settings.keyring_store import KeyringStore, KeyringTrouble, TroubleKind


class ChildStore:
    """Asks a child process's KeyringStore. Use as a context manager."""

    def __init__(
        self, environ: Mapping[str, str], *, deadline: float = 15.0, imports: str = ""
    ) -> None:
        self._child = subprocess.Popen(
            [sys.executable, __file__, str(deadline), imports],
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.stderr = ""

    def __enter__(self) -> "ChildStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def get(self, profile: str) -> Credentials | None:
        found = self._ask("get", profile)
        return Credentials(*found) if found else None

    def set(self, profile: str, credentials: Credentials) -> None:
        self._ask("set", profile, credentials.api_key, credentials.api_secret)

    def delete(self, profile: str) -> None:
        self._ask("delete", profile)

    def ensure_usable(self) -> None:
        self._ask("ensure_usable")

    def backend_name(self) -> str:
        return str(self._ask("backend_name"))

    def warm_up(self) -> None:
        """Have all imported and chosen that the first question would need, however long it takes:
        on a busy machine that may be more than a deadline of a test.
        """
        self._ask("warm_up")

    def settle(self) -> None:
        """Return when no question is under way in the child any more."""
        self._ask("settle")

    def close(self, patience: float = 10.0) -> int:
        """Let the child come to its end, which a hanging keyring must not hold up."""
        try:
            _, self.stderr = self._child.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.communicate()
            raise
        except ValueError:  # closed already
            pass
        return self._child.returncode

    def _ask(self, *question: str) -> Any:
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.write(json.dumps(question) + "\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        assert line, self._child.stderr.read() if self._child.stderr else "the child has died"
        answer = json.loads(line)
        if "trouble" in answer:
            raise KeyringTrouble(
                TroubleKind(answer["trouble"]), Sentence("{words}", words=answer["text"])
            )
        return answer["value"]


def _answer(store: KeyringStore, what: str, *given: str) -> Any:
    if what == "set":
        return store.set(given[0], Credentials(given[1], given[2]))
    if what == "warm_up":
        return KeyringStore().ensure_usable()
    if what == "settle":
        for thread in threading.enumerate():
            if thread.name == "keyring":
                thread.join(20)
                assert not thread.is_alive()
        return None
    found = getattr(store, what)(*given)
    return [found.api_key, found.api_secret] if isinstance(found, Credentials) else found


def _serve(deadline: float, imports: str) -> None:
    if imports:
        importlib.import_module(imports)
    store = KeyringStore(deadline)
    for line in sys.stdin:
        try:
            answer = {"value": _answer(store, *json.loads(line))}
        except KeyringTrouble as error:
            answer = {"trouble": error.kind.value, "text": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _serve(float(sys.argv[1]), sys.argv[2])
