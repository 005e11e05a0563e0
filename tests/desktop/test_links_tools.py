"""The desktop's tools: one that fails, hangs or is not there becomes words, and never a wait."""

import os
import sys
import time
from pathlib import Path

import pytest

from dialer.desktop.links import LinksTrouble
from dialer.desktop.links_tools import Tools

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such tools")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def tools(folder: Path, patience: float = 20.0) -> Tools:
    return Tools({"PATH": f"{folder}:/usr/bin:/bin"}, patience)


def tool(folder: Path, text: str) -> None:
    (folder / "xdg-mime").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "xdg-mime").chmod(0o700)


def test_what_it_prints_is_handed_back_and_arguments_stay_whole(folder: Path) -> None:
    tool(folder, 'printf "%s|" "$@" "$MORE"')
    assert tools(folder).has("xdg-mime")
    assert tools(folder).run("xdg-mime", "a b", "$(id)", MORE="x") == "a b|$(id)|x|"


def test_one_that_fails_is_told_with_its_words(folder: Path) -> None:
    tool(folder, "echo 'no\033[31m luck' >&2; exit 3")
    with pytest.raises(LinksTrouble, match=r"xdg-mime failed \(no\[31m luck\)"):
        tools(folder).run("xdg-mime")
    assert tools(folder).ask("xdg-mime") == ""
    tool(folder, "exit 3")
    with pytest.raises(LinksTrouble, match=r"xdg-mime failed \(3\)"):
        tools(folder).run("xdg-mime")


def test_one_that_is_not_there_or_cannot_run_is_told(folder: Path) -> None:
    assert not tools(folder).has("no-such-tool")
    with pytest.raises(LinksTrouble, match="no-such-tool failed"):
        tools(folder).run("no-such-tool")
    (folder / "xdg-mime").write_bytes(b"\x00\x01")
    (folder / "xdg-mime").chmod(0o700)
    with pytest.raises(LinksTrouble, match="xdg-mime failed"):
        tools(folder).run("xdg-mime")


def test_one_that_hangs_is_ended_with_all_it_started(folder: Path) -> None:
    tool(folder, f"sleep 60 & echo $! >{folder}/child; wait")
    started = time.monotonic()
    with pytest.raises(LinksTrouble, match="did not end within"):
        tools(folder, patience=0.5).run("xdg-mime")
    assert time.monotonic() < started + 30, "what it started was waited for"
    child = int((folder / "child").read_text())
    deadline = time.monotonic() + 10
    while alive(child):
        assert time.monotonic() < deadline, "what it started still runs"
        time.sleep(0.01)


def alive(process: int) -> bool:
    """Whether it runs: one that ended and that nobody has asked about yet does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    except OSError:
        os.kill(process, 0)
        return True
    return state != "Z"


def test_a_bundles_own_libraries_are_not_forced_on_the_systems_programs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(folder, 'echo "${LD_LIBRARY_PATH-unset}"')
    environ = {"PATH": f"{folder}:/usr/bin:/bin", "LD_LIBRARY_PATH": "/bundle"}
    assert Tools(environ).run("xdg-mime") == "/bundle\n"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert Tools(environ).run("xdg-mime") == "unset\n"
    assert Tools({**environ, "LD_LIBRARY_PATH_ORIG": "/own"}).run("xdg-mime") == "/own\n"
