"""The keyring fails in every way it can: nothing is called, and the operator is told what to do."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doubles.faulty_server import Behaviour, FaultyServer, Visit, answers
from doubles.secret_service import Mode, SecretService
from faults.case import (
    CALLEE,
    SAMPLE_ID,
    Arrange,
    Case,
    Ground,
    Promise,
    Scene,
    each_case,
    no_call,
)
from faults.tally import Tally
from faults.trial import Start, judge
from program.credentials import keyring_with_credentials
from program.program import KEY, SECONDS, SECRET, Program, until

pytestmark = pytest.mark.keyring

NOBODY = no_call(6, "No keyring is running", "gnome-keyring")
LOCKED = no_call(6, "The keyring is locked", "Unlock it")
DOES_NOT_ANSWER = no_call(6, "look for that")
NOT_OURS = no_call(6, "was not written by Dialer", "Enter the API key and secret again")


def a_session(mode: Mode) -> Arrange:
    """A desktop session whose keyring never had credentials."""

    @contextmanager
    def arrange(ground: Ground) -> Iterator[Scene]:
        with SecretService(mode) as service, FaultyServer(answers()) as server:
            ground.program.environ.update(service.environ)
            yield Scene(server.url, server, strangers=(server,))

    return arrange


def after(what_happens: Callable[[SecretService], None]) -> Arrange:
    """A keyring that has the credentials, and to which something happens before the call."""

    @contextmanager
    def arrange(ground: Ground) -> Iterator[Scene]:
        (ground.folder / "first").mkdir()
        with keyring_with_credentials(ground.folder / "first") as service:
            ground.program.environ.update(service.environ)
            what_happens(service)
            with FaultyServer(answers()) as server:
                yield Scene(server.url, server, strangers=(server,))

    return arrange


def backend(name: str) -> Arrange:
    """Python is told to use another keyring than the desktop's."""

    @contextmanager
    def arrange(ground: Ground) -> Iterator[Scene]:
        file = ground.folder / "plain.json"
        file.write_text(json.dumps({"work": credentials("key", "secret")}))
        ground.program.environ["PYTHON_KEYRING_BACKEND"] = name
        ground.program.environ["PLAIN_TEXT_FILE"] = str(file)
        with FaultyServer(answers()) as server:
            yield Scene(server.url, server, strangers=(server,))

    return arrange


def entry(text: str) -> Arrange:
    """A keyring whose entry for the profile is `text`, written by something else."""

    def write(service: SecretService) -> None:
        code = "import keyring, sys; keyring.set_password('dialer', 'work', sys.stdin.read())"
        subprocess.run(
            [sys.executable, "-c", code], env=service.environ, check=True, input=text.encode()
        )

    return after(write)


def credentials(key: str, secret: str) -> str:
    return json.dumps({"api_key": key, "api_secret": secret})


def gone(service: SecretService) -> None:
    service.stop_keyring()


def gone_with_the_bus(service: SecretService) -> None:
    service.stop_keyring()
    service.stop_bus()


def line(name: str, arrange: Arrange, promise: Promise, depth: str = "more") -> Case:
    return Case("keyring", name, arrange, promise, depth=depth)


CASES = (
    # The last two are waited for, 15 s each, while the others are tried.
    line("hangs", after(SecretService.freeze), DOES_NOT_ANSWER),
    line("never comes up", backend("doubles.keyring_that_hangs.HangingKeyring"), DOES_NOT_ANSWER),
    line("none", a_session("none"), NOBODY, "quick"),
    line("locked", after(SecretService.lock), LOCKED, "quick"),
    line("its question dismissed", a_session("new"), no_call(6, "desktop session"), "quick"),
    line("died before", after(gone), NOBODY),
    line("died with the session's bus", after(gone_with_the_bus), NOBODY),
    line(
        "writes plain text",
        backend("doubles.keyring_in_plain_text.PlainTextKeyring"),
        no_call(6, "PlainTextKeyring"),
        "quick",
    ),
    line("keeps nothing", backend("keyring.backends.null.Keyring"), no_call(6)),
    line("a class that is not there", backend("no.such.Backend"), no_call(6)),
    line(
        "knows no such profile",
        a_session("unlocked"),
        no_call(6, "no credentials for the profile work"),
    ),
    line("somebody else's entry", entry("not json"), NOT_OURS),
    line("a list for an entry", entry("[]"), NOT_OURS),
    line("a megabyte for an entry", entry("[" * 1_000_000), NOT_OURS),
    line(
        "a line break in the key", entry(credentials("KEY\r\nX-Evil: 1", SECRET)), NOT_OURS, "quick"
    ),
    line("letters beyond Latin in the key", entry(credentials("Schlüssel 鍵", SECRET)), NOT_OURS),
    line("an empty key", entry(credentials("", SECRET)), NOT_OURS),
    line(
        "a lone surrogate in the secret",
        entry(credentials(KEY, SECRET + "\ud800")),
        NOT_OURS,
        "quick",
    ),
    line("a NUL in the secret", entry(credentials(KEY, SECRET + "\0")), NOT_OURS),
    line("a number for a secret", entry('{"api_key":"KEY","api_secret":1}'), NOT_OURS),
)


@each_case(CASES)
def test_what_the_keyring_does_to_a_call(case: Case, tried: Start, tally: Tally) -> None:
    judge(case, tried(case), tally)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Program, SecretService]]:
    """The program, and a keyring with its credentials that a test may do anything to."""
    (tmp_path / "first").mkdir()
    (tmp_path / "home").mkdir()
    with keyring_with_credentials(tmp_path / "first") as service:
        yield Program(tmp_path / "home/dialer", environ=service.environ), service


def test_a_keyring_that_dies_while_it_is_asked_means_no_call(
    own: tuple[Program, SecretService], tally: Tally
) -> None:
    program, service = own
    with FaultyServer(answers()) as server:
        program.with_profile(server.url)
        before = service.guests()
        service.freeze()
        with program.start("call", CALLEE) as running:
            until(lambda: service.guests() > before, "the program does not ask the bus")
            service.kill()
            ended = running.end()
    tally.held("keyring", let_in=server.saw_request_bytes)
    assert ended.code == 6, ended
    assert not program.calls()


def test_a_keyring_that_dies_during_a_call_changes_nothing(
    own: tuple[Program, SecretService], tally: Tally
) -> None:
    program, service = own
    died = threading.Event()

    def act(visit: Visit) -> None:
        assert died.wait(SECONDS)
        answers().act(visit)

    with FaultyServer(Behaviour("answers when the keyring is gone", act)) as server:
        program.with_profile(server.url)
        with program.start("call", CALLEE) as running:
            server.wait_for_request(seconds=SECONDS)
            service.kill()
            died.set()
            ended = running.end()
        again = program.run("call", CALLEE)
    tally.held("keyring", cases=2, twice=len(server.requests) - 1)
    assert (ended.code, ended.out) == (0, SAMPLE_ID + "\n")
    # The next one is a process of its own, and has nobody to ask.
    assert (again.code, again.out) == (6, "")
    assert [call.outcome_name for call in program.calls()] == ["placed"]
