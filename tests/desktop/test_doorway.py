"""One instance: whoever knocks is heard, or told in time that nobody answers. Real sockets."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.desktop import handoff

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sockets that lie in a folder")

if sys.platform != "win32":
    from dialer.desktop.doorway import Doorway, claim

SECONDS = 10.0


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A user's environment, with a folder for sockets that is the user's alone."""
    # Not pytest's folder: the path of a socket may have no more than 107 characters.
    runtime = Path(os.environ["XDG_RUNTIME_DIR"]) / tmp_path.name[-40:]
    runtime.mkdir(mode=0o700)
    return {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(tmp_path), "DISPLAY": ":7"}


@pytest.fixture
def path(environ: dict[str, str]) -> str:
    found = handoff.address(environ, sandbox=False)
    assert found is not None
    return found


@pytest.fixture
def doorway(path: str) -> Iterator["Doorway"]:
    made, answer = claim(path, b"")
    assert made is not None
    assert answer is None
    yield made
    made.close()


class Window:
    """Answers what comes, as the window does."""

    def __init__(self, doorway: "Doorway", word: str = handoff.SHOWN, text: str = "") -> None:
        self.seen: list[tuple[str, str, str, str]] = []
        self._doorway = doorway
        self._answer = word, text
        doorway.open(self._on_visit)

    def _on_visit(self) -> None:
        for visit in self._doorway.visits():
            self.seen.append((visit.asked, visit.text, visit.profile, visit.token))
            visit.answer(*self._answer)


def said(environ: dict[str, str], text: str = "tel:+442079460018", profile: str = "") -> bytes:
    return handoff.message(environ, handoff.LINK, text, profile)


