"""What starts the program again is named in full, and is this very program."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import dialer
from dialer.desktop.launching import command, with_home


def test_it_starts_this_very_program() -> None:
    start = command("--version")
    assert Path(start[0]).is_absolute()
    environ = {**os.environ, "PYTHONPATH": str(Path(dialer.__file__).parents[1])}
    said = subprocess.run(
        start, env=environ, capture_output=True, text=True, timeout=30, check=True
    )
    assert said.stdout == f"dialer {dialer.__version__}\n"


@pytest.fixture
def python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python in a folder of its own, with no script beside it."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(sysconfig, "get_path", lambda _name: str(tmp_path / "scripts"))
    return tmp_path / "python"


def script(path: Path, text: str = "from dialer.__main__ import main\n", mode: int = 0o755) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="there the script opens a console")
def test_the_script_beside_python_comes_first_then_the_one_of_its_scripts(python: Path) -> None:
    assert command("a", "b") == [str(python), "-m", "dialer", "a", "b"]
    of_scheme = script(python.parent / "scripts" / "dialer")
    assert command() == [of_scheme]
    beside = script(python.parent / "dialer")
    assert command() == [beside]


@pytest.mark.skipif(sys.platform == "win32", reason="there the script opens a console")
def test_another_program_of_that_name_is_not_taken(python: Path) -> None:
    script(python.parent / "dialer", "#!/bin/sh\nexec wvdial\n")
    assert command() == [str(python), "-m", "dialer"]
    script(python.parent / "dialer", mode=0o644)
    assert command() == [str(python), "-m", "dialer"]


def test_a_bundle_starts_by_its_executable_and_an_image_by_itself(
    python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command("x") == [str(python), "x"]
    image = str(python.parent / "Dialer.AppImage")
    monkeypatch.setenv("APPIMAGE", image)
    monkeypatch.setenv("APPDIR", str(python.parent))
    assert command("x") == [image, "x"]
    monkeypatch.setenv("APPDIR", "/tmp/.mount_other")
    assert command("x") == [str(python), "x"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such command")
def test_a_home_of_dialers_own_goes_along() -> None:
    assert with_home(["/d"], {}) == ["/d"]
    assert with_home(["/d", "x"], {"DIALER_HOME": "/srv/d"}) == [
        "/usr/bin/env",
        "DIALER_HOME=/srv/d",
        "/d",
        "x",
    ]
    (_, relative, _) = with_home(["/d"], {"DIALER_HOME": "d"})
    assert relative == f"DIALER_HOME={Path.cwd() / 'd'}"
