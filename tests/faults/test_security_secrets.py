"""The secret is in the keyring and nowhere else: not on disk, not in ps, on no bus, not copied."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dialer.sandbox.server import APP_ID, SandboxServer
from doubles.bus_monitor import BusMonitor
from doubles.desktop_keyring import keyring_on
from doubles.desktop_session import SECONDS, Accessible, DesktopSession, Role, State
from doubles.desktop_session import why_not as no_desktop
from doubles.notification_server import NotificationServer
from doubles.secret_service import SecretService
from doubles.traced import Traced
from faults.secrets_seen import OF_SECRET, on_disk, seen
from faults.tally import Tally
from program.program import KEY, SECRET, Program

NUMBER = "932111111111"
CLIPBOARDS = """
from PySide6.QtGui import QClipboard, QGuiApplication
application = QGuiApplication([])
clipboard = QGuiApplication.clipboard()
for mode in (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection):
    print(clipboard.text(mode))
"""


@pytest.mark.keyring
@pytest.mark.parametrize("commands", ["a few", pytest.param("all", marks=pytest.mark.more)])
def test_no_command_leaves_the_secret_anywhere(  # noqa: PLR0917 - fixtures
    tmp_path: Path,
    keyring: SecretService,
    provider: SandboxServer,
    traced: Traced,
    tally: Tally,
    commands: str,
) -> None:
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    environ = {
        **keyring.environ,
        "TMPDIR": str(tmp_path / "tmp"),
        "XDG_CONFIG_HOME": str(tmp_path / "home/.config"),
        "XDG_DATA_HOME": str(tmp_path / "home/.local/share"),
    }
    program = Program(tmp_path / "home/dialer", environ, traced.prefix)
    said = []

    def run(*command: str) -> str:
        ended = program.run(*command, stdin=f"{SECRET}\n")
        assert ended.code == 0, ended
        said.append((ended.out + ended.err).encode())
        return ended.out

    at = ("--base-url", provider.url, "--app-id", APP_ID)
    run("profile", "add", "work", *at, "--api-key", KEY, "--account", "test_001")
    recording_id = run("call", NUMBER).strip()
    run("doctor", "--online", "--json")
    if commands == "all":
        for command in ("check", "show"):
            run("profile", command, "work")
        run("profile", "list")
        for command in ("accounts", "balance", "reconcile", "history", "stats"):
            run(command)
        assert recording_id in run("details", recording_id, "--json")
    if shutil.which("xdg-mime"):
        run("links", "--register")
        run("links", "--unregister")
    run("profile", "remove", "work")
    traced.wait()
    starts = traced.starts()
    assert len(starts) >= len(said)
    # The key is an argument of the command that adds it, and of no other.
    others = [start for start in starts if b"--api-key" not in start]
    let_in = (
        seen(starts, OF_SECRET)
        + seen(others)
        + seen(said)
        + seen(on_disk(tmp_path / "home", tmp_path / "tmp"))
        + seen([keyring.kept_files()])
    )
    tally.held("secrets", len(said), let_in=let_in)


@pytest.mark.desktop
@pytest.mark.keyring
def test_the_window_lets_the_secret_out_nowhere(
    tmp_path: Path, provider: SandboxServer, traced: Traced, tally: Tally
) -> None:
    if reason := no_desktop():
        pytest.skip(reason)
    with DesktopSession(tmp_path) as desktop:
        home = tmp_path / "home"
        (home / "tmp").mkdir()
        desktop.add("TMPDIR", str(home / "tmp"))
        address = desktop.environ["DBUS_SESSION_BUS_ADDRESS"]
        with (
            keyring_on(desktop),
            NotificationServer(address),
            BusMonitor(address) as session,
            BusMonitor(desktop.accessibility_bus) as accessibility,
        ):
            program = desktop.start_through(traced.prefix)
            desktop.find(program, Role.TEXT, "Callee", State.FOCUSED)
            desktop.press("ctrl+p")
            for name, text in (
                ("Name", "work"),
                ("Base URL", provider.url),
                ("API key", KEY),
                ("Account", "test_001"),
            ):
                into(desktop, program, Role.TEXT, name, text)
            into(desktop, program, Role.PASSWORD_TEXT, "API secret", SECRET)
            desktop.press("ctrl+a", "ctrl+c")
            clipboards = [clipboards_of(desktop)]
            desktop.find(program, Role.PUSH_BUTTON, "Save").take_focus()
            desktop.find(program, Role.PUSH_BUTTON, "Save", State.FOCUSED)
            desktop.press("space")
            desktop.find(program, Role.LABEL, "Saved.")
            desktop.press("Escape")
            desktop.find(program, Role.TEXT, "Callee").take_focus()
            desktop.find(program, Role.TEXT, "Callee", State.FOCUSED)
            desktop.type(NUMBER)
            desktop.press("Return")
            desktop.find(program, Role.LABEL, "Placed.")
            desktop.find(program, Role.PUSH_BUTTON, "Copy recording ID").take_focus()
            desktop.find(program, Role.PUSH_BUTTON, "Copy recording ID", State.FOCUSED)
            desktop.press("space")
            clipboards.append(clipboards_of(desktop))
            of_process = [
                Path(f"/proc/{program.pid}/{name}").read_bytes() for name in ("cmdline", "environ")
            ]
            desktop.press("alt+F4")
            assert program.wait(SECONDS) == 0
            assert program.stdout
            said = program.stdout.read()
            traced.wait()
            (call,) = Program(home / "dialer").calls()
            assert call.outcome
            assert clipboards[-1].splitlines()[0].decode() == call.outcome.recording_id
            # What is looked through is what was meant to be: the buses carried the call.
            assert b"Placed." in accessibility.heard
            assert b"org.freedesktop.Secret" in session.heard
            places = {
                "programs that were started": traced.starts(),
                "the process": of_process,
                "the screen": [said],
                "the clipboards": clipboards,
                "the session's bus": [session.heard],
                "the accessibility bus": [accessibility.heard],
                "files": on_disk(home, desktop.runtime),
            }
    let_in = {name: seen(place, OF_SECRET) for name, place in places.items()}
    # The key stands in its field, where assistive technology reads it.
    let_in["files, of the key"] = seen(places["files"])
    let_in["programs, of the key"] = seen(places["programs that were started"])
    print(let_in)
    tally.held("secrets", len(places), let_in=sum(let_in.values()))


def into(
    desktop: DesktopSession, program: "subprocess.Popen[bytes]", role: Role, name: str, text: str
) -> None:
    """Type a text in place of what stands in the field of the profile's form."""

    def last() -> Accessible | None:
        # The main window has fields of such names too; the form's come after them.
        found = [each for each in desktop.all(program, role) if each.name == name]
        return found[-1] if found else None

    field = desktop.until(program, last, f"no field {name}")
    field.take_focus()
    desktop.until(program, lambda: State.FOCUSED in field.states, f"{name} is not reached")
    desktop.press("ctrl+a")
    desktop.type(text)
    shown = text if role == Role.TEXT else len(text) * field.text[:1]
    desktop.until(program, lambda: field.text == shown, f"{name} does not have its text")


def clipboards_of(desktop: DesktopSession) -> bytes:
    """What was copied and what is selected, as any other program of the desktop can read it."""
    return desktop.run(sys.executable, "-c", CLIPBOARDS).stdout.encode()
