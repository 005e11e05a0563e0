"""What the tests of the commands share."""

from pathlib import Path

import pytest

from cli.front import Front


@pytest.fixture
def dialer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Front:
    """`dialer` at its first start."""
    return Front(tmp_path / "dialer", capsys)
