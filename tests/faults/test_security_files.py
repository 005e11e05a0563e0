"""Whatever umask a user has: files and folders are born their owner's alone."""

import os
from pathlib import Path

import pytest

from dialer.sandbox.server import SandboxServer
from doubles.desktop_session import SECONDS, DesktopSession, Role, State
from doubles.desktop_session import why_not as no_desktop
from doubles.secret_service import SecretService
from doubles.traced import Born, Traced
from faults.tally import Tally
from program.program import KEY, SECRET, Program

NUMBER = "932111111111"
FOREIGN = (".cache/fontconfig", ".cache/mesa_shader_cache")
"""Caches of libraries, which know nothing of Dialer."""


def open_to_others(home: Path, born: list[Born]) -> list[Born]:
    inside = [each for each in born if each.path.is_relative_to(home)]
    assert inside, "nothing was made at all"
    foreign = [home / name for name in FOREIGN]
    return [
        each
        for each in inside
        if not each.is_private and not any(each.path.is_relative_to(cache) for cache in foreign)
    ]


@pytest.mark.more
@pytest.mark.keyring
def test_whatever_a_command_makes_is_born_private(
    tmp_path: Path, keyring: SecretService, provider: SandboxServer, traced: Traced, tally: Tally
) -> None:
    (tmp_path / "home").mkdir()
    program = Program(tmp_path / "home/dialer", keyring.environ, traced.prefix)
    commands = (
        ("profile", "add", "work", "--base-url", provider.url, "--api-key", KEY),
        ("call", NUMBER, "--account", "test_001"),
        ("history", "--csv", "--output", str(tmp_path / "home/calls.csv")),
        ("history", "--xlsx", str(tmp_path / "home/calls.xlsx")),
        ("history", "--since", "nonsense"),
        ("doctor",),
    )
    for command in commands:
        ended = program.run(*command, stdin=f"{SECRET}\n")
        assert ended.code == (2 if "nonsense" in command else 0), ended
    (call,) = program.calls()
    assert call.outcome
    recording = ("recording", str(call.outcome.recording_id), "-o", str(tmp_path / "home/a.wav"))
    program.run(*recording)
    traced.wait()
    made = traced.born()
    assert {"calls.csv.part", "profiles.toml", "journal.sqlite3"} <= {
        each.path.name.lstrip(".").partition(".lock")[0] for each in made
    }
    let_in = open_to_others(tmp_path / "home", made)
    print(*let_in, sep="\n")
    tally.held("files", len(commands) + 1, let_in=len(let_in))


@pytest.mark.desktop
@pytest.mark.parametrize("runtime", ["of the session", "none"])
def test_whatever_the_window_makes_is_born_private(
    tmp_path: Path, traced: Traced, tally: Tally, runtime: str
) -> None:
    if reason := no_desktop():
        pytest.skip(reason)
    with DesktopSession(tmp_path) as desktop:
        home = tmp_path / "home"
        if runtime == "none":
            # Sockets then lie in /tmp, where everybody can look.
            desktop.without("XDG_RUNTIME_DIR")
        program = desktop.start_through(traced.prefix, "--sandbox")
        desktop.find(program, Role.TEXT, "Callee", State.FOCUSED)
        account = desktop.find(program, Role.TEXT, "Account")
        desktop.until(program, lambda: account.text == "sandbox", "the sandbox does not run")
        desktop.type(NUMBER)
        desktop.press("Return")
        desktop.find(program, Role.LABEL, "Placed.")
        desktop.press("ctrl+m", "ctrl+m")
        desktop.press("alt+F4")
        assert program.wait(SECONDS) == 0
        traced.wait()
        sockets = [Path(os.fsdecode(name)) for name in traced.sockets()]
        ours = [path for path in sockets if "dialer" in path.parts[-2]]
        assert len(ours) == 1
        made = traced.born()
        let_in = open_to_others(home, made)
        assert (ours[0].parent.stat().st_mode & 0o777) == 0o700
        folders = [each for each in made if each.path == ours[0].parent]
        assert all(each.is_private for each in folders)
    print(*let_in, sep="\n")
    tally.held("files", let_in=len(let_in))
