"""Preferences come back as they were saved, and a damaged file never keeps the window away."""

import logging
import tomllib
from pathlib import Path

import pytest

from dialer.settings.preferences import Preferences, Theme
from dialer.settings.toml_file import TomlFileError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "preferences.toml"


def test_without_a_file_the_defaults_hold(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert Preferences.load(path) == Preferences(theme="system")
    assert not caplog.records


@pytest.mark.parametrize("theme", ["system", "light", "dark", "high-contrast"])
def test_what_was_saved_is_loaded(path: Path, theme: Theme) -> None:
    Preferences(theme=theme).save(path)
    assert Preferences.load(path).theme == theme


def test_a_theme_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no such theme"):
        Preferences(theme="pink")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"version = 1\ntheme =", b"version = 2\n", b"version = 1\ntheme = 'pink'\n",
     b"version = 1\ntheme = ['dark']\n", b"version = 1\ntheme = 7\n"],
)  # fmt: skip
def test_a_damaged_file_means_the_defaults_and_a_warning(
    path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert Preferences.load(path) == Preferences()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert str(path) in caplog.text


@pytest.mark.parametrize("content", [b"not TOML", b"version = 2\n"])
def test_a_file_that_is_not_understood_is_not_overwritten(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(TomlFileError, match=r"preferences\.toml"):
        Preferences(theme="dark").save(path)
    assert path.read_bytes() == content


def test_settings_of_another_version_are_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("version = 1\nfont_size = 14\ntheme = 'light'\n")
    Preferences(theme="dark").save(path)
    assert tomllib.loads(path.read_text()) == {"version": 1, "font_size": 14, "theme": "dark"}
