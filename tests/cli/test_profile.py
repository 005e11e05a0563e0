"""`dialer profile`: what a keyring that fails in the last moment leaves behind is nothing."""

import io
from pathlib import Path

import pytest

from cli.front import CREDENTIALS, Front
from dialer.calls.credentials import Credentials
from dialer.settings.credential_store import SessionStore
from dialer.settings.keyring_trouble import TroubleKind, trouble
from dialer.settings.profiles import ProfileFile, Profiles


class ForgetfulStore(SessionStore):
    """Looks usable, and keeps nothing."""

    def set(self, profile: str, credentials: Credentials) -> None:
        raise trouble(TroubleKind.NOT_KEPT, "some.Keyring")


@pytest.fixture
def typed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret on standard input, which is no terminal."""
    secret = getattr(request, "param", f"{CREDENTIALS.api_secret}\r\n".encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(secret), encoding="ascii"))


def profiles(dialer: Front) -> Profiles:
    return ProfileFile(dialer.folders.profiles_file).load()


@pytest.mark.usefixtures("typed")
def test_a_line_end_is_no_part_of_the_secret(dialer: Front) -> None:
    assert dialer("profile", "add", "work", "--api-key", "EXAMPLEKEY").code == 0
    assert dialer.store.get("work") == CREDENTIALS


@pytest.mark.parametrize("typed", [b"", b"\n", b"   \n", b"a\0b\n", b"\xff\xfe\n"], indirect=True)
@pytest.mark.usefixtures("typed")
def test_a_secret_that_cannot_be_one_makes_nothing(dialer: Front) -> None:
    assert dialer("profile", "add", "work", "--api-key", "EXAMPLEKEY").code == 2
    assert dialer.store.get("work") is None
    assert profiles(dialer).all == ()


@pytest.mark.parametrize(
    "arguments",
    [
        ("work", "--base-url", "http://example.com"),
        ("work", "--country", "XX"),
        ("work", "--timeout", "0"),
        ("work", "--timeout", "soon"),
        ("work", "--display-number", "12"),
        ("work", "--balance-path", "balance"),
        ("work", "--bogus", "1"),
        ("sandbox",),
        ("",),
        ("two\nlines",),
    ],
)
@pytest.mark.usefixtures("typed")
def test_bad_options_make_nothing(dialer: Front, arguments: tuple[str, ...]) -> None:
    said = dialer("profile", "add", *arguments, "--api-key", "EXAMPLEKEY")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("dialer: ")
    assert profiles(dialer).all == ()


@pytest.mark.usefixtures("typed")
def test_adding_is_undone_where_the_keyring_keeps_nothing(dialer: Front) -> None:
    dialer.store = ForgetfulStore()
    said = dialer("profile", "add", "work", "--api-key", "EXAMPLEKEY")
    assert said.code == 6
    assert "did not keep them" in said.err
    assert profiles(dialer).all == ()


@pytest.mark.usefixtures("typed")
def test_editing_is_undone_where_the_keyring_keeps_nothing(dialer: Front) -> None:
    dialer.with_profile(account="before")
    before = profiles(dialer)
    dialer.store = ForgetfulStore()
    said = dialer("profile", "edit", "work", "--account", "b", "--api-key", "NEW", "--secret")
    assert said.code == 6
    assert profiles(dialer) == before, "new settings with the old secret are half an edit"


def test_a_damaged_file_is_told_by_every_verb(dialer: Front, tmp_path: Path) -> None:
    dialer.folders.config.mkdir(parents=True)
    dialer.folders.profiles_file.write_text("[[")
    for verb in (
        ("add", "x", "--api-key", "K"),
        ("edit", "x"),
        ("use", "x"),
        ("remove", "x"),
        ("list",),
        ("show",),
        ("check",),
    ):
        said = dialer("profile", *verb)
        assert (said.code, said.out) == (2, ""), verb
        assert str(dialer.folders.profiles_file) in said.err
    assert dialer.folders.profiles_file.read_text() == "[["


def test_without_a_profile_every_verb_says_what_to_do(dialer: Front) -> None:
    assert dialer("profile", "list").code == 0
    assert dialer("profile", "list", "--json").json == []
    for verb in ("show", "check"):
        said = dialer("profile", verb)
        assert said.code == 6
        assert "dialer profile add" in said.err
    for verb in ("edit", "use", "remove", "show", "check"):
        said = dialer("profile", verb, "nobody")
        assert said.code == 2
        assert "nobody" in said.err


@pytest.mark.parametrize("arguments", [(), ("add",), ("add", "x"), ("bogus",), ("use",)])
def test_a_verb_that_cannot_be_read_is_bad_input(dialer: Front, arguments: tuple[str, ...]) -> None:
    said = dialer("profile", *arguments)
    assert (said.code, said.out) == (2, "")
    assert "usage: dialer profile" in said.err
