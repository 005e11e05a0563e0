"""Phone links on macOS, as far as its files go: what the bundle names, and what is read of it."""

import plistlib
import sys
from pathlib import Path

import pytest

from dialer.desktop.links import SCHEMES
from dialer.desktop.links_macos import MacLinks, bundle, carried, chosen, url_types

PREFERENCES = "Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A bundle that names our links."""
    return bundle_with(tmp_path / "Dialer.app", CFBundleURLTypes=url_types())


def bundle_with(app: Path, **more: object) -> Path:
    (app / "Contents" / "MacOS").mkdir(parents=True)
    info = {"CFBundleIdentifier": "org.Example.Dialer", **more}
    (app / "Contents" / "Info.plist").write_bytes(plistlib.dumps(info))
    return app


def choose(home: Path, **chosen: str) -> Path:
    path = home / PREFERENCES
    path.parent.mkdir(parents=True, exist_ok=True)
    handlers = [
        {"LSHandlerURLScheme": scheme, "LSHandlerRoleAll": name} for scheme, name in chosen.items()
    ]
    path.write_bytes(plistlib.dumps({"LSHandlers": [{"LSHandlerContentType": "x"}, *handlers]}))
    return path


def test_the_bundle_names_every_link(app: Path, tmp_path: Path) -> None:
    (types,) = url_types()
    assert types["CFBundleURLSchemes"] == list(SCHEMES)
    assert carried(app)
    assert not carried(bundle_with(tmp_path / "Other.app"))
    assert not carried(tmp_path / "None.app")
    (app / "Contents" / "Info.plist").write_bytes(b"no list")
    assert not carried(app)


def test_the_bundle_is_found_by_its_executable(monkeypatch: pytest.MonkeyPatch) -> None:
    executable = "/Applications/Dialer.app/Contents/MacOS/dialer"
    assert bundle(executable) is None
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert bundle(executable) == Path("/Applications/Dialer.app")
    assert bundle("/opt/dialer/dialer") is None


def test_the_status_says_who_opens_links_and_how_to_choose(app: Path, tmp_path: Path) -> None:
    status = MacLinks(app, tmp_path).status()
    assert status.registered
    assert status.opens == {"tel": False, "callto": False, "sip": False, "dialer": True}
    assert "FaceTime" in str(status.trouble)
    choose(tmp_path, tel="com.apple.facetime", sip="org.example.dialer")
    status = MacLinks(app, tmp_path).status()
    assert status.defaults["tel"] == "com.apple.facetime"
    assert status.opens["sip"]
    choose(tmp_path, **dict.fromkeys(SCHEMES, "org.example.dialer"))
    status = MacLinks(app, tmp_path).status()
    assert all(status.opens.values())
    assert status.trouble is None


def test_a_bundle_without_the_links_is_told(tmp_path: Path) -> None:
    status = MacLinks(bundle_with(tmp_path / "Dialer.app"), tmp_path).status()
    assert not status.registered
    assert "Install Dialer again" in str(status.trouble)


def test_preferences_that_cannot_be_read_name_nobody(tmp_path: Path) -> None:
    assert chosen(tmp_path / "none") == dict.fromkeys(SCHEMES)
    (tmp_path / "damaged").write_bytes(b"x")
    assert chosen(tmp_path / "damaged") == dict.fromkeys(SCHEMES)
