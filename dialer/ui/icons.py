"""Icons: the program's own strokes, in the colours of the scheme, sharp at every scale."""

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImageReader, QPainter, QPixmap

from dialer.settings.folders import resource
from dialer.ui.theme import Theme

_SMALL = 16  # what buttons, menus and fields show unless told otherwise

_OF_KINDS = {
    "placed": "check",
    "rejected": "cross",
    "not_sent": "cross",
    "unknown": "question",
    "info": "info",
    "neutral": "dash",
}


def icon_of(kind: str) -> str:
    """The name of the icon that stands beside the words of an outcome or a message."""
    return _OF_KINDS.get(kind, "dots")


class Icons:
    """Draws the icons of `resources/icons` by name and role, and keeps what it has drawn.

    A role is a colour's name in the scheme, such as "text" or "on_accent". What was handed out
    keeps its colour: whoever shows an icon asks again on `Theme.changed`. `read` finds a
    resource by name. Lives on the UI thread; a name that there is not raises
    FileNotFoundError, a role KeyError.
    """

    def __init__(self, theme: Theme, read: Callable[[str], bytes] = resource) -> None:
        self._theme = theme
        self._read = read
        self._sources: dict[str, bytes] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    def pixmap(self, name: str, role: str, size: int, dpr: float) -> QPixmap:
        """`size` device-independent pixels square, with `dpr` device pixels to each."""
        return self._drawn(name, self._theme.scheme.color(role), size, dpr)

    def icon(self, name: str, role: str = "text", size: int = _SMALL) -> QIcon:
        """An icon for a button or a menu that shows it `size` pixels square.

        Drawn for the screens there are, and fainter for when its place is disabled.
        """
        color = self._theme.scheme.color(role)
        icon = QIcon()
        for dpr in {screen.devicePixelRatio() for screen in QGuiApplication.screens()}:
            pixmap = self._drawn(name, color, size, dpr)
            icon.addPixmap(pixmap)
            # On the accent a disabled button is pale itself: there the ink stays as it is.
            disabled = pixmap if role == "on_accent" else _faded(pixmap)
            icon.addPixmap(disabled, QIcon.Mode.Disabled)
        return icon

    def program(self) -> QIcon:
        """The icon of the program itself, in its own colours."""
        icon = QIcon()
        for size in (16, 24, 32, 48, 128):
            icon.addPixmap(_rendered(self._read("dialer.svg"), size, 1.0))
        return icon

    def _drawn(self, name: str, color: QColor, size: int, dpr: float) -> QPixmap:
        key = (name, color.name(), size, dpr)
        if key not in self._pixmaps:
            if name not in self._sources:
                self._sources[name] = self._read(f"icons/{name}.svg")
            svg = self._sources[name].replace(b"currentColor", color.name().encode())
            self._pixmaps[key] = _rendered(svg, size, dpr)
        return self._pixmaps[key]


def _rendered(svg: bytes, size: int, dpr: float) -> QPixmap:
    buffer = QBuffer()
    buffer.setData(QByteArray(svg))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"svg"))
    side = round(size * dpr)
    reader.setScaledSize(QSize(side, side))
    pixmap = QPixmap.fromImage(reader.read())
    pixmap.setDevicePixelRatio(dpr)
    return pixmap


def _faded(pixmap: QPixmap) -> QPixmap:
    faded = QPixmap(pixmap.size())
    faded.setDevicePixelRatio(pixmap.devicePixelRatio())
    faded.fill(Qt.GlobalColor.transparent)
    painter = QPainter(faded)
    painter.setOpacity(0.4)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    return faded
