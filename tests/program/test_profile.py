"""`dialer profile` as a process: the secret goes into the keyring, or nothing is made at all."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.calls.credentials import Credentials
from doubles.faulty_server import FaultyServer, answers, refuses
from doubles.secret_service import SecretService, why_not
from program.program import KEY, SECRET, Ended, Program


def add(program: Program, name: str = "work", *options: str, secret: str = SECRET) -> Ended:
    return program.run("profile", "add", name, "--api-key", KEY, *options, stdin=secret + "\n")


def assert_nothing_made(program: Program, ended: Ended) -> None:
    assert ended.code == 6
    assert ended.out == ""
    assert ended.err.startswith("dialer: ")
    assert program.profiles.load().all == ()
    assert SECRET.encode() not in program.kept()


class TestWithoutAUsableKeyring:
    def test_with_none_nothing_is_made_and_what_to_install_is_named(self, program: Program) -> None:
        ended = add(program)
        assert_nothing_made(program, ended)
        assert "No keyring is running" in ended.err
        assert "gnome-keyring" in ended.err

    def test_with_none_the_secret_is_not_even_asked_for(self, program: Program) -> None:
        ended = program.run("profile", "add", "work", "--api-key", KEY, stdin="")
        assert_nothing_made(program, ended)

    def test_one_that_stores_plain_text_is_refused(self, program: Program, tmp_path: Path) -> None:
        file = tmp_path / "plain.json"
        program.environ["PYTHON_KEYRING_BACKEND"] = "doubles.keyring_in_plain_text.PlainTextKeyring"
        program.environ["PLAIN_TEXT_FILE"] = str(file)
        ended = add(program)
        assert_nothing_made(program, ended)
        assert "not known to encrypt" in ended.err
        assert not file.exists()

    def test_a_call_says_so_and_is_not_sent(self, program: Program) -> None:
        with FaultyServer(answers()) as server:
            program.with_profile(server.url)
            ended = program.run("call", "932111111111", "--json")
            assert server.connections == 0
        assert ended.code == 6
        assert json.loads(ended.out)["call_id"] is None
        assert "No keyring is running" in json.loads(ended.out)["message"]
        assert program.calls() == []

    @pytest.mark.keyring
    def test_one_that_is_locked_makes_nothing(self, tmp_path: Path) -> None:
        if reason := why_not():
            pytest.skip(reason)
        (tmp_path / "home").mkdir()
        with SecretService("locked") as service:
            program = Program(tmp_path / "home/dialer", environ=service.environ)
            ended = add(program)
            assert SECRET.encode() not in service.kept_files()
        assert_nothing_made(program, ended)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Program]:
    """The program with an empty keyring of its own."""
    if reason := why_not():
        pytest.skip(reason)
    (tmp_path / "home").mkdir()
    with SecretService() as service:
        yield Program(tmp_path / "home/dialer", environ=service.environ)


@pytest.mark.keyring
class TestWithAKeyring:
    def test_a_profile_lives_from_add_to_remove(self, owner: Program) -> None:
        added = add(owner, "work", "--account", "test_001", "--country", "gb", "--timeout", "7")
        assert (added.code, added.out) == (0, "")
        add(owner, "other", secret="another secret")
        profiles = json.loads(owner.run("profile", "list", "--json").out)
        assert [(each["name"], each["default"]) for each in profiles] == [
            ("work", True),
            ("other", False),
        ]
        shown = json.loads(owner.run("profile", "show", "--json").out)
        assert (shown["name"], shown["account"], shown["default_country"], shown["timeout"]) == (
            "work",
            "test_001",
            "GB",
            7.0,
        )
        assert shown["api_key"] == "EX…EY"
        assert KEY not in owner.run("profile", "show", "work").out

        assert owner.run("profile", "use", "OTHER").code == 0
        assert owner.profiles.load().default_name == "other"
        assert owner.run("profile", "edit", "work", "--account", "b").code == 0
        assert owner.profiles.load().all[0].account == "b"

        assert owner.run("profile", "remove", "work").code == 0
        assert [each.name for each in owner.profiles.load().all] == ["other"]
        gone = owner.run("profile", "show", "work")
        assert (gone.code, gone.out) == (2, "")
        # Made again under the same name, it does not inherit what was removed.
        owner.with_profile("http://127.0.0.1:9")
        assert json.loads(owner.run("profile", "show", "work", "--json").out)["api_key"] is None

    def test_an_existing_name_is_refused_and_nothing_changes(self, owner: Program) -> None:
        add(owner, "work", "--account", "first")
        before = owner.kept()
        again = add(owner, "Work", "--account", "second", secret="another secret")
        assert again.code == 2
        assert "already" in again.err
        assert owner.kept() == before
        with FaultyServer(answers()) as server:
            owner.run("profile", "edit", "work", "--base-url", server.url)
            owner.run("call", "932111111111")
            headers = server.requests[0].headers
        assert headers["sign"] == signature(Credentials(KEY, SECRET), headers["timestamp"])

    def test_editing_key_or_secret_keeps_the_other(self, owner: Program) -> None:
        with FaultyServer(answers({"status": "0", "balance": "99.990000"})) as server:
            add(owner, "work", "--base-url", server.url)
            owner.run("profile", "edit", "work", "--api-key", "NEWKEY")
            owner.run("profile", "check")
            owner.run("profile", "edit", "work", "--secret", stdin="new secret\n")
            owner.run("profile", "check")
        for request, credentials in zip(
            server.requests,
            (Credentials("NEWKEY", SECRET), Credentials("NEWKEY", "new secret")),
            strict=True,
        ):
            assert request.headers["api-key"] == credentials.api_key
            timestamp = request.headers["timestamp"]
            assert request.headers["sign"] == signature(credentials, timestamp)

    def test_a_secret_may_hold_any_printable_character_in_any_locale(self, owner: Program) -> None:
        owner.environ.update(LC_ALL="C", PYTHONIOENCODING="ascii")
        with FaultyServer(answers({"status": "0", "balance": "1"})) as server:
            added = add(owner, "work", "--base-url", server.url, secret="ßecret 密")
            assert added.code == 0, added.err
            assert owner.run("profile", "check").code == 0
            headers = server.requests[0].headers
        assert headers["sign"] == signature(Credentials(KEY, "ßecret 密"), headers["timestamp"])

    def test_the_secret_is_asked_for_without_echo(self, connected: Program) -> None:
        shown, code = on_a_terminal(
            connected, ("profile", "add", "work", "--api-key", KEY), "API secret: ", SECRET + "\n"
        )
        assert code == 0
        assert SECRET not in shown
        assert "Added the profile work" in shown
        assert json.loads(connected.run("profile", "show", "--json").out)["api_key"] == "EX…EY"

    def test_ctrl_c_at_the_question_for_the_secret_makes_nothing(self, connected: Program) -> None:
        shown, code = on_a_terminal(
            connected, ("profile", "add", "work", "--api-key", KEY), "API secret: ", "\x03"
        )
        assert code == 2
        assert "nothing was changed" in shown
        assert "Traceback" not in shown
        assert connected.profiles.load().all == ()


@pytest.mark.keyring
class TestCheck:
    @pytest.mark.parametrize(
        ("answer", "code", "words"),
        [
            ({"status": "0", "reason": "ok", "balance": "99.990000"}, 0, "99.990000"),
            ({"status": "-1", "reason": "auth"}, 3, "API key and API secret"),
            ({"odd": 1}, 5, "not one of the provider's"),
        ],
    )
    def test_the_balance_tells_whether_a_profile_works(
        self, connected: Program, answer: dict[str, object], code: int, words: str
    ) -> None:
        with FaultyServer(answers(answer)) as server:
            connected.with_profile(server.url)
            ended = connected.run("profile", "check")
            request = server.requests[0]
        assert ended.code == code
        assert words in ended.out + ended.err
        assert (ended.out != "") == (code == 0)
        assert (request.method, request.target) == ("GET", "/sms/getBalance")
        assert connected.calls() == [], "a check calls nobody"

    def test_a_provider_out_of_reach_is_no_verdict(self, connected: Program) -> None:
        with FaultyServer(refuses) as server:
            connected.with_profile(server.url)
            ended = connected.run("profile", "check", "--json")
        assert ended.code == 4
        assert json.loads(ended.out)["works"] is False


def signature(credentials: Credentials, timestamp: str) -> str:
    from sandbox.signed_client import sign

    return sign(credentials.api_key, credentials.api_secret, timestamp)


def on_a_terminal(
    program: Program, arguments: tuple[str, ...], question: str, answer: str
) -> tuple[str, int]:
    """Run the program on a terminal of its own: all that it shows, and its exit code."""
    import pty
    import select
    import subprocess

    ours, theirs = pty.openpty()
    # A session leader that opens a terminal has it as its own, where getpass asks.
    launch = (
        "import os, sys; tty = os.open(sys.argv[1], os.O_RDWR);"
        "[os.dup2(tty, number) for number in (0, 1, 2)];"
        "os.execv(sys.executable, [sys.executable, '-m', 'dialer', *sys.argv[2:]])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", launch, os.ttyname(theirs), *arguments],
        env=program.whole_environ,
        start_new_session=True,
    )
    try:
        shown = ""
        while question not in shown:
            assert select.select((ours,), (), (), 30)[0], f"not asked, but {shown!r}"
            shown += os.read(ours, 4096).decode()
        os.write(ours, answer.encode())
        code = process.wait(30)
        os.close(theirs)
        while piece := read_to_the_end(ours):
            shown += piece.decode()
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return shown, code


def read_to_the_end(handle: int) -> bytes:
    try:
        return os.read(handle, 4096)
    except OSError:  # Linux's way to say that the other end is closed
        return b""
