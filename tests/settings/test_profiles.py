"""Profiles are valid by construction, and their file survives people, crashes and versions."""

import os
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.settings.profiles import (
    DEFAULT_BASE_URL,
    Profile,
    ProfileError,
    ProfileFile,
    Profiles,
    refuse_taken,
)

ROOT = Path(__file__).resolve().parents[2]
posix_only = pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX's")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "profiles.toml"


@pytest.fixture
def file(path: Path) -> ProfileFile:
    return ProfileFile(path)


def names(profiles: Profiles) -> list[str]:
    return [profile.name for profile in profiles.all]


class TestProfile:
    def test_a_name_is_enough(self) -> None:
        profile = Profile("Work")
        assert profile.base_url == DEFAULT_BASE_URL
        assert profile.timeout == 20.0
        assert profile.balance_path == "/sms/getBalance"
        assert profile.low_balance == ""

    def test_fields_come_into_their_normal_form(self) -> None:
        profile = Profile(
            name="  Büro ",
            base_url="HTTPS://API.example.com/v3/",
            app_id=" 4luaKsL2 ",
            account=" test_001",
            display_number="1008122211",
            default_country=" gb ",
            timeout=30,
            low_balance=" 5.00 ",
        )
        assert profile == Profile(
            "Büro",
            "https://api.example.com/v3",
            "4luaKsL2",
            "test_001",
            "1008122211",
            "GB",
            30.0,
            low_balance="5.00",
        )
        assert isinstance(profile.timeout, float)

    def test_two_spellings_of_a_letter_are_one(self) -> None:
        assert Profile("Bu\u0308ro") == Profile("B\u00fcro")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("name", name) for name in (
                "", " ", "a\nb", "a\tb", "a\x00b", "a\u202eb", "x" * 65, "\u200d", "\ud800", None,
                7, "sandbox", "Sandbox", " SANDBOX ", "ｓandbox", "sand\u200dbox",
            )),
            *(("base_url", url) for url in ("", "http://api.example.com", "x", None, 7, [])),
            *(("app_id", text) for text in ("a\nb", "x" * 65, None, 7, "a\u200bb")),
            *(("account", text) for text in ("a\rb", "x" * 65, None, 7)),
            *(("display_number", number) for number in (
                "123456", "1234567890123456", "+441234567", "123 4567", "１２３４５６７",
                "1234567\n", None, 1234567,
            )),
            *(("default_country", country) for country in ("G", "GBR", "ÄÖ", "4G", None, 7, "?")),
            *(("timeout", seconds) for seconds in (
                0, 0.9, 121, -5, float("nan"), float("inf"), True, "20", None,
            )),
            *(("balance_path", text) for text in (
                "", "/", "x", "//evil.example", "/a//b", "/a?b", "/a#b", "/a b", "/../a", "/a/..",
                "/a\nb", "/" + "a" * 200, None, "@evil.example",
            )),
            *(("low_balance", text) for text in (
                "-1", "+1", "5,00", "1e3", "5.", ".5", "5 000", "１", "1" * 13, "0.123456789012",
                "NaN", None, 5, 5.0, True,
            )),
        ],
    )  # fmt: skip
    def test_what_cannot_be_used_is_refused_by_the_name_of_its_field(
        self, field: str, value: object
    ) -> None:
        with pytest.raises(ProfileError) as caught:
            Profile(**{"name": "Work", field: value})  # type: ignore[arg-type]
        assert caught.value.field == field
        assert str(caught.value) == str(caught.value.sentence)

    @given(st.text(max_size=70))
    def test_an_accepted_name_is_one_line_that_is_accepted_again(self, name: str) -> None:
        try:
            profile = Profile(name)
        except ProfileError:
            return
        assert len(profile.name.splitlines()) == 1
        assert Profile(profile.name) == profile
        profile.name.encode()


