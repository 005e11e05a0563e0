"""Whatever is said at the door of the window, nothing is let in and nobody else kept waiting."""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from dialer.desktop import handoff
from dialer.desktop.visit import Visit, read_visit
from faults.fuzz import LONG, LONG_TEXTS, SHAPES, TEXTS, Fuzz

if sys.platform != "win32":
    from dialer.desktop.doorway import Doorway, claim

SECONDS = 10.0
LATE = "1e300"
"""A moment that never comes."""

WORDS = st.sampled_from(
    [
        *(handoff.VERSION, "dialer 2", "dialer ", "", "DIALER 1", "GET / HTTP/1.1", "\x01"),
        *(handoff.LINK, handoff.NUMBER, handoff.RAISE, handoff.CLIPBOARD, handoff.NOTHING, "quit"),
        *("tel:+442079460018", LATE, "nan", "inf", "-1", "1_0", "0x1", " 1e300 ", "١", "1" * 400),
    ]
)
MESSAGES = (
    st.lists(WORDS | TEXTS, max_size=8).map("\0".join)
    | st.builds(
        lambda asked, text, profile, token, until: "\0".join(
            (handoff.VERSION, asked, text, profile, token, until)
        ),
        *(WORDS, TEXTS | LONG_TEXTS, TEXTS, TEXTS, st.just(LATE) | WORDS),
    )
).map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=300)


def message(text: str, until: str = LATE) -> bytes:
    fields = (handoff.VERSION, handoff.LINK, text, "", "", until)
    return "\0".join(fields).encode("utf-8", "surrogatepass")


LONG_MESSAGES = tuple(
    each[: handoff.SIZE_LIMIT]
    for each in (
        b"\0" * LONG,
        b"\xff" * LONG,
        b"dialer 1" * LONG,
        b"dialer 1\0link\0" + b"\xff" * LONG,
        message("x", "9" * LONG),
        message("x", "1" + "_1" * LONG),
        message("x", " " * LONG + "1"),
        *(message(shape) for shape in SHAPES),
    )
)


def is_message(said: bytes) -> bool:
    """Whether this is the one form that a message has, as its documentation says."""
    parts = said.split(b"\0")
    return len(parts) == 6 and parts[0] == handoff.VERSION.encode()


def test_whatever_is_said_is_a_visit_or_nothing(fuzz: Fuzz) -> None:
    @fuzz("hand-over", MESSAGES, always=[(each,) for each in LONG_MESSAGES], share=5)
    def reads(said: bytes) -> int:
        visit = read_visit(said)
        if visit is None:
            return 0
        if not visit.readable:
            assert said.startswith(b"dialer ")
            return int((visit.asked, visit.text, visit.profile) != (handoff.RAISE, "", ""))
        # An argument in another encoding comes as it was.
        kept = (visit.asked, visit.text, visit.profile, visit.token)
        parts = said.split(b"\0")[1:5]
        assert [each.encode("utf-8", "surrogateescape") for each in kept] == parts
        return int(not is_message(said))


def test_what_one_start_says_another_hears(fuzz: Fuzz) -> None:
    # What the system hands over: no NUL, and bytes of another encoding as lone surrogates.
    arguments = st.binary(max_size=60).map(
        lambda raw: raw.replace(b"\0", b"").decode("utf-8", "surrogateescape")
    )

    @fuzz("hand-over", arguments, arguments, arguments)
    def says(text: str, profile: str, token: str) -> None:
        said = handoff.message({"XDG_ACTIVATION_TOKEN": token}, handoff.LINK, text, profile)
        assert len(said) <= handoff.SIZE_LIMIT
        visit = read_visit(said)
        assert visit is not None
        assert (visit.asked, visit.text, visit.profile) == (handoff.LINK, text, profile)


class Window:
    """Answers what comes, as the window does, and keeps it."""

    def __init__(self, doorway: "Doorway") -> None:
        self.seen: list[Visit] = []
        self._doorway = doorway
        doorway.open(self._on_visit)

    def _on_visit(self) -> None:
        for visit in self._doorway.visits():
            self.seen.append(visit)
            visit.answer(handoff.SHOWN)


@pytest.fixture
def path(tmp_path: Path) -> str:
    # Not pytest's folder: the path of a socket may have no more than 107 characters.
    runtime = Path(os.environ["XDG_RUNTIME_DIR"]) / tmp_path.name[-40:]
    runtime.mkdir(mode=0o700)
    found = handoff.address({"XDG_RUNTIME_DIR": str(runtime), "HOME": "/"}, sandbox=False)
    assert found
    return found


@pytest.fixture
def window(path: str) -> Iterator[Window]:
    doorway, _ = claim(path, b"")
    assert doorway
    yield Window(doorway)
    doorway.close()


def say(path: str, pieces: list[bytes], *, ends: bool) -> bytes:
    """Say something piece by piece; what is answered, where an end was made of it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(SECONDS)
        connection.connect(path)
        try:
            for piece in pieces:
                connection.sendall(piece)
            if not ends:
                return b""  # gone in the middle
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(1000)
        except (BrokenPipeError, ConnectionResetError):
            return b""


@pytest.mark.skipif(sys.platform == "win32", reason="sockets that lie in a folder")
def test_nothing_but_a_message_is_let_in_and_the_next_start_is_heard(
    fuzz: Fuzz, path: str, window: Window
) -> None:
    cuts = st.lists(st.integers(0, 400), max_size=4).map(sorted)
    always = [(each, [], True) for each in (b"x" * (2 * LONG), message("1" * LONG), b"")]

    @fuzz("hand-over", MESSAGES, cuts, st.booleans(), always=always)
    def says(said: bytes, cuts: list[int], ends: bool) -> int:
        before = len(window.seen)
        pieces = [said[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]
        answer = say(path, pieces, ends=ends)
        # Who came later was taken in later, and then it is waited until both are through.
        assert handoff.knock(path, message("tel:1")) == (handoff.SHOWN, "")
        assert_left()
        new = window.seen[before:]
        expected = read_visit(said)
        strangers = [each for each in new if each.text != "tel:1"]
        if answer:
            assert expected is not None
            assert answer == b"shown\0"
        if expected is None or len(said) > handoff.SIZE_LIMIT:
            return len(strangers)
        return sum((each.asked, each.text) != (expected.asked, expected.text) for each in strangers)


@pytest.mark.skipif(sys.platform == "win32", reason="sockets that lie in a folder")
def test_many_who_say_half_of_it_keep_nobody_out(fuzz: Fuzz, path: str, window: Window) -> None:
    halves = st.lists(MESSAGES, min_size=10, max_size=20)

    @fuzz("hand-over", halves, share=0.15)
    def crowd(said: list[bytes]) -> None:
        silent = []
        try:
            for each in said:
                connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                connection.connect(path)
                silent.append(connection)
                connection.sendall(each[: len(each) // 2 + 1])
            before = len(window.seen)
            # In time, or it would be told that the window hangs.
            assert handoff.knock(path, message("tel:2")) == (handoff.SHOWN, "")
            assert [each.text for each in window.seen[before:]] == ["tel:2"]
        finally:
            for connection in silent:
                # With an end of it all, half a message would count as one.
                connection.close()
        assert_left()


def assert_left() -> None:
    """No thread is left behind by those who came and went."""
    deadline = time.monotonic() + SECONDS
    while sum(each.name == "dialer-doorway" for each in threading.enumerate()) > 1:
        assert time.monotonic() < deadline
        time.sleep(0.005)
