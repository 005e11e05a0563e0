"""The list of recent callees under the callee field: what it shows, and how that is painted."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from dialer.ui.scheme import mixed
from dialer.ui.theme import Theme

_ROOT = QModelIndex()
_OFFER = Qt.ItemDataRole.UserRole
_NUMBER = 148  # so that notes stand below each other; longer numbers push theirs on
_NOTE = 40  # less room than this is not worth a note
_ROW = 30
_SIDE = 9
_GAP = 12

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class RecentCallee:
    """A callee of earlier calls, in words that are ready to show.

    `digits` are those that were sent, and `formatted` the same for reading; `note` and `when`
    are a few words of plain text each, "" where there is nothing to say.
    """

    digits: str
    formatted: str
    note: str
    when: str


class Offers(QAbstractListModel):
    """What the open list shows, and the digits that the field takes of it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._offers: Sequence[RecentCallee] = ()

    def set_offers(self, offers: Sequence[RecentCallee]) -> None:
        """Offer these."""
        self.beginResetModel()
        self._offers = offers
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """How many there are."""
        return 0 if parent.isValid() else len(self._offers)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The number, all words of the row for who cannot see it, or what it is made of."""
        offer = self._offers[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return offer.formatted
            case Qt.ItemDataRole.EditRole:
                return offer.digits
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(filter(None, (offer.formatted, offer.note, offer.when)))
            case _ if role == _OFFER:
                return offer
        return None


class OfferDelegate(QStyledItemDelegate):
    """Paints the number in its weight, and the note and the time quietly beside it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._strong = QFontMetrics(theme.fonts.strong)
        self._plain = QFontMetrics(theme.fonts.text)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """One line, as high as the rows of tables; as wide as the list happens to be."""
        px = self._theme.px
        return QSize(1, max(px(_ROW), self._strong.height() + px(4)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one callee. What has no room is left out, the time before the number."""
        offer = index.data(_OFFER)
        if not isinstance(offer, RecentCallee):
            return
        px, scheme = self._theme.px, self._theme.scheme
        painter.save()
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self._paint_ground(painter, option)
        room = option.rect.adjusted(px(_SIDE), 0, -px(_SIDE), 0)
        number = min(self._strong.horizontalAdvance(offer.formatted), room.width())
        when = self._plain.horizontalAdvance(offer.when)
        if number + px(_GAP) + when > room.width():
            when = 0
        start = max(number, px(_NUMBER)) + px(_GAP)
        note = room.width() - start - (when + px(_GAP) if when else 0)

        def write(text: str, font: QFont, ink: QColor, start: int, width: int) -> None:
            place = QRect(room.left() + start, room.top(), width, room.height())
            metrics = QFontMetrics(font)
            # What fits is not handed over: eliding counts finer, and cuts what fits exactly.
            if metrics.horizontalAdvance(text) > width:
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.setFont(font)
            painter.setPen(ink)
            painter.drawText(
                QStyle.visualRect(option.direction, option.rect, place),
                _flags(option.direction),
                text,
            )

        fonts = self._theme.fonts
        write(offer.formatted, fonts.strong, scheme.text, 0, number)
        if note >= px(_NOTE):
            write(offer.note, fonts.text, scheme.quiet, start, note)
        if when:
            write(offer.when, fonts.text, scheme.quiet, room.width() - when, when)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        scheme = self._theme.scheme
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, scheme.selection)
            if scheme.high_contrast:
                painter.setPen(QPen(scheme.accent, 2))
                painter.drawRect(option.rect.adjusted(1, 1, -1, -1))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, mixed(scheme.text, scheme.card, 0.05))


def _flags(direction: Qt.LayoutDirection) -> int:
    """One line at its own side: the text's direction is that of its letters, not its place."""
    start = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft)
    flags = start | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
    return flags.value | Qt.TextFlag.TextSingleLine.value
