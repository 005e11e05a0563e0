"""Links that come as events, as macOS sends them."""

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from dialer.ui.open_events import OpenEvents


def test_a_link_is_taken_and_one_that_came_too_early_is_remembered(qapp: QApplication) -> None:
    events = OpenEvents(qapp)
    seen: list[str] = []
    events.came.connect(seen.append)
    qapp.installEventFilter(events)
    try:
        for link in ("tel:+442079460018", "tel:+44%2020;ext=5"):
            QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl(link)))
        assert seen == []
        events.open()
        assert seen == ["tel:+442079460018", "tel:+44%2020;ext=5"]
        QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl("tel:+442079460019")))
        assert seen[2:] == ["tel:+442079460019"]
    finally:
        qapp.removeEventFilter(events)
