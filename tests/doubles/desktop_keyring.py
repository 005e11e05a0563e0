"""A real keyring on the bus of a test's desktop."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doubles.desktop_session import SECONDS, DesktopSession


@contextmanager
def keyring_on(desktop: DesktopSession) -> Iterator[None]:
    """Run gnome-keyring, unlocked, in the desktop's home. Skips the test where there is none."""
    if shutil.which("gnome-keyring-daemon") is None:
        pytest.skip("needs gnome-keyring (so is Debian's package named)")
    home = Path(desktop.environ["HOME"])
    (home / ".local/share/keyrings").mkdir(parents=True)
    daemon = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--components=secrets", "--unlock"],
        env=desktop.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert daemon.stdin
    daemon.stdin.write(b"the password of a test")
    daemon.stdin.close()
    try:
        desktop.wait_for(lambda: desktop.has_on_bus("org.freedesktop.secrets"), "no keyring")
        yield
    finally:
        daemon.terminate()
        daemon.wait(SECONDS)
