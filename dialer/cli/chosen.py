"""Which profile a command is about, and its credentials."""

from dialer.calls.credentials import Credentials
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.cli.compose import House
from dialer.settings.profile import Profile, ProfileError

_NO_PROFILE_YET = QT_TRANSLATE_NOOP(
    "dialer",
    "There is no profile yet. Nothing was called. Add one with: dialer profile add NAME"
    " --api-key KEY. Or try the sandbox, which needs none: add --sandbox.",
)
_UNKNOWN_PROFILE = QT_TRANSLATE_NOOP(
    "dialer", "There is no profile {name}. Nothing was called. There are: {names}"
)
_NO_CREDENTIALS = QT_TRANSLATE_NOOP(
    "dialer",
    "The keyring has no credentials for the profile {name}. Nothing was called."
    " Enter them with: dialer profile edit {name} --api-key KEY --secret",
)


class NoProfileYet(Exception):
    """There is no profile, or none of its credentials, to call with; `sentence` tells it."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def chosen_profile(house: House, name: str | None) -> Profile:
    """The profile `name`, or the default one. Raises ProfileError or NoProfileYet."""
    profiles = house.profiles.load()
    profile = profiles.default if name is None else profiles.named(name)
    if profile is not None:
        return profile
    if name is None:
        raise NoProfileYet(Sentence(_NO_PROFILE_YET))
    names = ", ".join(known.name for known in profiles.all) or "—"
    raise ProfileError(Sentence(_UNKNOWN_PROFILE, name=name, names=names), "name")


def chosen_credentials(house: House, profile: Profile) -> Credentials:
    """The profile's credentials out of the keyring. Raises NoProfileYet or KeyringTrouble."""
    credentials = house.store.get(profile.name)
    if credentials is None:
        raise NoProfileYet(Sentence(_NO_CREDENTIALS, name=profile.name))
    return credentials
