"""A real keyring that has the credentials of a profile, put there by the program itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doubles.secret_service import SecretService, why_not
from program.program import KEY, SECRET, Program


@contextmanager
def keyring_with_credentials(home: Path) -> Iterator[SecretService]:
    """Run a Secret Service that knows the profile `work`. Skips the test where it cannot."""
    if reason := why_not():
        pytest.skip(reason)
    with SecretService() as service:
        added = Program(home / "dialer", environ=service.environ).run(
            "profile", "add", "work", "--api-key", KEY, stdin=SECRET + "\n"
        )
        assert added.code == 0, added.err
        yield service
