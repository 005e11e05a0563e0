"""The records that may be an unknown call's, chosen by click and by key."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from dialer.calls.details import Candidate
from dialer.ui.candidate_list import CandidateList
from dialer.ui.theme import Theme
from ui.recorded_calls import CANDIDATES, T

# What the offscreen platform says of windows with a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def offered(qtbot: QtBot, qapp: QApplication) -> CandidateList:
    made = CandidateList(Theme(qapp, "light"))
    qtbot.addWidget(made)
    made.show_candidates(CANDIDATES, T)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def buttons(offered: CandidateList) -> list[QPushButton]:
    return [each for each in offered.findChildren(QPushButton) if each.isVisible()]


def test_each_record_has_its_button_and_the_last_says_none_of_these(
    qtbot: QtBot, offered: CandidateList
) -> None:
    words = [each.text() for each in buttons(offered)]
    assert words == ["This one", "This one", "None of these"]
    for each, answer in zip(buttons(offered), ("first", "second", ""), strict=True):
        with qtbot.waitSignal(offered.chosen) as chosen:
            QTest.mouseClick(each, Qt.MouseButton.LeftButton)
        assert chosen.args == [answer]


def test_the_keyboard_reaches_none_of_these(qtbot: QtBot, offered: CandidateList) -> None:
    buttons(offered)[0].setFocus()
    for _ in range(2):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    with qtbot.waitSignal(offered.chosen) as chosen:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert chosen.args == [""]


def test_the_press_may_take_the_list_away(offered: CandidateList) -> None:
    offered.chosen.connect(lambda _: offered.show_candidates((), T))
    QTest.mouseClick(buttons(offered)[-1], Qt.MouseButton.LeftButton)
    assert not offered.isVisible()
    assert not buttons(offered)
    offered.show_candidates(CANDIDATES[:1], T)
    assert [each.text() for each in buttons(offered)] == ["This one", "None of these"]


def test_a_recording_id_is_plain_text_in_its_tooltip(offered: CandidateList) -> None:
    evil = "<img src='https://x.example/'>"
    offered.show_candidates([Candidate(evil, T)], T)
    tips = [each for each in offered.findChildren(QLabel) if "x.example" in each.toolTip()]
    (label,) = tips
    assert "<img" not in label.toolTip()
    assert label.toolTip().startswith("<qt>")  # else a tooltip guesses
    assert label.accessibleDescription() == f"Recording ID {evil}"
