"""Whether a window can open here, asked before Qt would abort over it. No Qt imported."""

import ctypes
import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

DEBIAN_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""Qt's system libraries for X11, with the Debian or Ubuntu package each comes from."""

_NO_WINDOW_NEEDED = QT_TRANSLATE_NOOP(
    "dialer", "Without a window, these work: dialer call, history, profile, sandbox, doctor."
)
_NO_DISPLAY = QT_TRANSLATE_NOOP(
    "dialer",
    "No window can open: there is no display (DISPLAY and WAYLAND_DISPLAY are not set)."
    " Start Dialer from a desktop session.",
)
_SILENT_DISPLAY = QT_TRANSLATE_NOOP(
    "dialer",
    "No window can open: the display {display} does not answer or does not let this user in."
    " Start Dialer from a desktop session.",
)
_MISSING = QT_TRANSLATE_NOOP(
    "dialer",
    "No window can open: Qt needs system libraries that are not installed ({libraries})."
    " On Debian or Ubuntu: sudo apt install {packages}",
)
_NO_QT = QT_TRANSLATE_NOOP(
    "dialer",
    "No window can open: Qt for Python did not load ({words}). Install Dialer again.",
)


def obstacle(environ: Mapping[str, str] = os.environ) -> Sentence | None:
    """What keeps a window from opening on this computer; None where nothing does.

    Windows and macOS always have a display and bring their libraries.
    """
    if not sys.platform.startswith("linux"):
        return None
    platform = environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform and platform not in ("xcb", "wayland"):
        return None
    if environ.get("WAYLAND_DISPLAY") and platform != "xcb":
        return None
    display = environ.get("DISPLAY")
    if not display:
        return Sentence(_NO_DISPLAY)
    if missing := _missing_for_x11():
        return _missing_sentence(missing)
    if not _answers():
        return Sentence(_SILENT_DISPLAY, display=display)
    return None


def import_obstacle(error: ImportError) -> Sentence:
    """What an ImportError of PySide6 means: which package to install."""
    words = str(error)
    library = words.partition(":")[0].strip()
    if ".so" in library:
        return _missing_sentence({library, *missing_libraries()})
    return Sentence(_NO_QT, words=words)


def without_window() -> Sentence:
    """What works without a window."""
    return Sentence(_NO_WINDOW_NEEDED)


def missing_libraries() -> list[str]:
    """Which of Qt's system libraries cannot be loaded, by file name; empty off Linux."""
    if not sys.platform.startswith("linux"):
        return []
    return [name for name in DEBIAN_PACKAGES if not _loads(name)]


def _missing_sentence(libraries: Iterable[str]) -> Sentence:
    names = sorted(libraries)
    packages = sorted({DEBIAN_PACKAGES[name] for name in names if name in DEBIAN_PACKAGES})
    return Sentence(_MISSING, libraries=", ".join(names), packages=" ".join(packages))


def _missing_for_x11() -> list[str]:
    """Load what Qt is about to load, Qt's own X11 plug-in; name what is missing if it fails."""
    spec = importlib.util.find_spec("PySide6")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        plugin = Path(folder, "Qt", "plugins", "platforms", "libqxcb.so")
        if plugin.exists():
            return [] if _loads(str(plugin)) else missing_libraries()
    return missing_libraries()


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _answers() -> bool:
    """Whether the X display lets a client in."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)
