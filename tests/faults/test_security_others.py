"""Another user of the computer reads nothing of Dialer's and reaches none of its sockets."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.desktop_session import SECONDS, DesktopSession, Role, State, why_not
from faults.tally import Tally

NUMBER = "932111111111"
NOBODY = """
import encodings.idna, http.client, json, os, socket, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
asked = json.load(sys.stdin)
seen = {"way": [], "folders": [], "files": [], "sockets": [], "process": [], "ports": []}
for kind in ("way", "folders"):
    for path in asked[kind]:
        try:
            os.listdir(path)
            seen[kind].append(path)
        except PermissionError:
            pass
for kind in ("files", "process"):
    for path in asked[kind]:
        for mode in ("rb", "r+b"):
            try:
                with open(path, mode):
                    seen[kind].append(path)
            except PermissionError:
                pass
for path in asked["sockets"]:
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        seen["sockets"].append(path)
    except PermissionError:
        pass
for address, port in asked["ports"]:
    # A port of this computer is open to all who use it: what counts is what is answered.
    asking = http.client.HTTPConnection(address, port, timeout=10)
    asking.request("POST", "/voice/sendSip", b'{"number": "932111111111", "account": "sandbox"}')
    answer = asking.getresponse().read()
    if b'"status":"0"' in answer.replace(b" ", b""):
        seen["ports"].append([address, port])
print(json.dumps(seen))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, as homes often are; pytest's own nobody can."""
    folder = Path(tempfile.mkdtemp(prefix="do."))
    folder.chmod(0o755)
    for name in ("home", "home/dialer"):
        (folder / name).mkdir()
        (folder / name).chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs two users: root")
def test_another_user_reads_nothing_and_reaches_no_socket(open_folder: Path, tally: Tally) -> None:
    if reason := why_not():
        pytest.skip(reason)
    with DesktopSession(open_folder) as desktop:
        desktop.runtime.chmod(0o755)
        # Of a folder that others can enter the program makes no use: its sockets are elsewhere.
        program = desktop.start("--sandbox")
        desktop.find(program, Role.TEXT, "Callee", State.FOCUSED)
        account = desktop.find(program, Role.TEXT, "Account")
        desktop.until(program, lambda: account.text == "sandbox", "the sandbox does not run")
        desktop.type(NUMBER)
        desktop.press("Return")
        desktop.find(program, Role.LABEL, "Placed.")
        home = open_folder / "home"
        inside = list((home / "dialer").rglob("*"))
        asked = {
            "way": [str(home), str(home / "dialer")],
            "folders": [str(path) for path in inside if path.is_dir()],
            "files": [str(path) for path in inside if path.is_file()],
            "sockets": sockets_of(program.pid),
            "process": [f"/proc/{program.pid}/environ", f"/proc/{program.pid}/mem"],
            "ports": ports_of(program.pid),
        }
        seen = as_nobody(asked)
        # The way to it all is open, so that it is Dialer's own doors that are tried.
        assert seen.pop("way") == asked["way"]
        assert len(asked["files"]) >= 5
        assert len(asked["sockets"]) == 1
        assert len(asked["ports"]) == 2
    print(seen)
    tally.held("others", sum(map(len, asked.values())), let_in=sum(map(len, seen.values())))


def as_nobody(asked: dict[str, list[object]]) -> dict[str, list[object]]:
    """What of all that another user gets at."""
    said = subprocess.run(
        [sys.executable, "-c", NOBODY],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    found: dict[str, list[object]] = json.loads(said.stdout)
    return found


def inodes_of(process: int) -> set[str]:
    """The numbers of the sockets that a process has."""
    found = set()
    for entry in Path(f"/proc/{process}/fd").iterdir():
        target = str(entry.readlink())
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def sockets_of(process: int) -> list[object]:
    """The local sockets by name that a process listens at."""
    mine = inodes_of(process)
    lines = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    return [line[7] for line in lines if len(line) == 8 and line[6] in mine and line[3] != "0"]


def ports_of(process: int) -> list[object]:
    """The ports that a process listens at."""
    mine = inodes_of(process)
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [line for line in lines if line[3] == "0A" and line[9] in mine]
    found = []
    for line in listening:
        address, _, port = line[1].partition(":")
        numbers = reversed(bytes.fromhex(address))  # 127.0.0.1 is 0100007F
        found.append([".".join(map(str, numbers)), int(port, 16)])
    assert all(str(address).startswith("127.") for address, _ in found), found
    return list(found)
