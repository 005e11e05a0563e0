"""Credentials in the operating system's keyring, asked with a deadline and never trusted blindly.

What the rest of the house needs of credentials can be imported from here.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

from dialer.calls.credentials import Credentials
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.settings.credential_store import (
    CredentialsRefused,
    CredentialStore,
    SessionStore,
    as_entry,
    check_credentials,
    from_entry,
)
from dialer.settings.keeper import CredentialKeeper, CredentialsMissing, StillReading
from dialer.settings.keyring_trouble import KeyringTrouble, TroubleKind, trouble, trouble_of
from dialer.settings.profile import SANDBOX_NAME

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

__all__ = [
    "CredentialKeeper",
    "CredentialStore",
    "CredentialsMissing",
    "CredentialsRefused",
    "KeyringStore",
    "KeyringTrouble",
    "SessionStore",
    "StillReading",
    "TroubleKind",
    "check_credentials",
]

SERVICE = "dialer"
"""The service that entries stand under; their user name is the profile's name."""

DEADLINE = 15.0
"""Seconds that the keyring, and a person before its prompt, are waited for."""

ENCRYPTING = frozenset(
    (
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    )
)
"""The classes that are known to encrypt. Exactly these: a subclass could do anything."""

_FAIL = "keyring.backends.fail.Keyring"
_NULL = "keyring.backends.null.Keyring"
_CHAINER = "keyring.backends.chainer.ChainerBackend"
_PROBED = SANDBOX_NAME  # no profile may have this name, so no entry has it

_T = TypeVar("_T")


class KeyringStore:
    """One keyring entry a profile. May be used from any thread but the one that draws.

    Each call asks the keyring on a daemon thread and waits `deadline` seconds at most, as a
    keyring can wait for a person without limit: a question that still hangs then does not
    hold up the end of the program, and once its prompt is answered it changes nothing. Every
    method raises KeyringTrouble and nothing else.
    """

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._choosing = threading.Lock()
        self._found_none = False

    def get(self, profile: str) -> Credentials | None:
        """Return the credentials of `profile`, or None where it has none."""

        def read(_: "_Question[Credentials | None]") -> Credentials | None:
            entry = self._usable().get_password(SERVICE, profile)
            if entry is None:
                return None
            if credentials := from_entry(entry):
                return credentials
            raise KeyringTrouble(
                TroubleKind.FAILING,
                Sentence(
                    QT_TRANSLATE_NOOP(
                        "dialer",
                        "The keyring's entry for the profile “{profile}” was not written by "
                        "Dialer. Enter the API key and secret again.",
                    ),
                    profile=profile,
                ),
            )

        return _Question(read).answer(self._deadline)

    def set(self, profile: str, credentials: Credentials) -> None:
        """Keep `credentials` for `profile`, and read them back to be sure."""

        def write(question: "_Question[None]") -> None:
            backend, entry = self._usable(), as_entry(credentials)
            # Reading first brings any prompt up: what is answered after the deadline must
            # not store credentials that the operator was told are not stored.
            backend.get_password(SERVICE, profile)
            if question.given_up:
                return
            backend.set_password(SERVICE, profile, entry)
            if backend.get_password(SERVICE, profile) != entry:
                raise trouble(TroubleKind.NOT_KEPT, _class_name(backend))

        _Question(write).answer(self._deadline)

    def delete(self, profile: str) -> None:
        """Remove the entry of `profile`; fine where there is none."""

        def remove(question: "_Question[None]") -> None:
            backend = self._usable()
            if backend.get_password(SERVICE, profile) is not None and not question.given_up:
                backend.delete_password(SERVICE, profile)

        _Question(remove).answer(self._deadline)

    def ensure_usable(self) -> None:
        """Find out, without writing anything, whether credentials could be kept.

        Reads an entry that there never is, which tells a locked keyring too: it may ask for
        its password then.
        """
        _Question(lambda _: self._usable().get_password(SERVICE, _PROBED)).answer(self._deadline)

    def reads_silently(self) -> bool:
        """Whether credentials can be read without a question to anybody.

        True where an unlocked Secret Service or Windows keeps them. Elsewhere nobody can tell
        beforehand, so the answer is no. Raises KeyringTrouble.
        """

        def silent(_: "_Question[bool]") -> bool:
            name = _class_name(self._usable())
            if name == "keyring.backends.SecretService.Keyring":
                return _is_unlocked()
            return name == "keyring.backends.Windows.WinVaultKeyring"

        return _Question(silent).answer(self._deadline)

    def backend_name(self) -> str:
        """The class that keeps the entries, or that Python would use but Dialer refuses."""

        def name(_: "_Question[str]") -> str:
            return _class_name(self._candidates()[0])

        return _Question(name).answer(self._deadline)

    def _usable(self) -> "KeyringBackend":
        """The backend to ask, by class. Runs on a question's thread, as all below does."""
        backend = self._candidates()[0]
        name = _class_name(backend)
        if name in ENCRYPTING:
            return backend
        if name in (_FAIL, _CHAINER):
            raise trouble(TroubleKind.NONE)
        raise trouble(TroubleKind.NOT_KEPT if name == _NULL else TroubleKind.PLAIN_TEXT, name)

    def _candidates(self) -> "list[KeyringBackend]":
        """What keyring chose; of a chain its members, the ones that encrypt first."""
        backend = self._chosen()
        if _class_name(backend) != _CHAINER:
            return [backend]
        members: list[KeyringBackend] = list(getattr(backend, "backends", ()))
        members.sort(key=lambda member: _class_name(member) not in ENCRYPTING)
        return members or [backend]

    def _chosen(self) -> "KeyringBackend":
        # Imported here because it takes up to 100 ms, on this thread.
        from keyring import backend, core  # noqa: PLC0415

        with self._choosing:
            if self._found_none:
                # keyring looks around once a process, and remembers twice what it found.
                with suppress(KeyError):  # it has not looked around at all yet
                    backend.get_all_keyring.reset()
                core.init_backend()
            chosen = core.get_keyring()
            self._found_none = _class_name(chosen) == _FAIL
            return chosen


