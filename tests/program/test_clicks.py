"""Clicks on links in other programs, on a real desktop: one window has the number, none calls."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.desktop_session import SECONDS, DesktopSession, why_not

pytestmark = pytest.mark.desktop

LINK, NUMBER = "tel:+44-20-7946-0018", "+442079460018"
TOOLS = {"xdg-open": "xdg-utils", "update-desktop-database": "desktop-file-utils"}
LISTS = (".config/mimeapps.list", ".local/share/applications/mimeinfo.cache")
BEFORE = (
    b"# mine\r\n[Default Applications]\nx-scheme-handler/tel=phone.desktop;\n\n[Added Associations]"
)


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[DesktopSession]:
    if reason := why_not():
        pytest.skip(reason)
    if missing := [package for tool, package in TOOLS.items() if shutil.which(tool) is None]:
        pytest.skip(f"needs {', '.join(missing)} (so are Debian's packages named)")
    with DesktopSession(tmp_path) as session:
        yield session


def dialer(desktop: DesktopSession, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return desktop.run(sys.executable, "-m", "dialer", *arguments)


def shows(desktop: DesktopSession, number: str) -> None:
    desktop.wait_for(lambda: desktop.callee() == number, f"no window with {number}")


@pytest.mark.parametrize("opener", ["xdg-open", "gio open"])
def test_a_link_reaches_the_window_whether_it_runs_or_not_and_all_is_undone(
    desktop: DesktopSession, tmp_path: Path, opener: str
) -> None:
    home = tmp_path / "home"
    (home / ".config").mkdir()
    (home / LISTS[0]).write_bytes(BEFORE)
    registered = dialer(desktop, "links", "--register")
    assert registered.returncode == 0, registered.stderr
    # With none running.
    desktop.begin(*opener.split(), LINK)
    shows(desktop, NUMBER)
    # With one running: the same window, and the opener ends.
    opened = desktop.run(*opener.split(), "tel:+442079460019")
    assert opened.returncode == 0, opened.stderr
    shows(desktop, "+442079460019")
    assert len(desktop.windows()) == 1
    assert dialer(desktop, "history", "--json").stdout.strip() == "[]", "a link never calls"
    undone = dialer(desktop, "links", "--unregister")
    assert undone.returncode == 0, undone.stderr
    assert (home / LISTS[0]).read_bytes() == BEFORE
    assert not (home / LISTS[1]).exists()
    assert not (home / ".local/share/applications/dialer.desktop").exists()


def test_two_hundred_links_at_once_leave_one_window_that_answers(desktop: DesktopSession) -> None:
    clicks = [
        subprocess.Popen(
            [sys.executable, "-m", "dialer", f"tel:+4420794{number:05d}"],
            env=desktop.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for number in range(200)
    ]
    try:
        desktop.wait_for(
            lambda: sum(each.poll() is None for each in clicks) <= 1, "more than one stays"
        )
        desktop.wait_for(desktop.callee, "no window")
        assert len(desktop.windows()) == 1
        assert [each.poll() for each in clicks if each.poll() is not None] == [0] * 199
        assert dialer(desktop, LINK).returncode == 0
        shows(desktop, NUMBER)
        assert dialer(desktop, "history", "--json").stdout.strip() == "[]"
    finally:
        for each in clicks:
            if each.poll() is None:
                each.terminate()
            each.wait(SECONDS)


def test_show_fills_in_and_says_what_cannot_be_called(desktop: DesktopSession) -> None:
    program = desktop.start()
    shows(desktop, "")
    shown = dialer(desktop, "show", "+44 20 7946 0018")
    assert (shown.returncode, shown.stdout) == (0, "")
    shows(desktop, NUMBER)
    refused = dialer(desktop, "show", "12")
    assert refused.returncode == 2
    assert "2 digits: 7 to 15 are needed." in refused.stderr
    assert dialer(desktop, "show", "--help").returncode == 0
    assert dialer(desktop, LINK, "--sandbox").returncode == 2
    program.terminate()
    assert program.wait(SECONDS) == 0


def test_a_click_on_a_link_in_chromium_brings_the_number(
    desktop: DesktopSession, tmp_path: Path
) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs chromium (so is Debian's package named)")
    assert dialer(desktop, "links", "--register").returncode == 0
    page = tmp_path / "page.html"
    page.write_text(
        f"<title>Customers</title><a style='position:fixed;inset:0' href='{LINK}'>Call</a>"
    )
    # Chromium's own question was answered earlier, with “Always allow”: to answer it here, keys
    # would have to come when it is there and takes them, which nothing tells.
    allowed = {"protocol_handler": {"allowed_origin_protocol_pairs": {"file://": {"tel": True}}}}
    preferences = tmp_path / "profile/Default/Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(json.dumps(allowed))
    # Nor does a window of the keyring's ask for a new password, and take the keyboard.
    alone = ("--password-store=basic",)
    quiet = ("--no-first-run", "--no-default-browser-check", "--disable-background-networking")
    off = ("--disable-component-update", "--disable-sync", "--disable-gpu", "--disable-quic")
    root = ("--no-sandbox", "--test-type") if os.geteuid() == 0 else ()
    desktop.begin(
        chromium,
        *quiet,
        *off,
        *alone,
        *root,
        f"--user-data-dir={tmp_path / 'profile'}",
        "--window-position=0,0",
        "--window-size=1000,700",
        page.as_uri(),
    )

    def xdotool(*arguments: str) -> str:
        return desktop.run("xdotool", *arguments).stdout

    window = desktop.wait_for(
        lambda: xdotool("search", "--onlyvisible", "--name", "Customers").split(), "no page"
    )[0]

    def clicked() -> bool:
        """Click the link, again where the page was not drawn yet."""
        xdotool("windowactivate", "--sync", window)
        xdotool("mousemove", "500", "450", "click", "1")
        soon = time.monotonic() + 5.0
        while not (arrived := desktop.callee() == NUMBER) and time.monotonic() < soon:
            time.sleep(0.03)
        return arrived

    desktop.wait_for(clicked, "no number from the click")
    assert len(desktop.windows()) == 1
    assert dialer(desktop, "history", "--json").stdout.strip() == "[]"
