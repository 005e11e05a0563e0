"""Starting at login: on, off, off by the desktop's own settings, and never a file of others."""

import plistlib
import sys
from pathlib import Path

import pytest

from desktop.private_home import PrivateHome
from desktop.registry_in_memory import RegistryInMemory
from dialer.desktop.autostart import (
    AutostartEntry,
    AutostartTrouble,
    LaunchAgent,
    RunKey,
    autostart,
)
from dialer.desktop.launching import command
from dialer.desktop.links_registry import Value


@pytest.fixture
def entry(tmp_path: Path) -> AutostartEntry:
    return AutostartEntry(tmp_path / "config" / "autostart", {})


def test_turned_on_and_off_again_nothing_is_left(entry: AutostartEntry) -> None:
    assert not entry.is_on()
    entry.turn_on()
    assert entry.is_on()
    assert f"Exec={command()[0]}" in entry.path.read_text()
    assert entry.path.read_text().count(" --background\n") == 1
    assert entry.path.stat().st_mode & 0o777 == 0o600
    entry.turn_off()
    assert not entry.is_on()
    assert list(entry.path.parent.iterdir()) == []
    entry.turn_off()


@pytest.mark.desktop
def test_the_entry_is_valid(home: PrivateHome) -> None:
    entry = autostart(home.environ)
    assert isinstance(entry, AutostartEntry)
    entry.turn_on()
    assert entry.path == home.config / "autostart" / "dialer.desktop"
    assert home.run("desktop-file-validate", str(entry.path)) == ""


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_what_the_desktops_settings_turned_off_is_off_and_can_be_turned_on(
    entry: AutostartEntry, line: str
) -> None:
    entry.turn_on()
    with entry.path.open("a") as file:
        file.write(line + "\n")
    assert not entry.is_on()
    entry.turn_on()
    assert entry.is_on()
    entry.turn_off()
    assert not entry.path.exists()


def test_an_entry_whose_program_is_gone_is_off(entry: AutostartEntry) -> None:
    entry.turn_on()
    text = entry.path.read_text()
    entry.path.write_text(text.replace(f"TryExec={command()[0]}", "TryExec=/opt/gone/dialer"))
    assert not entry.is_on()


def test_an_entry_of_somebody_else_is_neither_changed_nor_deleted(entry: AutostartEntry) -> None:
    entry.path.parent.mkdir(parents=True)
    entry.path.write_text("[Desktop Entry]\nExec=mine\n")
    assert entry.is_on()
    entry.turn_on()
    with pytest.raises(AutostartTrouble, match="was not written by Dialer"):
        entry.turn_off()
    entry.path.write_text("[Desktop Entry]\nExec=mine\nHidden=true\n")
    entry.turn_off()
    with pytest.raises(AutostartTrouble, match="was not written by Dialer"):
        entry.turn_on()
    assert entry.path.read_text() == "[Desktop Entry]\nExec=mine\nHidden=true\n"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    entry = AutostartEntry(tmp_path / "config" / "autostart", {})
    assert not entry.is_on()
    with pytest.raises(AutostartTrouble, match="cannot be changed"):
        entry.turn_on()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the folder is Linux's")
def test_a_relative_folder_in_the_environment_counts_as_unset(tmp_path: Path) -> None:
    entry = autostart({"HOME": str(tmp_path), "XDG_CONFIG_HOME": "here"})
    assert isinstance(entry, AutostartEntry)
    assert entry.path == tmp_path / ".config/autostart/dialer.desktop"


def test_a_run_key_of_windows_is_set_and_taken_away() -> None:
    registry = RegistryInMemory()
    key = RunKey(registry)
    assert not key.is_on()
    key.turn_on()
    assert key.is_on()
    assert registry.get(RunKey.KEY, "Dialer") == " ".join(command("--background"))
    key.turn_off()
    assert not key.is_on()
    assert registry.values == {}


def test_a_run_key_that_the_task_manager_turned_off_is_off() -> None:
    registry = RegistryInMemory()
    key = RunKey(registry)
    key.turn_on()
    approved = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
    registry.binary[(approved, "Dialer")] = b"\x03" + bytes(11)
    assert not key.is_on()
    key.turn_on()
    assert key.is_on()
    registry.binary[(approved, "Dialer")] = b"\x02" + bytes(11)
    assert key.is_on()


def test_a_run_key_of_another_dialer_stays() -> None:
    registry = RegistryInMemory()
    registry.put(Value(RunKey.KEY, "Dialer", r"C:\other\dialer.exe"))
    RunKey(registry).turn_off()
    assert registry.get(RunKey.KEY, "Dialer") == r"C:\other\dialer.exe"


def test_a_launch_agent_of_macos_is_written_and_taken_away(tmp_path: Path) -> None:
    agent = LaunchAgent(tmp_path / "LaunchAgents", {"DIALER_HOME": "/srv/d"})
    assert not agent.is_on()
    agent.turn_on()
    assert agent.is_on()
    written = plistlib.loads(agent.path.read_bytes())
    assert written["ProgramArguments"] == command("--background")
    assert written["RunAtLoad"] is True
    assert written["EnvironmentVariables"] == {"DIALER_HOME": "/srv/d"}
    agent.path.write_bytes(plistlib.dumps({**written, "Disabled": True}))
    assert not agent.is_on()
    agent.turn_off()
    assert not agent.path.exists()


def test_an_agent_that_is_not_ours_stays(tmp_path: Path) -> None:
    agent = LaunchAgent(tmp_path, {})
    agent.path.write_bytes(b"not a list")
    agent.turn_off()
    with pytest.raises(AutostartTrouble, match="was not written by Dialer"):
        agent.turn_on()
    assert agent.path.read_bytes() == b"not a list"
