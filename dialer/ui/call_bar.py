"""The call bar: the fields of a call, the line that says what will be sent, the Call button."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from dialer.calls.sentence import Sentence
from dialer.ui.account_edit import AccountEdit
from dialer.ui.account_picker import AccountPicker
from dialer.ui.callee_edit import CalleeEdit
from dialer.ui.card import Card
from dialer.ui.icons import Icons
from dialer.ui.ink import set_ink
from dialer.ui.line_edit import LineEdit
from dialer.ui.primary_button import PrimaryButton
from dialer.ui.remembering_edit import RememberingEdit
from dialer.ui.sends_line import SendsLine
from dialer.ui.style_sheet import mark, mark_wrong
from dialer.ui.theme import Theme
from dialer.ui.typed import Typed
from dialer.ui.words import told

if TYPE_CHECKING:
    from dialer.calls.records import PhoneAccount
    from dialer.calls.request import RequestRefused
    from dialer.settings.profile import Profile
    from dialer.ui.callee_offers import RecentCallee
    from dialer.ui.records_worker import AccountsNews

CALLEE_ROOM = 1_000
"""More characters than are read: what is too long is told, not cut to another number."""

NARROW = 700
"""Below this width, in the pixels of the design, the lesser fields go into a fold."""


class CallBar(Card):
    """Where a call is typed and asked for. UI thread.

    Enter in any of the four fields asks for the call, as the button does, and nothing else
    ever does.
    """

    call_asked = Signal(object)
    """Typed: the operator pressed Enter or Call, with a callee."""
    last_number_asked = Signal()
    """Enter in an empty callee field: bring the last number back."""
    callee_ready = Signal()
    """The callee has just become a number that could be called."""
    edited = Signal()
    """What stands in a field has changed, by hand or otherwise."""
    cleared = Signal()
    """Esc: the operator starts anew."""
    not_pasted = Signal()
    """What was to be pasted into a field does not come."""
    accounts_asked = Signal(object)
    """Profile: fetch its accounts, and give them to `show_accounts`."""
    accounts_cancelled = Signal()
    """The accounts are not waited for any more."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._theme = theme
        self._icons = icons
        self._profile: Profile | None = None
        self._country: str | None = None
        self._can_read = False
        self._busy = False
        self._was_ready = False
        self.send_away: Callable[[], bool] = lambda: False
        """Asked by Esc first: whether something else went than the text in the fields."""
        self.comes_too_soon: Callable[[QKeyEvent | None], bool] = lambda _: False
        """Asked by each key that types in the callee, and with None by each press of Enter or
        Call: whether it was meant for what stood there before. It is not taken then."""
        self.lent = False
        """Whether account, display number or profile are a link's, for one call."""
        self.before_filling: Callable[[], object] = lambda: None
        """Called before the fields are filled in for another call."""
        self.number_is_coming: Callable[[], bool] = lambda: False
        """Asked before a call: whether a number is awaited that will stand in the field."""

        self.callee = CalleeEdit(theme, icons, self._written, self)
        self.callee.setProperty("kind", "callee")
        self.callee.setFont(theme.fonts.callee)
        self.callee.setPlaceholderText(self.tr("Number, link or paste"))
        self.callee.setMaxLength(CALLEE_ROOM)
        self.display_number = RememberingEdit(theme, icons, self)
        self.display_number.setPlaceholderText(self.tr("none"))
        self.account = AccountEdit(theme, icons, self)
        self.account.setPlaceholderText(self.tr("your phone"))
        self.account.fetch_asked.connect(self._fetch_accounts)
        self._accounts = AccountPicker(theme, icons, self.account, self.display_number, self)
        self._accounts.asked.connect(self.accounts_asked)
        self._accounts.cancelled.connect(self.accounts_cancelled)
        self.note = LineEdit(self)
        self.note.setPlaceholderText(self.tr("for this call"))
        self.line = SendsLine(theme, self)
        self.line.picked.connect(self._take_reading)

        self.call_button = PrimaryButton(self.tr("Call"), theme, self, kind="call")
        self.call_button.setAccessibleName(self.tr("Call"))
        self.call_button.clicked.connect(self.press_call)

        self._fold = QPushButton(self)
        self._fold.setProperty("kind", "link")
        self._fold.setCheckable(True)
        self._fold.toggled.connect(self._arrange)

        self._labels: dict[LineEdit, QLabel] = {}
        fields: dict[LineEdit, str] = {
            self.callee: self.tr("Callee"),
            self.display_number: self.tr("Display number"),
            self.account: self.tr("Account"),
            self.note: self.tr("Note"),
        }
        for field, name in fields.items():
            field.setAccessibleName(name)
            field.returnPressed.connect(self.press_call)
            field.textChanged.connect(self.edited)
            field.not_pasted.connect(self.not_pasted)
            field.installEventFilter(self)
            label = QLabel(name, self)
            label.setFont(theme.fonts.label)
            label.setBuddy(field)
            self._labels[field] = label
        self.callee.textChanged.connect(self._read_callee)
        self.note.textChanged.connect(self._on_note_changed)
        for field in (self.display_number, self.account, self.note):
            field.textEdited.connect(self._forgive)

        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(theme.px(4))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*[theme.px(16)] * 2, *[theme.px(16)] * 2)
        outer.setSpacing(theme.px(8))
        outer.addLayout(self._grid)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._narrow: bool | None = None
        self._arrange()
        self.setTabOrder(self.callee, self.display_number)
        self.setTabOrder(self.display_number, self.account)
        self.setTabOrder(self.account, self.note)
        self.setTabOrder(self.note, self.call_button)
        theme.changed.connect(self._colour)
        self._colour()
        self._show_button()

    # What the window tells it

    def use_profile(self, profile: "Profile | None") -> None:
        """Fill in the profile's defaults and read numbers as its country writes them."""
        self._profile = profile
        self._country = profile.country if profile else None
        self._accounts.use(profile)
        self.account.let_fetch(profile is not None)
        self.account.setText(profile.account if profile else "")
        self.display_number.setText(profile.display_number if profile else "")
        self._read_callee()

    def remember(self, accounts: list[str], display_numbers: list[str]) -> None:
        """Offer the values that were used, the latest first."""
        self.account.set_values(accounts)
        self.display_number.set_values(display_numbers)
        if not self.account.text() and accounts:
            self.account.setText(accounts[0])

    def finish(self) -> None:
        """Make what the first look at the window can do without."""
        from dialer.calls.call import NOTE_LIMIT  # noqa: PLC0415

        self.callee.setClearButtonEnabled(True)  # its icon is looked for in the system's theme
        self.note.setMaxLength(NOTE_LIMIT + 1)  # one over is told, not cut

    def can_read_numbers(self) -> None:
        """Begin to read what is typed: the numbering plan is loaded."""
        self._can_read = True
        self._read_callee()

    def remember_used(self, account: str, display_number: str | None) -> None:
        """Offer what a call has just used before all else."""
        for field, value in ((self.account, account), (self.display_number, display_number)):
            if value:
                others = [each for each in field.values() if each != value]
                field.set_values([value, *others])

    @Slot(str)
    def forget_callee(self, digits: str) -> None:
        """Empty the callee if it is this number, which is to be offered nowhere any more."""
        typed = "".join(char for char in self.callee.text() if char.isdecimal())
        if typed.lstrip("0") == digits:
            self.callee.clear()

    def set_busy(self, busy: bool) -> None:
        """Show whether a call is under way; the fields stay open to be filled in."""
        self._busy = busy
        self._show_button()

    def let_go(self) -> None:
        """Take nothing more of what is on its way into the fields, nor what was typed after it."""
        for field in self._labels:
            field.let_go()

    def fill_in(
        self,
        callee: str,
        display_number: str | None = None,
        account: str | None = None,
        note: str | None = None,
    ) -> None:
        """Put values into the fields without calling; None leaves a field as it is.

        `callee` are digits as they were sent: they are written so that they read as such.
        """
        self.before_filling()
        for field, value in (
            (self.display_number, display_number),
            (self.account, account),
            (self.note, note),
        ):
            if value is not None:
                field.setText(value)
        self.callee.setText(self._written(callee))
        self.focus_callee()

    def show_given(
        self, callee: str, note: str | None, display_number: str | None, account: str | None
    ) -> None:
        """Show what came from outside, and mark what is not the operator's own choice.

        `callee` is text that reads as a number; None leaves a field as it is.
        """
        given = {self.display_number: display_number, self.account: account, self.note: note}
        for field, value in given.items():
            if value is not None:
                field.setText(value)
        self.mark_given([field for field in (self.display_number, self.account) if given[field]])
        self._mark_given(self.note, bool(note))
        self.callee.setText(callee)
        self.focus_callee()

    def mark_given(self, fields: Sequence[QLineEdit]) -> None:
        """Mark the fields whose values are a link's, for one call; all others are not any more."""
        for field in (self.display_number, self.account):
            self._mark_given(field, field in fields)
        if fields and self._narrow:
            self._fold.setChecked(True)

    def _mark_given(self, field: LineEdit, given: bool) -> None:
        names = {
            self.display_number: (
                self.tr("Display number"),
                self.tr("Display number, by the link"),
            ),
            self.account: (self.tr("Account"), self.tr("Account, by the link")),
            self.note: (self.tr("Note"), self.tr("Note, by the link")),
        }
        own, by_link = names[field]
        mark(field, "given", given)
        self._labels[field].setText(by_link if given else own)
        field.setAccessibleDescription(by_link if given else "")

    @Slot()
    def _on_note_changed(self) -> None:
        """A note that was changed, or went with its call, is no link's any more."""
        if self.note.property("given"):
            self._mark_given(self.note, False)

    def bring_back(self, typed: Typed) -> None:
        """Put back what had been typed by hand."""
        self.note.setText(typed.note)
        self._mark_given(self.note, False)
        self.callee.setText(typed.callee)
        self.callee.typed_by_hand = True
        # Not selected: who had not finished types on.
        self.callee.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_callee(self) -> None:
        """Put the cursor into the callee field with all of it selected, ready for the next."""
        self.callee.setFocus(Qt.FocusReason.OtherFocusReason)
        self.callee.selectAll()

    def show_refusal(self, refusal: "RequestRefused") -> None:
        """Say by the field what keeps the call from being sent."""
        fields: dict[str, QLineEdit] = {
            "callee": self.callee,
            "display_number": self.display_number,
            "account": self.account,
            "note": self.note,
        }
        field = fields.get(refusal.field, self.callee)
        if field is not self.callee and self._narrow:
            self._fold.setChecked(True)
        mark_wrong(field, True)
        self._weigh_callee()  # a new polish makes the style forget it
        if field is not self.callee or not self.line.offers_choice:
            self.line.tell(refusal.sentence, wrong=True)
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def typed(self) -> Typed:
        """What stands in the fields."""
        return Typed(
            self.callee.text(),
            self.display_number.text(),
            self.account.text(),
            self.note.text(),
            self.lent,
        )

    @Slot()
    def press_call(self) -> None:
        """Ask for the call that the fields describe, unless something is on its way into them.

        Then what stands there is not what the operator means, and what comes was not seen yet.
        """
        coming = self.number_is_coming() or any(field.pasting for field in self._labels)
        if coming or self.comes_too_soon(None):
            return
        typed = self.typed()
        if typed.callee.strip():
            self.call_asked.emit(typed)
        else:
            self.last_number_asked.emit()

    def listed_accounts(self, profile: "Profile") -> list[str]:
        """The accounts that the provider listed for a profile, as far as it was asked."""
        return self._accounts.listed(profile)

    def show_recent(self, recent: "Sequence[RecentCallee]") -> None:
        """Offer these callees, the latest first."""
        self.callee.set_recent(recent)

    @Slot(object, object)
    def show_accounts(self, profile: "Profile", accounts: "Sequence[PhoneAccount]") -> None:
        """Offer the accounts that the provider listed for a profile, whoever asked for them."""
        self._accounts.show_accounts(profile, accounts)

    @Slot(object, object, str)
    def show_accounts_trouble(self, profile: "Profile", why: Sentence, code: str = "") -> None:
        """Say why the accounts of a profile could not be fetched, if they are waited for."""
        self._accounts.show_trouble(profile, told(why), code)

    @Slot(object)
    def on_accounts(self, news: "AccountsNews") -> None:
        """Take what the provider answered to `accounts_asked`."""
        if news.trouble is None:
            self.show_accounts(news.profile, news.accounts)
        else:
            self.show_accounts_trouble(news.profile, news.trouble)

    # What happens in it

    @Slot()
    def _fetch_accounts(self) -> None:
        if self._profile is not None:
            self._accounts.start(self._profile)

    @Slot()
    def _read_callee(self) -> None:
        mark_wrong(self.callee, False)
        self._show_button()
        text = self.callee.text()
        self._weigh_callee()
        ready = False
        if not text.strip() or not self._can_read:
            self.line.clear()
        else:
            # Loaded in the background by now; the window does not wait for it.
            from dialer.calls.number import Choice, NumberRefused, read_callee  # noqa: PLC0415

            try:
                read = read_callee(text, self._country)
            except NumberRefused as refused:
                # Quietly: who types has not finished. Call makes it an error.
                self.line.tell(refused.sentence, wrong=False)
            else:
                if isinstance(read, Choice):
                    self.line.show_choice(read)
                else:
                    self.line.show_callee(read)
                    ready = True
        if ready and not self._was_ready:
            self.callee_ready.emit()
        self._was_ready = ready

    def _written(self, digits: str) -> str:
        if not self._can_read:
            return f"+{digits}"
        from dialer.calls.number import written  # noqa: PLC0415 - there by now

        return written(digits, self._country)

    def _weigh_callee(self) -> None:
        """Only a number is the heaviest thing on screen, not the invitation to type one."""
        font = self._theme.fonts.callee
        if not self.callee.text():
            font = QFont(font)
            font.setWeight(QFont.Weight.Normal)
        self.callee.setFont(font)

    @Slot(str)
    def _take_reading(self, digits: str) -> None:
        self.callee.setText(f"+{digits}")
        self.focus_callee()

    @Slot()
    def _forgive(self) -> None:
        """A field that was wrong is being mended."""
        wrong = [field for field in self._labels if field.property("wrong")]
        for field in wrong:
            mark_wrong(field, False)
        if wrong:
            self._read_callee()

    def _show_button(self) -> None:
        self.call_button.setEnabled(not self._busy and bool(self.callee.text().strip()))
        self.call_button.setText(self.tr("Calling…") if self._busy else self.tr("Call"))

    @Slot()
    def _colour(self) -> None:
        self.call_button.setIcon(self._icons.icon("phone", "on_accent"))
        for label in self._labels.values():
            set_ink(label, self._theme.scheme.quiet)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc in a field starts anew; Enter counts once, however long it is held down."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.isAutoRepeat():
            return True
        if event.key() == Qt.Key.Key_Escape:
            if self.send_away():
                return True
            self.callee.clear()
            self.note.clear()
            self._forgive()
            self.callee.setFocus(Qt.FocusReason.OtherFocusReason)
            self.cleared.emit()
            return True
        if watched is self.callee and _types(event) and self.comes_too_soon(event):
            return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the lesser fields away where there is no room for them."""
        super().resizeEvent(event)
        if (event.size().width() < self._theme.px(NARROW)) is not self._narrow:
            # After this event: a layout must not be taken apart while it is at work.
            QTimer.singleShot(0, self, self._arrange)

    @Slot()
    def _arrange(self) -> None:
        narrow = 0 < self.width() < self._theme.px(NARROW)
        unfolded = self._fold.isChecked()
        while self._grid.count():
            self._grid.takeAt(0)
        lesser = (self.display_number, self.account, self.note)
        shown = not narrow or unfolded
        for field in lesser:
            field.setVisible(shown)
            self._labels[field].setVisible(shown)
        self._fold.setVisible(narrow)
        self._fold.setText(
            self.tr("Fewer fields") if unfolded else self.tr("Display number, account, note")
        )
        widths = (5, 2, 2, 2, 0)
        for column, width in enumerate(widths):
            self._grid.setColumnStretch(
                column, 1 if narrow and column < 3 else 0 if narrow else width
            )
        if narrow:
            self._place_narrow(lesser, unfolded)
        else:
            for column, field in enumerate(self._labels):
                self._grid.addWidget(self._labels[field], 0, column)
                self._grid.addWidget(field, 1, column)
            self._grid.addWidget(self.call_button, 1, 4)
            self._grid.addWidget(self.line, 2, 0, 1, 5)
        self.call_button.setMinimumWidth(self._theme.px(104 if narrow else 132))
        self.callee.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._narrow = narrow

    def _place_narrow(self, lesser: tuple[LineEdit, ...], unfolded: bool) -> None:
        self._grid.addWidget(self._labels[self.callee], 0, 0)
        self._grid.addWidget(self._fold, 0, 1, 1, 3, Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(self.callee, 1, 0, 1, 3)
        self._grid.addWidget(self.call_button, 1, 3)
        self._grid.addWidget(self.line, 2, 0, 1, 4)
        if unfolded:
            for column, field in enumerate(lesser):
                self._grid.addWidget(self._labels[field], 3, column)
                self._grid.addWidget(field, 4, column)


def _types(event: QKeyEvent) -> bool:
    """Whether a key changes the text, as opposed to a shortcut or a step of the cursor."""
    if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
        return True
    return bool(event.text()) and event.text().isprintable()
