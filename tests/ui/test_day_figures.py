"""The figures of today and their chart, as the operator sees and steers them."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dialer.calls.figures import Day, Figures
from dialer.ui import day_figures
from dialer.ui.day_figures import DayFigures
from dialer.ui.theme import Theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TODAY = Figures(38, 30, 24, 1, 4_320, (("USD", Decimal("3.4200")),))
LINE = "Today: 38 calls · 24 answered (80 %) · 1 h 12 min · 3.42 USD"


@dataclass
class Reads:
    """What the journal would say; how often it was asked, and for whom."""

    today: Figures = TODAY
    asked: list[tuple[date, date, str | None, bool]] = field(default_factory=list)
    trouble: Exception | None = None

    def days(
        self, first: date, last: date, *, profile: str | None = None, sandbox: bool = False
    ) -> list[Day]:
        self.asked.append((first, last, profile, sandbox))
        if self.trouble:
            raise self.trouble
        days = [Day(first + timedelta(number), Figures(10, 8, 4)) for number in range(29)]
        return [*days, Day(last, self.today)]

    def close(self) -> None:
        pass


@dataclass
class Shown:
    """The figures in a window, and who looks at them."""

    window: QWidget
    figures: DayFigures
    reads: Reads
    until: Callable[[Callable[[], object]], None]
    toggled: list[bool]

    @property
    def words(self) -> str:
        return self.figures.line.text()

    @property
    def told(self) -> str:
        return self.figures.panel.chart.accessibleDescription()

    def press(self, key: Qt.Key) -> None:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)


@pytest.fixture
def shown(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shown]:
    before = QLocale()
    QLocale.setDefault(QLocale("en_US"))
    monkeypatch.setattr(day_figures, "REST_MS", 100)
    reads = Reads()
    window = QWidget()
    figures = DayFigures(Theme(qapp, "light"))
    layout = QVBoxLayout(window)
    layout.addWidget(figures)
    layout.addWidget(figures.panel)
    toggled: list[bool] = []
    figures.chart_toggled.connect(toggled.append)
    window.resize(900, 260)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    made = Shown(window, figures, reads, lambda met: qtbot.waitUntil(lambda: bool(met())), toggled)
    figures.read_with(lambda: reads)
    made.until(lambda: made.words)
    yield made
    QLocale.setDefault(before)
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


def test_the_line_tells_today_and_its_tooltip_all_of_it(shown: Shown) -> None:
    assert shown.words == LINE
    tip = shown.figures.line.accessibleDescription().splitlines()
    assert shown.figures.line.toolTip() == f"<qt>{'<br>'.join(tip)}</qt>"
    assert tip[:4] == ["Today", "38 calls", "30 placed", "24 answered (80 %)"]
    assert "1 unknown" in tip
    assert "3.42 USD" in tip
    assert shown.figures.line.accessibleName() == LINE
    first, last, profile, sandbox = shown.reads.asked[0]
    assert (last, (last - first).days, profile, sandbox) == (date.today(), 29, None, False)


def test_a_currency_is_plain_text_in_the_tooltip(shown: Shown) -> None:
    shown.reads.today = Figures(38, 30, 24, 1, 4_320, (("<img src=x>", Decimal("3.4200")),))
    shown.figures.refresh()
    shown.until(lambda: "img" in shown.figures.line.toolTip())
    assert "3.42 &lt;img src=x&gt;" in shown.figures.line.toolTip()
    assert "3.42 <img src=x>" in shown.figures.line.accessibleDescription()


def test_a_narrow_line_leaves_out_the_last_figures(shown: Shown) -> None:
    wanted = "Today: 38 calls · 24 answered (80 %)"
    shown.figures.line.resize(shown.figures.line._width(wanted) + 4, 24)
    assert shown.words == wanted
    shown.figures.line.resize(60, 24)
    assert shown.words == "Today: 38 calls"
    shown.figures.line.resize(800, 24)
    assert shown.words == LINE


def test_the_chart_is_opened_and_hidden_by_click_and_key(shown: Shown) -> None:
    panel = shown.figures.panel
    assert panel.isHidden()
    QTest.mouseClick(shown.figures.line, Qt.MouseButton.LeftButton)
    assert panel.isVisible()
    shown.figures.line.setFocus()
    shown.press(Qt.Key.Key_Return)
    assert panel.isHidden()
    shown.press(Qt.Key.Key_Space)
    assert shown.toggled == [True, False, True]
    shown.figures.show_chart(False)
    assert shown.toggled == [True, False, True], "what was remembered is no news"


def test_arrow_keys_tell_a_day_after_the_other(shown: Shown) -> None:
    shown.figures.show_chart(True)
    chart = shown.figures.panel.chart
    chart.setFocus()
    today = date.today()
    assert shown.told.endswith(LINE.removeprefix("Today: "))
    assert f"{today:%A}" in shown.told
    shown.press(Qt.Key.Key_Left)
    yesterday = today - timedelta(1)
    assert f"{yesterday:%A}" in shown.told
    assert "10 calls · 4 answered (50 %)" in shown.told
    day = chart.day()
    assert day is not None
    assert day.date == yesterday
    shown.press(Qt.Key.Key_Home)
    shown.press(Qt.Key.Key_Left)
    assert chart.day().date == today - timedelta(29)  # type: ignore[union-attr]
    shown.press(Qt.Key.Key_End)
    shown.press(Qt.Key.Key_Right)
    assert chart.day().date == today  # type: ignore[union-attr]


def test_the_mouse_points_at_a_day(shown: Shown, qtbot: QtBot) -> None:
    shown.figures.show_chart(True)
    chart = shown.figures.panel.chart
    shown.until(lambda: chart.width() > 300)
    QTest.mouseMove(chart, QPoint(chart.width() - 12, 40))
    shown.until(lambda: chart.day() is not None)
    assert chart.day().date == date.today()  # type: ignore[union-attr]


def test_many_calls_at_once_are_few_reads_and_the_last_state(shown: Shown) -> None:
    before = len(shown.reads.asked)
    shown.reads.today = Figures(39, 31, 24)
    for _ in range(50):
        shown.figures.refresh()
    shown.until(lambda: shown.words.startswith("Today: 39 calls"))
    assert len(shown.reads.asked) - before <= 2


def test_another_profile_and_the_sandbox_have_their_own(shown: Shown) -> None:
    shown.figures.show_calls_of("work", sandbox=False)
    shown.until(lambda: shown.reads.asked[-1][2:] == ("work", False))
    shown.figures.show_calls_of(None, sandbox=True)
    shown.until(lambda: shown.reads.asked[-1][2:] == (None, True))


def test_a_new_day_is_read_when_it_begins(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = date.today() + timedelta(1)
    monkeypatch.setattr(day_figures, "today", lambda: tomorrow)
    shown.figures._midnight.start(0)
    shown.until(lambda: shown.reads.asked[-1][1] == tomorrow)
    shown.until(lambda: shown.figures.panel.today.date == tomorrow)  # type: ignore[union-attr]
    assert shown.figures._midnight.isActive()


def test_a_journal_that_cannot_be_read_keeps_what_was_shown(shown: Shown) -> None:
    shown.reads.trouble = OSError("gone")
    before = len(shown.reads.asked)
    shown.figures.refresh()
    shown.until(lambda: len(shown.reads.asked) > before)
    assert shown.words == LINE
    shown.reads.trouble = None
    shown.reads.today = Figures(40, 31, 24)
    shown.figures.refresh()
    shown.until(lambda: shown.words.startswith("Today: 40 calls"))


@pytest.mark.parametrize("choice", ["light", "dark", "high-contrast"])
def test_the_chart_paints_answered_calls_apart_in_every_look(
    qapp: QApplication, shown: Shown, choice: str
) -> None:
    theme = shown.figures._theme
    theme.choose(choice)  # type: ignore[arg-type]
    shown.figures.show_chart(True)
    image = shown.figures.panel.chart.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in (60, 85)}
    assert theme.scheme.accent.name() in colors
    theme.choose("light")
