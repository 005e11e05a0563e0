"""Phone links on Windows: what is set, and that it is undone exactly. The registry is in memory."""

from pathlib import Path

import pytest

from desktop.registry_in_memory import RegistryInMemory
from dialer.desktop.links import SCHEMES, LinksTrouble, NotRegistered
from dialer.desktop.links_registry import Value
from dialer.desktop.links_windows import CLASS, SETTINGS, WindowsLinks, plan
from dialer.settings.folders import Folders

CHOSEN = r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\{}\UserChoice"
CAPABILITIES = r"Software\Dialer\Capabilities"
OTHERS = Value(r"Software\Classes\dialer", "", "Somebody else's")


class Windows:
    """One user's Windows."""

    def __init__(self, folder: Path) -> None:
        self.registry = RegistryInMemory()
        self.shown: list[str] = []
        folders = Folders.of_user({"DIALER_HOME": str(folder)})
        self.kept = folders.config / "links.toml"
        self.links = WindowsLinks(folders, self.registry, self.shown.append)
        for key in ("Software", r"Software\Classes", r"Software\RegisteredApplications"):
            self.registry.put(Value(key, "is Windows' own", ""))

    def choose(self, scheme: str, program: str) -> None:
        self.registry.put(Value(CHOSEN.format(scheme), "ProgId", program))


@pytest.fixture
def windows(tmp_path: Path) -> Windows:
    return Windows(tmp_path / "dialer")


def test_the_plan_names_all_that_windows_looks_for() -> None:
    values = {(each.key, each.name): each.data for each in plan([r"C:\A b\dialer.exe"])}
    classes = rf"Software\Classes\{CLASS}"
    assert values[(classes, "URL Protocol")] == ""
    assert values[(rf"{classes}\shell\open\command", "")] == r'"C:\A b\dialer.exe" "%1"'
    assert values[(rf"{classes}\DefaultIcon", "")] == r'"C:\A b\dialer.exe",0'
    assert values[(CAPABILITIES, "ApplicationName")] == "Dialer"
    assert values[(CAPABILITIES, "ApplicationDescription")]
    for scheme in SCHEMES:
        assert values[(rf"{CAPABILITIES}\URLAssociations", scheme)] == CLASS
    assert values[(r"Software\RegisteredApplications", "Dialer")] == CAPABILITIES
    command = values[(r"Software\Classes\dialer\shell\open\command", "")]
    assert command.endswith(' "%1"')


def test_it_is_undone_exactly(windows: Windows) -> None:
    before = windows.registry.everything()
    status = windows.links.register()
    assert status.registered
    assert windows.links.unregister() == ()
    assert windows.registry.everything() == before
    assert not windows.kept.exists()
    with pytest.raises(NotRegistered):
        windows.links.unregister()


def test_what_was_there_before_comes_back_even_after_registering_twice(windows: Windows) -> None:
    windows.registry.put(OTHERS)
    before = windows.registry.everything()
    windows.links.register()
    windows.links.register()
    windows.links.unregister()
    assert windows.registry.everything() == before


def test_what_another_program_set_since_stays(windows: Windows) -> None:
    windows.links.register()
    theirs = Value(r"Software\Classes\dialer\shell\open\command", "", "other.exe")
    windows.registry.put(theirs)
    windows.links.unregister()
    assert windows.registry.get(theirs.key, "") == "other.exe"
    assert windows.registry.get(rf"Software\Classes\{CLASS}", "URL Protocol") is None


def test_only_the_user_can_choose_and_is_shown_where(windows: Windows) -> None:
    windows.choose("tel", "Skype.tel")
    status = windows.links.register()
    assert windows.shown == [SETTINGS]
    assert status.defaults == {"tel": "Skype.tel", "callto": None, "sip": None, "dialer": CLASS}
    assert status.opens == {"tel": False, "callto": False, "sip": False, "dialer": True}
    assert "tel, callto, sip" in str(status.trouble)
    for scheme in SCHEMES:
        windows.choose(scheme, CLASS)
    assert windows.links.register().trouble is None
    assert len(windows.shown) == 1


def test_another_installation_is_told(windows: Windows) -> None:
    windows.links.register()
    key = rf"Software\Classes\{CLASS}\shell\open\command"
    windows.registry.put(Value(key, "", r'"C:\old\dialer.exe" "%1"'))
    assert r"C:\old\dialer.exe" in str(windows.links.status().trouble)


@pytest.mark.parametrize("after", [0, 3, 12])
def test_a_registry_that_refuses_midway_is_told_and_undone(windows: Windows, after: int) -> None:
    before = windows.registry.everything()
    windows.registry.fails_after = after
    with pytest.raises(LinksTrouble, match="Access is denied"):
        windows.links.register()
    windows.registry.fails_after = None
    windows.links.unregister()
    assert windows.registry.everything() == before


def test_a_damaged_record_is_told(windows: Windows) -> None:
    windows.links.register()
    windows.kept.write_text("version = 1\nvalues = [1]\n")
    with pytest.raises(LinksTrouble, match="damaged"):
        windows.links.unregister()
