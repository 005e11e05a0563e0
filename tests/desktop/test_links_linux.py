"""Phone links on Linux, with the desktop's real tools: registered, and undone exactly."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from desktop.private_home import PrivateHome
from dialer.desktop.desktop_entry import LINKS, is_ours
from dialer.desktop.links import SCHEMES, LinksTrouble, NotRegistered
from dialer.desktop.links_linux import LinuxLinks

pytestmark = pytest.mark.desktop

OTHER = b"x-scheme-handler/tel=other.desktop"
ANOTHER = b"[Default Applications]\n" + OTHER + b"\ntext/html=web.desktop\n"
FORMER = {
    "no list": None,
    "an empty list": b"",
    "other defaults and comments": (
        b"# mine\n[Added Associations]\ntext/plain=a.desktop;b.desktop;\n\n"
        b"[Default Applications]\n# the web\nx-scheme-handler/https=web.desktop\n\n\n"
        b"[Removed Associations]\ntext/plain=c.desktop;\n"
    ),
    "another default": ANOTHER,
    "a list of defaults": b"[Default Applications]\n" + OTHER + b";third.desktop;\n",
    "carriage returns": b"[Default Applications]\r\n" + OTHER + b"\r\n\r\n[X]\r\na=b\r\n",
    "no end to the last line": b"[Default Applications]\n" + OTHER,
    "empty lines at the end": b"[Default Applications]\n" + OTHER + b"\n\n\n",
    "two sections of one name": b"[Default Applications]\n\n[X]\n[Default Applications]\n" + OTHER,
    "no UTF-8": b"# caf\xe9\n[Default Applications]\n" + OTHER + b"\n",
}


@pytest.mark.parametrize("former", FORMER.values(), ids=FORMER)
def test_registered_and_unregistered_every_file_is_as_it_was(
    home: PrivateHome, former: bytes | None
) -> None:
    home.program("other", "x-scheme-handler/tel")
    if former is not None:
        home.write(home.list, former).chmod(0o640)
    before = home.everything()
    opened_by = home.default("tel")
    status = home.links().register()
    assert status.registered
    assert status.trouble is None
    assert status.opens == dict.fromkeys(SCHEMES, True)
    assert status.defaults == dict.fromkeys(SCHEMES, "dialer.desktop")
    assert home.links().unregister() == ()
    assert home.everything() == before
    assert home.default("tel") == opened_by
    assert not home.kept.exists(), "there is nothing to undo any more"


def test_what_it_writes_is_valid_and_glib_finds_it(home: PrivateHome) -> None:
    home.links().register()
    said = home.run("desktop-file-validate", str(home.applications / "dialer.desktop"))
    assert said == ""
    assert "dialer.desktop" in home.run("gio", "mime", "x-scheme-handler/tel").splitlines()[0]
    icon = home.path / ".local/share/icons/hicolor/scalable/apps/dialer.svg"
    assert icon.read_bytes().startswith(b"<svg")


def test_folders_that_were_made_go_again_and_others_stay(home: PrivateHome) -> None:
    home.links().register()
    home.write(home.path / ".local/share/icons/hicolor/index.theme", "[Icon Theme]\n")
    home.links().unregister()
    assert not home.config.exists()
    assert {name for name in home.everything() if name.startswith(".local")} == {
        ".local",
        ".local/share",
        ".local/share/icons",
        ".local/share/icons/hicolor",
        ".local/share/icons/hicolor/index.theme",
    }


def test_a_list_that_is_a_link_to_a_file_elsewhere_stays_one(home: PrivateHome) -> None:
    dotfile = home.write(home.path / "dotfiles/mimeapps.list", ANOTHER)
    home.config.mkdir()
    home.list.symlink_to("../dotfiles/mimeapps.list")
    before = home.everything()
    home.links().register()
    assert home.list.is_symlink()
    assert b"tel=dialer.desktop" in dotfile.read_bytes()
    home.links().unregister()
    assert home.everything() == before


def test_registering_twice_keeps_what_was_before_the_first_time(home: PrivateHome) -> None:
    home.write(home.list, ANOTHER)
    before = home.everything()
    home.links().register()
    after = home.everything()
    assert home.links().register().registered
    assert home.everything() == after
    home.links().unregister()
    assert home.everything() == before


def test_what_another_program_changed_in_between_stays(home: PrivateHome) -> None:
    home.program("other", "x-scheme-handler/tel")
    home.program("third", "text/plain", "x-scheme-handler/sip")
    home.write(home.list, b"[Default Applications]\n" + OTHER + b"\n")
    home.links().register()
    home.run("gio", "mime", "text/plain", "third.desktop")
    home.run("gio", "mime", "x-scheme-handler/sip", "third.desktop")
    home.links().unregister()
    assert home.default("tel") == "other.desktop", "its former default comes back"
    assert home.default("sip") == "third.desktop", "what was chosen since stays"
    assert home.default("callto") == ""
    left = home.list.read_text()
    assert "dialer.desktop" not in left
    assert "text/plain=third.desktop" in left


def test_what_was_installed_in_between_stays_in_the_cache(home: PrivateHome) -> None:
    home.write(home.applications / "mimeinfo.cache", "[MIME Cache]\na/old=gone.desktop;\n")
    home.links().register()
    home.program("third", "text/plain", "x-scheme-handler/sip")
    home.run("update-desktop-database", str(home.applications))
    home.links().unregister()
    cache = (home.applications / "mimeinfo.cache").read_text()
    assert cache == (
        "[MIME Cache]\ntext/plain=third.desktop;\nx-scheme-handler/sip=third.desktop;\n"
    )


def test_the_cache_finds_the_users_own_entry_again(home: PrivateHome) -> None:
    own = "[Desktop Entry]\nType=Application\nName=Mine\nExec=/bin/true\nMimeType=text/own;\n"
    home.write(home.applications / "dialer.desktop", own)
    home.run("update-desktop-database", str(home.applications))
    home.links().register()
    home.program("third", "text/plain")
    home.run("update-desktop-database", str(home.applications))
    home.links().unregister()
    cache = (home.applications / "mimeinfo.cache").read_text()
    assert cache == "[MIME Cache]\ntext/own=dialer.desktop;\ntext/plain=third.desktop;\n"


def test_a_list_of_which_nothing_is_left_goes_if_there_was_none(home: PrivateHome) -> None:
    home.links().register()
    home.write(home.list, home.list.read_bytes() + b"\n")
    home.links().unregister()
    assert not home.list.exists()
    home.write(home.list, b"")
    home.links().register()
    home.write(home.list, home.list.read_bytes() + b"\n")
    home.links().unregister()
    assert home.list.read_bytes().strip() == b"", "it was there before, and is"


def test_registering_again_takes_back_what_another_program_took(home: PrivateHome) -> None:
    home.program("other", "x-scheme-handler/tel")
    home.write(home.list, FORMER["other defaults and comments"] or b"")
    home.links().register()
    home.run("xdg-mime", "default", "other.desktop", "x-scheme-handler/tel")
    taken = home.links().status()
    assert taken.registered
    assert taken.opens == {"tel": False, "callto": True, "sip": True, "dialer": True}
    assert "tel (other.desktop)" in str(taken.trouble)
    assert home.links().register().trouble is None
    home.links().unregister()
    assert home.default("tel") == "other.desktop"
    assert "dialer.desktop" not in home.list.read_text()


def test_another_programs_change_before_registering_again_is_not_lost(home: PrivateHome) -> None:
    home.write(home.list, ANOTHER)
    home.links().register()
    with home.list.open("ab") as file:
        file.write(b"image/png=viewer.desktop\n")
    home.links().register()
    home.links().unregister()
    assert home.list.read_bytes() == ANOTHER + b"image/png=viewer.desktop\n"


def test_an_entry_of_the_users_own_comes_back(home: PrivateHome) -> None:
    entry = home.write(home.applications / "dialer.desktop", "[Desktop Entry]\nName=Mine\n")
    before = home.everything()
    home.links().register()
    assert is_ours(entry.read_bytes(), LINKS)
    home.links().unregister()
    assert home.everything() == before


def test_an_entry_that_another_program_replaced_stays_and_is_told(home: PrivateHome) -> None:
    home.links().register()
    entry = home.write(home.applications / "dialer.desktop", "[Desktop Entry]\nName=Other\n")
    assert "Register again" in str(home.links().status().trouble)
    (remark,) = home.links().unregister()
    assert str(entry) in str(remark)
    assert entry.read_text() == "[Desktop Entry]\nName=Other\n"


def test_an_entry_of_ours_that_a_menu_editor_changed_goes(home: PrivateHome) -> None:
    home.links().register()
    entry = home.applications / "dialer.desktop"
    entry.write_text(entry.read_text().replace("Name=Dialer", "Name=Phone"))
    assert home.links().unregister() == ()
    assert not entry.exists()


def test_without_a_registration_nothing_is_undone(home: PrivateHome) -> None:
    home.write(home.list, b"[Default Applications]\nx-scheme-handler/tel=dialer.desktop\n")
    before = home.everything()
    with pytest.raises(NotRegistered):
        home.links().unregister()
    assert home.everything() == before
    assert not home.folders.config.exists()


KILLED = """
import os, signal, sys
from desktop.private_home import PrivateHome
from dialer.desktop import links_linux, own_files
from pathlib import Path
home, at = PrivateHome(Path(sys.argv[1])), int(sys.argv[2])
done, replace = [], own_files.replace
def killed_at(path, new):
    if len(done) == at:
        os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
    done.append(path)
    replace(path, new)
