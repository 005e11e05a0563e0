"""`dialer call`: place one call and print its recording ID."""

import argparse
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from dialer.calls.again import UNSETTLED_MS, reason_to_ask
from dialer.calls.call import Cause, Outcome, OutcomeKind
from dialer.calls.credentials import Credentials
from dialer.calls.export import CallObject, call_object
from dialer.calls.patience import STOP_GRACE, Patience
from dialer.calls.place import EndedCall, JournalError, place_call
from dialer.calls.reasons import words
from dialer.calls.request import RequestRefused, read_request
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.cli.chosen import NoProfileYet, chosen_credentials, chosen_profile
from dialer.cli.compose import House
from dialer.cli.exits import Exit, exit_of
from dialer.cli.say import Unheard, answer, answer_json, complain, remark
from dialer.desktop.ending import asking_to_end
from dialer.settings.keyring_trouble import KeyringTrouble
from dialer.settings.profile import TIMEOUT_RANGE, Profile, ProfileError

_T = TypeVar("_T")

_STOPPED = QT_TRANSLATE_NOOP("dialer", "The call was stopped before it began. Nothing was called.")
_TIMEOUT = QT_TRANSLATE_NOOP("dialer", "The timeout must be {least} to {most} seconds.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    parser.add_argument("number", metavar="NUMBER", help="the callee, as people write it")
    parser.add_argument("--account", metavar="A", help="your phone account; else the profile's")
    parser.add_argument("--display-number", metavar="D", help="the caller ID that is shown")
    parser.add_argument("--note", metavar="N", help="a note about the callee, sent with the call")
    parser.add_argument("--app-id", metavar="ID", help="application ID; else the profile's")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--profile", metavar="P", help="which profile; else the default one")
    where.add_argument("--sandbox", action="store_true", help="call in the sandbox: nothing rings")
    parser.add_argument("--timeout", metavar="S", type=float, help="total deadline in seconds")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.epilog = (
        "Exit codes: 0 placed, 2 bad input, 3 rejected, 4 not sent, 5 unknown (the phones may"
        " ring), 6 no credentials or no usable keyring."
    )


def refuse(words: str, arguments: Sequence[str]) -> None:
    """Tell that the arguments cannot be read; with --json an object all the same."""
    complain(words)
    if "--json" in arguments:
        _answer(answer_json, _no_call(words.partition("\n")[0], argparse.Namespace()))


class Interrupted(BaseException):
    """Somebody asked for the end before the call began. No `except Exception` is to swallow it."""


class _Signals:
    """What asking for the end means: before the call that, during it a shorter patience."""

    def __init__(self) -> None:
        self.patience: Patience | None = None
        self._asked = False
        self._over = False

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Heed them. Afterwards they mean nothing: the outcome is the exit code."""
        kinds = asking_to_end()
        for kind in kinds:
            signal.signal(kind, self._on_signal)
        try:
            yield
        finally:
            self._over = True
            for kind in kinds:
                # Python's end would set a handler of ours back to the default, which kills.
                signal.signal(kind, signal.SIG_IGN)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        again, self._asked = self._asked, True
        if self._over:
            return
        if self.patience is not None:
            # A second signal means that nobody wants to wait for the outcome any more.
            self.patience.stop(0.0 if again else STOP_GRACE)
        elif not again:
            raise Interrupted


def run(options: argparse.Namespace, house: House) -> int:
    """Place the call."""
    signals = _Signals()
    with signals.heeded():
        try:
            return _run(options, house, signals)
        except Interrupted:
            return _refused(Sentence(_STOPPED), Exit.NOT_SENT, options)


def _run(options: argparse.Namespace, house: House, signals: _Signals) -> int:
    try:
        if options.sandbox:
            with house.sandbox() as (profile, credentials):
                return _call(options, house, profile, credentials, signals)
        return _call(options, house, chosen_profile(house, options.profile), None, signals)
    except (RequestRefused, ProfileError) as refused:
        return _refused(refused.sentence, Exit.BAD_INPUT, options)
    except (NoProfileYet, KeyringTrouble) as trouble:
        return _refused(trouble.sentence, Exit.NO_CREDENTIALS, options)
    except JournalError as error:
        not_recorded = words(Outcome.not_sent(Cause.JOURNAL), "")
        return _refused(f"{not_recorded} {error}", Exit.NOT_SENT, options)
    except OSError as error:
        return _refused(
            f"{error.strerror or error}: {error.filename or ''}", Exit.NOT_SENT, options
        )


def _call(
    options: argparse.Namespace,
    house: House,
    profile: Profile,
    credentials: Credentials | None,
    signals: _Signals,
) -> int:
    timeout = profile.timeout if options.timeout is None else options.timeout
    least, most = TIMEOUT_RANGE
    if not least <= timeout <= most:
        raise RequestRefused(Sentence(_TIMEOUT, least=f"{least:g}", most=f"{most:g}"), "timeout")
    request, hints = read_request(
        callee=options.number,
        account=profile.account if options.account is None else options.account,
        display_number=(
            profile.display_number if options.display_number is None else options.display_number
        ),
        app_id=profile.app_id if options.app_id is None else options.app_id,
        note=options.note or "",
        profile=profile.name,
        sandbox=options.sandbox,
        default_country=profile.country,
    )
    if not options.json:
        for hint in hints:
            remark(hint)
    credentials = credentials or chosen_credentials(house, profile)
    journal = house.journal()
    now_ms = time.time_ns() // 1_000_000
    recent = house.history().recent_of(
        request.callee, now_ms - UNSETTLED_MS, sandbox=request.sandbox
    )
    if why := reason_to_ask(recent, now_ms):
        complain(why)
    provider = house.provider(profile, credentials)
    signals.patience = Patience(timeout)
    return _told(place_call(request, provider, journal, signals.patience), options)


def _told(ended: EndedCall, options: argparse.Namespace) -> int:
    outcome, request = ended.outcome, ended.record.request
    if ended.not_written is not None:
        complain(ended.not_written)
    if options.json:
        _answer(answer_json, call_object(ended.record))
    else:
        if outcome.kind is OutcomeKind.PLACED and outcome.recording_id:
            _answer(answer, outcome.recording_id)
        remark(str(words(outcome, request.account, sandbox=request.sandbox)))
    return exit_of(outcome)


def _refused(why: Sentence | str, code: Exit, options: argparse.Namespace) -> int:
    """Tell that there was no call at all: no row, and with --json an object all the same."""
    if options.json:
        _answer(answer_json, _no_call(str(why), options))
    else:
        complain(why)
    return code


def _answer(say: Callable[[_T], None], value: _T) -> None:
    """Answer. Where nobody can hear it the exit code is the call's outcome all the same."""
    try:
        say(value)
    except Unheard as unheard:
        complain(unheard.sentence)


def _no_call(message: str, options: argparse.Namespace) -> CallObject:
    return {
        "outcome": OutcomeKind.NOT_SENT.value,
        "recording_id": None,
        "status": None,
        "reason": None,
        "message": message,
        "callee": None,
        "display_number": getattr(options, "display_number", None),
        "account": getattr(options, "account", None),
        "note": getattr(options, "note", None),
        "profile": getattr(options, "profile", None),
        "sandbox": getattr(options, "sandbox", False),
        "call_id": None,
    }
