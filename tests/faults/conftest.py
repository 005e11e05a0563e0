"""What the fault matrix shares: a keyring with credentials, and cases that are tried together."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from dialer.calls.credentials import Credentials
from dialer.sandbox.server import SandboxServer
from doubles.secret_service import SecretService
from doubles.traced import Traced
from doubles.traced import why_not as not_traced
from faults.case import Case
from faults.fuzz import fuzz
from faults.trial import Start, Tried, several_at_a_time, try_out
from program.credentials import keyring_with_credentials
from program.program import KEY, SECRET, Program

__all__ = ["fuzz"]


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretService]:
    """A real Secret Service that has the credentials of a profile `work`; each file has its own,
    for some remove them.
    """
    with keyring_with_credentials(tmp_path_factory.mktemp("first")) as service:
        yield service


@pytest.fixture
def connected(tmp_path: Path, keyring: SecretService) -> Program:
    """The program with a keyring that has the credentials of the profile `work`."""
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home/dialer", environ=keyring.environ)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """The certificate authority that the programs' system trusts."""
    return trustme.CA()


@pytest.fixture(scope="module")
def tried(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    keyring: SecretService,
    authority: trustme.CA,
) -> Iterator[Start]:
    """Tries a case of the module's table: it has been under way since the first was asked for."""

    def start(case: Case) -> Tried:
        return try_out(case, tmp_path_factory.mktemp("case"), keyring.environ, authority)

    # A file's tests are not shared out among processes: see --dist in pyproject.toml.
    with several_at_a_time(start, _cases_of(request)) as trying:
        yield trying


def _cases_of(request: pytest.FixtureRequest) -> list[Case]:
    """The cases of the module's tests that are going to run."""
    params = (
        item.callspec.params
        for item in request.session.items
        if item.path == request.path and hasattr(item, "callspec")
    )
    return [each["case"] for each in params if isinstance(each.get("case"), Case)]


@pytest.fixture
def traced(tmp_path: Path) -> Traced:
    """Traces what a program does with files and processes, where that can be."""
    if reason := not_traced():
        pytest.skip(reason)
    (folder := tmp_path / "trace").mkdir()
    return Traced(folder)


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SandboxServer]:
    """A provider that knows the credentials in the keyring, in a folder that is nobody's home."""
    known = Credentials(KEY, SECRET)
    with SandboxServer(tmp_path / "provider.sqlite3", credentials=known) as server:
        yield server
