"""Sees when a program's first window is mapped on an X display, and when it is first drawn."""

import select
import subprocess
import time
from importlib.util import find_spec
from typing import Any, NamedTuple

PATIENCE = 30.0
"""Seconds after which a window is given up."""

_SMALLEST = 100  # Qt has windows of its own, a pixel wide, that nobody sees


class Seen(NamedTuple):
    """When the first window was mapped and drawn (time.monotonic); drawn where that is known."""

    mapped: float
    drawn: float | None


def exact() -> bool:
    """Whether the X server itself tells: python-xlib is installed (the extra "bench")."""
    return find_spec("Xlib") is not None


class Watch:
    """Watches one display; made before the program is started."""

    def __init__(self, display: str) -> None:
        self._display = display
        self._events = _Events(display) if exact() else None

    def wait(self) -> Seen:
        """Wait for the first window. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE
        if self._events is not None:
            return self._events.wait(deadline)
        while time.monotonic() < deadline:
            if _found_by_asking(self._display):
                return Seen(time.monotonic(), None)
        raise TimeoutError("no window came")

    def close(self) -> None:
        """Leave the display."""
        if self._events is not None:
            self._events.close()


class _Events:
    """What the X server tells of windows, and of what is drawn in them (DAMAGE)."""

    def __init__(self, display: str) -> None:
        import Xlib.display  # type: ignore[import-untyped,unused-ignore]
        from Xlib import X
        from Xlib.ext import damage  # type: ignore[import-untyped,unused-ignore]

        self._x: Any = X
        self._damage: Any = damage
        self._connection: Any = Xlib.display.Display(display)
        self._connection.damage_query_version()
        root = self._connection.screen().root
        root.change_attributes(event_mask=X.SubstructureNotifyMask)
        self._connection.sync()

    def wait(self, deadline: float) -> Seen:
        mapped: dict[int, float] = {}
        drawn: dict[int, float] = {}
        notify = self._connection.extension_event.DamageNotify
        while True:
            event = self._next(deadline)
            now = time.monotonic()
            if event.type == self._x.CreateNotify and event.width >= _SMALLEST:
                event.window.damage_create(self._damage.DamageReportNonEmpty)
                self._connection.flush()
            elif event.type == self._x.MapNotify and not event.override:
                mapped.setdefault(event.window.id, now)
            elif event.type == notify:
                drawn.setdefault(event.drawable.id, now)
            for window in drawn.keys() & mapped.keys():
                return Seen(mapped[window], drawn[window])

    def _next(self, deadline: float) -> Any:
        if not self._connection.pending_events():
            ready = select.select([self._connection], [], [], max(0, deadline - time.monotonic()))
            if not ready[0]:
                raise TimeoutError("no window came")
        return self._connection.next_event()

    def close(self) -> None:
        self._connection.close()


def _found_by_asking(display: str) -> bool:
    """Ask xdotool; each question takes some milliseconds, and so exact is the answer."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "^Dialer$"],
        env={"DISPLAY": display, "PATH": "/usr/bin:/bin:/usr/local/bin"},
        capture_output=True,
        check=False,
    )
    return bool(found.stdout.strip())