def raw(path: str, message: bytes) -> bytes:
    """Say something at the socket, whatever it is; what is answered until it is closed."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(SECONDS)
        connection.connect(path)
        try:
            connection.sendall(message)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(1000)
        except (BrokenPipeError, ConnectionResetError):
            return b""


def test_nobody_answers_where_nobody_is(environ: dict[str, str], path: str) -> None:
    assert handoff.knock(path, said(environ)) is None


def test_a_link_is_handed_over_with_profile_and_token(
    environ: dict[str, str], path: str, doorway: "Doorway"
) -> None:
    window = Window(doorway)
    environ["XDG_ACTIVATION_TOKEN"] = "token-1"
    link = "dialer:?callee=+442079460018&note=王 \udcff"
    assert handoff.knock(path, said(environ, link, "Work")) == (handoff.SHOWN, "")
    assert window.seen == [(handoff.LINK, link, "Work", "token-1")]


def test_a_refusal_comes_back_with_its_reason(
    environ: dict[str, str], path: str, doorway: "Doorway"
) -> None:
    Window(doorway, handoff.REFUSED, "3 digits: 7 to 15 are needed.")
    assert handoff.knock(path, said(environ)) == (
        handoff.REFUSED,
        "3 digits: 7 to 15 are needed.",
    )


def test_who_comes_before_the_window_is_there_is_let_go_and_remembered(
    environ: dict[str, str], path: str, doorway: "Doorway"
) -> None:
    for number in range(3):
        assert handoff.knock(path, said(environ, f"tel:{number}")) == (handoff.STARTING, "")
    window = Window(doorway)
    assert [text for _, text, _, _ in window.seen] == ["tel:0", "tel:1", "tel:2"]


def test_a_window_that_hangs_is_told_of_within_two_seconds_and_sees_nothing_late(
    environ: dict[str, str], path: str, doorway: "Doorway"
) -> None:
    knocked = threading.Event()
    doorway.open(knocked.set)
    before = time.monotonic()
    assert handoff.knock(path, said(environ)) == (handoff.HUNG, "")
    assert time.monotonic() - before < 2.0
    assert knocked.is_set()
    assert doorway.visits() == [], "it would be shown twice: here, and where it went instead"


def test_a_second_start_does_not_become_a_second_window(
    environ: dict[str, str], path: str, doorway: "Doorway"
) -> None:
    window = Window(doorway)
    assert claim(path, said(environ)) == (None, (handoff.SHOWN, ""))
    assert len(window.seen) == 1


def test_the_next_start_takes_the_place_of_one_that_hangs(
    environ: dict[str, str], path: str, doorway: "Doorway", caplog: pytest.LogCaptureFixture
) -> None:
    doorway.open(lambda: None)
    second, answer = claim(path, said(environ), found_hung=True)
    assert answer is None
    assert second is not None
    try:
        assert second.took_over
        window = Window(second)
        assert handoff.knock(path, said(environ)) == (handoff.SHOWN, "")
        assert len(window.seen) == 1
        doorway.close()
        assert handoff.knock(path, said(environ)) == (handoff.SHOWN, ""), "the name is not its own"
    finally:
        second.close()
    assert "does not answer" in caplog.text


def test_a_closed_doorway_leaves_nobody_and_the_place_free(
    environ: dict[str, str], path: str
) -> None:
    first, _ = claim(path, b"")
    assert first is not None
    first.close()
    assert not Path(path).exists()
    assert handoff.knock(path, said(environ)) is None
    second, answer = claim(path, b"")
    assert second is not None
    assert answer is None
    assert not second.took_over
    second.close()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_what_a_killed_or_stopped_dialer_left_is_no_hindrance(
    environ: dict[str, str], path: str, end: signal.Signals, caplog: pytest.LogCaptureFixture
) -> None:
    code = (
        "import sys, time\n"
        "from dialer.desktop.doorway import claim\n"
        "doorway, _ = claim(sys.argv[1], b'')\n"
        "doorway.open(lambda: [visit.answer('shown') for visit in doorway.visits()])\n"
        "print('listens', flush=True)\n"
        "sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"listens\n"
        other.send_signal(end)
        if end == signal.SIGKILL:
            other.wait(SECONDS)
        before = time.monotonic()
        answer = handoff.knock(path, said(environ))
        assert answer == (None if end == signal.SIGKILL else (handoff.HUNG, ""))
        made, answer = claim(path, said(environ), found_hung=answer is not None)
        assert time.monotonic() - before < 2.0
        assert answer is None
        assert made is not None
        window = Window(made)
        if end == signal.SIGSTOP:
            assert "does not answer" in caplog.text
            other.send_signal(signal.SIGCONT)
            assert handoff.knock(path, said(environ, "tel:2")) == (handoff.SHOWN, "")
            assert [text for _, text, _, _ in window.seen] == ["tel:2"]
        made.close()
    finally:
        other.kill()
        other.communicate()


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0\0\0\0\0",
        b"GET / HTTP/1.1\r\n\r\n",
        b"dialer 1\0link",
        b"dialer 1\0link\0tel:1\0\0\0not a time",
        b"dialer 1\0link\0tel:1\0\0\0" + b"-1",
        b"dialer 1\0link\0" + b"1" * (handoff.SIZE_LIMIT + 1) + b"\0\0\0inf",
        os.urandom(1000),
    ],
    ids=["nothing", "empty", "http", "short", "no time", "late", "too long", "noise"],
)
def test_what_is_no_message_is_not_answered(
    environ: dict[str, str], path: str, doorway: "Doorway", message: bytes
) -> None:
    window = Window(doorway)
    assert raw(path, message) == b""
    assert window.seen == []
    assert handoff.knock(path, said(environ)) == (handoff.SHOWN, "")


def test_a_message_of_another_version_is_told_as_such(path: str, doorway: "Doorway") -> None:
    seen = []

    def on_visit() -> None:
        for visit in doorway.visits():
            seen.append(visit.readable)
            visit.answer(handoff.SHOWN)

    doorway.open(on_visit)
    assert raw(path, b"dialer 2\0whatever") == b"shown\0"
    assert seen == [False]


def test_a_visitor_who_says_nothing_holds_nobody_up(
    environ: dict[str, str], path: str, doorway: "Doorway"
) -> None:
    Window(doorway)
    silent = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(20)]
    try:
        for each in silent:
            each.connect(path)
        assert handoff.knock(path, said(environ)) == (handoff.SHOWN, "")
    finally:
        for each in silent:
            each.close()


def test_the_socket_is_its_owners_alone(path: str, doorway: "Doorway") -> None:
    place = Path(path)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_a_folder_that_others_can_enter_is_not_used(environ: dict[str, str], path: str) -> None:
    folder = Path(path).parent
    folder.mkdir()
    folder.chmod(0o755)
    assert claim(path, b"") == (None, None)
    assert handoff.knock(path, said(environ)) is None


def test_home_display_and_sandbox_each_have_a_window_of_their_own(environ: dict[str, str]) -> None:
    others = [
        environ,
        {**environ, "DISPLAY": ":8"},
        {**environ, "WAYLAND_DISPLAY": "wayland-1"},
        {**environ, "DIALER_HOME": "/somewhere"},
        {**environ, "XDG_DATA_HOME": "/elsewhere"},
    ]
    paths = {handoff.address(each, sandbox=sandbox) for each in others for sandbox in (False, True)}
    assert len(paths) == 2 * len(others)
    assert None not in paths
    same_screen = {**environ, "DISPLAY": ":7.0"}
    assert handoff.address(same_screen, sandbox=False) in paths


def test_a_path_that_no_socket_can_have_is_none(environ: dict[str, str], tmp_path: Path) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir(mode=0o700)
    environ["XDG_RUNTIME_DIR"] = str(long)
    assert handoff.address(environ, sandbox=False) is None
    assert handoff.knock(None, b"") is None


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs two users: root")
def test_another_user_can_neither_hand_over_nor_listen_in(
    environ: dict[str, str], path: str, doorway: "Doorway", caplog: pytest.LogCaptureFixture
) -> None:
    window = Window(doorway)
    code = (
        "import os, socket, sys\n"
        "from dialer.desktop import handoff\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "environ = {'XDG_RUNTIME_DIR': sys.argv[2]}\n"
        "print(handoff.knock(sys.argv[1], handoff.message(environ, 'link', 'tel:1')))\n"
        "connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)\n"
        "try:\n"
        "    connection.connect(sys.argv[1])\n"
        "    connection.sendall(handoff.message(environ, 'link', 'tel:1'))\n"
        "    connection.shutdown(socket.SHUT_WR)\n"
        "    print(connection.recv(100))\n"
        "except OSError as error: print(type(error).__name__)"
    )

    def as_nobody() -> str:
        ended = subprocess.run(
            [sys.executable, "-c", code, path, environ["XDG_RUNTIME_DIR"]],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        return ended.stdout

    assert as_nobody() == "None\nPermissionError\n", "the folder keeps them out"
    # And if somebody had opened the folder and the socket, the peer's user would be looked at.
    for place in (Path(path).parent, *Path(path).parents):
        if str(place).startswith(os.environ["XDG_RUNTIME_DIR"]):
            place.chmod(0o777)
    Path(path).chmod(0o777)
    try:
        sent_off = ("b''", "ConnectionResetError", "BrokenPipeError")
        assert as_nobody() in [f"None\n{how}\n" for how in sent_off]
        assert window.seen == []
        assert "another user" in caplog.text
    finally:
        for place in (Path(path).parent, *Path(path).parents):
            if str(place).startswith(os.environ["XDG_RUNTIME_DIR"]):
                place.chmod(0o700)


def test_a_visit_that_was_taken_is_never_called_hung(
    environ: dict[str, str], path: str, doorway: "Doorway"
) -> None:
    taken = []
    doorway.open(lambda: taken.extend(doorway.visits()))
    assert handoff.knock(path, said(environ)) == (handoff.SHOWN, "")
    assert len(taken) == 1


def test_more_visitors_than_are_heard_at_once_wait_and_none_finds_it_hung(
    environ: dict[str, str], path: str, doorway: "Doorway"
) -> None:
    first = threading.Event()
    doorway.open(first.set)
    answers: list[tuple[str, str] | None] = []

    def knock() -> None:
        answers.append(handoff.knock(path, said(environ)))

    knocking = [threading.Thread(target=knock) for _ in range(150)]
    for each in knocking:
        each.start()
    assert first.wait(SECONDS)
    deadline = time.monotonic() + SECONDS
    while len(answers) < len(knocking):
        for visit in doorway.visits():
            visit.answer(handoff.SHOWN)
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert answers == [(handoff.SHOWN, "")] * 150


def test_closing_twice_leaves_a_successor_alone(environ: dict[str, str], path: str) -> None:
    first, _ = claim(path, b"")
    assert first is not None
    first.close()
    second, _ = claim(path, b"")
    assert second is not None
    try:
        # As a file system does that uses inodes again.
        first._inode = second._inode
        first.close()
        assert Path(path).exists()
    finally:
        second.close()


def test_an_answer_that_no_encoding_has_is_an_answer_all_the_same(
    environ: dict[str, str], path: str, doorway: "Doorway"
) -> None:
    Window(doorway, handoff.REFUSED, "no \udcff")
    assert handoff.knock(path, said(environ)) == (handoff.REFUSED, "no ?")
