"""The icon in a real tray: shown, clicked, its menu used, and its host taken away."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from doubles import bare_screen, shortcuts_portal
from doubles.bare_screen import BareScreen, until

pytestmark = pytest.mark.desktop

ROOT = Path(__file__).parents[2]
TRAY = """
import sys
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from dialer.ui.icons import Icons
from dialer.ui.theme import Theme
from dialer.ui.tray import Tray

application = QApplication(["dialer"])
application.setQuitOnLastWindowClosed(False)
parent = QObject()
tray = Tray(Icons(Theme(application, "light")), parent)
for name in ("show_asked", "redial_asked", "clipboard_asked", "quit_asked"):
    getattr(tray, name).connect(lambda name=name: print(name, flush=True))
tray.callee_chosen.connect(lambda digits: print("callee", digits, flush=True))
tray.availability_changed.connect(lambda: print("available", tray.available, flush=True))
tray._looks.setInterval(50)
tray.set_recent([("442079460958", "+44 20 7946 0958"), ("49301234567", "A & B_c")])
tray.set_sandbox(True)
tray.turn(True)
tray.watch(True)
print("begun", flush=True)
application.exec()
"""


class Running:
    """A program with an icon in the tray, and what it says."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self._said = folder / "said.txt"
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-c", TRAY],
                env={**environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        self.wait("begun")

    def lines(self) -> list[str]:
        return self._said.read_text().splitlines()

    def wait(self, *last: str) -> None:
        """Wait until the last that it said is this."""
        until(lambda: self.lines()[-len(last) :] == list(last), f"not {last}: {self.lines()}")

    def end(self) -> None:
        self._process.kill()
        self._process.wait(20)


Begin = Callable[[dict[str, str]], Running]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    running: list[Running] = []

    def start(environ: dict[str, str]) -> Running:
        running.append(Running(tmp_path, environ))
        return running[-1]

    yield start
    for each in running:
        each.end()


@pytest.fixture
def screen() -> Iterator[BareScreen]:
    if reason := bare_screen.why_not():
        pytest.skip(reason)
    with BareScreen() as made:
        yield made


class Trayer:
    """A tray in the upper left corner, which takes icons as X windows."""

    def __init__(self, screen: BareScreen) -> None:
        self._screen = screen
        where = ["--edge", "top", "--align", "left", "--widthtype", "pixel", "--width", "100"]
        self._process = subprocess.Popen(
            ["trayer", *where, "--height", "24"],
            env=screen.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def icon(self) -> tuple[int, int]:
        """Where the middle of the one icon is, once there is one that is to be seen."""
        return until(self._look, "there is no icon in the tray")

    def _look(self) -> tuple[int, int] | None:
        from Xlib import X
        from Xlib.display import Display
        from Xlib.error import XError

        display = Display(self._screen.display)
        try:
            root = display.screen().root
            owner = display.get_selection_owner(display.intern_atom("_NET_SYSTEM_TRAY_S0"))
            if owner == X.NONE:
                return None
            info = display.intern_atom("_XEMBED_INFO")
            for window in _all_below(root):
                embedded = window.get_full_property(info, X.AnyPropertyType) is not None
                if embedded and window.get_attributes().map_state == X.IsViewable:
                    size, place = window.get_geometry(), window.translate_coords(root, 0, 0)
                    return size.width // 2 - place.x, size.height // 2 - place.y
            return None
        except XError:
            return None  # a window went while it was looked at
        finally:
            display.close()

    def end(self) -> None:
        self._process.kill()
        self._process.wait(20)


def _all_below(window: object) -> Iterator[object]:
    for child in window.query_tree().children:  # type: ignore[attr-defined]
        yield child
        yield from _all_below(child)


@pytest.fixture
def trayer(screen: BareScreen) -> Iterator[Callable[[], Trayer]]:
    if reason := bare_screen.why_not(trayer="trayer"):
        pytest.skip(reason)
    pytest.importorskip("Xlib", reason="needs python-xlib")
    running: list[Trayer] = []

    def start() -> Trayer:
        running.append(Trayer(screen))
        return running[-1]

    yield start
    for each in running:
        each.end()


def test_the_icon_is_used_in_a_tray_of_x_windows(
    screen: BareScreen, trayer: Callable[[], Trayer], begin: Begin
) -> None:
    host = trayer()
    program = begin(screen.environ)
    x, y = host.icon()

    _click(screen, x, y, 1)
    program.wait("show_asked")

    _click(screen, x, y, 3)
    _menu(screen)
    screen.xdotool("key", "Down", "Down", "Return")
    program.wait("redial_asked")
    _menu(screen, 0)

    # Elsewhere on the icon, for at the same place it would be a double click.
    _click(screen, x + 7, y + 7, 3)
    _menu(screen)
    screen.xdotool("key", "a")
    _menu(screen, 2)
    screen.xdotool("key", "Down", "Return")
    program.wait("callee 49301234567")

    host.end()
    program.wait("available False")
    host = trayer()
    x, y = host.icon()
    program.wait("available True")
    _click(screen, x, y, 1)
    program.wait("show_asked")


def _click(screen: BareScreen, x: int, y: int, button: int) -> None:
    screen.xdotool("mousemove", str(x), str(y), "click", str(button))


def _menu(screen: BareScreen, count: int = 1) -> None:
    """Wait until so many menus are open."""
    from Xlib import X
    from Xlib.display import Display
    from Xlib.error import XError

    def are_open() -> bool:
        display = Display(screen.display)
        try:
            kind = display.intern_atom("_NET_WM_WINDOW_TYPE")
            menus = {
                display.intern_atom(f"_NET_WM_WINDOW_TYPE_{name}")
                for name in ("MENU", "POPUP_MENU", "DROPDOWN_MENU")
            }
            shown = [
                window
                for window in display.screen().root.query_tree().children
                if window.get_attributes().map_state == X.IsViewable
                and (kinds := window.get_full_property(kind, X.AnyPropertyType)) is not None
                and menus & set(kinds.value)
            ]
            return len(shown) == count
        except XError:
            return False
        finally:
            display.close()

    until(are_open, f"not {count} menus are open")


@pytest.fixture
def bus() -> Iterator[shortcuts_portal.PrivateBus]:
    pytest.importorskip("jeepney", reason="needs jeepney, which comes with Dialer on Linux")
    if reason := shortcuts_portal.why_not():
        pytest.skip(reason)
    with shortcuts_portal.PrivateBus() as made:
        yield made


def test_the_icon_is_used_in_a_tray_that_is_spoken_to_over_d_bus(
    screen: BareScreen, bus: shortcuts_portal.PrivateBus, begin: Begin
) -> None:
    from doubles.status_notifier_host import StatusNotifierHost

    environ = {**screen.environ, "DBUS_SESSION_BUS_ADDRESS": bus.address}
    program = begin(environ)
    program.wait("available False")

    with StatusNotifierHost(bus.address) as host:
        program.wait("available True")
        host.item()
        assert host.tooltip() == "Dialer (SANDBOX)"
        assert host.has_icon()
        host.click()
        program.wait("show_asked")
        # A mnemonic is marked by an underscore there.
        assert host.menu() == [
            *("_Open Dialer", "_Redial", "Call from _clipboard", "Recent c_allees", "_Quit"),
        ]
        host.choose("Call from _clipboard")
        program.wait("clipboard_asked")
        host.choose("Recent c_allees", "+44 20 7946 0958")
        program.wait("callee 442079460958")
        host.choose("_Quit")
        program.wait("quit_asked")
    program.wait("available False")

    with StatusNotifierHost(bus.address) as host:
        program.wait("available True")
        host.item()
        host.click()
        program.wait("show_asked")
