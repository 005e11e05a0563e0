"""The compact window: callee, Call and the last outcome, small enough to stand above others."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer, Slot

if TYPE_CHECKING:
    from dialer.ui.main_window import MainWindow

WIDTH = 460
SMALLEST_WIDTH = 320


class Compact(QObject):
    """Leaves out of the window all but the call bar and the message, and brings it back. UI thread.

    The mark of the sandbox stays: nobody is to take it for the real thing.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._whole: QByteArray | None = None
        self._steps = False

    @property
    def is_on(self) -> bool:
        """Whether the window is compact now."""
        return self._whole is not None

    @property
    def whole_geometry(self) -> QByteArray | None:
        """Where the whole window stands, while it is compact."""
        return self._whole

    def turn(self, on: bool) -> None:
        """Make the window compact, or whole again."""
        if on is self.is_on:
            return
        window = self._window
        if on:
            self._whole = window.saveGeometry()
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMaximized)
        window.menuBar().setHidden(on)
        window.history.setHidden(on)
        window.set_low_parts(compact=on)
        if on:
            self._steps = not window.first_steps.isHidden()
            window.first_steps.hide()
            window.setMinimumSize(window.theme.px(SMALLEST_WIDTH), 0)
            window.band.installEventFilter(self)
            window.resize(window.theme.px(WIDTH), window.height())
            self._fit_soon()
        else:
            window.band.removeEventFilter(self)
            window.first_steps.setVisible(self._steps)
            window.set_smallest()
            whole, self._whole = self._whole, None
            if whole is not None:
                window.restoreGeometry(whole)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102 - Qt's
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest):
            self._fit_soon()
        return super().eventFilter(watched, event)

    def _fit_soon(self) -> None:
        # After the layout has heard of what came or went.
        QTimer.singleShot(0, self, self._fit)

    @Slot()
    def _fit(self) -> None:
        if self.is_on:
            window = self._window
            central = window.centralWidget()
            assert central is not None  # noqa: S101
            needed = central.heightForWidth(window.width())
            height = needed if needed > 0 else central.sizeHint().height()
            window.resize(window.width(), max(height, central.minimumSizeHint().height()))
