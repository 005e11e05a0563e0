"""Whether a window can open here, asked before Qt would abort over it. No Qt imported."""

import ctypes
import importlib.util
import os
import socket
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

_WAYLAND_PACKAGES = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}

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
_MISSING_UNKNOWN = QT_TRANSLATE_NOOP(
    "dialer",
    "No window can open: Qt needs system libraries that are not installed ({libraries})."
    " Install the packages of your system that have them.",
)
_NO_PLATFORM = QT_TRANSLATE_NOOP(
    "dialer",
    "No window can open: QT_QPA_PLATFORM names the platform {platform}, which Qt does not have."
    " Remove the setting.",
)
_WAYLAND_SECONDS = 2.0
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
    named = environ.get("QT_QPA_PLATFORM", "").split(";")
    platforms = [name.partition(":")[0] for name in named if name]
    if not platforms:
        # Qt's own choice, in its own order.
        platforms = ["wayland", "xcb"] if environ.get("WAYLAND_DISPLAY") else ["xcb"]
    found = []
    for platform in platforms:
        if (in_the_way := _obstacle_on(platform, environ)) is None:
            return None
        found.append(in_the_way)
    # Of several the first that says more than that a variable is not set.
    return next((sentence for sentence in found if sentence.text != _NO_DISPLAY), found[0])


def _obstacle_on(platform: str, environ: Mapping[str, str]) -> Sentence | None:
    if platform == "xcb":
        display = environ.get("DISPLAY")
        if not display:
            return Sentence(_NO_DISPLAY)
        missing = _missing_for("xcb", DEBIAN_PACKAGES)
        silent = not missing and not _x11_answers()
    elif platform.startswith("wayland"):
        display = environ.get("WAYLAND_DISPLAY")
        silent = not _wayland_answers(display or "wayland-0", environ)
        if silent and not display:
            return Sentence(_NO_DISPLAY)
        missing = set() if silent else _missing_for("wayland", _WAYLAND_PACKAGES)
    else:
        return _unknown_platform(platform, environ)
    if missing:
        return _missing_sentence(missing)
    return Sentence(_SILENT_DISPLAY, display=display) if silent else None


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
    return [name for name in DEBIAN_PACKAGES if _refusal(name) is not None]


def _missing_sentence(libraries: Iterable[str]) -> Sentence:
    names = sorted(libraries)
    known = {**DEBIAN_PACKAGES, **_WAYLAND_PACKAGES}
    packages = sorted({known[name] for name in names if name in known})
    listed = ", ".join(names)
    if not packages:
        return Sentence(_MISSING_UNKNOWN, libraries=listed)
    return Sentence(_MISSING, libraries=listed, packages=" ".join(packages))


def _missing_for(platform: str, packages: Iterable[str]) -> set[str]:
    """Load what Qt is about to load, its own plug-in; name what is missing if that fails."""
    plugin = _plugins() / f"libq{platform}.so"
    if plugin.exists() and (refusal := _refusal(str(plugin))) is None:
        return set()
    missing = {name for name in packages if _refusal(name) is not None}
    # The loader names the first library that it did not find.
    if plugin.exists() and refusal and ".so" in (first := refusal.partition(":")[0]):
        missing.add(Path(first).name)
    return missing


def _unknown_platform(platform: str, environ: Mapping[str, str]) -> Sentence | None:
    """Offscreen and its like need no display, but Qt must have them."""
    plugins = _plugins()
    if "QT_QPA_PLATFORM_PLUGIN_PATH" in environ or not plugins.is_dir():
        return None
    if (plugins / f"libq{platform}.so").exists():
        return None
    return Sentence(_NO_PLATFORM, platform=platform)


def _plugins() -> Path:
    """Where Qt's platform plug-ins are when Qt came with PySide6."""
    spec = importlib.util.find_spec("PySide6")
    folders = spec.submodule_search_locations if spec else None
    return Path(next(iter(folders or ()), "PySide6"), "Qt", "plugins", "platforms")


def _refusal(library: str) -> str | None:
    """Why the library does not load, in the loader's words; None if it does."""
    try:
        ctypes.CDLL(library)
    except OSError as error:
        return str(error)
    return None


def _wayland_answers(display: str, environ: Mapping[str, str]) -> bool:
    """Whether somebody listens at the Wayland display's socket."""
    path = Path(environ.get("XDG_RUNTIME_DIR", ""), display)
    if not path.is_absolute():
        return False
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(_WAYLAND_SECONDS)
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def _x11_answers() -> bool:
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