links_linux.replace = killed_at
home.links().register()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("at", range(5))
def test_a_registration_that_was_killed_is_undone(home: PrivateHome, at: int) -> None:
    home.write(home.list, FORMER["carriage returns"] or b"")
    home.write(home.applications / "dialer.desktop", "[Desktop Entry]\nName=Mine\n")
    before = home.everything()
    paths = ":".join(map(str, (Path(__file__).parents[1], Path(__file__).parents[2])))
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(home.path), str(at)],
        env={**home.environ, "PYTHONPATH": paths},
        check=False,
        timeout=30,
    )
    assert ended.returncode == -signal.SIGKILL
    if at < 4:
        status = home.links().status()
        assert not status.registered
        assert "broken off" in str(status.trouble)
    home.links().unregister()
    assert home.everything() == before


def test_a_list_that_cannot_be_changed_is_told_and_nothing_is_half_done(home: PrivateHome) -> None:
    home.config.mkdir()
    # Nobody, not even the administrator, makes a file there.
    home.list.symlink_to("/proc/version")
    before = home.everything()
    with pytest.raises(LinksTrouble, match=r"cannot be changed.*open as before"):
        home.links().register()
    now = home.everything()
    assert {name for name in now if now[name][0] != "folder"} == {".config/mimeapps.list"}
    assert before.items() <= now.items()
    assert not home.kept.exists()


