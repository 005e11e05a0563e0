"""Handing over to a Dialer that runs already: what a second start says to the first.

A click on a link starts a process that lives only as long as this takes, so what it imports is
counted: nothing here uses more than Python has loaded anyway, and `_socket`.

A message is one line of what it is, `dialer 1`, and five fields, all parted by NUL, which no
argument can hold: what is asked (`RAISE`, `LINK`, `NUMBER`, `CLIPBOARD`), its text, the profile
to call with, the token by which the desktop lets a window come to the front, and until when the
answer is waited for (`time.monotonic`, one clock for the whole computer). The answer is a word
and a text.
"""

import os
import sys
import time
from binascii import crc32

if sys.platform != "win32":
    import _socket

TYPE_CHECKING = False
"""As typing has it, without importing typing."""
if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "dialer 1"
RAISE, LINK, NUMBER, CLIPBOARD = "raise", "link", "number", "clipboard"
"""What can be asked: the window alone, with a link, with a number, with the copied number."""
NOTHING = "nothing"
"""Asked by a start in the background: it is enough that somebody is there."""

SHOWN, STARTING, REFUSED, HUNG = "shown", "starting", "refused", "hung"
"""What is answered. `HUNG` is said for a window that does not answer, also by who asks."""

SIZE_LIMIT = 64 << 10
"""The longest message, in bytes; a longer text is cut so that it is refused where it is read."""

PATIENCE = 1.5
"""Seconds that an answer is waited for."""

_TEXT_LIMIT = 12_001  # characters: one more than the longest link
_PATH_LIMIT = 100  # bytes: macOS takes 103 for a socket's path, Linux 107


def address(environ: "Mapping[str, str]", *, sandbox: bool) -> str | None:
    """The path of the socket of this user's Dialer on this display, None where there is none.

    One for each user, display and home, and one more for the sandbox: a link, which calls for
    real, never ends in a window that was started as the sandbox.
    """
    if sys.platform == "win32":
        return _pipe(environ, sandbox=sandbox)
    folder = _folder(environ)
    home = environ.get("DIALER_HOME")
    home = os.path.abspath(os.path.expanduser(home)) if home else environ.get("XDG_DATA_HOME", "")
    screen = environ.get("WAYLAND_DISPLAY") or environ.get("DISPLAY", "").partition(".")[0]
    named = "\0".join((home or environ.get("HOME", ""), screen))
    path = f"{folder}/{crc32(os.fsencode(named)):08x}-{'sandbox' if sandbox else 'window'}"
    return path if len(os.fsencode(path)) <= _PATH_LIMIT else None


def is_private(folder: str) -> bool:
    """Whether `folder` is there, is this user's own, and closed to everybody else."""
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    is_folder = found.st_mode & 0o170000 == 0o040000
    return is_folder and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def peer_is_us(connection: "_socket.socket") -> bool:
    """Whether the process at the other end is this very user's.

    Linux: SO_PEERCRED, see unix(7). macOS: LOCAL_PEERCRED, a `struct xucred`, see <sys/ucred.h>.
    Elsewhere the folder that only the owner can enter has to do.
    """
    if sys.platform == "linux":
        of_peer = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)
    elif sys.platform == "darwin":
        of_peer = connection.getsockopt(0, 1, 76)
    else:
        return True
    return int.from_bytes(of_peer[4:8], sys.byteorder) == os.geteuid()


def message(environ: "Mapping[str, str]", asked: str, text: str = "", profile: str = "") -> bytes:
    """A message that asks for something, with the token that the desktop gave this process."""
    token = environ.get("XDG_ACTIVATION_TOKEN") or environ.get("DESKTOP_STARTUP_ID", "")
    until = f"{time.monotonic() + PATIENCE:.3f}"
    fields = (VERSION, asked, text[:_TEXT_LIMIT], profile[:256], token[:256], until)
    return "\0".join(fields).encode("utf-8", "surrogateescape")


def knock(path: str | None, said: bytes) -> tuple[str, str] | None:
    """Say something to the Dialer that listens at `path`; its answer as word and text.

    None where nobody listens. `HUNG` where somebody does who does not answer in time.
    """
    if sys.platform == "win32":
        return _knock_at_pipe(path, said)
    if path is None or not is_private(os.path.dirname(path)):
        return None
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        if not peer_is_us(connection):
            return None
        return _asked(connection, said)
    except OSError:
        return HUNG, ""  # a time-out is one, and so is a full queue of visitors
    finally:
        connection.close()


def _asked(connection: "_socket.socket", said: bytes) -> tuple[str, str]:
    deadline = time.monotonic() + PATIENCE
    left = memoryview(said)
    while left:
        left = left[connection.send(left) :]
    connection.shutdown(_socket.SHUT_WR)
    answer = b""
    while len(answer) <= SIZE_LIMIT:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        part = connection.recv(4096)
        if not part:
            break
        answer += part
    word, _, text = answer.decode("utf-8", "replace").partition("\0")
    return (word, text) if word in (SHOWN, STARTING, REFUSED) else (HUNG, "")


def _folder(environ: "Mapping[str, str]") -> str:
    """Where sockets lie: what only the user can enter, the same for every way to start."""
    uid = os.geteuid()
    for runtime in (environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{uid}"):
        if runtime.startswith("/") and is_private(runtime):
            return f"{runtime}/dialer"
    return f"/tmp/dialer-{uid}"  # noqa: S108 - made for its owner alone, and looked at before use


if sys.platform == "win32":
    # Named pipes. Not run yet.

    def _pipe(environ: "Mapping[str, str]", *, sandbox: bool) -> str | None:
        """The pipe of this user's Dialer: its name holds a key that only the user can read."""
        home = environ.get("DIALER_HOME") or os.path.join(environ.get("LOCALAPPDATA", ""), "dialer")
        try:
            os.makedirs(home, exist_ok=True)
            file = os.path.join(home, "instance.key")
            if not os.path.exists(file):
                with open(file, "x", encoding="ascii") as made:
                    made.write(os.urandom(16).hex())
            with open(file, encoding="ascii") as kept:
                key = kept.read(32)
        except (OSError, ValueError):
            return None
        return rf"\\.\pipe\dialer-{key}-{'sandbox' if sandbox else 'window'}"

    def _knock_at_pipe(path: str | None, said: bytes) -> tuple[str, str] | None:
        """As `knock`. A pipe's file knows no time limits, so a thread asks that can be left."""
        import threading  # noqa: PLC0415

        answers: list[tuple[str, str] | None] = []

        def ask() -> None:
            try:
                with open(path or "", "r+b", buffering=0) as pipe:
                    pipe.write(said)
                    word, _, text = pipe.read(SIZE_LIMIT).decode("utf-8", "replace").partition("\0")
                    answers.append((word, text))
            except FileNotFoundError:
                answers.append(None)
            except OSError:
                answers.append((HUNG, ""))

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(PATIENCE)
        return answers[0] if answers else (HUNG, "")
