"""Where things are kept, and how resources are found wherever the program runs from."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dialer.settings.folders import Folders, resource

ROOT = Path(__file__).resolve().parents[2]


def test_one_variable_moves_everything(tmp_path: Path) -> None:
    folders = Folders.of_user({"DIALER_HOME": str(tmp_path)})
    everything = [
        folders.journal,
        folders.sandbox_calls,
        folders.lifelines,
        folders.profiles_file,
        folders.preferences_file,
        folders.log_file,
    ]
    assert all(path.is_relative_to(tmp_path) for path in everything)
    assert len(set(everything)) == len(everything)


def test_a_relative_home_does_not_follow_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = Folders.of_user({"DIALER_HOME": "here"})
    monkeypatch.chdir("/")
    assert folders.data == tmp_path / "here" / "data"


def test_an_empty_home_is_none() -> None:
    assert Folders.of_user({"DIALER_HOME": ""}) == Folders.of_user({})


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="XDG folders are Linux's")
def test_without_the_variable_the_systems_folders_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    folders = Folders.of_user({})
    assert folders.profiles_file == tmp_path / "CONFIG" / "dialer" / "profiles.toml"
    assert folders.journal == tmp_path / "DATA" / "dialer" / "journal.sqlite3"
    assert folders.log.is_relative_to(tmp_path / "STATE" / "dialer")


def test_asking_for_folders_makes_none(tmp_path: Path) -> None:
    Folders.of_user({"DIALER_HOME": str(tmp_path / "new")})
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_folders_are_their_owners_only(tmp_path: Path) -> None:
    folders = Folders.of_user({"DIALER_HOME": str(tmp_path / "new")})
    folders.data.mkdir(parents=True)
    folders.data.chmod(0o755)
    for _ in range(2):
        folders.create()
        for folder in (folders.config, folders.data, folders.log):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../pyproject.toml", "icons/../../LICENSE", "/etc/passwd", "//etc/passwd",
     "C:/Windows/win.ini", "icons\\x.svg", "..\\x", "x\0y"],
)  # fmt: skip
def test_a_name_that_leads_out_of_the_resources_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a resource"):
        resource(name)


@pytest.mark.parametrize("name", ["no-such-file.svg", "no/such/file.svg"])
def test_a_resource_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(FileNotFoundError, match=r"file\.svg"):
        resource(name)


def _lay_out(root: Path) -> None:
    """Put what `resource` needs of the program under `root`."""
    (root / "dialer" / "settings").mkdir(parents=True)
    for name in ("dialer/__init__.py", "dialer/settings/__init__.py", "dialer/settings/folders.py"):
        shutil.copy(ROOT / name, root / name)


def _ask(root: Path, *before: str) -> subprocess.CompletedProcess[str]:
    code = "; ".join(
        ["import sys", *before, "from dialer.settings.folders import resource",
         "print(resource('icons/a.txt').decode())"]
    )  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=root.parent,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_a_checkout_has_its_resources_beside_the_package(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    _lay_out(root)
    _write(root / "resources/icons/a.txt", "from the checkout")
    (root / "pyproject.toml").touch()
    assert _ask(root).stdout.strip() == "from the checkout"


def test_an_installed_package_has_them_inside_and_reads_nobody_elses(tmp_path: Path) -> None:
    root = tmp_path / "site-packages"
    _lay_out(root)
    _write(root / "resources/icons/a.txt", "somebody else's")
    assert "FileNotFoundError" in _ask(root).stderr
    _write(root / "dialer/resources/icons/a.txt", "from the package")
    assert _ask(root).stdout.strip() == "from the package"


def test_a_frozen_bundle_has_them_where_it_was_unpacked(tmp_path: Path) -> None:
    root = tmp_path / "library"
    _lay_out(root)
    _write(tmp_path / "bundle/dialer/resources/icons/a.txt", "from the bundle")
    answer = _ask(root, "sys.frozen = True", f"sys._MEIPASS = {str(tmp_path / 'bundle')!r}")
    assert answer.stdout.strip() == "from the bundle"
