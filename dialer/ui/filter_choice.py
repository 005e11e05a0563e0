"""One filter of several values: a menu to check them in, and the round button that opens it."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from dialer.calls.plain import plain
from dialer.ui.icons import Icons
from dialer.ui.pill_button import PillButton
from dialer.ui.staying_menu import StayingMenu
from dialer.ui.theme import Theme

_LONGEST = 24  # what a button shows of a value, in characters
_LISTED = 60  # what a menu shows of one


class FilterChoice(QObject):
    """Which values of `title` are looked for; none means that all are. UI thread.

    `button` and `menu` show the same: the menu may stand in another menu as well.
    """

    changed = Signal()
    """Somebody checked a value, or took it back."""

    def __init__(self, title: str, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = title
        self._actions: dict[str, QAction] = {}
        self.menu = StayingMenu(title, parent)
        self.button = PillButton(title, theme, icons, parent)
        self.button.setMenu(self.menu)
        self._show()

    def offer(self, values: Mapping[str, str]) -> None:
        """Offer these values with the words for them. What is checked stays, offered or not."""
        chosen = self.chosen
        offered = {**values, **{value: self._actions[value].text() for value in chosen}}
        offered.update(values)
        if list(offered.items()) == [(v, a.text()) for v, a in self._actions.items()]:
            return
        for action in self._actions.values():
            self.menu.removeAction(action)
            action.deleteLater()
        self._actions = {value: self._action(words) for value, words in offered.items()}
        self._check(chosen)

    def offer_names(self, names: Iterable[str]) -> None:
        """Offer values that are their own words."""
        self.offer({name: plain(name, _LISTED).replace("&", "&&") for name in names if name})

    @property
    def chosen(self) -> tuple[str, ...]:
        """The values that are checked, in the order in which they are offered."""
        return tuple(value for value, action in self._actions.items() if action.isChecked())

    @property
    def offered(self) -> int:
        """How many values there are to choose from."""
        return len(self._actions)

    def choose(self, values: Iterable[str]) -> None:
        """Check exactly these, as far as they are offered; says nothing of it."""
        self._check(tuple(values))

    def _action(self, words: str) -> QAction:
        action = QAction(words, self.menu)
        action.setCheckable(True)
        action.triggered.connect(self._on_triggered)
        self.menu.addAction(action)
        return action

    def _check(self, values: tuple[str, ...]) -> None:
        for value, action in self._actions.items():
            action.setChecked(value in values)
        self._show()

    @Slot()
    def _on_triggered(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        words = [self._actions[value].text().replace("&&", "&") for value in self.chosen]
        shown, name = self._title, self._title
        if words:
            few = plain(words[0], _LONGEST) if len(words) == 1 else str(len(words))
            shown = self.tr("{title}: {chosen}").format(title=self._title, chosen=few)
            name = self.tr("{title}: {chosen}").format(title=self._title, chosen=", ".join(words))
        self.button.setText(shown.replace("&", "&&"))
        self.button.setAccessibleName(name)
        self.button.set_marked(bool(words))
        self.button.updateGeometry()
