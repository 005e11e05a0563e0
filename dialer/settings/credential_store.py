"""What keeps credentials: the contract of every store, and the one that forgets at the end."""

import json
from typing import Protocol

from dialer.calls.credentials import Credentials
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

LENGTH_LIMIT = 512
"""The longest API key and API secret, in characters."""

ENTRY_LIMIT = 2560
"""The longest entry that Windows' vault takes, in bytes of UTF-16; refused everywhere alike."""


class CredentialStore(Protocol):
    """Keeps the credentials of each profile under the profile's name."""

    def get(self, profile: str) -> Credentials | None:
        """Return them, or None where there are none. May raise KeyringTrouble."""
        ...

    def set(self, profile: str, credentials: Credentials) -> None:
        """Keep them in the place of any earlier ones. May raise KeyringTrouble."""
        ...

    def delete(self, profile: str) -> None:
        """Forget them; fine where there are none. May raise KeyringTrouble."""
        ...

    def ensure_usable(self) -> None:
        """Raise KeyringTrouble where nothing could be kept; writes nothing."""
        ...

    def backend_name(self) -> str:
        """What keeps the credentials, by a name for support. May raise KeyringTrouble."""
        ...


class SessionStore:
    """Keeps credentials in memory until the program ends. May be used from any thread."""

    def __init__(self) -> None:
        self._kept: dict[str, Credentials] = {}

    def get(self, profile: str) -> Credentials | None:
        """Return what was set in this session."""
        return self._kept.get(profile)

    def set(self, profile: str, credentials: Credentials) -> None:
        """Keep them for this session."""
        self._kept[profile] = credentials

    def delete(self, profile: str) -> None:
        """Forget them."""
        self._kept.pop(profile, None)

    def ensure_usable(self) -> None:
        """Memory always is."""

    def backend_name(self) -> str:
        """Say that nothing lasts."""
        return "memory"


class CredentialsRefused(ValueError):
    """These cannot be an API key and secret; `sentence` says why and shows neither.

    `field` is `api_key` or `api_secret`.
    """

    def __init__(self, sentence: Sentence, field: str) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.field = field


def check_credentials(key: str, secret: str) -> Credentials:
    """Make credentials of what was typed or pasted, without the spaces at its ends.

    Raises CredentialsRefused. The key travels in an HTTP header, so it is ASCII; the secret
    may hold any printable character.
    """
    key, secret = key.strip(), secret.strip()
    if not key:
        raise CredentialsRefused(
            Sentence(QT_TRANSLATE_NOOP("dialer", "The API key is empty.")), "api_key"
        )
    if not secret:
        raise CredentialsRefused(
            Sentence(QT_TRANSLATE_NOOP("dialer", "The API secret is empty.")), "api_secret"
        )
    if len(key) > LENGTH_LIMIT:
        raise CredentialsRefused(
            Sentence(
                QT_TRANSLATE_NOOP("dialer", "The API key is longer than {limit} characters."),
                limit=LENGTH_LIMIT,
            ),
            "api_key",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise CredentialsRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The API key has a space, an invisible character or a letter outside ASCII "
                    "in it. Copy it again from the provider.",
                )
            ),
            "api_key",
        )
    if not secret.isprintable():
        raise CredentialsRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The API secret has a line break or another invisible character in it. "
                    "Copy it again from the provider.",
                )
            ),
            "api_secret",
        )
    credentials = Credentials(key, secret)
    if len(secret) > LENGTH_LIMIT or len(as_entry(credentials).encode("utf-16-le")) > ENTRY_LIMIT:
        raise CredentialsRefused(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The API secret is longer than {limit} characters, or too long to keep.",
                ),
                limit=LENGTH_LIMIT,
            ),
            "api_secret",
        )
    return credentials


def as_entry(credentials: Credentials) -> str:
    """The text of a keyring entry."""
    return json.dumps(
        {"api_key": credentials.api_key, "api_secret": credentials.api_secret}, ensure_ascii=False
    )


def from_entry(entry: str) -> Credentials | None:
    """What a keyring entry says, or None where it is not one of ours.

    Other programs can write there too: what could not be typed is not taken from there either,
    since the key goes into a header as it is.
    """
    try:
        content = json.loads(entry)
        key, secret = content["api_key"], content["api_secret"]
        if isinstance(key, str) and isinstance(secret, str):
            return check_credentials(key, secret)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return None