class TestProfileFile:
    def test_without_a_file_there_are_no_profiles(self, file: ProfileFile, path: Path) -> None:
        assert file.load() == Profiles((), None)
        assert file.load().default is None
        assert not path.parent.exists()

    def test_what_was_added_is_there_when_opened_again(self, file: ProfileFile, path: Path) -> None:
        work = Profile(
            "Wörk “1”", "http://127.0.0.1:8080/v3", "app", "acc", "1008122211", "DE", 5.5
        )
        assert file.add(work) == Profiles((work,), "Wörk “1”")
        assert ProfileFile(path).load() == Profiles((work,), "Wörk “1”")

    def test_the_first_one_becomes_the_default_and_order_is_kept(self, file: ProfileFile) -> None:
        for name in ("b", "a", "c"):
            file.add(Profile(name))
        profiles = file.load()
        assert names(profiles) == ["b", "a", "c"]
        assert profiles.default == Profile("b")

    def test_a_name_can_be_refused_before_anything_is_done(self, file: ProfileFile) -> None:
        profiles = file.add(Profile("Work"))
        refuse_taken("Home", profiles)
        with pytest.raises(ProfileError, match="“Work” already"):
            refuse_taken("work", profiles)

    @pytest.mark.parametrize("again", ["Straße", "STRASSE", "straße", "Ｓtraße"])
    def test_an_existing_name_is_refused_in_any_case(self, file: ProfileFile, again: str) -> None:
        file.add(Profile("Straße", account="first"))
        with pytest.raises(ProfileError, match="“Straße” already") as caught:
            file.add(Profile(again))
        assert caught.value.field == "name"
        assert file.load().all == (Profile("Straße", account="first"),)

    def test_a_profile_is_found_in_any_case(self, file: ProfileFile) -> None:
        file.add(Profile("Work"))
        assert file.load().named("WORK") == Profile("Work")
        assert file.load().named("Home") is None

    def test_replacing_keeps_place_and_default_and_may_rename(self, file: ProfileFile) -> None:
        for name in ("a", "b"):
            file.add(Profile(name))
        changed = file.replace("A", Profile("c", account="new"))
        assert changed == Profiles((Profile("c", account="new"), Profile("b")), "c")
        assert file.replace("c", Profile("C")).default_name == "C"
        assert file.load() == Profiles((Profile("C"), Profile("b")), "C")

    def test_a_rename_cannot_take_another_profiles_name(self, file: ProfileFile) -> None:
        for name in ("a", "b"):
            file.add(Profile(name))
        with pytest.raises(ProfileError, match="“b” already"):
            file.replace("a", Profile("B"))
        assert names(file.load()) == ["a", "b"]

    def test_removing_the_default_makes_the_first_one_left_it(self, file: ProfileFile) -> None:
        for name in ("a", "b", "c"):
            file.add(Profile(name))
        file.use("B")
        assert file.remove("c").default_name == "b"
        assert file.remove("b") == Profiles((Profile("a"),), "a")
        assert file.remove("a") == Profiles((), None)
        assert file.load() == Profiles((), None)
        assert file.add(Profile("d")).default_name == "d"

    @pytest.mark.parametrize(
        "change",
        [
            lambda file: file.remove("nobody"),
            lambda file: file.use("nobody"),
            lambda file: file.replace("nobody", Profile("x")),
        ],
    )
    def test_an_unknown_name_is_told_and_changes_nothing(
        self, file: ProfileFile, path: Path, change: Callable[[ProfileFile], object]
    ) -> None:
        file.add(Profile("a"))
        before = path.read_bytes()
        with pytest.raises(ProfileError, match="no profile called “nobody”") as caught:
            change(file)
        assert caught.value.field == "name"
        assert path.read_bytes() == before

    def test_settings_of_another_version_are_kept(self, file: ProfileFile, path: Path) -> None:
        file.add(Profile("a"))
        text = path.read_text().replace("[[profile]]", 'colour = "red"\n\n[[profile]]\nring = 3')
        path.write_text(text + "\n[other]\ndeep = { x = 2020-01-02 }\n")
        file.replace("a", Profile("A", account="new"))
        file.add(Profile("b"))
        content = tomllib.loads(path.read_text())
        assert content["colour"] == "red"
        assert str(content["other"]["deep"]["x"]) == "2020-01-02"
        assert content["profile"][0]["ring"] == 3
        assert content["profile"][0]["account"] == "new"

    def test_a_profile_written_by_hand_needs_only_a_name(
        self, file: ProfileFile, path: Path
    ) -> None:
        path.parent.mkdir()
        text = '\ufeffversion = 1\r\ndefault = "a"\r\n[[profile]]\r\nname = "a"\r\ntimeout = 5\r\n'
        path.write_bytes(text.encode())
        assert file.load() == Profiles((Profile("a", timeout=5.0),), "a")


DAMAGED = [
    (b"", "no version number"),
    (b"version = 0\n", "no version number"),
    (b"version = true\n", "no version number"),
    (b'version = "1"\n', "no version number"),
    (b"version = 2\n", "newer version"),
    (b"version = 1\nx = \n", "line 2"),
    (b"version = 1\nx = [1,\n", "line 3"),
    (b"version = 1\n\nx = '\xff'\n", "line 3 is not UTF-8"),
    (b"version = 1\nx = " + b"[" * 50_000, "not TOML"),
    (b"version = 1\nx = " + b"1" * 5_000, "not TOML"),
    (b"version = 1\nx = '" + b"1" * (1 << 20) + b"'", "too long"),
    (b"version = 1\nprofile = 1\n", "no list"),
    (b"version = 1\nprofile = [1]\n", "no list"),
    (b"version = 1\n[profile]\nname = 'a'\n", "no list"),
    (b"version = 1\ndefault = 'a'\n", "default"),
    (b"version = 1\n[[profile]]\nname = 'a'\n", "default"),
    (b"version = 1\ndefault = 'b'\n[[profile]]\nname = 'a'\n", "default"),
    (b"version = 1\ndefault = []\n[[profile]]\nname = 'a'\n", "default"),
    (b"version = 1\ndefault = 'a'\n[[profile]]\nname = 'a'\n[[profile]]\nname = 'A'\n", "“A”"),
    (b"version = 1\ndefault = 'a'\n[[profile]]\nname = 7\n", "“name” of profile 1"),
    (b"version = 1\ndefault = 'a'\n[[profile]]\naccount = 'a'\n", "“name” of profile 1"),
    (
        b"version = 1\ndefault = 'a'\n[[profile]]\nname = 'a'\n"
        b"[[profile]]\nname = 'b'\ntimeout = 0",
        "“timeout” of profile 2",
    ),
    (
        b"version = 1\ndefault = 'a'\n[[profile]]\nname = 'a'\nbase_url = 'http://evil.example'\n",
        "“base_url” of profile 1.*https",
    ),
]