def _is_unlocked() -> bool:
    """Whether the Secret Service's default collection is there and open. Never asks anybody."""
    from contextlib import closing  # noqa: PLC0415

    import secretstorage  # noqa: PLC0415 - comes with keyring where there is a Secret Service

    with closing(secretstorage.dbus_init()) as bus:
        try:
            return not secretstorage.Collection(bus).is_locked()
        except secretstorage.exceptions.ItemNotFoundException:
            return False


class _Question(Generic[_T]):
    """Something asked of the keyring on a thread of its own."""

    def __init__(self, ask: "Callable[[_Question[_T]], _T]") -> None:
        self._ask = ask
        self._answers: SimpleQueue[tuple[_T] | KeyringTrouble] = SimpleQueue()
        self.given_up = False
        """Whether nobody waits any more: what follows must change nothing."""

    def answer(self, deadline: float) -> _T:
        """Wait at most `deadline` seconds. Raises KeyringTrouble."""
        threading.Thread(target=self._work, name="keyring", daemon=True).start()
        try:
            answer = self._answers.get(timeout=deadline)
        except Empty:
            self.given_up = True
            answer = trouble(TroubleKind.NO_ANSWER)
        if isinstance(answer, KeyringTrouble):
            # Raised here and not where it came up: the library's own error, which could
            # quote what was to be stored, is neither its cause nor its context, and no frame
            # that saw it is in the traceback.
            raise answer.with_traceback(None)
        return answer[0]

    def _work(self) -> None:
        try:
            answer: tuple[_T] | KeyringTrouble = (self._ask(self),)
        except KeyringTrouble as error:
            answer = error
        except BaseException as error:  # whoever waits must hear of it, whatever it was
            answer = trouble_of(error)
        self._answers.put(answer)


def _class_name(backend: object) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"
