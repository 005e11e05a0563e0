"""Preferences: what links, copied numbers, keys and the tray do. Each choice holds at once."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dialer.calls.sentence import Sentence
from dialer.settings.preferences import LINK_SECONDS, UNDO_SECONDS, Preferences
from dialer.ui.choice_box import ChoiceBox
from dialer.ui.hotkey_choice import HotkeyChoice
from dialer.ui.hotkeys import Hotkeys
from dialer.ui.icons import Icons
from dialer.ui.ink import set_ink
from dialer.ui.number_box import NumberBox
from dialer.ui.system_choice import SystemChoice, SystemState
from dialer.ui.theme import Theme
from dialer.ui.tick_box import TickBox


@dataclass(frozen=True, slots=True)
class System:
    """What of the desktop's own can be changed: asked and changed in the background."""

    links: Callable[[], SystemState]
    change_links: Callable[[bool], SystemState]
    links_obstacle: Sentence | None
    login: Callable[[], SystemState]
    change_login: Callable[[bool], SystemState]


class PreferencesWindow(QDialog):
    """Shows what is chosen, and tells of each change. UI thread."""

    changed = Signal(object)
    """A dictionary of what was changed, by the names of `Preferences`."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        preferences: Preferences,
        system: System,
        hotkeys: Hotkeys,
        *,
        has_tray: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Preferences"))
        self._theme = theme
        self._icons = icons
        self._quiet: list[QLabel] = []
        inside = QWidget(self)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(*[theme.px(20)] * 4)
        self._column.setSpacing(theme.px(8))
        self._add_links(preferences, system)
        self._add_calls(preferences)
        self._add_copied(preferences, hotkeys)
        self._add_window(preferences, system, has_tray=has_tray)
        self._add_log(preferences)
        self._column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        close = QPushButton(self.tr("Close"), self)
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(*[theme.px(20), theme.px(8)] * 2)
        buttons.addStretch(1)
        buttons.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addLayout(buttons)
        self.resize(theme.px(560), theme.px(640))
        theme.changed.connect(self._colour)
        self._colour()
        self._show_way()

    # The groups

    def _add_links(self, preferences: Preferences, system: System) -> None:
        self._title(self.tr("Phone links"))
        self.opens_links = SystemChoice(
            self.tr("Open phone links with Dialer"),
            self._theme,
            system.links,
            system.change_links,
            self,
        )
        if system.links_obstacle is not None:
            self.opens_links.refuse(system.links_obstacle)
        self._column.addWidget(self.opens_links)
        self.way = ChoiceBox(self._theme, self._icons, self)
        self.way.setAccessibleName(self.tr("A click on a link"))
        self.way.addItem(self.tr("Fills its number in"), "fill-in")
        self.way.addItem(self.tr("Calls after a countdown"), "countdown")
        self.way.setCurrentIndex(self.way.findData(preferences.links))
        self.way.currentIndexChanged.connect(self._on_way)
        self.link_seconds = self._seconds(self.tr("Countdown"), LINK_SECONDS)
        self.link_seconds.setValue(preferences.link_seconds)
        self.link_seconds.valueChanged.connect(self._on_link_seconds)
        self._row(self.tr("A click on a link"), self.way, self.link_seconds)
        self._way_words = self._words(
            self.tr(
                "Esc stops the countdown, and nothing is sent. Premium-rate, satellite and unknown"
                " numbers, links that carry more than a number, and links that follow one another"
                " quickly are only filled in."
            )
        )

    def _add_calls(self, preferences: Preferences) -> None:
        self._title(self.tr("Calls"))
        self.undo_seconds = self._seconds(self.tr("Time to take a call back"), UNDO_SECONDS)
        self.undo_seconds.setSpecialValueText(self.tr("none"))
        self.undo_seconds.setValue(preferences.undo_seconds)
        self.undo_seconds.valueChanged.connect(self._on_undo_seconds)
        self._row(self.tr("Time to take a call back"), self.undo_seconds)
        self._words(self.tr("Each call waits so long before it leaves. Esc stops it."))

    def _add_copied(self, preferences: Preferences, hotkeys: Hotkeys) -> None:
        self._title(self.tr("Copied numbers"))
        self.suggest = self._box(
            self.tr("Offer a number that was just copied"),
            "suggest_copied",
            on=preferences.suggest_copied,
        )
        self.hotkey = HotkeyChoice(self._theme, hotkeys, preferences.hotkey, self)
        self.hotkey.chosen.connect(self._on_hotkey)
        self._column.addWidget(self.hotkey)

    def _add_window(self, preferences: Preferences, system: System, *, has_tray: bool) -> None:
        self._title(self.tr("Window"))
        self.tray = self._box(self.tr("Icon in the tray"), "tray", on=preferences.tray)
        self.close_to_tray = self._box(
            self.tr("Closing the window leaves Dialer in the tray"),
            "close_to_tray",
            on=preferences.close_to_tray,
        )
        for box in (self.tray, self.close_to_tray):
            box.setEnabled(has_tray)
        if not has_tray:
            self._words(
                self.tr(
                    "This desktop has no tray, so closing the window ends Dialer. On GNOME the"
                    " extension AppIndicator brings one."
                )
            )
        self.login = SystemChoice(
            self.tr("Start at login"), self._theme, system.login, system.change_login, self
        )
        self._column.addWidget(self.login)

    def _add_log(self, preferences: Preferences) -> None:
        self._title(self.tr("Log"))
        self.mask_log = self._box(
            self.tr("Leave numbers out of the log"), "mask_log", on=preferences.mask_log
        )
        self._words(
            self.tr(
                "The log then says how long a number is, and not which. Secrets never stand in it."
            )
        )

    # What is chosen

    @Slot()
    def _on_way(self) -> None:
        self._show_way()
        self.changed.emit({"links": self.way.currentData()})

    def _show_way(self) -> None:
        counts_down = self.way.currentData() == "countdown"
        self.link_seconds.setVisible(counts_down)
        self._way_words.setVisible(counts_down)

    @Slot(int)
    def _on_link_seconds(self, seconds: int) -> None:
        self.changed.emit({"link_seconds": seconds})

    @Slot(int)
    def _on_undo_seconds(self, seconds: int) -> None:
        self.changed.emit({"undo_seconds": seconds})

    @Slot(str)
    def _on_hotkey(self, text: str) -> None:
        self.changed.emit({"hotkey": text})

    @Slot(bool)
    def _on_box(self, on: bool) -> None:
        self.changed.emit({str(self.sender().property("preference")): on})

    # How it is made

    def _title(self, text: str) -> None:
        if self._column.count():
            self._column.addSpacing(self._theme.px(12))
        label = QLabel(text, self)
        label.setFont(self._theme.fonts.title)
        self._column.addWidget(label)

    def _words(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        self._quiet.append(label)
        self._column.addWidget(label)
        return label

    def _row(self, name: str, *widgets: QWidget) -> None:
        label = QLabel(name, self)
        label.setBuddy(widgets[0])
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(8))
        row.addWidget(label)
        row.addStretch(1)
        for widget in widgets:
            row.addWidget(widget)
        self._column.addLayout(row)

    def _seconds(self, name: str, limits: tuple[int, int]) -> NumberBox:
        box = NumberBox(self._theme, self)
        box.setRange(*limits)
        box.setSuffix(self.tr(" s"))
        box.setAccessibleName(name)
        return box

    def _box(self, text: str, preference: str, *, on: bool) -> TickBox:
        box = TickBox(text, self._theme, self)
        box.setChecked(on)
        box.setProperty("preference", preference)
        box.clicked.connect(self._on_box)
        self._column.addWidget(box)
        return box

    @Slot()
    def _colour(self) -> None:
        for label in self._quiet:
            set_ink(label, self._theme.scheme.quiet)
