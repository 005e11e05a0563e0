"""The status bar: with which profile calls are placed, and a clear mark for the sandbox."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QStatusBar

from dialer.settings.profile import Profile
from dialer.ui.theme import Theme

COPIED_MS = 4_000
"""How long the status bar says what was copied."""


class StatusLine(QStatusBar):
    """Says quietly what is going on. UI thread."""

    profile_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setSizeGripEnabled(False)
        self._mark = QLabel(self.tr("SANDBOX"), self)
        self._mark.setFont(theme.fonts.label_strong)
        self._mark.setMargin(theme.px(3))
        self._mark.setAutoFillBackground(True)
        self._mark.hide()
        self._profile = QLabel(self)
        self._profile.setTextFormat(Qt.TextFormat.PlainText)
        self._switcher = QComboBox(self)
        self._switcher.setAccessibleName(self.tr("Profile"))
        self._switcher.setToolTip(self.tr("Call with this profile"))
        self._switcher.hide()
        self._switcher.textActivated.connect(self.profile_chosen)
        self._hint = QLabel(self.tr("F1 help"), self)
        self.addWidget(self._mark)
        self.addWidget(self._switcher)
        self.addWidget(self._profile)
        self.addPermanentWidget(self._hint)
        theme.changed.connect(self._colour)
        self._colour()
        self.show_profile(None, sandbox=False)

    def show_profile(self, profile: Profile | None, *, sandbox: bool) -> None:
        """Say with which profile calls are placed."""
        self._mark.setVisible(sandbox)
        if sandbox:
            self._profile.setText(self.tr("No phone rings, nothing is charged"))
        elif profile is None:
            self._profile.setText(self.tr("No profile"))
        else:
            host = urlsplit(profile.base_url).netloc
            named = host if not self._switcher.isHidden() else f"{profile.name} · {host}"
            self._profile.setText(named)
        if profile is not None and not sandbox:
            self._switcher.setCurrentText(profile.name)

    def offer_profiles(self, names: Sequence[str], chosen: str | None) -> None:
        """Offer to switch where there are two profiles or more."""
        self._switcher.clear()
        self._switcher.addItems(list(names))
        self._switcher.setVisible(len(names) > 1)
        if chosen is not None:
            self._switcher.setCurrentText(chosen)

    @Slot(str)
    def show_copied(self, text: str) -> None:
        """Say what is on the clipboard now."""
        self.showMessage(self.tr("Copied {text}").format(text=text), COPIED_MS)

    @Slot()
    def _colour(self) -> None:
        tint = self._theme.scheme.tint("unknown")
        palette = self._mark.palette()
        palette.setColor(self._mark.foregroundRole(), tint.ink)
        palette.setColor(self._mark.backgroundRole(), tint.ground)
        self._mark.setPalette(palette)
        for label in (self._profile, self._hint):
            palette = label.palette()
            palette.setColor(label.foregroundRole(), self._theme.scheme.quiet)
            label.setPalette(palette)
