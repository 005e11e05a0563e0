"""Joins what reaches the window from outside: links, other starts, clipboard, hotkey, tray."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from dialer.calls.found_numbers import FoundNumber
from dialer.calls.number import format_digits, written
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.desktop import handoff
from dialer.desktop.visit import Visit
from dialer.settings.preferences import Preferences
from dialer.settings.profile import Profile
from dialer.ui.arrivals import Arrivals
from dialer.ui.call_notices import CallNotices
from dialer.ui.callee_offers import RecentCallee
from dialer.ui.calling import Calling
from dialer.ui.clipboard import Clipboard
from dialer.ui.hotkeys import Hotkeys
from dialer.ui.incoming import Incoming
from dialer.ui.journal_watch import JournalWatch
from dialer.ui.main_window import MainWindow
from dialer.ui.profile_choice import ProfileChoice
from dialer.ui.recent_callees import RecentCallees
from dialer.ui.tray import RECENT, Tray
from dialer.ui.words import told

if TYPE_CHECKING:
    from dialer.desktop.visit import Inbox

# Imports inside functions are for what is not always used.

_FILLS_IN = (handoff.LINK, handoff.NUMBER, handoff.CLIPBOARD)
_LEFT_THE_SANDBOX = QT_TRANSLATE_NOOP(
    "dialer",
    "This window was started as the sandbox, but no longer calls there. Nothing was filled in."
    " Choose the sandbox under Tools again.",
)


class Outside(QObject):
    """Owns what listens outside the window. None of it calls: it fills in. UI thread."""

    def __init__(
        self,
        *,
        window: MainWindow,
        calling: Calling,
        choice: ProfileChoice,
        watch: JournalWatch,
        redial: Callable[[], None],
        for_sandbox: bool,
        parent: QObject,
    ) -> None:
        """`for_sandbox`: other starts come here that ask for the sandbox, and no others."""
        super().__init__(parent)
        self._for_sandbox = for_sandbox
        self._window = window
        self._calling = calling
        self._choice = choice
        self._watch = watch
        self._preferences = Preferences()
        self._arrivals: Arrivals | None = None
        self._told_of_tray = False
        self._ending = False
        self.incoming = Incoming(window, calling, choice, self, parent=self)
        self.clipboard = Clipboard(self._own_country, self)
        self.hotkeys = Hotkeys(self)
        self.tray = Tray(window.icons, self)
        self.notices = CallNotices(window, calling, self.tray, self)
        self.recent = RecentCallees(
            lambda profile, sandbox: watch.recent_callees(profile, sandbox=sandbox),
            format_digits,
            self,
        )
        self._connect(redial)
        window.menus.selection_action.setVisible(self.clipboard.has_selection)
        self.show_recent()

    def use(self, preferences: Preferences) -> None:
        """Do as the preferences say from now on."""
        self._preferences = preferences
        counts_down = preferences.links == "countdown"
        self.incoming.countdown = preferences.link_seconds if counts_down else 0
        self._calling.undo_seconds = preferences.undo_seconds
        self.clipboard.suggest(preferences.suggest_copied)
        self.hotkeys.use(preferences.hotkey)
        self.tray.turn(preferences.tray or preferences.close_to_tray)

    def begin(self, first: Visit, doorway: "Inbox | None") -> None:
        """Do what this start came with, then let other starts in."""
        self._receive([first], early=True)
        self.tray.watch(not self._window.isVisible())
        if doorway is None:
            return
        if doorway.took_over:
            self._window.tell(
                "unknown",
                self.tr("Another Dialer runs here and does not answer."),
                self.tr(
                    "This window took its place. A call that it had begun stands in the"
                    " history; end it when you can."
                ),
            )
        self._arrivals = Arrivals(doorway, self)
        self._arrivals.arrived.connect(self._on_arrived)
        self._arrivals.open()

    @property
    def keeps_in_tray(self) -> bool:
        """Whether closing the window leaves the program in the tray."""
        return self._preferences.close_to_tray and self.tray.available

    def hide_in_tray(self) -> None:
        """Close the window without ending the program."""
        self._calling.stop_counting()
        self._window.hide()
        self.tray.watch(True)
        if not self._told_of_tray:
            self._told_of_tray = True
            self.notices.tell(
                self.tr("Dialer goes on in the tray."),
                self.tr("A click on its icon brings it back, Quit in its menu ends it."),
            )

    @Slot()
    def stop(self) -> None:
        """Bring the window up no more: the program ends. A notice may still be told."""
        self._ending = True
        self.hotkeys.close()
        self.clipboard.drop()
        self.tray.turn(False)

    def end(self) -> None:
        """Let go of the bus."""
        self.stop()
        self.notices.close()

    @Slot(str)
    def come_up(self, token: str = "") -> None:
        """Bring the window to the front. `token` is the desktop's leave to do so."""
        if self._ending:
            return
        if token and QGuiApplication.platformName().startswith("wayland"):
            # Read by Qt at the next activation, see QWaylandWindow::requestActivateWindow.
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        self.tray.watch(False)

    @Slot()
    def show_recent(self) -> None:
        """Offer the callees of the profile in use, in the field and in the tray."""
        self.recent.look(self._calling.profile, sandbox=self._calling.is_sandbox)
        self.tray.set_sandbox(self._calling.is_sandbox)

    @Slot(object)
    def _on_recent(self, recent: list[RecentCallee]) -> None:
        self._window.bar.show_recent(recent)
        self.tray.set_recent(
            [(each.digits, f"{each.formatted}    {each.note}".rstrip()) for each in recent[:RECENT]]
        )

    # What a link may name: `ui.incoming.Known`

    def profiles(self) -> Sequence[Profile]:
        """All profiles."""
        return self._choice.profiles

    def own_profile(self) -> Profile | None:
        """The profile that the operator calls with, whatever is lent for one call."""
        return self._choice.own

    def accounts(self, profile: Profile) -> Sequence[str]:
        """The accounts that were used with a profile, or that the provider listed for it."""
        listed = self._window.bar.listed_accounts(profile)
        return [*self._used("account", profile), *listed]

    def display_numbers(self, profile: Profile) -> Sequence[str]:
        """The display numbers that were used with a profile."""
        return self._used("display_number", profile)

    def _used(self, field: str, profile: Profile) -> list[str]:
        return self._watch.used(field, profile, sandbox=self._calling.is_sandbox)

    # What comes

    @Slot(str)
    def on_open_event(self, link: str) -> None:
        """Take a link that macOS hands over as an event."""
        if self._ending:
            return
        self._receive([Visit(handoff.LINK, link)])

    @Slot(object)
    def _on_arrived(self, visits: list[Visit]) -> None:
        self._receive(visits)

    def _receive(self, visits: list[Visit], *, early: bool = False) -> None:
        """Do what the newest visit asks; of several links or numbers the last one stays."""
        newest = visits[-1]
        numbers = [each for each in visits if each.asked in (handoff.LINK, handoff.NUMBER)]
        refused = None
        try:
            if self._has_left_the_sandbox and newest.asked in _FILLS_IN:
                refused = Sentence(_LEFT_THE_SANDBOX)
                self._window.tell("rejected", self.tr("Not the sandbox."), told(refused))
            elif numbers and numbers[-1].asked == handoff.LINK:
                self.incoming.open_link(numbers[-1].text, len(numbers), early=early)
            elif numbers:
                number = numbers[-1]
                refused = self.incoming.show_number(number.text, number.profile, early=early)
            elif newest.profile and not early:
                self._choice.choose(newest.profile)
            if newest.asked == handoff.CLIPBOARD and refused is None:
                self._call_copied()
            if not newest.readable:
                self._window.tell(
                    "info",
                    self.tr("A Dialer of another version was started."),
                    self.tr(
                        "What it was to show cannot be read here. Close this window to use it."
                    ),
                )
            if not early and newest.asked != handoff.NOTHING:
                self.come_up(newest.token)
        finally:
            # Whatever went wrong, the visit was taken: who finds this window hung opens another.
            if refused is not None:
                (numbers or visits)[-1].answer(handoff.REFUSED, str(refused))
            for visit in visits:
                visit.answer(handoff.SHOWN)

    @property
    def _has_left_the_sandbox(self) -> bool:
        """Whether real phones would ring for who wanted the sandbox."""
        calling = self._calling
        return self._for_sandbox and not calling.is_sandbox and not calling.starting

    @Slot()
    def _call_copied(self) -> None:
        """Fill in what is selected elsewhere, or else what was copied."""
        self.clipboard.look(selection=True)

    @Slot(str)
    def _on_hotkey(self, token: str) -> None:
        # Looked at first: a window that comes to the front may take the selection away.
        if self._window.isActiveWindow():
            self._window.bar.focus_callee()
        self._call_copied()
        self.come_up(token)

    @Slot()
    def _on_clipboard_asked(self) -> None:
        self.clipboard.look()

    @Slot()
    def _on_selection_asked(self) -> None:
        self.clipboard.look(selection=True)

    @Slot()
    def _on_tray_clipboard(self) -> None:
        self.come_up()
        self.clipboard.look()

    @Slot(object)
    def _on_found(self, numbers: list[FoundNumber]) -> None:
        if len(numbers) == 1:
            self._fill_in(numbers[0])
        elif numbers:
            self._offer(numbers)
        else:
            self._window.tell(
                "info",
                self.tr("No number was found in what was copied."),
                self.tr("Nothing was filled in. Copy the number alone, or type it."),
            )

    @Slot(bool)
    def _on_unanswered(self, selected: bool) -> None:
        headline = self.tr("The program that was copied from does not answer.")
        if selected:
            headline = self.tr("The program with the selected text does not answer.")
        text = self.tr(
            "Nothing was filled in, and nothing was called. Copy the number again, or type it."
        )
        self._window.tell("info", headline, text)

    def _fill_in(self, number: FoundNumber) -> None:
        headline = self.tr("Filled in from what was copied.")
        if self.clipboard.found_selected:
            headline = self.tr("Filled in from what was selected.")
        self.incoming.show_copied(number.text, headline)

    def _offer(self, numbers: list[FoundNumber]) -> None:
        """Let the operator choose one of several."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(self.tr("Numbers in what was copied"))
        for number in numbers:
            text = f"{number.formatted}    {number.around}" if number.around else number.formatted
            action = menu.addAction(text.replace("&", "&&"))
            action.setData(number)
        menu.triggered.connect(self._on_offered_taken)
        callee = self._window.bar.callee
        menu.setActiveAction(menu.actions()[0])
        menu.popup(callee.mapToGlobal(callee.rect().bottomLeft()))

    @Slot(object)
    def _on_offered_taken(self, action: QObject) -> None:
        self._fill_in(action.data())  # type: ignore[attr-defined]

    @Slot(object)
    def _on_suggested(self, number: FoundNumber | None) -> None:
        if number is None:
            self._window.bar.line.suggest("", "")
        else:
            self._window.bar.line.suggest(number.formatted, number.text)

    @Slot(str)
    def _on_suggestion_taken(self, text: str) -> None:
        self.incoming.show_copied(text, self.tr("Filled in from what was copied."))

    @Slot(str)
    def _on_recent_taken(self, digits: str) -> None:
        self.come_up()
        number = written(digits, self._own_country())
        self.incoming.show_copied(number, self.tr("Filled in from the recent callees."))

    def _own_country(self) -> str | None:
        own = self._choice.own
        return own.country if own else None

    def _connect(self, redial: Callable[[], None]) -> None:
        window, calling, tray = self._window, self._calling, self.tray
        self.notices.came_back.connect(self.come_up)
        self.recent.changed.connect(self._on_recent)
        calling.ended.connect(self.show_recent)
        self._choice.changed.connect(self.show_recent)
        self._choice.changed.connect(self.incoming.on_profile_changed)
        window.clipboard_asked.connect(self._on_clipboard_asked)
        window.selection_asked.connect(self._on_selection_asked)
        window.bar.line.suggestion_taken.connect(self._on_suggestion_taken)
        # Whatever stands in the field meanwhile, it is newer than what is still awaited.
        window.bar.callee.textChanged.connect(self.clipboard.drop)
        window.bar.cleared.connect(self.clipboard.drop)
        window.bar.number_is_coming = lambda: self.clipboard.looking
        self.clipboard.found.connect(self._on_found)
        self.clipboard.unanswered.connect(self._on_unanswered)
        self.clipboard.suggested.connect(self._on_suggested)
        self.hotkeys.pressed.connect(self._on_hotkey)
        tray.show_asked.connect(self.come_up)
        tray.redial_asked.connect(self.come_up)
        tray.redial_asked.connect(redial)
        tray.clipboard_asked.connect(self._on_tray_clipboard)
        tray.callee_chosen.connect(self._on_recent_taken)
        tray.quit_asked.connect(window.quit_asked)
        tray.availability_changed.connect(self._on_tray_changed)

    @Slot()
    def _on_tray_changed(self) -> None:
        if not self.tray.available and not self._window.isVisible():
            self.come_up()  # the program does not vanish with the tray
