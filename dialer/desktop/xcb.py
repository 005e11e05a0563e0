"""A connection to the X server through libxcb and ctypes; what xcb hands out is freed here."""

import ctypes
from collections.abc import Iterator, Mapping
from typing import Any

LIBRARY = "libxcb.so.1"

_EVENT_LENGTH = 32


class XcbMissing(Exception):
    """A library of xcb's is not installed; `library` is its file's name."""

    def __init__(self, library: str) -> None:
        super().__init__(f"{library} is not installed")
        self.library = library


class Cookie(ctypes.Structure):
    """What a request leaves behind, to ask for its outcome with."""

    _fields_ = (("sequence", ctypes.c_uint),)


class _Screens(ctypes.Structure):
    """Iterates over the screens; the first number of one is its root window."""

    _fields_ = (
        ("data", ctypes.POINTER(ctypes.c_uint32)),
        ("left", ctypes.c_int),
        ("index", ctypes.c_int),
    )


_here = ctypes.c_void_p

_XCB: dict[str, tuple[Any, ...]] = {
    "xcb_connect": (_here, ctypes.c_char_p, _here),
    "xcb_connection_has_error": (ctypes.c_int, _here),
    "xcb_disconnect": (None, _here),
    "xcb_get_file_descriptor": (ctypes.c_int, _here),
    "xcb_poll_for_event": (_here, _here),
    "xcb_get_setup": (_here, _here),
    "xcb_setup_roots_iterator": (_Screens, _here),
    "xcb_screen_next": (None, _here),
}


class XcbConnection:
    """A connection to the X display `display`, for the one thread that made it.

    `functions` are those of libxcb that are called on it besides: by name, what each returns and
    what it takes. Raises XcbMissing where the library is not there, and only then: see `broken`.
    """

    def __init__(self, display: str, functions: Mapping[str, tuple[Any, ...]]) -> None:
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = [ctypes.c_void_p]
        self._free.restype = None
        self._xcb = bound(LIBRARY, {**_XCB, **functions})
        self._connection: int | None = self._xcb.xcb_connect(display.encode(), None)

    def broken(self) -> bool:
        """Whether there is no connection, or no more."""
        return self._connection is None or bool(
            self._xcb.xcb_connection_has_error(self._connection)
        )

    def fileno(self) -> int:
        """The connection's file descriptor, -1 once closed."""
        if self._connection is None:
            return -1
        return int(self._xcb.xcb_get_file_descriptor(self._connection))

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._xcb.xcb_disconnect(self._connection)
            self._connection = None

    def _arrived(self) -> Iterator[bytes]:
        """The events that have come, and errors that nobody asked for, as the server sent them."""
        while self._connection is not None:
            event = self._xcb.xcb_poll_for_event(self._connection)
            if not event:
                return
            raw = ctypes.string_at(event, _EVENT_LENGTH)
            self._free(event)
            yield raw

    def _roots(self) -> list[int]:
        """The root windows of all screens."""
        screens = self._xcb.xcb_setup_roots_iterator(self._xcb.xcb_get_setup(self._connection))
        roots = []
        while screens.left:
            roots.append(int(screens.data[0]))
            self._xcb.xcb_screen_next(ctypes.byref(screens))
        return roots


def bound(library: str, functions: Mapping[str, tuple[Any, ...]]) -> Any:
    """`library` with its functions ready to be called. Raises XcbMissing."""
    try:
        loaded = ctypes.CDLL(library)
    except OSError:
        raise XcbMissing(library) from None
    for name, (returns, *takes) in functions.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = returns, takes
    return loaded
