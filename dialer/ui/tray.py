"""The program's icon in the tray, with a menu. Nothing in it calls: it fills in."""

import sys
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from dialer.ui.icons import Icons

RECENT = 10
"""How many recent callees the menu has at most."""

LOOK_MS = 2_000
"""How often is looked whether there still is a tray, while that is watched."""

_LONGEST_WORDS = 80
_CLICKS = (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick)


class Tray(QObject):
    """Shows the icon while it is turned on. UI thread.

    Nothing is made before it is turned on for the first time; it is to be turned off before the
    application ends.
    """

    show_asked = Signal()
    """The window is wanted: by a click on the icon, or in the menu."""
    redial_asked = Signal()
    clipboard_asked = Signal()
    callee_chosen = Signal(str)
    """The digits of a recent callee."""
    quit_asked = Signal()
    availability_changed = Signal()
    """There is a tray now, or none any more; told only while it is watched."""

    def __init__(self, icons: Icons, parent: QObject) -> None:
        super().__init__(parent)
        self._icons = icons
        self._recent: list[tuple[str, str]] = []
        self._is_sandbox = False
        self._is_on = False
        self._watches = False
        self._was_available = False
        self._icon: QSystemTrayIcon | None = None
        self._menu: QMenu | None = None
        self._recent_menu: QMenu | None = None
        # Qt tells nobody when the tray comes or goes.
        self._looks = QTimer(self)
        self._looks.setInterval(LOOK_MS)
        self._looks.timeout.connect(self._look)

    @property
    def available(self) -> bool:
        """Whether there is a tray that shows icons."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def turn(self, on: bool) -> None:
        """Show the icon, or take it away. Where there is no tray it shows soon after one comes."""
        self._is_on = on
        if not on:
            self._unmake()
        elif self._icon is None and self.available:
            self._make()
        self._look_if_needed()

    def watch(self, on: bool) -> None:
        """Tell of it when the tray goes or comes: while the window is hidden, nothing else is seen.

        Where it has gone by now already, that is told soon.
        """
        if on and not self._watches:
            self._was_available = True
        self._watches = on
        self._look_if_needed()

    def set_recent(self, recent: Sequence[tuple[str, str]]) -> None:
        """Offer callees: the digits of each, and the words that are shown for it."""
        self._recent = list(recent[:RECENT])
        self._fill_recent()

    def set_sandbox(self, on: bool) -> None:
        """Say that calls go to the sandbox, or that they do not."""
        self._is_sandbox = on
        self._name()

    def show_message(self, headline: str, text: str) -> None:
        """Show a message beside the icon, where there is one; plain text."""
        if self._icon is not None:
            self._icon.showMessage(headline, text, self._icons.program())

    def _make(self) -> None:
        self._menu = menu = QMenu()
        _add(menu, self.tr("&Open Dialer"), self.show_asked)
        menu.addSeparator()
        _add(menu, self.tr("&Redial"), self.redial_asked)
        _add(menu, self.tr("Call from &clipboard"), self.clipboard_asked)
        self._recent_menu = menu.addMenu(self.tr("Recent c&allees"))
        self._recent_menu.triggered.connect(self._on_recent_chosen)
        menu.addSeparator()
        _add(menu, self.tr("&Quit"), self.quit_asked)
        self._fill_recent()

        self._icon = QSystemTrayIcon(self._icons.program(), self)
        self._icon.setContextMenu(menu)
        self._icon.activated.connect(self._on_activated)
        self._name()
        self._icon.show()

    def _unmake(self) -> None:
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
        if self._menu is not None:
            self._menu.deleteLater()
        self._icon = self._menu = self._recent_menu = None

    def _fill_recent(self) -> None:
        if (menu := self._recent_menu) is None:
            return
        menu.clear()
        for digits, words in self._recent:
            # Words are shown as they are: no mnemonic in them, and no column of shortcuts.
            text = words[:_LONGEST_WORDS].replace("\t", " ").replace("&", "&&")
            menu.addAction(text).setData(digits)
        menu.menuAction().setEnabled(bool(self._recent))

    def _name(self) -> None:
        if self._icon is not None:
            name = self.tr("Dialer (SANDBOX)") if self._is_sandbox else self.tr("Dialer")
            self._icon.setToolTip(name)

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        # On a Mac a click opens the menu.
        if reason in _CLICKS and sys.platform != "darwin":
            self.show_asked.emit()

    @Slot(QAction)
    def _on_recent_chosen(self, action: QAction) -> None:
        self.callee_chosen.emit(action.data())

    def _look_if_needed(self) -> None:
        if self._watches or (self._is_on and self._icon is None):
            self._looks.start()
        else:
            self._looks.stop()

    @Slot()
    def _look(self) -> None:
        available = self.available
        # An icon stays one of the kind of tray that there was when it was made.
        if not available:
            self._unmake()
        elif self._is_on and self._icon is None:
            self._make()
        self._look_if_needed()
        if self._watches and available != self._was_available:
            self._was_available = available
            self.availability_changed.emit()


def _add(menu: QMenu, text: str, asked: SignalInstance) -> None:
    action = menu.addAction(text)
    # On a Mac an item called "Quit" is taken out of its menu otherwise.
    action.setMenuRole(QAction.MenuRole.NoRole)
    action.triggered.connect(asked)
