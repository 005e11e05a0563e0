"""A click on a phone link reaches the registered command, whole and as one argument."""

import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest

from desktop.private_home import PrivateHome

pytestmark = pytest.mark.desktop

LINKS = [
    "tel:+442079460018",
    "tel:+44%2020%207946%200018;ext=1;x=$(touch%20pwned)&y='z'",
    "callto:442079460018",
    "sip:+442079460018@example.org;transport=tcp?subject=a%20b",
    "dialer:?callee=442079460018&note=%E4%BD%A0%E5%A5%BD",
    "tel:--help",
]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A screen: without one xdg-open takes every link for a web page's."""
    if not shutil.which("Xvfb"):
        pytest.skip("needs xvfb (so is Debian's package named)")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert server.stdout
    yield ":" + server.stdout.readline().decode().strip()
    server.terminate()
    server.communicate(timeout=20)


@pytest.fixture
def recorded(home: PrivateHome, display: str) -> PrivateHome:
    """A user whose links are registered, with a command that writes its arguments down."""
    home.more["DISPLAY"] = display
    home.links().register()
    told = home.path / "told"
    lines = ("#!/bin/sh", f"printf '%s\\0' \"$@\" >{told}.new", f"mv {told}.new {told}", "")
    program = home.write(home.path / "record", "\n".join(lines))
    program.chmod(0o700)
    entry = home.applications / "dialer.desktop"
    text = entry.read_text()
    start = next(line for line in text.splitlines() if line.startswith("Exec="))
    command, _, field = start.removeprefix("Exec=").rpartition(" ")
    assert field == "%u"
    program_before = command.split(" ")[0]
    entry.write_text(text.replace(program_before, str(program)))
    return home


@pytest.mark.parametrize("opener", [("xdg-open",), ("gio", "open")], ids=" ".join)
def test_links_arrive_raw_as_one_argument(recorded: PrivateHome, opener: tuple[str, ...]) -> None:
    told = recorded.path / "told"
    for link in LINKS:
        recorded.run(*opener, link)
        deadline = time.monotonic() + 10
        while not told.exists():
            assert time.monotonic() < deadline, f"{link} did not arrive"
            time.sleep(0.01)
        arguments = told.read_bytes().split(b"\0")[:-1]
        assert arguments[-1].decode() == link
        assert [each for each in arguments if each.startswith(b"-")] in ([], [b"-m"])
        told.unlink()
    assert not list(recorded.path.rglob("pwned"))


def test_after_unregistering_links_do_not_arrive(recorded: PrivateHome) -> None:
    recorded.links().unregister()
    assert recorded.default("tel") == ""
    with pytest.raises(subprocess.CalledProcessError):
        recorded.run("gio", "open", LINKS[0])
