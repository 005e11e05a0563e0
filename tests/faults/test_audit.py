"""The look for known vulnerabilities fails on a finding, and never calls unchecked what it is."""

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

AUDIT = Path(__file__).parents[2] / ".ci/audit"
LEFT_OUT = {"name": "keyring", "skip_reason": "Dependency not found and could not be audited"}
CLEAN = {"name": "requests", "version": "2.32.3", "vulns": []}
BAD = {
    "name": "urllib3",
    "version": "2.2.0",
    "vulns": [{"id": "CVE-0000-0001", "fix_versions": ["2.2.2"], "aliases": [], "description": ""}],
}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    loader = SourceFileLoader("audit", str(AUDIT))
    spec = importlib.util.spec_from_loader("audit", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def test_a_finding_fails_and_is_named(audit: ModuleType) -> None:
    code, said = audit.judged({"dependencies": [CLEAN, BAD]}, 2)
    assert code == 1
    assert said[0] == "urllib3 2.2.0: CVE-0000-0001, mended in 2.2.2"


def test_what_is_left_out_is_said(audit: ModuleType) -> None:
    code, said = audit.judged({"dependencies": [CLEAN, LEFT_OUT]}, 2)
    assert code == 0
    assert said == [
        "not checked: keyring",
        "1 of 2 packages checked, 0 with known vulnerabilities",
    ]


@pytest.mark.parametrize("report", [None, {}, {"dependencies": []}, {"dependencies": [LEFT_OUT]}])
def test_where_nothing_is_known_nothing_is_called_clean(
    audit: ModuleType, report: dict[str, object] | None
) -> None:
    assert audit.judged(report, 1) == (None, [])


def test_a_tool_that_cannot_be_run_is_said_and_fails_nothing(
    audit: ModuleType, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert audit.main(sys.executable, str(tmp_path / "missing")) == 0
    assert capsys.readouterr().out.startswith("NOT CHECKED")


def test_what_is_looked_through_is_what_is_installed_and_not_dialer_itself(
    audit: ModuleType,
) -> None:
    pinned = audit.installed(sys.executable)
    names = {line.partition("==")[0].lower() for line in pinned}
    assert {"requests", "keyring", "urllib3"} <= names
    assert "dialer" not in names
