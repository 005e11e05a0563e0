"""Preferences come back as they were saved, and a damaged file never keeps the window away."""

import logging
import time
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


@pytest.mark.parametrize(
    "content",
    [b"[" + b"a." * 100_000 + b"a]", b"a." * 100_000 + b"a = 1", b'"a" . ' * 60_000 + b"a = 1"],
    ids=["table", "key", "quoted"],
)
def test_a_key_of_endless_parts_is_refused_in_no_time(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(b"version = 1\n" + content)
    begun = time.thread_time()
    with pytest.raises(TomlFileError, match=r"preferences\.toml is damaged: line 2 cannot be read"):
        Preferences(theme="dark").save(path)
    assert time.thread_time() - begun < 1.0


@pytest.mark.parametrize(
    "content",
    [
        b"a = " + (b"[\n{" + b"a." * 190 + b"a = ") * 8 + b"1" + b"}]" * 8,
        b"a = 0x" + b"f" * 10_000,
    ],
    ids=["nested", "number"],
)
def test_what_can_be_read_and_not_written_again_is_refused_in_words(
    path: Path, content: bytes
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"version = 1\n" + content)
    with pytest.raises(TomlFileError, match=r"preferences\.toml is damaged"):
        Preferences(theme="dark").save(path)
    assert path.read_bytes() == b"version = 1\n" + content


def test_settings_of_another_version_are_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("version = 1\nfont_size = 14\ntheme = 'light'\n")
    Preferences(theme="dark").save(path)
    kept = tomllib.loads(path.read_text())
    assert (kept["version"], kept["font_size"], kept["theme"]) == (1, 14, "dark")


def test_how_long_calls_are_kept_comes_back(path: Path) -> None:
    assert Preferences().keep_days == 0
    Preferences(keep_days=180).save(path)
    assert Preferences.load(path) == Preferences(theme="system", keep_days=180)


@pytest.mark.parametrize("days", [-1, 36_501, True, 30.0, "30"])
def test_days_out_of_range_are_refused(days: object) -> None:
    with pytest.raises(ValueError, match="from 0 to 36500"):
        Preferences(keep_days=days)  # type: ignore[arg-type]


@pytest.mark.parametrize("days", ["-5", "'30'", "1000000", "true", "30.5"])
def test_wrong_days_in_the_file_keep_calls_for_ever_and_leave_the_theme(
    path: Path, days: str, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_text(f"version = 1\ntheme = 'dark'\nkeep_days = {days}\n")
    assert Preferences.load(path) == Preferences(theme="dark", keep_days=0)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "keep_days" in caplog.text


def test_a_wrong_theme_in_the_file_leaves_how_long_calls_are_kept(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_text("version = 1\ntheme = 'pink'\nkeep_days = 30\n")
    assert Preferences.load(path) == Preferences(keep_days=30)
    assert "theme" in caplog.text


def test_changing_one_preference_keeps_the_others(path: Path) -> None:
    Preferences(theme="dark").save(path)
    Preferences.change(path, keep_days=90)
    Preferences.change(path, theme="light")
    assert Preferences.load(path) == Preferences(theme="light", keep_days=90)


def test_a_change_that_is_not_allowed_writes_nothing(path: Path) -> None:
    with pytest.raises(ValueError, match="days"):
        Preferences.change(path, keep_days=-1)
    with pytest.raises(TypeError):
        Preferences.change(path, font_size=14)
    assert not path.exists()
