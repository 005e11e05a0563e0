"""The Qt for Python that is installed keeps its references; one that does not is excluded."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"

EMITS = """
from PySide6.QtCore import QObject, Signal

class Sender(QObject):
    told = Signal(object)

heard = []
sender = Sender()
sender.told.connect(heard.append)
for number in range(20_000):
    sender.told.emit(number)
    sender.setObjectName("name")
assert len(heard) == 20_000
"""


def test_twenty_thousand_emits_lose_no_reference() -> None:
    # With PySide6 6.12.0 on Python 3.11 the process aborts after some 570.
    ended = subprocess.run(
        [sys.executable, "-c", EMITS], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    ("python", "version", "allowed"),
    [
        ("3.11", "6.11.3", True),
        ("3.11", "6.12.0", False),
        ("3.11", "6.12.1", False),
        ("3.11", "6.7.3", False),
        ("3.12", "6.12.0", True),
        ("3.13", "6.12.0", True),
        ("3.13", "6.7.3", False),
    ],
)
def test_the_requirement_excludes_the_pairs_that_abort(
    python: str, version: str, allowed: bool
) -> None:
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    requirements = [Requirement(line) for line in project["dependencies"]]
    binding = [
        each
        for each in requirements
        if each.name == "PySide6-Essentials"
        and (not each.marker or each.marker.evaluate({"python_version": python}))
    ]
    assert len(binding) == 1, "one requirement holds on each Python"
    assert binding[0].specifier.contains(version) == allowed


def test_what_is_installed_says_the_same() -> None:
    from importlib.metadata import PackageNotFoundError, requires

    try:
        installed = requires("dialer") or []
    except PackageNotFoundError:
        pytest.skip("runs from a checkout that is not installed")
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    assert set(map(parts, project["dependencies"])) <= set(map(parts, installed))


def parts(line: str) -> tuple[str, str, str]:
    """A requirement as it is compared: build tools write names and order their own way."""
    requirement = Requirement(line)
    return (
        canonicalize_name(requirement.name),
        str(requirement.specifier),
        str(requirement.marker or ""),
    )
