"""The colour of a label's words, where it is not that of running text."""

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel


def set_ink(label: QLabel, ink: QColor, ground: QColor | None = None) -> None:
    """Colour the words of `label`, and the ground that it fills if it fills one."""
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, ink)
    if ground is not None:
        palette.setColor(QPalette.ColorRole.Window, ground)
    label.setForegroundRole(QPalette.ColorRole.WindowText)
    label.setPalette(palette)
