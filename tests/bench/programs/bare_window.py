"""A bare QMainWindow, to measure Dialer against: with its widgets, or with its libraries."""

import argparse
import importlib
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--widgets", action="store_true", help="stock widgets as Dialer has them")
parser.add_argument("--libraries", nargs="*", default=[], help="modules to import first")
options = parser.parse_args() if len(sys.argv) > 1 else None

from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtWidgets import QApplication, QMainWindow  # noqa: E402


def fill(window: QMainWindow) -> None:
    """Stock widgets of Dialer's kinds and number, without its style sheet, icons and deeds."""
    from PySide6.QtWidgets import (
        QFormLayout,
        QGridLayout,
        QLabel,
        QLineEdit,
        QPushButton,
        QTableWidget,
        QVBoxLayout,
        QWidget,
    )

    QApplication.setStyle("Fusion")
    for title in ("&Calls", "&Edit", "&View", "&Tools", "&Help"):
        menu = window.menuBar().addMenu(title)
        for number in range(3):
            menu.addAction(f"Action {number}")
    centre = QWidget(window)
    layout = QVBoxLayout(centre)
    fields = QGridLayout()
    for column, name in enumerate(("Callee", "Display number", "Account", "Note")):
        fields.addWidget(QLabel(name), 0, column)
        fields.addWidget(QLineEdit(), 1, column)
    fields.addWidget(QPushButton("Call"), 1, 4)
    layout.addLayout(fields)
    layout.addWidget(QLabel("What will be sent"))
    for words in ("A message", "Two ways to begin"):
        layout.addWidget(QLabel(words))
        layout.addWidget(QPushButton(words))
    layout.addWidget(QLineEdit())
    layout.addWidget(QTableWidget(0, 6), 1)
    panel = QWidget()
    form = QFormLayout(panel)
    for name in ("Time", "Account", "Display number", "Note", "Profile", "Recording ID"):
        form.addRow(QLabel(name), QLabel())
    layout.addWidget(panel)
    panel.hide()
    window.setCentralWidget(centre)
    window.statusBar().addWidget(QLabel("No profile", alignment=Qt.AlignmentFlag.AlignLeft))


app = QApplication(["dialer"])
window = QMainWindow()
window.setWindowTitle("Dialer")
window.resize(1120, 720)
if options is not None:
    for library in options.libraries:
        importlib.import_module(library)
    if options.widgets:
        fill(window)
window.show()
sys.exit(app.exec())
