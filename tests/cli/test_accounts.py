"""`dialer accounts`: all pages of them, and no password."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.front import CREDENTIALS, Front
from dialer.calls.credentials import Credentials
from dialer.sandbox.accounts import PHONES
from dialer.sandbox.server import SandboxServer
from doubles.faulty_server import Behaviour, FaultyServer, answers

EMPTY = answers(b'{"status":"0","reason":"success","data":{"total":0,"pages":0,"records":[]}}')
CHINESE = answers(
    '{"status":"0","reason":"success","data":{"total":"2","size":"100","current":"1","pages":"1",'
    '"records":[{"groupName":"销售","phoneName":"销售一","account":"a1","password":"pw-secret",'
    '"displayNum":"+44 20 7946 0018"},{"groupName":null,"phoneName":"Desk 2","account":"a22",'
    '"password":"pw-secret"}]}}'.encode()
)
SAYS_NO = answers(b'{"status":"-22","reason":"param error"}')


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path / "provider.sqlite3", credentials=CREDENTIALS) as server:
        yield server


def has_a_password(text: str) -> bool:
    return any(phone.password in text for phone in PHONES) or "pw-" in text


def listed() -> list[dict[str, str]]:
    return [
        {
            "account": phone.account,
            "phone_name": phone.phone_name,
            "group": phone.group,
            "display_number": phone.display_number,
        }
        for phone in PHONES
    ]


def test_json_lists_all_pages_without_a_password(dialer: Front, provider: SandboxServer) -> None:
    dialer.with_profile(provider.url, app_id="4luaKsL2")
    said = dialer("accounts", "--json")
    assert (said.code, said.err) == (0, "")
    assert said.json == listed()
    assert not has_a_password(said.out)


def test_the_sandbox_has_accounts_too(dialer: Front) -> None:
    said = dialer("accounts", "--sandbox", "--json")
    assert said.code == 0
    assert said.json == listed()


def test_the_table_has_a_line_an_account_in_columns(dialer: Front, provider: SandboxServer) -> None:
    dialer.with_profile(provider.url, app_id="4luaKsL2")
    said = dialer("accounts", "--profile", "work")
    head, *lines = said.out.splitlines()
    assert len(lines) == len(PHONES)
    for title, name in (("Phone name", "Test phone"), ("Display number", "1008122211")):
        assert lines[1].index(name) == head.index(title)
    assert not has_a_password(said.out + said.err)
    assert all(line == line.rstrip() for line in lines)


def test_chinese_names_stand_in_their_columns(dialer: Front) -> None:
    with FaultyServer(CHINESE) as server:
        dialer.with_profile(server.url)
        said = dialer("accounts")
    assert said.out.splitlines() == [
        "Account  Phone name  Group  Display number",
        "a1       销售一      销售   442079460018",
        "a22      Desk 2",
    ]
    assert not has_a_password(said.out + said.err)


def test_no_accounts_are_told_beside_an_empty_answer(dialer: Front) -> None:
    with FaultyServer(EMPTY) as server:
        dialer.with_profile(server.url)
        said = dialer("accounts")
        assert (said.code, said.out) == (0, "")
        assert "no phone accounts" in said.err
        said = dialer("accounts", "--json")
        assert (said.code, said.json, said.err) == (0, [], "")


@pytest.mark.parametrize("command", ["accounts", "balance"])
@pytest.mark.parametrize(("behaviour", "code"), [(SAYS_NO, 3), (answers(b"<html>"), 4)])
def test_what_the_provider_does_not_answer_is_told(
    dialer: Front, command: str, behaviour: Behaviour, code: int
) -> None:
    with FaultyServer(behaviour) as server:
        dialer.with_profile(server.url)
        said = dialer(command, "--json")
    assert (said.code, said.out) == (code, "")
    assert said.err.startswith("dialer: ")


@pytest.mark.parametrize("command", ["accounts", "balance"])
def test_who_cannot_be_asked_has_a_code_of_its_own(dialer: Front, command: str) -> None:
    assert dialer(command).code == 6  # no profile yet
    dialer.with_profile("http://127.0.0.1:9")
    assert dialer(command, "--json").code == 4
    assert dialer(command, "--profile", "bogus").code == 2
    assert dialer(command, "--profile", "work", "--sandbox").code == 2
    assert dialer(command, "--bogus").code == 2
    dialer.store.delete("work")
    assert dialer(command).code == 6


def test_wrong_credentials_are_refused(dialer: Front, provider: SandboxServer) -> None:
    dialer.with_profile(provider.url, app_id="4luaKsL2")
    dialer.store.set("work", Credentials("EXAMPLEKEY", "another-secret"))
    said = dialer("accounts")
    assert (said.code, said.out) == (3, "")
    assert "did not accept the credentials" in said.err
