"""What a web page can make of a link, in the real window: it calls nobody and changes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from doubles.desktop_keyring import keyring_on
from doubles.desktop_session import DesktopSession, Role, State, why_not
from doubles.faulty_server import FaultyServer, answers
from faults.tally import Tally
from program.program import KEY, SECRET, Program

NUMBER = "%2B442079460018"
LINKS = (
    "tel:+442079460018",
    "TEL:+442079460018%0D%0A",
    "tel:+442079460018%0A%0Acall",
    "tel:--help",
    "tel:--sandbox",
    "tel:$(touch${IFS}pwned)",
    "tel:`touch pwned`;touch pwned",
    "tel:+442079460018;phone-context=evil.example;isub=1;postd=pp22",
    "tel:*%2321%23",
    "tel:<img src=http://127.0.0.1:9/x>",
    "tel:" + "9" * 100_000,
    "sip:442079460018@evil.example;transport=tcp?Replaces=1",
    "callto://+442079460018?call=1",
    f"dialer:?callee={NUMBER}&call=1",
    f"dialer:?callee={NUMBER}&account=another",
    f"dialer:?callee={NUMBER}&profile=another",
    f"dialer:?callee={NUMBER}&profile=work&profile=another",
    f"dialer:?callee={NUMBER}&display-number=%2B442079460999",
    f"dialer:?callee={NUMBER}&base-url=http%3A%2F%2F127.0.0.1%3A9",
    f"dialer:?callee={NUMBER}&api-key=EVIL&api-secret=EVIL",
    f"dialer:?callee={NUMBER}&timeout=0&sandbox=1",
    f"dialer:?callee={NUMBER}&note=%3Cb%3Ebold%3C/b%3E%0D%0Aapi-key:%20x",
    f"dialer:?callee={NUMBER}&note=%E2%80%AE%00",
    f"dialer:call?callee={NUMBER}",
    "dialer://profile/remove/work",
    "dialer:../../../../etc/passwd",
    "dialer:?callee=%ff%fe",
)


@pytest.mark.desktop
@pytest.mark.keyring
def test_no_link_calls_sets_or_sends_anything(tmp_path: Path, tally: Tally) -> None:
    if reason := why_not():
        pytest.skip(reason)
    with (
        DesktopSession(tmp_path) as desktop,
        keyring_on(desktop),
        FaultyServer(answers()) as server,
    ):
        home = Program(tmp_path / "home/dialer", desktop.environ)
        added = home.run(
            *("profile", "add", "work", "--base-url", server.url, "--account", "test_001"),
            *("--api-key", KEY),
            stdin=f"{SECRET}\n",
        )
        assert added.code == 0, added
        program = desktop.start()
        desktop.find(program, Role.TEXT, "Callee", State.FOCUSED)
        account = desktop.find(program, Role.TEXT, "Account")
        desktop.until(program, lambda: account.text == "test_001", "no profile is in use")
        before = settings(home)
        for link in LINKS:
            clicked(desktop, link)
        # The last one by its order is a good one, so that all before it have been looked at.
        clicked(desktop, "tel:+442079460019")
        desktop.wait_for(lambda: desktop.callee() == "+442079460019", "the window hears no more")
        assert len(desktop.windows()) == 1
        assert account.text == "test_001"
        assert desktop.find(program, Role.TEXT, "Display number").text == ""
        let_in = (
            len(server.requests)
            + len(home.calls())
            + (settings(home) != before)
            + len(list(tmp_path.rglob("pwned*")))
        )
        tally.held("links", len(LINKS), let_in=let_in)
        # That a call can be placed here at all, by hand:
        desktop.find(program, Role.TEXT, "Callee").take_focus()
        desktop.press("Escape")
        desktop.type("+442079460019")
        desktop.press("Return")
        desktop.find(program, Role.LABEL, "Placed.")
        assert len(server.calls) == 1


def test_a_link_shares_a_command_line_with_nothing(tmp_path: Path, tally: Tally) -> None:
    (tmp_path / "home").mkdir()
    program = Program(tmp_path / "home/dialer")
    for arguments in (
        ("tel:+442079460018", "--sandbox"),
        ("tel:+442079460018", "call"),
        ("dialer:?callee=1", "profile", "remove", "work"),
    ):
        ended = program.run(*arguments)
        assert ended.code == 2
        assert "stands alone" in ended.err
    assert not program.home.exists()
    tally.held("links", 3)


def settings(home: Program) -> list[bytes]:
    files = (home.folders.profiles_file, home.folders.preferences_file)
    return [path.read_bytes() if path.exists() else b"" for path in files]


def clicked(desktop: DesktopSession, link: str) -> "subprocess.CompletedProcess[str]":
    return desktop.run(sys.executable, "-m", "dialer", link)