@pytest.mark.parametrize(("content", "why"), DAMAGED)
def test_a_damaged_file_is_told_in_words_and_never_overwritten(
    file: ProfileFile, path: Path, content: bytes, why: str
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    for attempt in (
        file.load,
        lambda: file.add(Profile("new")),
        lambda: file.remove("a"),
        lambda: file.use("a"),
    ):
        with pytest.raises(ProfileError, match=why) as caught:
            attempt()
        assert str(path) in str(caught.value)
        assert caught.value.field == "file"
    assert path.read_bytes() == content


@given(st.binary(max_size=60).map(b"version = 1\n".__add__))
def test_whatever_is_in_the_file_it_is_profiles_or_a_profile_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    try:
        assert isinstance(ProfileFile(path).load(), Profiles)
    except ProfileError as error:
        assert str(path) in str(error)


class TestOnDisk:
    @posix_only
    def test_the_file_and_its_folder_are_their_owners_only(
        self, file: ProfileFile, path: Path
    ) -> None:
        file.add(Profile("a"))
        path.chmod(0o644)
        file.add(Profile("b"))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        for other in path.parent.iterdir():
            assert stat.S_IMODE(other.stat().st_mode) == 0o600

    @posix_only
    def test_a_link_to_a_file_elsewhere_stays_a_link(
        self, file: ProfileFile, path: Path, tmp_path: Path
    ) -> None:
        path.parent.mkdir()
        path.symlink_to(tmp_path / "elsewhere.toml")
        file.add(Profile("a"))
        assert path.is_symlink()
        assert ProfileFile(tmp_path / "elsewhere.toml").load() == file.load()
        assert names(file.load()) == ["a"]

    def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
        self, file: ProfileFile, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file.add(Profile("a"))
        before = sorted(path.parent.iterdir()), path.read_bytes()

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(ProfileError, match="cannot be written: No space left") as caught:
            file.add(Profile("b"))
        assert caught.value.field == "file"
        assert (sorted(path.parent.iterdir()), path.read_bytes()) == before

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(ProfileError, match="cannot be written"):
            ProfileFile(tmp_path / "file" / "profiles.toml").add(Profile("a"))

    def test_a_folder_in_the_files_place_is_told(self, file: ProfileFile, path: Path) -> None:
        path.mkdir(parents=True)
        with pytest.raises(ProfileError, match="cannot be read"):
            file.load()

    def test_processes_that_add_at_once_lose_nothing(self, file: ProfileFile, path: Path) -> None:
        code = (
            "import sys; from pathlib import Path\n"
            "from dialer.settings.profiles import Profile, ProfileFile\n"
            "file = ProfileFile(Path(sys.argv[1])); sys.stdin.readline()\n"
            "for number in range(10): file.add(Profile(f'{sys.argv[2]}-{number}'))\n"
        )
        children = [
            subprocess.Popen(
                [sys.executable, "-c", code, str(path), str(child)],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
            )
            for child in range(4)
        ]
        for child in children:
            assert child.stdin
            child.stdin.write(b"go\n")
            child.stdin.flush()
        for child in children:
            child.communicate(timeout=60)
            assert child.returncode == 0
        expected = {f"{child}-{number}" for child in range(4) for number in range(10)}
        assert set(names(file.load())) == expected
        assert [
            one.name for one in path.parent.iterdir() if one.suffix not in (".toml", ".lock")
        ] == []

    @posix_only
    def test_a_writer_that_never_finishes_is_told_of(
        self, file: ProfileFile, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from dialer.settings import toml_file

        monkeypatch.setattr(toml_file, "LOCK_PATIENCE", 0.1)
        with toml_file.TomlFile(path, 1).alone():
            with pytest.raises(ProfileError, match="Another Dialer is writing"):
                file.add(Profile("a"))
            assert file.load() == Profiles()
        assert names(file.add(Profile("a"))) == ["a"]

    @posix_only
    def test_a_writer_that_was_killed_holds_nobody_up(self, file: ProfileFile, path: Path) -> None:
        code = (
            "import sys, time; from pathlib import Path\n"
            "from dialer.settings.toml_file import TomlFile\n"
            "with TomlFile(Path(sys.argv[1]), 1).alone():\n"
            "    print('mine', flush=True); time.sleep(60)\n"
        )
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        assert child.stdout
        assert child.stdout.readline() == b"mine\n"
        child.kill()
        child.communicate()
        assert names(file.add(Profile("a"))) == ["a"]
