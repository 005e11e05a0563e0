"""The panel of the selected call: what it says of a call, and what it never says."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from dialer.calls.call import CallRequest, Cause, Following, Outcome
from dialer.calls.details import CallDetails, Candidate, Ending, Stage
from dialer.ui.amounts import duration_text, money_text
from dialer.ui.call_details_window import CallDetailsWindow
from dialer.ui.call_panel import CallPanel
from dialer.ui.record_window import indented
from dialer.ui.theme import Theme
from ui.operating import words_in
from ui.recorded_calls import ANSWERED, BARE, CANDIDATES, DETAILS, ID, UNKNOWN, T

# What the offscreen platform says of windows with a smallest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> Iterator[CallPanel]:
    window = QWidget()
    panel = CallPanel(theme, window)
    QHBoxLayout(window).addWidget(panel)
    window.resize(320, 420)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield panel


def said(panel: QWidget) -> list[str]:
    return [words.replace("\u200b", "") for words in words_in(panel)]


def after(panel: CallPanel, title: str) -> str:
    """What stands beside a title."""
    words = said(panel)
    return words[words.index(title) + 1]


def button(panel: QWidget, words: str, place: int = 0) -> QAbstractButton:
    found = [each for each in panel.findChildren(QAbstractButton) if each.text() == words]
    return found[place]


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def local(ms: int) -> str:
    return QDateTime.fromMSecsSinceEpoch(ms).time().toString("HH:mm:ss")


def test_an_answered_call_is_told_in_full(panel: CallPanel) -> None:
    panel.show_call(ANSWERED, DETAILS)
    words = said(panel)
    assert words[:3] == ["+86 138 0013 8000", "China · from 1008122211 · test_001", "Answered."]
    shown = {title: after(panel, title) for title in words if title in TOLD}
    assert shown == TOLD


TOLD = {
    "Submitted": local(T),
    "Called": local(T + 1_000),
    "Ringing": local(T + 4_000),
    "Answered": local(T + 10_000),
    "Ended": local(T + 93_000),
    "Talk": "1:23, charged 2:00",
    "Time to answer": "0:09",
    "Cost": "0.0420 USD",
    "Rate": "0.0210 USD, 60+60 s",
    "Ended by": "200 OK (answered)",
    "Phone": "Support / Alice's desk",
    "Region": "China Mobile",
    "Recording ID": ID,
    "Profile": "work",
}


def test_what_is_missing_is_left_out(panel: CallPanel) -> None:
    panel.show_call(BARE)
    words = said(panel)
    assert not {*TOLD} & set(words) - {"Recording ID", "Profile"}
    assert not [each for each in words if "None" in each]
    assert "United Kingdom · test_002" in words
    panel.show_call(ANSWERED, CallDetails(ID))
    assert not [each for each in said(panel) if "None" in each]
    assert after(panel, "Talk") == "1:23"  # what the journal's row has of its own


def test_a_record_that_says_less_leaves_nothing_of_the_call_before(panel: CallPanel) -> None:
    panel.show_call(ANSWERED, DETAILS)
    panel.show_call(BARE)
    words = " ".join(said(panel))
    for left in ("1:23", "0.0420", "China", ID, "Support"):
        assert left not in words
    assert not button(panel, "Provider's record").isVisible()


def test_a_cost_in_another_currency_says_what_was_paid(panel: CallPanel) -> None:
    quoted = replace(
        DETAILS,
        currency="CNY",
        cost=Decimal("0.022400"),
        settled_cost=Decimal("0.0031"),
        exchange_rate=Decimal("0.14"),
    )
    panel.show_call(ANSWERED, quoted)
    assert after(panel, "Cost") == "0.0224 CNY, paid 0.0031 USD at 0.14"
    panel.show_call(ANSWERED, replace(quoted, currency="USD"))
    assert after(panel, "Cost") == "0.0224 USD"


def test_times_that_run_backwards_stand_as_they_are_and_a_line_says_so(panel: CallPanel) -> None:
    panel.show_call(ANSWERED, replace(DETAILS, answered_at=T - 3_000))
    assert after(panel, "Answered") == local(T - 3_000)
    assert "The provider's times run backwards." in said(panel)
    assert "Time to answer" not in said(panel)
    panel.show_call(ANSWERED, DETAILS)
    assert "The provider's times run backwards." not in said(panel)


def test_a_time_of_another_day_has_its_date(panel: CallPanel) -> None:
    panel.show_call(ANSWERED, replace(DETAILS, ended_at=T + 2 * 86_400_000))
    assert after(panel, "Ended").endswith(local(T + 2 * 86_400_000))
    assert after(panel, "Ended") != local(T + 2 * 86_400_000)


@pytest.mark.parametrize(
    ("changes", "headline", "text"),
    [
        ({"outcome": None}, "Calling.", "not answered yet"),
        ({"stage": Stage.RINGING, "following": Following.OPEN}, "Ringing.", "that it rings"),
        ({"stage": Stage.TALKING, "following": Following.OPEN}, "Talking.", "was answered"),
        ({"ending": Ending.BUSY, "hangup_code": "486"}, "Busy.", "busy"),
        ({"ending": Ending.ANSWERED, "settled": True}, "Answered.", "Found in the provider's"),
        ({"following": Following.GIVEN_UP}, "Placed.", "no final record"),
        (
            {"outcome": Outcome.unknown(Cause.CLOSED), "following": Following.NOT_THERE},
            "Outcome unknown.",
            "shows no such call",
        ),
    ],
)
def test_what_became_of_a_call_is_said_in_a_sentence(
    panel: CallPanel, changes: dict[str, object], headline: str, text: str
) -> None:
    panel.show_call(replace(BARE, **changes))
    words = said(panel)
    assert headline in words
    assert text in words[words.index(headline) + 1]


def test_every_ending_and_stage_has_words(panel: CallPanel) -> None:
    for ending in Ending:
        panel.show_call(replace(BARE, ending=ending))
        assert len(said(panel)[2]) > 3
    for stage in Stage:
        panel.show_call(replace(BARE, stage=stage, following=Following.OPEN))
        assert len(said(panel)[2]) > 3


def test_the_operator_chooses_among_the_records_of_an_unknown_call(
    qtbot: QtBot, panel: CallPanel
) -> None:
    panel.show_call(replace(UNKNOWN, following=Following.SEVERAL), None, CANDIDATES)
    assert f"{local(T + 1_000)} · 1:23 · Answered" in said(panel)
    assert f"{local(T + 41_000)} · Busy" in said(panel)
    with qtbot.waitSignal(panel.candidate_chosen) as chosen:
        click(button(panel, "This one", 1))
    assert chosen.args == [panel.record, "second"]
    panel.show_call(replace(UNKNOWN, outcome=Outcome.placed("second"), settled=True))
    assert not panel.candidates.isVisible()


def test_the_operator_says_that_none_of_the_records_is_the_call_s(
    qtbot: QtBot, panel: CallPanel
) -> None:
    panel.show_call(replace(UNKNOWN, following=Following.SEVERAL), None, CANDIDATES)
    with qtbot.waitSignal(panel.candidate_chosen) as chosen:
        click(button(panel, "None of these"))
    assert chosen.args == [panel.record, ""]


def test_long_words_wrap_and_nothing_needs_a_horizontal_bar(panel: CallPanel) -> None:
    long = "W" * 500
    record = replace(
        BARE,
        request=CallRequest("442079460018", "a" * 200, note=long, profile=long),
        outcome=Outcome.placed("9" * 64),
    )
    details = replace(DETAILS, phone_name=long, region=long, hangup_reason=long)
    panel.window().resize(272, 420)
    panel.show_call(record, details, [Candidate("c" * 64)])
    QApplication.processEvents()
    (scroll,) = panel.findChildren(QScrollArea)
    assert scroll.widget().minimumSizeHint().width() <= scroll.viewport().width()
    click(button(panel, "Copy recording ID"))
    assert after(panel, "Note") == long


def test_the_recording_id_is_copied_as_it_is(qtbot: QtBot, panel: CallPanel) -> None:
    panel.show_call(replace(BARE, outcome=Outcome.placed("9" * 64)))
    with qtbot.waitSignal(panel.copy_asked) as copied:
        click(button(panel, "Copy recording ID"))
    assert copied.args == ["9" * 64]
    (value,) = (each for each in panel.findChildren(QLabel) if each.text().startswith("99999999"))
    value.setSelection(0, len(value.text()))
    QTest.keyClick(value, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "9" * 64


def test_provider_text_is_plain_text(panel: CallPanel) -> None:
    evil = "<b>bold</b><img src='https://x.example/'>"
    details = replace(DETAILS, hangup_reason=evil, region=evil, phone_group=evil, phone_name=evil)
    panel.show_call(ANSWERED, details)
    marked = [each for each in panel.findChildren(QLabel) if "<b>" in each.text()]
    assert len(marked) == 3
    assert {each.textFormat() for each in marked} == {Qt.TextFormat.PlainText}


def test_news_of_the_same_call_keeps_the_place_another_call_begins_at_the_top(
    panel: CallPanel,
) -> None:
    panel.show_call(ANSWERED, DETAILS)
    QApplication.processEvents()
    (scroll,) = panel.findChildren(QScrollArea)
    bar = scroll.verticalScrollBar()
    bar.setValue(40)
    panel.show_call(ANSWERED, replace(DETAILS, charged_s=180))
    QApplication.processEvents()
    assert bar.value() == 40
    panel.show_call(replace(ANSWERED, call_id="other"), DETAILS)
    assert bar.value() == 0


def test_the_providers_record_is_shown_as_it_came_and_copied(panel: CallPanel) -> None:
    panel.show_call(ANSWERED, DETAILS)
    window = panel.show_original()
    assert window is not None
    assert window.text.toPlainText() == (
        '{\n  "voiceId": 2203031113381000002,\n  "cost": 0.042000,\n  "more": {}\n}'
    )
    click(button(window, "Copy"))
    assert QGuiApplication.clipboard().text() == DETAILS.original
    click(button(window, "Close"))


@pytest.mark.parametrize(
    ("original", "shown"),
    [
        ('{"a":"x, [ ] {\\"y\\":1}"}', '{\n  "a": "x, [ ] {\\"y\\":1}"\n}'),
        ('{"a":"\u202eevil"}', '{\n  "a": "\\u202eevil"\n}'),
        ('[1, [], "open', '[\n  1,\n  [],\n  "open'),
        ("]}", "\n]\n}"),
        ("", ""),
    ],
)
def test_a_record_is_only_indented(original: str, shown: str) -> None:
    assert indented(original) == shown


def test_call_again_and_the_colours_of_another_scheme(
    qtbot: QtBot, panel: CallPanel, theme: Theme
) -> None:
    panel.show_call(ANSWERED, DETAILS)
    with qtbot.waitSignal(panel.call_again_asked) as asked:
        click(button(panel, "Call again"))
    assert asked.args == [ANSWERED]
    (headline,) = (each for each in panel.findChildren(QLabel) if each.text() == "Answered.")
    for choice in ("dark", "light"):
        theme.choose(choice)
        assert headline.palette().windowText().color() == theme.scheme.placed


def test_a_narrow_window_shows_the_same_in_a_window_of_its_own(qtbot: QtBot, theme: Theme) -> None:
    window = CallDetailsWindow(theme, CallPanel(theme))
    qtbot.addWidget(window)
    window.show_call(ANSWERED, DETAILS)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    assert window.windowTitle() == "Call to +86 138 0013 8000"
    assert after(window.panel, "Cost") == "0.0420 USD"
    assert not any(each.isDefault() for each in window.findChildren(QPushButton))
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.4, "0:59"), (83, "1:23"), (3_723, "1:02:03"), (-5, "0:00")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0.042000", "0.0420 USD"),
        ("0.000001", "0.000001 USD"),
        ("12", "12.0000 USD"),
        ("1E+2", "100.0000 USD"),
        ("-0.5", "-0.5000 USD"),
    ],
)
def test_money_is_exact(amount: str, text: str) -> None:
    assert money_text(Decimal(amount), "USD") == text
    assert money_text(Decimal("1"), None) == "1.0000"
