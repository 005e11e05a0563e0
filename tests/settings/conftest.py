"""What tests of settings share: a Secret Service, and a home that is not the user's."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from doubles.secret_service import Mode, SecretService, why_not


@pytest.fixture
def secret_service() -> Iterator[Callable[[Mode], SecretService]]:
    """Starts a Secret Service in the mode that is asked for; it ends with the test."""
    if reason := why_not():
        pytest.skip(reason)
    with ExitStack() as stack:
        yield lambda mode: stack.enter_context(SecretService(mode))