def test_a_list_that_is_a_folder_is_told(home: PrivateHome) -> None:
    home.list.mkdir(parents=True)
    with pytest.raises(LinksTrouble, match=r"mimeapps\.list cannot be read"):
        home.links().register()
    assert not home.applications.exists()


def test_a_home_whose_name_is_not_utf8_is_told(home: PrivateHome) -> None:
    strange = PrivateHome(home.path / os.fsdecode(b"caf\xe9"))
    # Where Dialer's own folders are is not the point here.
    links = LinuxLinks(home.folders, strange.environ)
    with pytest.raises(LinksTrouble, match="not UTF-8"):
        links.register()
    assert strange.everything() == {}
    assert not home.kept.exists()


def test_no_room_for_temporary_files_is_told(
    home: PrivateHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(home.path / "gone"))
    with pytest.raises(LinksTrouble, match="temporary file cannot be written"):
        home.links().register()
    assert home.everything() == {}


def test_a_damaged_record_of_what_was_before_is_told_and_changes_nothing(home: PrivateHome) -> None:
    home.links().register()
    before = home.everything()
    for damage in ("[[", "version = 1\n", "version = 1\ncomplete = 1\nfiles = [1]\nfolders = []\n"):
        home.kept.write_text(damage)
        for act in (home.links().status, home.links().register, home.links().unregister):
            with pytest.raises(LinksTrouble, match="damaged"):
                act()
    assert home.everything() == before


