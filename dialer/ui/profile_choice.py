"""With which profile calls are placed, or with the sandbox: chosen, awaited, and changed."""

from PySide6.QtCore import QObject, Signal, Slot

from dialer.settings.desk import Desk
from dialer.settings.profile import Profile, ProfileError
from dialer.settings.profiles import Profiles
from dialer.ui.calling import Calling
from dialer.ui.main_window import MainWindow
from dialer.ui.words import told


class ProfileChoice(QObject):
    """Keeps what calls are placed with, and what the window shows of it, in step. UI thread.

    While the sandbox is wanted and does not run yet, nobody can be called: Enter must not
    ring real phones then. Where it fails, the operator chooses what to call with instead.
    """

    sandbox_asked = Signal()
    """Start the embedded sandbox; its end is told by `on_sandbox_started` or `_failed`."""
    changed = Signal()
    """Calls are placed with something else from now on."""

    def __init__(self, desk: Desk, calling: Calling, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._calling = calling
        self._window = window
        self._profiles = Profiles((), None)
        self._sandbox_wanted = False
        self._lent_in_place_of: str | None = None
        self._must_choose = False
        """Whether what was asked for cannot be had, and nobody is called until one is chosen."""
        window.sandbox_chosen.connect(self.choose_sandbox)
        window.profile_chosen.connect(self.choose)

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """All profiles there are, without the sandbox."""
        return self._profiles.all

    @property
    def own(self) -> Profile | None:
        """The profile that the operator calls with, whatever is lent for one call."""
        if self._lent_in_place_of is None:
            return self._calling.profile
        return self._profiles.named(self._own_name)

    @property
    def _own_name(self) -> str:
        """Its name, also where it is gone by now; "" for none. What is lent is no choice."""
        if self._lent_in_place_of is not None:
            return self._lent_in_place_of
        return self._calling.profile.name if self._calling.profile else ""

    def lend(self, name: str) -> None:
        """Call with the profile of that name for one call: `take_back` ends it. A choice of the
        operator's ends it too.
        """
        current = self._calling.profile
        if self._sandbox_wanted or (current is not None and current.name == name):
            return
        before = self._lent_in_place_of
        if before is None:
            before = current.name if current is not None else ""  # "" for with nothing
        self._use(self._profiles.named(name))
        self._lent_in_place_of = before

    def take_back(self) -> None:
        """Call with the profile that was in use before. Does nothing where none is lent."""
        if (before := self._lent_in_place_of) is not None:
            used = self._profiles.named(before) or self._profiles.default
            self._use(used if before else None)

    def load(self, *, sandbox: bool, name: str | None) -> None:
        """Load the profiles and choose: the sandbox, the named one, or the default."""
        trouble: tuple[str, str] | None = None
        try:
            self._profiles = self._desk.load()
        except ProfileError as error:
            trouble = self.tr("The profiles cannot be read."), told(error.sentence)
        except OSError as error:
            trouble = self.tr("The profiles cannot be read."), error.strerror or str(error)
        else:
            if name is not None and self._profiles.named(name) is None:
                trouble = self._no_such(name)
                self._must_choose = not sandbox
        self._sandbox_wanted = sandbox
        if sandbox:
            self._use(None, starting=True)
        else:
            self._use(self._profiles.named(name) if name else self._profiles.default)
        if trouble is not None:
            self._window.tell("rejected", *trouble)

    @Slot(bool)
    def choose_sandbox(self, chosen: bool) -> None:
        """Call in the sandbox from now on, or with the default profile again."""
        self._sandbox_wanted = chosen
        self._window.band.clear()  # it was about what calls were placed with before
        self._use(None if chosen else self._profiles.default, starting=chosen)
        if chosen:
            self.sandbox_asked.emit()

    @Slot(object)
    def on_sandbox_started(self, profile: Profile) -> None:
        """The sandbox runs: call there, if that is still wanted."""
        if self._sandbox_wanted:
            self._use(profile, sandbox=True)
            self._window.bar.focus_callee()

    @Slot(str)
    def on_sandbox_failed(self, why: str) -> None:
        """The sandbox did not start: nobody is called until the operator chooses."""
        self._sandbox_wanted = False
        self._must_choose = True
        self._use(None)
        text = self.tr("Choose a profile under Tools to call with it. {why}").format(why=why)
        self._window.tell("rejected", self.tr("The sandbox did not start."), text)

    @Slot(object, str)
    def on_profiles_changed(self, profiles: Profiles, saved: str) -> None:
        """Profiles were edited; one that was just saved is what to call with."""
        self._profiles = profiles
        if self._sandbox_wanted and not saved:
            self._offer()
            return
        current = self._own_name
        self._sandbox_wanted = False
        self._window.band.clear()
        self._use(profiles.named(saved) or profiles.named(current) or profiles.default)

    @Slot(object)
    def on_profiles_found(self, profiles: Profiles) -> None:
        """Profiles were changed elsewhere. What calls are placed with changes only if that did."""
        before, self._profiles = self._profiles, profiles
        if self._sandbox_wanted or profiles == before:
            self._offer()
            return
        used = self._calling.profile.name if self._calling.profile else ""
        lent, current = self._lent_in_place_of, self._own_name
        if all(profiles.named(name) == before.named(name) for name in {used, current} if name):
            if not before.all and lent is None and not self._must_choose:
                self._use(profiles.default)  # the first one has come
            self._offer()
            return
        now = profiles.named(current) or profiles.default
        self._use(now)
        if lent is not None and now is not None:
            self._window.tell(
                "info",
                self.tr("The profiles were changed."),
                self.tr("Calls are placed with {name}, the number in the field too.").format(
                    name=now.name
                ),
            )
        if current and profiles.named(current) is None:
            left = self.tr("Calls are placed with {name} from now on.").format(
                name=now.name if now else ""
            )
            self._window.tell(
                "rejected",
                self.tr("The profile {name} was removed.").format(name=current),
                left if now else self.tr("There is none left to call with."),
            )

    @Slot(str)
    def choose(self, name: str) -> None:
        """Call with the profile of that name from now on, as the operator wants."""
        profile = self._profiles.named(name)
        if profile is None:
            self._window.tell("rejected", *self._no_such(name))
            return
        self._sandbox_wanted = False
        self._window.band.clear()
        self._use(profile)

    def _no_such(self, name: str) -> tuple[str, str]:
        text = self.tr("There is no profile {name}. Choose another, or add it.")
        return self.tr("No such profile."), text.format(name=name)

    def _use(
        self, profile: Profile | None, *, sandbox: bool = False, starting: bool = False
    ) -> None:
        self._lent_in_place_of = None
        if profile is not None:
            self._must_choose = False
        self._calling.use(profile, sandbox=sandbox, starting=starting)
        self._window.show_profile(profile, sandbox=sandbox or starting)
        self._offer()
        self.changed.emit()

    def _offer(self) -> None:
        profile, sandbox = self._calling.profile, self._sandbox_wanted
        names = [each.name for each in self._profiles.all]
        self._window.offer_profiles(names, profile.name if profile and not sandbox else None)
        self._window.offer_first_steps(not names and profile is None and not sandbox)
