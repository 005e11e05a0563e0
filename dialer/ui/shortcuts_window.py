"""The list of all shortcuts: groups of keys and what they do, found while one types."""

import re
from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractSlider,
    QDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from dialer.ui.card import Card
from dialer.ui.long_text import LongText
from dialer.ui.scheme import mixed
from dialer.ui.theme import Theme

TWO_COLUMNS = 640
"""From this width on, in pixels of the design, groups stand in two columns."""

_ROW = 30
_CAP = 22
_GAP = 12
_SIDE = 6
_MORE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_PLUS = re.compile(r"(?<=.)\+(?=.)")


class ShortcutsWindow(QDialog):
    """Shows shortcuts. To be opened with `open` or `show`; gone once it is closed. UI thread.

    `groups` are titles, each with pairs of keys and what they do. Keys are shown as the platform
    names them; what is no key stands as it is. Typing finds, wherever the focus is; arrow keys
    and Tab go from shortcut to shortcut, so that each is read out.
    """

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None,
        groups: Sequence[tuple[str, Sequence[tuple[str, str]]]],
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setMinimumSize(theme.px(300), theme.px(200))
        room = QSize(theme.px(820), theme.px(620))
        self.resize(room.boundedTo(self.screen().availableSize()))
        self.search = QLineEdit(self)
        self.search.setProperty("kind", "search")
        self.search.setPlaceholderText(self.tr("Keys, or what they do"))
        self.search.setAccessibleName(self.tr("Find a shortcut"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._find)
        self._nothing = LongText(self)
        self._nothing.hide()

        self._columns = _Columns(theme)
        self._groups = [_Group(title, pairs, theme, self._columns) for title, pairs in groups]
        self._columns.hold(self._groups)
        self._rows = [row for group in self._groups for row in group.rows]
        widest = max((row.keys_need for row in self._rows), default=0)
        for row in self._rows:
            row.align(widest)
        self._scroll = _Scroll(self)
        self._scroll.setWidget(self._columns)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.px(16)] * 4)
        layout.setSpacing(theme.px(12))
        layout.addWidget(self.search)
        layout.addWidget(self._nothing)
        layout.addWidget(self._scroll, 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go through the shortcuts, scroll, or find: the search field leaves these keys alone."""
        bar = self._scroll.verticalScrollBar()
        text = event.text()
        match event.key():
            case Qt.Key.Key_Down:
                self._go(1)
            case Qt.Key.Key_Up:
                self._go(-1)
            case Qt.Key.Key_PageDown:
                bar.triggerAction(QAbstractSlider.SliderAction.SliderPageStepAdd)
            case Qt.Key.Key_PageUp:
                bar.triggerAction(QAbstractSlider.SliderAction.SliderPageStepSub)
            case _ if text and text.isprintable() and not event.modifiers() & _MORE:
                self.search.setFocus()
                self.search.insert(text)
            case _:
                super().keyPressEvent(event)

    def _go(self, step: int) -> None:
        """Move the focus, from the search field to the first shortcut and back."""
        stops: list[QWidget] = [self.search, *(row for row in self._rows if not row.isHidden())]
        now = next((at for at, stop in enumerate(stops) if stop.hasFocus()), 0)
        stop = stops[min(max(now + step, 0), len(stops) - 1)]
        stop.setFocus(Qt.FocusReason.OtherFocusReason)
        if stop is not self.search:
            self._scroll.ensureWidgetVisible(stop)

    @Slot(str)
    def _find(self, text: str) -> None:
        words = text.casefold().split()
        found = [group.narrow(words) for group in self._groups]
        self._nothing.say(
            "" if any(found) else self.tr("No shortcut has “{text}” in it.").format(text=text)
        )
        self._columns.place()
        self._scroll.verticalScrollBar().setValue(0)


class _Scroll(QScrollArea):
    """Leaves all keys to the window: arrows go from shortcut to shortcut."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let it go on to whom the area stands in."""
        event.ignore()


class _Columns(QWidget):
    """Places groups below each other, in two columns where there is room."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._groups: Sequence[_Group] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hold(self, groups: "Sequence[_Group]") -> None:
        """Place these from now on."""
        self._groups = groups

    def place(self) -> None:
        """Place anew: some are shown, or hidden."""
        self.updateGeometry()
        self._place()

    def heightForWidth(self, width: int) -> int:
        """What all groups take."""
        return max((place.bottom() + 1 for _, place in self._places(width)), default=0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the groups by the new width."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        for group, place in self._places(self.width()):
            group.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))

    def _places(self, width: int) -> "list[tuple[_Group, QRect]]":
        gap = self._theme.px(_GAP)
        wide = width >= self._theme.px(TWO_COLUMNS)
        column = (width - gap) // 2 if wide else width
        shown = [group for group in self._groups if not group.isHidden()]
        heights = [group.heightForWidth(column) for group in shown]
        first = self._split(heights) if wide else len(shown)
        places = []
        top = 0
        for at, (group, height) in enumerate(zip(shown, heights, strict=True)):
            if at == first:
                top = 0
            left = 0 if at < first else column + gap
            places.append((group, QRect(left, top, column, height)))
            top += height + gap
        return places

    def _split(self, heights: list[int]) -> int:
        """How many groups stand in the first column, so that both end at about one height."""
        return min(
            range(1, len(heights) + 1),
            key=lambda first: max(sum(heights[:first]), sum(heights[first:])),
            default=0,
        )


class _Group(Card):
    """A title and its shortcuts."""

    def __init__(
        self, title: str, pairs: Sequence[tuple[str, str]], theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName(title)
        named = QLabel(title, self)
        named.setTextFormat(Qt.TextFormat.PlainText)
        named.setFont(theme.fonts.strong)
        self.rows = [_Row(keys, what, theme, self) for keys, what in pairs]
        self._said = [
            f"{title} {keys} {row.text()}".casefold()
            for (keys, _), row in zip(pairs, self.rows, strict=True)
        ]
        layout = QVBoxLayout(self)
        side = theme.px(16) - theme.px(_SIDE)  # the rows have the rest, for their focus ring
        layout.setContentsMargins(side, theme.px(12), side, theme.px(8))
        layout.setSpacing(0)
        named.setIndent(theme.px(_SIDE))
        layout.addWidget(named)
        layout.addSpacing(theme.px(4))
        for row in self.rows:
            layout.addWidget(row)

    def narrow(self, words: list[str]) -> bool:
        """Show the shortcuts that have all words in them or in the title; whether there are any."""
        found = [all(word in said for word in words) for said in self._said]
        for row, fits in zip(self.rows, found, strict=True):
            row.setVisible(fits)
        self.setVisible(any(found))
        return any(found)


class _Row(QLabel):
    """One shortcut: key caps, and what they do. Its text is what is read out."""

    def __init__(self, keys: str, what: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._what = what
        names = _names(keys)
        self._caps = [_PLUS.split(name) for name in names]
        self._cap_metrics = QFontMetricsF(theme.fonts.label)
        self.keys_need = self._caps_width()
        """How wide the key caps are, in pixels."""
        self._keys_width = self.keys_need
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(self.tr("{keys}, {what}").format(keys=", ".join(names), what=what))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    def align(self, keys_width: int) -> None:
        """Begin the words behind caps of this width."""
        self._keys_width = keys_width

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(self._keys_width + self._theme.px(160), self._theme.px(_ROW))

    def minimumSizeHint(self) -> QSize:
        """Whatever width there is will do."""
        return QSize(0, self._theme.px(_ROW))

    def hasHeightForWidth(self) -> bool:
        """Words that have no room in one line take several."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as the words."""
        return self._words(width).height() + 2 * self._above()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint caps and words, and the focus ring."""
        px, scheme = self._theme.px, self._theme.scheme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        keys = QRect(px(_SIDE), (px(_ROW) - px(_CAP)) // 2, self.keys_need, px(_CAP))
        words = self._words(self.width()).translated(0, self._above())
        direction = self.layoutDirection()
        self._paint_caps(painter, QStyle.visualRect(direction, self.rect(), keys))
        painter.setFont(self._theme.fonts.text)
        painter.setPen(scheme.text)
        painter.drawText(
            QStyle.visualRect(direction, self.rect(), words), Qt.TextFlag.TextWordWrap, self._what
        )
        if self.hasFocus():
            painter.setPen(QPen(scheme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(6), px(6))
        painter.end()

    def _paint_caps(self, painter: QPainter, place: QRect) -> None:
        px, scheme = self._theme.px, self._theme.scheme
        painter.setFont(self._theme.fonts.label)
        left = place.left()
        for combination in self._caps:
            for name in combination:
                cap = QRect(left, place.top(), self._cap_width(name), place.height())
                painter.setPen(QPen(scheme.line, 1))
                painter.setBrush(mixed(scheme.text, scheme.card, 0.03))
                painter.drawRoundedRect(QRectF(cap).adjusted(0.5, 0.5, -0.5, -0.5), px(4), px(4))
                painter.setPen(scheme.text)
                painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, name)
                left += cap.width() + px(4)
            left += px(8)

    def _caps_width(self) -> int:
        px = self._theme.px
        widths = [
            sum(self._cap_width(name) for name in combination) + (len(combination) - 1) * px(4)
            for combination in self._caps
        ]
        return sum(widths) + (len(widths) - 1) * px(12)

    def _cap_width(self, name: str) -> int:
        px = self._theme.px
        return max(px(_CAP), ceil(self._cap_metrics.horizontalAdvance(name)) + px(12))

    def _words(self, width: int) -> QRect:
        """Where the words stand, were there nothing above them."""
        px = self._theme.px
        left = px(_SIDE) + self._keys_width + px(_GAP)
        room = QRect(left, 0, max(1, width - left - px(_SIDE)), 10_000)
        high = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, self._what).height()
        return QRect(room.left(), 0, room.width(), high)

    def _above(self) -> int:
        return (self._theme.px(_ROW) - self.fontMetrics().height()) // 2


def _names(keys: str) -> list[str]:
    """How the platform names each of the combinations that follow each other in `keys`."""
    native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText).split(", ")
    return native if all(native) else [keys]
