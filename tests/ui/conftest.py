"""A program over a folder of its own, with an operator before it, and a journal to look into."""

import gc
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dialer.desktop import handoff
from dialer.desktop.doorway import Doorway
from dialer.desktop.ending import asking_to_end
from dialer.desktop.visit import Visit
from dialer.program import Program
from dialer.sandbox.server import SandboxServer
from dialer.settings.defects import Defects
from dialer.settings.folders import Folders
from dialer.settings.profile import Profile
from dialer.settings.profiles import ProfileFile
from dialer.ui.theme import Theme
from doubles.bare_screen import BareScreen, why_not
from doubles.faulty_server import Behaviour, FaultyServer
from doubles.watched_store import CREDENTIALS, WatchedStore
from ui.copied_elsewhere import Elsewhere
from ui.journal_on_disk import JournalOnDisk
from ui.operating import Operator, Start
from ui.profile_clerk import Clerk


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the program keeps everything."""
    return tmp_path / "home"


@pytest.fixture
def folders(home: Path) -> Folders:
    made = Folders.of_user({"DIALER_HOME": str(home)})
    made.create()
    return made


@pytest.fixture
def journal(folders: Folders) -> Iterator[JournalOnDisk]:
    """The journal of these folders, past the program."""
    made = JournalOnDisk(folders.journal, folders.lifelines)
    yield made
    made.close()


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> WatchedStore:
    """What the program takes for the keyring."""
    made = WatchedStore()
    monkeypatch.setattr("dialer.settings.keyring_store.KeyringStore", lambda: made)
    return made


@pytest.fixture(scope="session", autouse=True)
def _all_imported() -> None:
    """So that collecting after a test looks only at what that test made."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def start(
    qtbot: QtBot,
    qapp: QApplication,
    folders: Folders,
    store: WatchedStore,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Start]:
    """Starts the program: `start(sandbox=True)`, and waits until it can call unless `wait` is
    false. What still runs ends with the test.
    """
    started: list[Operator] = []
    kinds = asking_to_end()
    handlers = {kind: signal.getsignal(kind) for kind in kinds}
    # The last resort would end the tests themselves, and with success.
    monkeypatch.setattr("dialer.ui.quitting.os._exit", _did_not_end)

    def begin(
        *,
        sandbox: bool = False,
        profile: str = "",
        visit: Visit | None = None,
        doorway: Doorway | None = None,
        defects: Defects | None = None,
        wait: bool = True,
    ) -> Operator:
        asked = visit or Visit(handoff.RAISE, profile=profile)
        program = Program(qapp, folders, asked, sandbox=sandbox, doorway=doorway, defects=defects)
        started.append(operator := Operator(qtbot, program))
        operator.open()
        if wait:
            operator.wait_until_ready()
        return operator

    yield begin
    store.answer()
    for operator in started:
        operator.forget()
    for kind, handler in handlers.items():
        signal.signal(kind, handler)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    # Here and now: left to itself, the collector may delete widgets on any thread.
    gc.collect()


@pytest.fixture
def sandbox(start: Start) -> Operator:
    """The program started with --sandbox."""
    return start(sandbox=True)


@pytest.fixture
def add_profile(folders: Folders, store: WatchedStore) -> Callable[..., Profile]:
    """Adds a profile with its credentials: `add_profile("work", base_url=…)`."""

    def add(name: str = "work", **fields: Any) -> Profile:
        profile = replace(Profile(name, account="test_001"), **fields)
        ProfileFile(folders.profiles_file).add(profile)
        store.set(name, CREDENTIALS)
        store.threads.clear()
        return profile

    return add


@pytest.fixture
def provider() -> Iterator[Callable[[Behaviour], FaultyServer]]:
    """Starts a provider that behaves in one named way; it ends with the test."""
    running: list[FaultyServer] = []

    def serve(behaviour: Behaviour) -> FaultyServer:
        running.append(FaultyServer(behaviour))
        return running[-1]

    yield serve
    for server in running:
        server.close()


@pytest.fixture
def clerk(qtbot: QtBot, qapp: QApplication, folders: Folders) -> Iterator[Clerk]:
    """Sits before the window of the profiles; `open` opens it."""
    made = Clerk(qtbot, Theme(qapp, "light"), folders)
    yield made
    made.store.answer()
    made.close()


@pytest.fixture
def with_profiles(clerk: Clerk) -> Clerk:
    """Two profiles with credentials; `work` is the default."""
    for name in ("work", "home"):
        clerk.file.add(Profile(name, account="test_001"))
        clerk.store.set(name, CREDENTIALS)
    clerk.store.threads.clear()
    return clerk.open()


@pytest.fixture
def provider_sandbox(tmp_path: Path) -> Iterator[SandboxServer]:
    """A provider that knows the clerk's credentials."""
    with SandboxServer(tmp_path / "provider.sqlite3", credentials=CREDENTIALS) as server:
        yield server


@pytest.fixture(scope="session")
def one_screen() -> Iterator[BareScreen]:
    """One X server for all tests that only copy on it."""
    if reason := why_not():
        pytest.skip(reason)
    pytest.importorskip("Xlib", reason="needs python-xlib")
    with BareScreen() as made:
        yield made


@pytest.fixture
def elsewhere(one_screen: BareScreen, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    """Other programs, which copy. Ask for it before what asks for what was copied."""
    made = Elsewhere(one_screen, monkeypatch)
    yield made
    made.close()


def _did_not_end(code: int) -> None:
    pytest.fail(f"the program did not end by itself, and gave up with {code}")
