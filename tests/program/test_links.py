"""`dialer links` as a process: what it registers starts this very program in this very home."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from desktop.private_home import why_not
from dialer.desktop.desktop_entry import read
from program.program import Program

pytestmark = pytest.mark.desktop


@pytest.fixture
def user(program: Program) -> Program:
    """The program where the desktop's tools are."""
    if reason := why_not():
        pytest.skip(reason)
    return program


def files(home: Path) -> list[str]:
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())


def test_registered_links_start_the_program_and_nothing_is_left_after(user: Program) -> None:
    home = user.home.parent
    mime = home / ".config/mimeapps.list"
    mime.parent.mkdir()
    mime.write_bytes(b"# mine\r\n[Default Applications]\r\ntext/html=web.desktop")
    ended = user.run("links", "--register")
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(user.run("links", "--status", "--json").out)
    assert all(link["dialer"] for link in found["links"].values())
    kept = user.folders.config / "links.toml"
    assert kept.stat().st_mode & 0o777 == 0o600

    entry = read((home / ".local/share/applications/dialer.desktop").read_text())
    start = shlex.split(entry["Exec"].removesuffix(" %u"))
    # Started by the desktop, it has no DIALER_HOME but the one that was registered.
    environ = {**user.whole_environ, "HOME": str(home)}
    del environ["DIALER_HOME"]
    doctor = subprocess.run(
        [*start, "doctor", "--json"], env=environ, capture_output=True, timeout=30, check=True
    )
    assert json.loads(doctor.stdout)["paths"]["data"] == str(user.folders.data)

    assert user.run("links", "--unregister").code == 0
    assert mime.read_bytes() == b"# mine\r\n[Default Applications]\r\ntext/html=web.desktop"
    assert [name for name in files(home) if not name.startswith("dialer")] == [
        ".config/mimeapps.list"
    ]
    assert not kept.exists()


def test_doctor_says_what_opens_phone_links(user: Program) -> None:
    assert json.loads(user.run("doctor", "--json").out)["links"] == {
        "registered": False,
        **dict.fromkeys(("tel", "callto", "sip", "dialer")),
        "trouble": None,
    }
    assert files(user.home.parent) == [], "looking changes nothing"
    user.run("links", "--register")
    links = json.loads(user.run("doctor", "--json").out)["links"]
    assert links["registered"] is True
    assert links["tel"] == "dialer.desktop"


def test_two_that_register_at_once_do_not_lose_what_was_before(user: Program) -> None:
    home = user.home.parent
    mime = home / ".config/mimeapps.list"
    mime.parent.mkdir()
    mime.write_bytes(b"[Default Applications]\nx-scheme-handler/tel=other.desktop\n")
    running = [user.start("links", "--register") for _ in range(3)]
    assert [each.end().code for each in running] == [0, 0, 0]
    assert b"dialer.desktop" in mime.read_bytes()
    assert user.run("links", "--unregister").code == 0
    assert mime.read_bytes() == b"[Default Applications]\nx-scheme-handler/tel=other.desktop\n"
    assert list(mime.parent.iterdir()) == [mime]
