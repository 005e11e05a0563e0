"""A program with nothing in its home, and one with a profile whose credentials are in a keyring."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.secret_service import SecretService
from program.credentials import keyring_with_credentials
from program.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program at its first start, with no keyring within reach."""
    environ = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    return Program(_home(tmp_path), environ=environ)


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretService]:
    """A real Secret Service that has the credentials of a profile `work`, put there by Dialer."""
    with keyring_with_credentials(tmp_path_factory.mktemp("first")) as service:
        yield service


@pytest.fixture
def connected(tmp_path: Path, keyring: SecretService) -> Program:
    """The program with a keyring that has the credentials of the profile `work`."""
    return Program(_home(tmp_path), environ=keyring.environ)


def _home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home" / "dialer"
