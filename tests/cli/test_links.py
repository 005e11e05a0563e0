"""`dialer links`: what it says and how it ends."""

from pathlib import Path

import pytest

from cli.front import Front
from desktop.private_home import why_not


@pytest.fixture
def home() -> Path:
    """The user's home of every test, with the desktop's tools."""
    if reason := why_not():
        pytest.skip(reason)
    return Path.home()


@pytest.mark.desktop
def test_register_status_unregister(dialer: Front, home: Path) -> None:
    said = dialer("links")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Dialer is not registered for phone links.")
    assert "tel: opened by no program that is known\n" in said.out

    said = dialer("links", "--register")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "Dialer is registered for phone links.\n"
        "tel: opened by Dialer\ncallto: opened by Dialer\n"
        "sip: opened by Dialer\ndialer: opened by Dialer\n"
    )
    assert dialer("links", "--status") == said

    said = dialer("links", "--unregister")
    assert (said.code, said.err) == (0, "")
    assert said.out == "Phone links are opened as before Dialer.\n"
    assert [path for path in home.rglob("*") if path.is_file()] == []


@pytest.mark.desktop
def test_as_json_each_link_says_who_opens_it(dialer: Front, home: Path) -> None:
    said = dialer("links", "--json")
    assert said.json["registered"] is False
    assert said.json["links"]["tel"] == {"opened_by": None, "dialer": False}
    assert said.json["trouble"] is None
    said = dialer("links", "--register", "--json")
    assert said.json["registered"] is True
    assert said.json["links"]["sip"] == {"opened_by": "dialer.desktop", "dialer": True}
    assert dialer("links", "--unregister", "--json").json["registered"] is False


@pytest.mark.desktop
def test_a_link_that_another_program_keeps_is_said_and_no_success(
    dialer: Front, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "GNOME")
    applications = home / ".local/share/applications"
    applications.mkdir(parents=True)
    (applications / "other.desktop").write_text("[Desktop Entry]\nExec=/bin/true %u\n")
    (home / ".config").mkdir()
    (home / ".config/gnome-mimeapps.list").write_text(
        "[Default Applications]\nx-scheme-handler/tel=other.desktop\n"
    )
    said = dialer("links", "--register")
    assert said.code == 4
    assert "tel: opened by other.desktop\n" in said.out
    assert "Other programs open some phone links: tel (other.desktop)." in said.err
    assert dialer("links").code == 0, "looking succeeds"


@pytest.mark.desktop
def test_unregistering_what_is_not_registered_says_so(dialer: Front, home: Path) -> None:
    said = dialer("links", "--unregister")
    assert (said.code, said.out) == (0, "")
    assert said.err == "dialer: Dialer was not registered for phone links. Nothing was changed.\n"


def test_what_cannot_be_done_says_what_to_install(
    dialer: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = dialer("links", "--register")
    assert (said.code, said.out) == (4, "")
    assert "sudo apt install xdg-utils" in said.err
    assert "sudo apt install xdg-utils" in dialer("links").err


def test_in_the_sandbox_of_a_package_it_says_where_to_choose(
    dialer: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNAP", "/snap/dialer/1")
    said = dialer("links", "--register")
    assert (said.code, said.out) == (4, "")
    assert "Choose Dialer in the desktop's settings" in said.err


@pytest.mark.parametrize("options", [("--register", "--unregister"), ("tel:1",), ("--all",)])
def test_arguments_that_do_not_fit_are_bad_input(dialer: Front, options: tuple[str, ...]) -> None:
    said = dialer("links", *options)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("dialer: ")
