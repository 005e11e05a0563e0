"""Profiles together with their credentials: what is saved or removed is never half-made."""

from dialer.calls.credentials import Credentials
from dialer.settings.credential_store import CredentialStore
from dialer.settings.keeper import CredentialKeeper
from dialer.settings.keyring_trouble import KeyringTrouble, TroubleKind
from dialer.settings.profile import Profile
from dialer.settings.profiles import ProfileFile, Profiles, refuse_taken

KEYRING_SECONDS = 15.0
"""How long credentials are waited for where somebody is waiting for them on purpose."""

_HOLDS_NOTHING = (TroubleKind.NONE, TroubleKind.PLAIN_TEXT, TroubleKind.NOT_KEPT)


class Desk:
    """Keeps the file of profiles and the keyring in step.

    Every method may block, on the disk or on the keyring's prompt, so none is for the UI
    thread. They raise ProfileError, KeyringTrouble, CredentialsMissing or OSError.
    """

    def __init__(
        self,
        profiles: ProfileFile,
        store: CredentialStore,
        keeper: CredentialKeeper,
    ) -> None:
        self._profiles = profiles
        self._store = store
        self._keeper = keeper

    def load(self) -> Profiles:
        """All profiles."""
        return self._profiles.load()

    def save(
        self, profile: Profile, credentials: Credentials | None, *, new: bool, session: bool
    ) -> Profiles:
        """Save a profile, and its credentials if there are any.

        With `session` they are held in memory until the program ends, and not in the keyring.
        A profile whose name is taken, or whose credentials no keyring would keep, is refused
        before anything is written.
        """
        if new:
            refuse_taken(profile.name, self._profiles.load())
        if credentials is not None and not session:
            self._store.ensure_usable()
        before = self._profiles.load().named(profile.name)
        if new:
            # The file first: it refuses a name for certain, and the keyring would overwrite.
            saved = self._profiles.add(profile)
        else:
            saved = self._profiles.replace(profile.name, profile)
        if credentials is not None:
            self._keeper.forget(profile.name)
            if session:
                self._keeper.hold(profile.name, credentials)
            else:
                self._write(profile.name, credentials, before)
        return saved

    def known_credentials(self, profile: Profile) -> Credentials:
        """The profile's credentials out of this session or the keyring."""
        return self._keeper.get(profile.name, wait=KEYRING_SECONDS)

    def remove(self, name: str) -> Profiles:
        """Remove a profile with its credentials.

        The credentials go first: a profile without them is seen and can be removed again,
        while credentials without a profile would be forgotten in the keyring. Where there is
        no keyring that could hold any, there is nothing to forget.
        """
        try:
            self._store.delete(name)
        except KeyringTrouble as trouble:
            if trouble.kind not in _HOLDS_NOTHING:
                raise
        self._keeper.forget(name)
        return self._profiles.remove(name)

    def _write(self, name: str, credentials: Credentials, before: Profile | None) -> None:
        """Keep the credentials, or put the file back to how it was."""
        try:
            self._store.set(name, credentials)
        except BaseException:
            if before is None:
                self._profiles.remove(name)
            else:
                self._profiles.replace(name, before)
            raise

    def make_default(self, name: str) -> Profiles:
        """Make a profile the default."""
        return self._profiles.use(name)