def without_tool(home: PrivateHome, folder: Path, name: str) -> None:
    """Have every program of the computer in the user's PATH but one."""
    folder.mkdir()
    for place in ("/usr/bin", "/bin"):
        for program in Path(place).iterdir():
            if program.name != name and not (folder / program.name).is_symlink():
                (folder / program.name).symlink_to(program)
    home.more["PATH"] = str(folder)


def test_without_xdg_mime_it_says_what_to_install(home: PrivateHome, tmp_path: Path) -> None:
    without_tool(home, tmp_path / "bin", "xdg-mime")
    with pytest.raises(LinksTrouble, match="sudo apt install xdg-utils"):
        home.links().register()
    assert home.everything() == {}
    assert "xdg-utils" in str(home.links().status().trouble)


def test_without_update_desktop_database_it_goes_on_and_says_so(
    home: PrivateHome, tmp_path: Path
) -> None:
    without_tool(home, tmp_path / "bin", "update-desktop-database")
    status = home.links().register()
    assert all(status.opens.values())
    assert "sudo apt install desktop-file-utils" in str(status.trouble)
    home.links().unregister()
    assert [name for name, (kind, _) in home.everything().items() if kind != "folder"] == []


def test_a_list_of_the_desktops_own_that_wins_is_told(home: PrivateHome) -> None:
    home.more["XDG_CURRENT_DESKTOP"] = "ubuntu:GNOME"
    home.program("other", "x-scheme-handler/tel")
    home.write(home.config / "gnome-mimeapps.list", b"[Default Applications]\n" + OTHER + b"\n")
    before = home.everything()
    status = home.links().register()
    assert status.registered
    assert not status.opens["tel"]
    assert status.defaults["tel"] == "other.desktop"
    assert "tel (other.desktop)" in str(status.trouble)
    home.links().unregister()
    assert home.everything() == before


def test_a_tool_that_writes_to_the_desktops_own_list_is_undone_too(
    home: PrivateHome, tmp_path: Path
) -> None:
    # As xdg-mime 1.2 does on LXQt, by LXQt's own tool.
    real = shutil.which("xdg-mime")
    tool = home.write(
        tmp_path / "bin/xdg-mime",
        f'#!/bin/sh\n[ "$1" = query ] && exec {real} "$@"\n{real} "$@"\n'
        'mv "$XDG_CONFIG_HOME/mimeapps.list" "$XDG_CONFIG_HOME/lxqt-mimeapps.list"\n',
    )
    tool.chmod(0o700)
    home.more = {"PATH": f"{tool.parent}:{home.environ['PATH']}", "XDG_CURRENT_DESKTOP": "LXQt"}
    own = home.write(home.config / "lxqt-mimeapps.list", b"[Default Applications]\na/b=c.desktop\n")
    before = home.everything()
    home.links().register()
    assert b"dialer.desktop" in own.read_bytes()
    home.links().unregister()
    assert home.everything() == before


def test_the_program_that_is_gone_is_told(home: PrivateHome) -> None:
    home.links().register()
    entry = home.applications / "dialer.desktop"
    text = entry.read_text()
    start = next(line for line in text.splitlines() if line.startswith("TryExec="))
    entry.write_text(text.replace(start, "TryExec=/opt/gone/dialer"))
    assert "/opt/gone/dialer" in str(home.links().status().trouble)
    entry.write_text(text.replace(start, "TryExec=/bin/true"))
    assert "another installation of Dialer: /bin/true" in str(home.links().status().trouble)
    assert home.links().register().trouble is None


def test_relative_folders_in_the_environment_count_as_unset(home: PrivateHome) -> None:
    home.more = {"XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data"}
    home.links().register()
    assert home.list.exists()
    assert (home.applications / "dialer.desktop").exists()


def test_a_home_of_dialers_own_goes_with_the_link(home: PrivateHome) -> None:
    home.more = {"DIALER_HOME": "/srv/a b"}
    home.links().register()
    entry = home.applications / "dialer.desktop"
    assert 'Exec=/usr/bin/env "DIALER_HOME=/srv/a b" /' in entry.read_text()
    home.run("desktop-file-validate", str(entry))
    assert all(home.links().status().opens.values())
