"""The status line: the balance, and what goes on in the background."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from dialer.calls.records import Balance
from dialer.calls.sentence import Sentence
from dialer.settings.profile import Profile
from dialer.ui.icons import Icons
from dialer.ui.status_line import StatusLine
from dialer.ui.theme import Theme
from ui.operating import words_in

# What the offscreen platform says of windows with a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LIMIT = "5.00"


class Line:
    """A status line in a window of its own."""

    def __init__(self, qtbot: QtBot, theme: Theme) -> None:
        self.theme = theme
        self.line = StatusLine(theme, Icons(theme))
        qtbot.addWidget(self.line)
        self.line.show_profile(Profile("work"), sandbox=False)
        self.line.resize(900, self.line.sizeHint().height())
        self.line.show()

    @property
    def words(self) -> list[str]:
        return words_in(self.line)

    @property
    def balance(self) -> QLabel:
        (label,) = (
            each for each in self.line.findChildren(QLabel) if each.text().startswith("Balance")
        )
        return label

    @property
    def ink(self) -> QColor:
        return self.balance.palette().color(self.balance.foregroundRole())


@pytest.fixture
def line(qapp: QApplication, qtbot: QtBot) -> Line:
    return Line(qtbot, Theme(qapp, "light"))


def test_nothing_is_said_of_a_balance_that_is_not_known(line: Line) -> None:
    line.line.show_balance(None, LIMIT)
    assert not any("Balance" in words for words in line.words)
    line.line.show_balance(Balance("1"), "")
    line.line.show_balance(None, "")
    assert not any("Balance" in words for words in line.words)


def test_a_balance_is_said_quietly_with_gift_and_credit_behind_it(line: Line) -> None:
    line.line.show_balance(Balance("99.990000", "0.00000", "12"), LIMIT)
    assert "Balance 99.99" in line.words
    assert line.ink == line.theme.scheme.quiet
    assert "Gift: 0.00" in line.balance.toolTip()
    assert "Credit: 12.00" in line.balance.toolTip()
    assert line.balance.accessibleDescription() == "Gift: 0.00 Credit: 12.00"


def test_a_low_balance_is_told_in_words_and_colour_until_it_is_topped_up(line: Line) -> None:
    line.line.show_balance(Balance("4.2"), LIMIT)
    assert "Balance low: 4.20" in line.words
    assert line.ink == line.theme.scheme.unknown
    assert "under 5.00" in line.balance.accessibleDescription()
    line.theme.choose("dark")
    assert line.ink == line.theme.scheme.unknown
    line.line.show_balance(Balance("5"), LIMIT)
    assert "Balance 5.00" in line.words
    assert line.ink == line.theme.scheme.quiet


def test_a_failure_says_why_the_balance_is_not_known(line: Line) -> None:
    line.line.show_balance(Balance("4.2"), LIMIT)
    line.line.show_balance_trouble(Sentence("The provider said <b>no</b>."))
    assert "Balance —" in line.words
    assert line.ink == line.theme.scheme.quiet
    assert line.balance.accessibleDescription() == (
        "Balance not known. The provider said <b>no</b>."
    )
    assert "&lt;b&gt;no" in line.balance.toolTip()


def test_what_is_no_number_is_shown_as_it_is_and_cut(line: Line) -> None:
    line.line.show_balance(Balance("<b>" + "9" * 60, gift="<img src=x>"), LIMIT)
    assert line.balance.text() == "Balance <b>9999999999999999…"
    assert "<img" not in line.balance.toolTip()
    assert "nothing warns" in line.balance.toolTip()


def test_a_provider_that_tells_no_balance_is_told(line: Line) -> None:
    line.line.show_balance(Balance(None), LIMIT)
    assert "Balance —" in line.words
    assert "told no balance" in line.balance.toolTip()


def test_what_goes_on_is_said_and_goes(line: Line) -> None:
    line.line.show_activity("1 unknown call is being looked up")
    assert "1 unknown call is being looked up" in line.words
    line.line.show_activity("")
    assert "1 unknown call is being looked up" not in line.words


def test_long_words_do_not_make_the_window_wider(line: Line, qtbot: QtBot) -> None:
    line.line.show_profile(Profile("x" * 64), sandbox=True)
    line.line.show_balance(Balance("99.99"), "")
    line.line.show_activity("Preparing search, which takes a while: 43 %")
    assert line.line.minimumSizeHint().width() <= 480
    line.line.resize(480, line.line.height())
    qtbot.waitUntil(lambda: line.balance.geometry().right() < 480)
    assert line.balance.width() >= line.balance.sizeHint().width()
