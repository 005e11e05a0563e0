"""Outcome pills: their colours, on selected rows too, their room, and their speed's cause."""

import pytest
from PySide6.QtCore import QItemSelectionModel, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QTableView

from dialer.ui.icons import Icons
from dialer.ui.pills import PillDelegate
from dialer.ui.theme import Theme

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

KIND = Qt.ItemDataRole.UserRole + 1
INSIDE = 11, 15  # a place in a pill's round end, before the icon
KINDS = ["placed", "rejected", "not_sent", "unknown", "calling", "neutral"]


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


@pytest.fixture
def table(qtbot, theme: Theme) -> QTableView:
    model = QStandardItemModel()
    for kind in KINDS:
        item = QStandardItem(f"Some {kind}")
        item.setData(kind, KIND)
        model.appendRow([item, QStandardItem("beside")])
    table = QTableView()
    model.setParent(table)
    table.setModel(model)
    table.setShowGrid(False)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.setItemDelegateForColumn(0, PillDelegate(theme, Icons(theme), KIND, table))
    table.setColumnWidth(0, 180)
    table.verticalHeader().setDefaultSectionSize(30)
    table.resize(400, 300)
    qtbot.addWidget(table)
    with qtbot.waitActive(table):
        table.show()
        table.activateWindow()
    return table


def cell(table: QTableView, row: int) -> QImage:
    place = table.visualRect(table.model().index(row, 0))
    return table.viewport().grab(place).toImage()


def colors(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }


@pytest.mark.parametrize("choice", ["light", "dark", "high-contrast"])
@pytest.mark.parametrize("row", range(len(KINDS)), ids=KINDS)
def test_a_pill_has_ground_and_ink_of_its_kind(
    table: QTableView, theme: Theme, choice: str, row: int
) -> None:
    theme.choose(choice)  # type: ignore[arg-type]
    tint = theme.scheme.tint(KINDS[row])
    image = cell(table, row)
    assert image.pixelColor(*INSIDE) == tint.ground
    assert tint.ink.name() in colors(image)


@pytest.mark.parametrize("row", range(len(KINDS)), ids=KINDS)
def test_a_pill_reads_alike_on_a_selected_row(table: QTableView, theme: Theme, row: int) -> None:
    table.selectRow(row)
    image = cell(table, row)
    tint = theme.scheme.tint(KINDS[row])
    assert image.pixelColor(1, 1) == theme.scheme.selection
    assert image.pixelColor(*INSIDE) == tint.ground
    assert tint.ink.name() in colors(image)


def test_nothing_is_told_by_colour_alone(table: QTableView, theme: Theme) -> None:
    """With the words taken away, the icons of the kinds still differ."""
    pictures = []
    for row in (0, 1, 3, 5):
        image = cell(table, row)
        ink = theme.scheme.tint(KINDS[row]).ground
        pictures.append(
            frozenset(
                (x, y)
                for x in range(14, 26)
                for y in range(8, 22)
                if not close(image.pixelColor(x, y), ink)
            )
        )
    assert len(set(pictures)) == len(pictures)


def close(one: QColor, other: QColor) -> bool:
    return abs(one.lightness() - other.lightness()) < 40


def test_the_hint_has_room_for_the_whole_pill(table: QTableView) -> None:
    table.resizeColumnToContents(0)
    wide = cell(table, 0)
    table.setColumnWidth(0, wide.width() + 100)
    more = cell(table, 0).copy(QRect(0, 0, wide.width(), wide.height()))
    assert more == wide


def test_a_narrow_column_elides_the_words_and_keeps_the_icon(
    table: QTableView, theme: Theme
) -> None:
    table.setColumnWidth(0, 70)
    narrow = cell(table, 0)
    assert narrow.width() == 70
    assert narrow.copy(0, 0, 26, 30) == cell_of(table, 180).copy(0, 0, 26, 30)
    assert narrow.pixelColor(68, 15) == theme.scheme.field


def cell_of(table: QTableView, width: int) -> QImage:
    table.setColumnWidth(0, width)
    return cell(table, 0)


def test_a_column_too_narrow_for_an_icon_stays_empty(table: QTableView, theme: Theme) -> None:
    table.setColumnWidth(0, 24)
    assert colors(cell(table, 0)) == {theme.scheme.field.name()}


def test_an_empty_outcome_paints_no_pill(table: QTableView, theme: Theme) -> None:
    table.model().setData(table.model().index(0, 0), "")
    assert colors(cell(table, 0)) == {theme.scheme.field.name()}


def test_the_focus_is_shown_where_cells_have_it_one_by_one(table: QTableView, theme: Theme) -> None:
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectItems)
    table.selectionModel().setCurrentIndex(
        table.model().index(2, 0), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    table.setFocus()
    table.activateWindow()
    assert theme.scheme.accent.name() not in colors(cell(table, 0))
    QApplication.processEvents()
    assert theme.scheme.accent.name() in colors(cell(table, 2))


def test_a_pill_is_sharp_at_twice_the_scale(table: QTableView, theme: Theme) -> None:
    delegate = table.itemDelegateForColumn(0)
    assert isinstance(delegate, PillDelegate)
    small, large = (painted(delegate, table, theme, dpr) for dpr in (1.0, 2.0))
    enlarged = small.scaled(large.size())
    enlarged.setDevicePixelRatio(2.0)
    assert large.size() == 2 * small.size()
    assert large != enlarged


def painted(delegate: PillDelegate, table: QTableView, theme: Theme, dpr: float) -> QImage:
    image = QImage(round(160 * dpr), round(30 * dpr), QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(dpr)
    image.fill(theme.scheme.card)
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 160, 30)
    painter = QPainter(image)
    delegate.paint(painter, option, table.model().index(0, 0))
    painter.end()
    return image


def test_a_repaint_draws_no_pill_anew(table: QTableView, theme: Theme, monkeypatch) -> None:
    cell(table, 0)
    monkeypatch.setattr(PillDelegate, "_painted", lambda *_: pytest.fail("a pill was drawn again"))
    cell(table, 0)
    table.selectRow(0)
    cell(table, 0)
