"""Outcome pills: icon and words on a round ground, painted in a table's cells."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from dialer.ui.icons import Icons, icon_of
from dialer.ui.theme import Theme

_HEIGHT = 20
_ICON = 12
_SIDE = 8  # between the round ends and what stands inside
_GAP = 7  # between icon and words
_INDENT = 6  # between the cell's edge and the pill
_KEPT = 128  # outcomes repeat; more different pills than this are painted anew

_Index = QModelIndex | QPersistentModelIndex


class PillDelegate(QStyledItemDelegate):
    """Paints the words of DisplayRole as a pill in the colours of their kind.

    `kind_role` answers with "placed", "rejected", "not_sent", "unknown", "calling" or
    "neutral". A pill has a ground of its own, so it reads alike on a selected row. Pills are
    painted once and kept, because a table repaints its cells far more often than they change.
    """

    def __init__(
        self, theme: Theme, icons: Icons, kind_role: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._kind_role = kind_role
        self._font = QFont(theme.fonts.text)
        if self._font.pointSizeF() > 0:
            self._font.setPointSizeF(self._font.pointSizeF() * 12 / 13)
        self._metrics = QFontMetrics(self._font)
        self._tall = max(theme.px(_HEIGHT), self._metrics.height() + 2)
        self._indent = theme.px(_INDENT)
        self._widths: dict[str, int] = {}
        self._pills: dict[tuple[str, str, int, float, str], QPixmap] = {}

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Room for the whole pill."""
        width = self._width(str(index.data() or "")) + 2 * self._indent
        return QSize(width, self._tall + self._theme.px(8))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint the row's ground, the pill, and the focus where cells have it one by one."""
        view = option.widget
        style = view.style() if view is not None else QApplication.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, view)
        text = index.data()
        if text:
            self._paint_pill(painter, option, str(text), str(index.data(self._kind_role) or ""))
        if option.state & QStyle.StateFlag.State_HasFocus and not _in_rows(view):
            self._paint_focus(painter, option.rect)

    def _paint_pill(
        self, painter: QPainter, option: QStyleOptionViewItem, text: str, kind: str
    ) -> None:
        room = option.rect.width() - 2 * self._indent
        if self._width(text) > room:
            # Behind the dot stands that it was no real call; colour and icon say the rest too.
            before, dot, after = text.partition(" · ")
            left = room - self._width(dot + after)
            text = self._metrics.elidedText(before, Qt.TextElideMode.ElideRight, left) + dot + after
        width = min(self._width(text), room)
        if width < self._tall:
            return
        device = painter.device()
        dpr = device.devicePixelRatioF() if device is not None else 1.0
        pill = self._pill(kind, text, width, dpr)
        left = option.rect.left() + self._indent
        place = QRect(left, 0, width, self._tall)
        place.moveTop(option.rect.top() + (option.rect.height() - self._tall) // 2)
        if option.direction == Qt.LayoutDirection.RightToLeft:
            place.moveRight(option.rect.right() - self._indent)
        painter.drawPixmap(place.topLeft(), pill)

    def _paint_focus(self, painter: QPainter, cell: QRect) -> None:
        painter.save()
        painter.setPen(QPen(self._theme.scheme.accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(cell.adjusted(1, 1, -1, -1))
        painter.restore()

    def _width(self, text: str) -> int:
        width = self._widths.get(text)
        if width is None:
            if len(self._widths) >= _KEPT:
                self._widths.clear()
            px = self._theme.px
            around = 2 * px(_SIDE) + px(_ICON) + px(_GAP)
            width = self._widths[text] = around + self._metrics.horizontalAdvance(text)
        return width

    def _pill(self, kind: str, text: str, width: int, dpr: float) -> QPixmap:
        key = (kind, text, width, dpr, self._theme.scheme.name)
        pill = self._pills.get(key)
        if pill is None:
            if len(self._pills) >= _KEPT:
                self._pills.clear()
            pill = self._pills[key] = self._painted(kind, text, width, dpr)
        return pill

    def _painted(self, kind: str, text: str, width: int, dpr: float) -> QPixmap:
        px = self._theme.px
        height = self._tall
        pill = QPixmap(round(width * dpr), round(height * dpr))
        pill.setDevicePixelRatio(dpr)
        pill.fill(Qt.GlobalColor.transparent)
        tint = self._theme.scheme.tint(kind)
        painter = QPainter(pill)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tint.edge, 1))
        painter.setBrush(tint.ground)
        around = QRectF(0.5, 0.5, width - 1, height - 1)
        painter.drawRoundedRect(around, around.height() / 2, around.height() / 2)
        icon = self._icons.pixmap(icon_of(kind), self._role(kind), px(_ICON), dpr)
        painter.drawPixmap(QPoint(px(_SIDE), (height - px(_ICON)) // 2), icon)
        painter.setPen(tint.ink)
        painter.setFont(self._font)
        left = px(_SIDE) + px(_ICON) + px(_GAP)
        words = QRect(left, 0, width - left - px(_SIDE) + 2, height)
        shown = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
        return pill

    def _role(self, kind: str) -> str:
        if kind in ("placed", "rejected", "unknown"):
            return kind
        return "rejected" if kind == "not_sent" else "quiet"


def _in_rows(view: QWidget | None) -> bool:
    rows = QAbstractItemView.SelectionBehavior.SelectRows
    return isinstance(view, QAbstractItemView) and view.selectionBehavior() is rows
