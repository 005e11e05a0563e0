"""What the tests of calls share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from calls.data_folder import DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    """A data folder in which nothing is yet."""
    made = DataFolder(tmp_path / "data")
    yield made
    made.close()
