"""What the tests of the desktop's files share."""

from pathlib import Path

import pytest

from desktop.private_home import PrivateHome, why_not


@pytest.fixture
def home(tmp_path: Path) -> PrivateHome:
    """The home of a user whose desktop has all its tools."""
    if reason := why_not():
        pytest.skip(reason)
    return PrivateHome(tmp_path / "home")
