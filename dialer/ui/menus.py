"""The window's menus, and with them its shortcuts."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from dialer.ui.theme import Choice

if TYPE_CHECKING:
    from dialer.ui.history_pane import HistoryPane
    from dialer.ui.main_window import MainWindow


class Menus(QObject):
    """Fills the menus of the window. Its parts add their own later. UI thread."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        bar = window.menuBar()
        # The titles stand there from the first look on; the rest follows (`fill`).
        self._calls = bar.addMenu(self.tr("&Calls"))
        self._edit = bar.addMenu(self.tr("&Edit"))
        self._view = bar.addMenu(self.tr("&View"))
        self._tools = bar.addMenu(self.tr("&Tools"))
        self._help = bar.addMenu(self.tr("&Help"))

    def fill(self) -> None:
        """Put in what the window itself can do. Once."""
        window = self._window
        calls = self._calls
        self._add(calls, self.tr("&New number"), window.bar.focus_callee, "Ctrl+L")
        self._add(calls, self.tr("&Redial"), window.redial_asked, "Ctrl+R")
        self._add(calls, self.tr("Call from &clipboard"), window.clipboard_asked, "Ctrl+Shift+V")
        self.selection_action = self._add(
            calls, self.tr("Call from &selection"), window.selection_asked, "Ctrl+Shift+B"
        )
        self.selection_action.setVisible(False)
        calls.addSeparator()
        self._add(calls, self.tr("&Export…"), window.export_asked, "Ctrl+E", "Ctrl+Shift+E")
        calls.addSeparator()
        self._add(calls, self.tr("&Quit"), window.quit_asked, "Ctrl+Q")

        self._themes = QActionGroup(self)
        themes: dict[Choice, str] = {
            "system": self.tr("As the &system"),
            "light": self.tr("&Light"),
            "dark": self.tr("&Dark"),
            "high-contrast": self.tr("&High contrast"),
        }
        for choice, name in themes.items():
            action = self._view.addAction(name)
            action.setCheckable(True)
            action.setChecked(choice == window.theme.choice)
            action.setData(choice)
            self._themes.addAction(action)
        self._themes.triggered.connect(self._choose_theme)
        self._view.addSeparator()
        self.compact_action = self._checkable(
            self._view, self.tr("&Compact"), window.compact_chosen, "Ctrl+M"
        )
        self.on_top_action = self._checkable(
            self._view, self.tr("Stay on &top"), window.on_top_chosen, "Ctrl+T"
        )

        tools = self._tools
        self._add(tools, self.tr("&Profiles…"), window.profiles_asked, "Ctrl+P")
        self.compare_action = self._add(
            tools, self.tr("&Compare with the provider…"), window.compare_asked
        )
        self.compare_action.setEnabled(False)
        self._add(tools, self.tr("&Keep calls for…"), window.keep_asked)
        self._profiles = tools.addMenu(self.tr("Call &with"))
        self._profiles.menuAction().setVisible(False)
        self.sandbox_action = tools.addAction(self.tr("Use the &sandbox"))
        self.sandbox_action.setCheckable(True)
        self.sandbox_action.triggered.connect(window.sandbox_chosen)
        tools.addSeparator()
        self._add(tools, self.tr("P&references…"), window.preferences_asked, "Ctrl+,")

        self._add(self._help, self.tr("&Help"), window.help_asked, "F1")
        self._add(self._help, self.tr("&Keyboard shortcuts"), window.shortcuts_asked, "Ctrl+?")

    def add_history(self, history: "HistoryPane") -> None:
        """Put in what can be done with the history."""
        self._add(self._edit, self.tr("&Find in history"), history.focus_search, "Ctrl+F")
        self._edit.addSeparator()
        self._edit.addActions(
            [
                history.again_action,
                history.details_action,
                history.copy_number_action,
                history.copy_id_action,
            ]
        )

    def add_history_actions(self, actions: Sequence[QAction]) -> None:
        """List what can be done with the selected calls."""
        self._edit.addSeparator()
        self._edit.addActions(actions)

    def offer_profiles(self, names: Sequence[str], chosen: str | None) -> None:
        """List the profiles to switch between."""
        self._profiles.clear()
        group = QActionGroup(self._profiles)
        for name in names:
            # An ampersand in a name is no shortcut.
            action = self._profiles.addAction(name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.setData(name)
            group.addAction(action)
        group.triggered.connect(self._choose_profile)
        # One name is no choice, unless it is not chosen.
        self._profiles.menuAction().setVisible(len(names) > 1 or (bool(names) and not chosen))

    @Slot(QAction)
    def _choose_profile(self, action: QAction) -> None:
        self._window.profile_chosen.emit(str(action.data()))

    @Slot(QAction)
    def _choose_theme(self, action: QAction) -> None:
        self._window.theme_chosen.emit(str(action.data()))

    def _add(
        self, menu: QMenu, text: str, then: Callable[..., object] | object, *keys: str
    ) -> QAction:
        action = menu.addAction(text)
        if keys:
            action.setShortcuts([QKeySequence(each) for each in keys])
        # Where the menu bar is hidden, its shortcuts are the window's all the same.
        self._window.addAction(action)
        action.triggered.connect(then)
        return action

    def _checkable(self, menu: QMenu, text: str, chosen: object, keys: str) -> QAction:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setShortcut(QKeySequence(keys))
        self._window.addAction(action)
        action.triggered.connect(chosen)
        return action
