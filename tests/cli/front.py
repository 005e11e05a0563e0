"""The command line in the tests' own process, over a home and credentials of its own."""

import json
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dialer.calls.call import CallRecord
from dialer.calls.credentials import Credentials
from dialer.cli.commands import main
from dialer.cli.compose import House
from dialer.desktop.ending import asking_to_end
from dialer.settings.credential_store import SessionStore
from dialer.settings.folders import Folders
from dialer.settings.profile import Profile

CREDENTIALS = Credentials("EXAMPLEKEY", "Xq7-the-secret-of-a-test-vB2")


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Front:
    """Runs commands and looks at what they leave behind."""

    home: Path
    capture: pytest.CaptureFixture[str]
    store: SessionStore = field(default_factory=SessionStore)
    house: Callable[[Folders, SessionStore], House] = House

    @property
    def folders(self) -> Folders:
        return Folders.of_user({"DIALER_HOME": str(self.home)})

    def __call__(self, *arguments: str) -> Said:
        """Run `dialer` with these arguments."""
        self.capture.readouterr()
        kinds = asking_to_end()
        handlers = [signal.getsignal(kind) for kind in kinds]
        try:
            code = main(arguments, self.house(self.folders, self.store))
        finally:
            # A process that ends after its call leaves them as they are.
            for kind, handler in zip(kinds, handlers, strict=True):
                signal.signal(kind, handler)
        said = self.capture.readouterr()
        assert CREDENTIALS.api_secret not in said.out + said.err
        return Said(code, said.out, said.err)

    def with_profile(self, base_url: str = "http://127.0.0.1:9", **fields: object) -> None:
        """Have a profile `work`, the default one, with its credentials."""
        profile = Profile(**{"name": "work", "account": "test_001", "base_url": base_url, **fields})
        House(self.folders, self.store).profiles.add(profile)
        self.store.set("work", CREDENTIALS)

    def calls(self) -> list[CallRecord]:
        """The journal, newest first; nothing where there is none."""
        if not self.folders.journal.exists():
            return []
        with House(self.folders, self.store) as house:
            return house.history().newest(10_000)
