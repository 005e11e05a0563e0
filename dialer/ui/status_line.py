"""The status line: with which profile calls are placed, its balance, and what is going on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from dialer.calls.sentence import Sentence
from dialer.ui.choice_box import ChoiceBox
from dialer.ui.elided_label import ElidedLabel
from dialer.ui.icons import Icons
from dialer.ui.ink import set_ink
from dialer.ui.theme import Theme
from dialer.ui.words import plain_tip, told

if TYPE_CHECKING:
    from dialer.calls.records import Balance
    from dialer.settings.profile import Profile

COPIED_MS = 4_000
"""How long the status line says what was copied."""

_AMOUNT_LENGTH = 20
"""The longest amount that is shown, in characters."""


class StatusLine(QWidget):
    """Says quietly what is going on. UI thread."""

    profile_chosen = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sandbox = False
        self._low = False
        self.setAutoFillBackground(True)
        self._mark = QLabel(self.tr("SANDBOX"), self)
        self._mark.setFont(theme.fonts.label_strong)
        self._mark.setContentsMargins(theme.px(8), theme.px(2), theme.px(8), theme.px(2))
        self._mark.setAutoFillBackground(True)
        self._mark.hide()
        self._profile = ElidedLabel(self)
        self._balance = QLabel(self)
        self._balance.setTextFormat(Qt.TextFormat.PlainText)
        self._balance.hide()
        self._balance_is_low = False
        self._activity = ElidedLabel(self)
        self._news = QLabel(self)
        self._news.setTextFormat(Qt.TextFormat.PlainText)
        self._switcher = ChoiceBox(theme, icons, self)
        self._switcher.setAccessibleName(self.tr("Profile"))
        self._switcher.setToolTip(self.tr("Call with this profile"))
        self._switcher.setPlaceholderText(self.tr("Profile"))
        self._switcher.hide()
        self._switcher.textActivated.connect(self.profile_chosen)
        self._hint = QLabel(self.tr("F1 help"), self)
        self._news_over = QTimer(self)
        self._news_over.setSingleShot(True)
        self._news_over.setInterval(COPIED_MS)
        self._news_over.timeout.connect(self._news.clear)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(*[theme.px(14), theme.px(5)] * 2)
        layout.setSpacing(theme.px(10))
        for widget in (self._mark, self._switcher, self._profile, self._balance, self._activity):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self._news)
        layout.addWidget(self._hint)
        theme.changed.connect(self._colour)
        self._colour()
        self.show_profile(None, sandbox=False)

    def show_profile(self, profile: "Profile | None", *, sandbox: bool) -> None:
        """Say with which profile calls are placed."""
        self._sandbox = sandbox
        self._mark.setVisible(sandbox)
        if sandbox:
            self._profile.setText(self.tr("No phone rings, nothing is charged"))
        elif profile is None:
            self._profile.setText(self.tr("No profile"))
        else:
            from urllib.parse import urlsplit  # noqa: PLC0415 - for the start's sake

            host = urlsplit(profile.base_url).netloc
            named = self._switcher.isHidden()
            self._profile.setText(f"{profile.name} · {host}" if named else host)
        if profile is not None and not sandbox:
            self._switcher.setCurrentText(profile.name)
        self.set_low(self._low)

    def set_low(self, low: bool) -> None:
        """Give way in a low window, but for the mark of the sandbox."""
        self._low = low
        self.setHidden(self._low and not self._sandbox)

    def offer_profiles(self, names: Sequence[str], chosen: str | None) -> None:
        """Offer to switch where there are two profiles or more."""
        self._switcher.clear()
        self._switcher.addItems(list(names))
        self._switcher.setVisible(len(names) > 1)
        self._switcher.setCurrentIndex(names.index(chosen) if chosen in names else -1)

    @Slot(str)
    def show_copied(self, text: str) -> None:
        """Say what is on the clipboard now."""
        self._news.setText(self.tr("Copied {text}").format(text=text))
        self._news_over.start()

    @Slot(object, str)
    def show_balance(self, balance: "Balance | None", limit: str) -> None:
        """Show the balance; None while it is not known. `limit` as in the profile, "" for none."""
        from dialer.calls.low_balance import amount, is_low  # noqa: PLC0415

        text = balance.balance if balance is not None else None
        if balance is None or text is None:
            lines = [] if balance is None else [self.tr("The provider told no balance.")]
            self._say_balance("" if balance is None else self.tr("Balance —"), lines)
            return
        low = is_low(balance, limit)
        words = self.tr("Balance low: {amount}") if low else self.tr("Balance {amount}")
        lines = []
        if low:
            lines.append(
                self.tr("It is under {limit}, the limit in the profile.").format(limit=limit)
            )
        elif limit and amount(text) is None:
            lines.append(self.tr("It is no number, so nothing warns when it is low."))
        for title, part in (
            (self.tr("Gift: {amount}"), balance.gift),
            (self.tr("Credit: {amount}"), balance.credit),
        ):
            if part is not None:
                lines.append(title.format(amount=_shown(part)))
        self._say_balance(words.format(amount=_shown(text)), lines, low=low)

    @Slot(object)
    def show_balance_trouble(self, why: Sentence) -> None:
        """Say that the balance is not known; why not is a tooltip's matter."""
        self._say_balance(self.tr("Balance —"), [self.tr("Balance not known."), told(why)])

    @Slot(str)
    def show_activity(self, text: str) -> None:
        """Say what goes on in the background; "" while nothing does."""
        self._activity.setText(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint an edge above the line, on its ground."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(self._theme.scheme.line)
        painter.drawLine(0, 0, self.width(), 0)
        painter.end()

    @Slot()
    def _colour(self) -> None:
        scheme = self._theme.scheme
        ground = self.palette()
        ground.setColor(QPalette.ColorRole.Window, scheme.card)
        self.setPalette(ground)
        tint = scheme.tint("unknown")
        set_ink(self._mark, tint.ink, tint.ground)
        for label in (self._profile, self._activity, self._news, self._hint):
            set_ink(label, scheme.quiet)
        set_ink(self._balance, tint.ink if self._balance_is_low else scheme.quiet)

    def _say_balance(self, text: str, lines: Sequence[str], *, low: bool = False) -> None:
        self._balance_is_low = low
        self._balance.setText(text)
        self._balance.setFont(self._theme.fonts.strong if low else self._theme.fonts.text)
        self._balance.setVisible(bool(text))
        self._balance.setToolTip(plain_tip("\n".join(lines)))
        self._balance.setAccessibleDescription(" ".join(lines))
        self._colour()


def _shown(text: str) -> str:
    from dialer.calls.low_balance import amount_text  # noqa: PLC0415
    from dialer.calls.plain import plain  # noqa: PLC0415

    return plain(amount_text(text), _AMOUNT_LENGTH)
