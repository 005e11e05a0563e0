"""What the provider's tests share: a client that is closed again, and an untouched environment."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from provider.caller import Caller, MakeCaller


@pytest.fixture
def caller() -> Iterator[MakeCaller]:
    """Make clients that are closed after the test."""
    made: list[Caller] = []

    def make(base_url: str, now: Callable[[], float] = time.time) -> Caller:
        made.append(Caller(base_url, now))
        return made[-1]

    yield make
    for each in made:
        each.transport.close()


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no CA file of the one who runs the tests."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.endswith("CA_BUNDLE") or "SSL_CERT" in name:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority of the tests' own."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The tests' authority as the one that the system trusts: OpenSSL looks there."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority
