"""Runs a command where the system's files of names are others, and perhaps all of the network.

    unshare --mount [--net] python island.py FOLDER COMMAND…

FOLDER/hosts and FOLDER/resolv.conf, where they are, stand in the place of those of /etc, for
this command alone. With a network of its own there is a loopback, and a name server on it that
never answers.
"""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

UNSHARE = ("unshare", "--map-current-user", "--keep-caps", "--mount")
_MS_BIND = 4096
_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 1, 64


def island(folder: Path, *, network: bool) -> tuple[str, ...]:
    """The command that a program is started through; `network`: with one of its own."""
    own = ("--net",) if network else ()
    return (*UNSHARE, *own, sys.executable, __file__, "own" if network else "", str(folder))


def why_not() -> str | None:
    """Why there are no islands here, or None where there are."""
    if not sys.platform.startswith("linux") or not shutil.which("unshare"):
        return "needs unshare (Debian: util-linux)"
    tried = subprocess.run([*UNSHARE, "--net", "true"], capture_output=True, check=False)
    return "needs leave to use namespaces of its own (unshare)" if tried.returncode else None


def _bind(source: Path, target: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    # `mount` the program asks for root, however privileged one is in one's own namespace.
    if libc.mount(os.fsencode(source), os.fsencode(target), None, _MS_BIND, None):
        raise OSError(ctypes.get_errno(), f"cannot bind {source} to {target}")


def _bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", _IFF_UP | _IFF_RUNNING)
        fcntl.ioctl(sock, _SIOCSIFFLAGS, request)


def _run(own_network: bool, folder: Path, command: list[str]) -> int:
    for name in ("hosts", "resolv.conf"):
        if (folder / name).exists():
            _bind(folder / name, Path("/etc", name))
    with ExitStack() as stack:
        if own_network:
            _bring_up_loopback()
            silent = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            silent.bind(("127.0.0.1", 53))
        return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(_run(bool(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
