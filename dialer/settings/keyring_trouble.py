"""What can be wrong with the keyring, each with how to put it right."""

import sys
from enum import StrEnum

from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence


class TroubleKind(StrEnum):
    """The ways in which a keyring fails."""

    NONE = "none"
    """There is no keyring."""
    LOCKED = "locked"
    """It is locked, and nobody unlocked it."""
    DISMISSED = "dismissed"
    """Its question was closed without an answer."""
    PLAIN_TEXT = "plain_text"
    """What Python would use is not known to encrypt."""
    NO_ANSWER = "no_answer"
    """It does not answer in time; it may be asking on screen."""
    FAILING = "failing"
    """It answers with an error."""
    NOT_KEPT = "not_kept"
    """It took the credentials and did not keep them."""


class KeyringTrouble(Exception):
    """The keyring cannot be used now; `sentence` says what is wrong and how to fix it.

    KeyringTrouble
    └── StillReading (in `settings.keeper`)
    """

    def __init__(self, kind: TroubleKind, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.kind = kind
        self.sentence = sentence


def trouble(kind: TroubleKind, detail: str = "", platform: str = sys.platform) -> KeyringTrouble:
    """Make the error of that kind in this system's words.

    `detail` is a class name or an error number: never an error's text, which could quote
    what was to be stored.
    """
    text = _TEXTS.get((kind, platform)) or _TEXTS[(kind, "")]
    return KeyringTrouble(kind, Sentence(text, detail=plain(detail, 100)))


def trouble_of(error: BaseException) -> KeyringTrouble:
    """Tell by an error out of keyring, or out of the library under it, what is wrong."""
    errors = _with_causes(error)
    names = {name for one in errors for name in _class_names(one)}
    if names & {"PromptDismissedException", "KeychainDenied"}:
        return trouble(TroubleKind.DISMISSED)
    if names & {"KeyringLocked", "LockedException"}:
        return trouble(TroubleKind.LOCKED)
    # The last two: the session's bus, and with it the keyring, is gone.
    gone = {"FileNotFoundError", "ConnectionRefusedError"}
    if names & {"NoKeyringError", "SecretServiceNotAvailableException", *gone}:
        return trouble(TroubleKind.NONE)
    numbers = [str(arg) for one in errors for arg in one.args[:1] if type(arg) is int]
    return trouble(TroubleKind.FAILING, " ".join([type(error).__name__, *numbers[:1]]))


def _with_causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or one.__context__
    return found


def _class_names(error: BaseException) -> list[str]:
    # By name, for the libraries are not there on every system, and heavy where they are.
    return [cls.__name__ for cls in type(error).__mro__]


_TEXTS = {
    (TroubleKind.NONE, ""): QT_TRANSLATE_NOOP(
        "dialer",
        "No keyring is running, so there is no safe place for the API secret. Install one, such "
        "as the package gnome-keyring (KWallet on KDE), sign in to the desktop again and try "
        "once more.",
    ),
    (TroubleKind.NONE, "darwin"): QT_TRANSLATE_NOOP(
        "dialer",
        "The keychain cannot be reached, so there is no safe place for the API secret. Open "
        "Keychain Access, see that there is a login keychain, and try once more.",
    ),
    (TroubleKind.NONE, "win32"): QT_TRANSLATE_NOOP(
        "dialer",
        "Credential Manager cannot be reached, so there is no safe place for the API secret. "
        "Start the service “Credential Manager” and try once more.",
    ),
    (TroubleKind.LOCKED, ""): QT_TRANSLATE_NOOP(
        "dialer",
        "The keyring is locked and was not unlocked. Unlock it, for example in the program "
        "“Passwords and Keys” or by signing in to the desktop again, and try once more.",
    ),
    (TroubleKind.LOCKED, "darwin"): QT_TRANSLATE_NOOP(
        "dialer", "The keychain is locked. Unlock it in Keychain Access and try once more."
    ),
    (TroubleKind.DISMISSED, ""): QT_TRANSLATE_NOOP(
        "dialer",
        "The keyring could not ask for its password, or its question was closed without an "
        "answer. Try again and answer it; that takes a desktop session.",
    ),
    (TroubleKind.DISMISSED, "darwin"): QT_TRANSLATE_NOOP(
        "dialer",
        "The keychain's question was closed without an answer. Try again and choose “Allow”.",
    ),
    (TroubleKind.PLAIN_TEXT, ""): QT_TRANSLATE_NOOP(
        "dialer",
        "Python's keyring is set to {detail}, which is not known to encrypt what it keeps. "
        "Nothing was stored. Install a keyring such as the package gnome-keyring, and remove the "
        "setting in PYTHON_KEYRING_BACKEND or keyringrc.cfg, or the package that brings this one.",
    ),
    (TroubleKind.PLAIN_TEXT, "darwin"): QT_TRANSLATE_NOOP(
        "dialer",
        "Python's keyring is set to {detail}, which is not known to encrypt what it keeps. "
        "Nothing was stored. Remove the setting in PYTHON_KEYRING_BACKEND or keyringrc.cfg, or "
        "the package that brings it, so that the keychain is used.",
    ),
    (TroubleKind.PLAIN_TEXT, "win32"): QT_TRANSLATE_NOOP(
        "dialer",
        "Python's keyring is set to {detail}, which is not known to encrypt what it keeps. "
        "Nothing was stored. Remove the setting in PYTHON_KEYRING_BACKEND or keyringrc.cfg, or "
        "the package that brings it, so that Credential Manager is used.",
    ),
    (TroubleKind.NO_ANSWER, ""): QT_TRANSLATE_NOOP(
        "dialer",
        "The keyring does not answer. It may be asking for its password in a window of its own: "
        "look for that and answer it, then try again.",
    ),
    (TroubleKind.FAILING, ""): QT_TRANSLATE_NOOP(
        "dialer",
        "The keyring answers with an error ({detail}). Restart it by signing in to the desktop "
        "again. If PYTHON_KEYRING_BACKEND or keyringrc.cfg names a keyring, see that it is "
        "installed.",
    ),
    (TroubleKind.FAILING, "darwin"): QT_TRANSLATE_NOOP(
        "dialer",
        "The keychain answers with an error ({detail}). Delete the entry “dialer” in Keychain "
        "Access, then enter the API key and secret again.",
    ),
    (TroubleKind.NOT_KEPT, ""): QT_TRANSLATE_NOOP(
        "dialer",
        "The keyring took the credentials but did not keep them ({detail}). See which keyring "
        "PYTHON_KEYRING_BACKEND or keyringrc.cfg names, and remove that setting.",
    ),
}
