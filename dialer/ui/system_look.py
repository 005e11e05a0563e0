"""What the system wishes for: light or dark, and more contrast."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication


class SystemLook(QObject):
    """The look set for the whole desktop, and news of its change. Lives on the UI thread."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hints = QGuiApplication.styleHints()
        self._hints.colorSchemeChanged.connect(self.changed)
        # The wish for contrast can be read from Qt 6.10 on.
        known = hasattr(self._hints, "accessibility")
        self._accessibility = self._hints.accessibility() if known else None
        if self._accessibility is not None:
            self._accessibility.contrastPreferenceChanged.connect(self.changed)

    def is_dark(self) -> bool:
        """Whether windows are to be dark. Systems that do not say count as light."""
        return self._hints.colorScheme() is Qt.ColorScheme.Dark

    def wants_contrast(self) -> bool:
        """Whether the user asked for more contrast everywhere."""
        if self._accessibility is None:
            return False
        return self._accessibility.contrastPreference() is Qt.ContrastPreference.HighContrast

    def paint_frames(self, dark: bool | None) -> None:
        """Have the system paint window frames and its own dialogs so; None: as it likes."""
        match dark:
            case None:
                self._hints.setColorScheme(Qt.ColorScheme.Unknown)
            case True:
                self._hints.setColorScheme(Qt.ColorScheme.Dark)
            case False:
                self._hints.setColorScheme(Qt.ColorScheme.Light)
