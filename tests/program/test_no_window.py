"""Where no window can open, `dialer` says why and what works, and ends with 1: never an abort."""

import os
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from dialer.desktop.display import import_obstacle, obstacle
from program.program import Ended, Program

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="Windows and macOS always have a display"
)


def assert_told(ended: Ended) -> None:
    assert ended.code == 1, "an abort would be -6"
    assert ended.out == ""
    assert ended.err.startswith("dialer: No window can open: ")
    assert "dialer call, history, profile, sandbox, doctor" in ended.err
    assert ended.err.count("\n") == 2, "Qt itself has said nothing"


@pytest.mark.parametrize("start", [(), ("--sandbox",), ("--profile", "work"), ("--profile=work",)])
def test_without_a_display(program: Program, start: tuple[str, ...]) -> None:
    ended = program.run(*start)
    assert_told(ended)
    assert "DISPLAY and WAYLAND_DISPLAY are not set" in ended.err


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"DISPLAY": ":4711"}, "the display :4711 does not answer"),
        ({"DISPLAY": "nonsense"}, "the display nonsense does not answer"),
        ({"WAYLAND_DISPLAY": "wayland-4711"}, "the display wayland-4711 does not answer"),
        ({"WAYLAND_DISPLAY": "wayland-4711", "DISPLAY": ":4711"}, "does not answer"),
        ({"QT_QPA_PLATFORM": "xcb"}, "there is no display"),
        ({"QT_QPA_PLATFORM": "wayland;xcb"}, "there is no display"),
        ({"QT_QPA_PLATFORM": "wayland", "DISPLAY": ":4711"}, "there is no display"),
        ({"QT_QPA_PLATFORM": "nonsense"}, "QT_QPA_PLATFORM names the platform nonsense"),
    ],
    ids=str,
)
def test_with_a_display_that_is_none(program: Program, environ: dict[str, str], words: str) -> None:
    program.environ.update(environ)
    ended = program.run("--sandbox")
    assert_told(ended)
    assert words in ended.err


@pytest.mark.parametrize(
    ("complaint", "words"),
    [
        (
            "libGL.so.1: cannot open shared object file: No such file or directory",
            "sudo apt install libgl1",
        ),
        (
            "libglib-2.0.so.0: cannot open shared object file: No such file or directory",
            "sudo apt install libglib2.0-0",
        ),
        (
            "libunheard.so.7: cannot open shared object file: No such file or directory",
            "(libunheard.so.7)",
        ),
    ],
)
def test_without_a_system_library_of_qt(
    program: Program, tmp_path: Path, complaint: str, words: str
) -> None:
    # What Python says of an extension module whose library is not installed, word for word.
    fake = tmp_path / "without" / "PySide6"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text("")
    for module in ("QtCore", "QtGui", "QtWidgets"):
        (fake / f"{module}.py").write_text(f"raise ImportError({complaint!r})\n")
    paths = program.whole_environ["PYTHONPATH"]
    program.environ["PYTHONPATH"] = f"{fake.parent}{os.pathsep}{paths}"
    program.environ["QT_QPA_PLATFORM"] = "offscreen"
    ended = program.run("--sandbox")
    assert_told(ended)
    assert words in ended.err


def test_without_qt_for_python(program: Program, tmp_path: Path) -> None:
    fake = tmp_path / "without" / "PySide6"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'PySide6'\", name='PySide6')\n"
    )
    paths = program.whole_environ["PYTHONPATH"]
    program.environ["PYTHONPATH"] = f"{fake.parent}{os.pathsep}{paths}"
    program.environ["QT_QPA_PLATFORM"] = "offscreen"
    ended = program.run()
    assert_told(ended)
    assert "Qt for Python did not load" in ended.err
    # And what needs no window goes on working.
    assert program.run("call", "932111111111", "--sandbox").code == 0


def test_a_library_with_a_path_is_named_without_it() -> None:
    error = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    assert "libegl1" in str(import_obstacle(error))


class TestWhatCanOpenAWindow:
    @pytest.mark.parametrize("platform", ["offscreen", "minimal", "offscreen:size=1x1"])
    def test_a_platform_that_needs_no_display(self, platform: str) -> None:
        assert obstacle({"QT_QPA_PLATFORM": platform}) is None

    def test_the_second_platform_of_a_list(self) -> None:
        assert obstacle({"QT_QPA_PLATFORM": "xcb;offscreen"}) is None

    def test_a_wayland_display_that_answers(self) -> None:
        # Not pytest's folder: the path of a socket may have no more than 107 characters.
        with tempfile.TemporaryDirectory(prefix="dw.") as folder:
            environ = {"XDG_RUNTIME_DIR": folder, "WAYLAND_DISPLAY": "wayland-7"}
            assert "wayland-7 does not answer" in str(obstacle(environ))
            with socket.socket(socket.AF_UNIX) as compositor:
                compositor.bind(f"{folder}/wayland-7")
                compositor.listen(4)
                assert "does not answer" not in str(obstacle(environ))
                absolute = {"WAYLAND_DISPLAY": f"{folder}/wayland-7"}
                assert "does not answer" not in str(obstacle(absolute))
