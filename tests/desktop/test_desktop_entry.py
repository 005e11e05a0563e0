"""Entries are written so that every reader of them starts the same program."""

import shutil
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.private_home import PrivateHome
from dialer.desktop.desktop_entry import (
    LINKS,
    LOGIN,
    exec_value,
    is_ours,
    links_entry,
    login_entry,
    read,
)
from dialer.desktop.links import SCHEMES

PATH = "/opt/dialer/bin/dialer"


@pytest.mark.parametrize(
    ("argument", "written"),
    [
        ("/usr/bin/dialer", "/usr/bin/dialer"),
        ("--from-clipboard", "--from-clipboard"),
        ("/a b/dialer", '"/a b/dialer"'),
        ("100%", "100%%"),
        ("$HOME", r'"\\$HOME"'),
        ('say "x"', r'"say \\"x\\""'),
        ("back\\slash", r'"back\\\\slash"'),
        ("`id`", r'"\\`id\\`"'),
        ("it's", '"it\'s"'),
        ("", '""'),
        ("a\nb\tc", r'"a\nb\tc"'),
    ],
)
def test_an_argument_is_quoted_as_the_specification_asks(argument: str, written: str) -> None:
    assert exec_value([argument]) == written
    assert exec_value([PATH, argument], "%u") == f"{PATH} {written} %u"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_what_is_written_is_read_again(program: str) -> None:
    entry = read(login_entry([program], program))
    # Spaces at the ends of a value are not kept by any reader.
    assert entry["TryExec"] == program.strip() or program != program.strip()
    assert entry["Type"] == "Application"


def test_an_entry_is_known_by_what_it_is_for() -> None:
    links, login = links_entry([PATH], PATH, SCHEMES), login_entry([PATH], PATH)
    assert is_ours(links.encode(), LINKS)
    assert not is_ours(links.encode(), LOGIN)
    assert is_ours(login.encode(), LOGIN)
    assert is_ours(login.encode() + b"Hidden=true\n\xff", LOGIN)
    assert not is_ours(b"[Desktop Entry]\nName=Dialer\n", LINKS)
    assert not is_ours(b"[X]\nX-Dialer-For=links\n", LINKS)
    assert not is_ours(None, LINKS)


@pytest.mark.desktop
@pytest.mark.parametrize("program", [PATH, "/opt/a b/$(id) `x` \"q\" 'p' 100% \\ #;&/dialer"])
def test_entries_are_valid(home: PrivateHome, program: str) -> None:
    entries = {
        "links.desktop": links_entry([program, "-m", "dialer"], program, SCHEMES),
        "login.desktop": login_entry([program], program),
    }
    for name, text in entries.items():
        path = home.write(home.path / name, text)
        assert home.run("desktop-file-validate", "--warn-kde", str(path)) == ""


@pytest.mark.desktop
def test_glib_starts_a_program_whose_path_needs_every_quote(home: PrivateHome) -> None:
    told = home.path / "told"
    # GLib looks for the program before it reads `%%` as `%`: not here.
    folder = home.path / "a b $(id) `x` \"q\" 'p' \\ #;&"
    program = home.write(
        folder / "dialer", f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{told}.new; mv {told}.new {told}\n"
    )
    program.chmod(0o700)
    text = links_entry([str(program), "50% $HOME"], str(program), SCHEMES)
    entry = home.write(home.applications / "dialer.desktop", text)
    home.run(shutil.which("gio") or "gio", "launch", str(entry), "tel:+442079460018;ext=1")
    deadline = time.monotonic() + 10
    while not told.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert told.read_text().splitlines() == ["50% $HOME", "tel:+442079460018;ext=1"]


def test_the_menu_of_the_icon_calls_the_copied_number_and_opens_the_sandbox() -> None:
    text = links_entry([PATH], PATH, SCHEMES)
    assert f"Exec={PATH} --from-clipboard\n" in text
    assert f"Exec={PATH} --sandbox\n" in text
    assert "Actions=clipboard;sandbox;\n" in text
    assert "StartupWMClass=dialer\n" in text
    assert read(text)["MimeType"].split(";")[:-1] == [
        "x-scheme-handler/tel",
        "x-scheme-handler/callto",
        "x-scheme-handler/sip",
        "x-scheme-handler/dialer",
    ]
