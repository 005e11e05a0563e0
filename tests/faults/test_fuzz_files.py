"""Files that others write: settings and the desktop's lists are read, or refused in words."""

import logging
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from dialer.calls.call import DIGITS
from dialer.desktop import desktop_entry
from dialer.desktop.links_lists import without
from dialer.desktop.links_undo import Kept, Kind, Registration, UndoFile, digest
from dialer.settings.preferences import Preferences
from dialer.settings.profile import Profile, ProfileError
from dialer.settings.profiles import ProfileFile, Profiles
from dialer.settings.toml_file import TomlFileError
from faults.fuzz import LONG, LONG_TEXTS, SHAPES, TEXTS, Fuzz, repeated

VALUES = st.sampled_from(
    [
        *(
            "0",
            "-1",
            "5",
            "20.0",
            "nan",
            "inf",
            "-inf",
            "1e999",
            "9" * 5_000,
            "0x7f",
            "true",
            "false",
        ),
        *(
            '""',
            '"GB"',
            '"gb "',
            '"dark"',
            '"sandbox"',
            '"Work"',
            '"\\u0000"',
            '"\\ud800"',
            "'''a'''",
        ),
        *('"https://127.0.0.1"', '"http://example.com"', '"https://a@b"', '"/sms/x"', '"/../x"'),
        *("[]", "{}", "[[1]]", '["dark"]', "{a = 1}", "2026-01-02", "07:32:00", '"Ctrl+Alt+D"'),
        *(
            '"442079460018"',
            '"+44"',
            '"5.00"',
            '"-5"',
            "365",
            "36501",
            "3",
            "30",
            "31",
            '"fill-in"',
        ),
    ]
) | TEXTS.map(lambda text: "'''" + text.replace("'", "") + "'''")
LINES = st.sampled_from(
    [
        *("version = 1", "version = 2", "version = true", 'default = "Work"', "[[profile]]", "#"),
        *("[profile]", "[a.b]", "profile = []", 'default = "work"', "[", "]", "=", "\0", '"', "'"),
    ]
)


def toml(*names: str) -> st.SearchStrategy[bytes]:
    """Content of a settings file with these names in it, right and wrong."""
    line = LINES | st.builds("{} = {}".format, st.sampled_from([*names, "font_size"]), VALUES)
    text = st.lists(line, max_size=12).map("\n".join)
    whole = st.builds(
        "{}{}".format, st.sampled_from(["version = 1\n", "\ufeffversion = 1\n", ""]), text
    )
    return whole.map(lambda each: each.encode("utf-8", "surrogatepass")) | st.binary(max_size=80)


HUGE = tuple(
    b"version = 1\n" + each
    for each in (
        b"a = " + b"[" * LONG,
        b"a = " + b"{a=" * (LONG // 3),
        b"a = " + b"9" * LONG,
        b"a = 0x" + b"f" * LONG,
        b"a = " + (b"[\n{" + b"a." * 150 + b"a = ") * 40,
        b"a = " + (b"[\n{" + b"a." * 150 + b"a = ") * 8 + b"1" + b"}]" * 8,
        b"a = 0." + b"1" * LONG,
        b"a = 1e" + b"9" * LONG,
        b'a = "' + b"\\" * LONG,
        b"a = '''" + b"'" * LONG,
        b"[" + b"a." * (LONG // 2) + b"a]",
        b"a." * (LONG // 2) + b"a = 1",
        b"[[profile]]\n" * (LONG // 12),
        b"[[a]]\n[a.b]\n" * (LONG // 12),
        b"".join(b"a%d = 1\n" % number for number in range(LONG // 10)),
        b"hotkey = '" + b"x" * LONG + b"'",
        b"#" * LONG,
        b" " * LONG,
        b"\xff" * LONG,
        b"\0" * LONG,
        b"\n" * LONG,
        b"\r" * LONG,
    )
)

PROFILE = (
    *("name", "base_url", "app_id", "account", "display_number", "default_country", "timeout"),
    *("balance_path", "low_balance", "default", "profile"),
)


def test_any_file_of_profiles_is_profiles_or_refused_and_stays_as_it_is(
    fuzz: Fuzz, tmp_path: Path
) -> None:
    path = tmp_path / "profiles.toml"
    added = Profile("Added", account="test_001")

    @fuzz("settings files", toml(*PROFILE), always=[(huge,) for huge in HUGE], share=2)
    def reads(content: bytes) -> int:
        path.write_bytes(content)
        file = ProfileFile(path)
        try:
            profiles = file.load()
        except ProfileError as error:
            assert str(path) in str(error)
            assert str(error).isprintable()
            with pytest.raises(ProfileError):
                file.add(added)
            # What nobody understands is not written over.
            return int(path.read_bytes() != content)
        assert_fit(profiles)
        if profiles.named(added.name) is not None:
            return 0
        try:
            after = file.add(added)
        except ProfileError as error:
            # What cannot be written again, such as 64 KiB of hexadecimal digits.
            assert str(path) in str(error)
            return int(path.read_bytes() != content)
        assert after.all == file.load().all == (*profiles.all, added)
        return 0


def assert_fit(profiles: Profiles) -> None:
    for profile in profiles.all:
        assert profile.display_number == "" or DIGITS.fullmatch(profile.display_number)
        assert profile.base_url.startswith(("https://", "http://"))
        assert Profile(**asdict(profile)) == profile


def parsed(content: bytes) -> dict[str, Any]:
    return tomllib.loads(content.decode("utf-8-sig"))


PREFERENCES = tuple(asdict(Preferences()))


def test_any_file_of_preferences_is_read_and_what_is_not_ours_stays(
    fuzz: Fuzz, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "preferences.toml"
    caplog.set_level(logging.CRITICAL, "dialer")

    @fuzz("settings files", toml(*PREFERENCES), always=[(huge,) for huge in HUGE], share=2)
    def reads(content: bytes) -> int:
        path.write_bytes(content)
        read = Preferences.load(path)
        assert Preferences(**asdict(read)) == read
        try:
            Preferences.change(path, tray=not read.tray)
        except TomlFileError as error:
            assert str(path) in str(error)
            return int(path.read_bytes() != content)
        before, after = (
            tomllib.loads(each.decode("utf-8-sig")) for each in (content, path.read_bytes())
        )
        assert after.pop("tray") is (not read.tray)
        before.pop("tray", None)
        # Not a number is not equal to itself, and the order says nothing.
        kept, held = (repr(sorted(each.items())) for each in (after, before))
        return int(kept != held)


def test_any_state_of_links_is_a_registration_or_refused(fuzz: Fuzz, tmp_path: Path) -> None:
    path = tmp_path / "links.toml"
    names = ("complete", "files", "folders", "path", "kind", "former", "left")

    @fuzz("desktop lists", toml(*names), always=[(huge,) for huge in HUGE])
    def reads(content: bytes) -> None:
        path.write_bytes(content)
        try:
            UndoFile(path).load()
        except TomlFileError as error:
            assert str(path) in str(error)


def test_a_registration_is_read_as_it_was_written(fuzz: Fuzz, tmp_path: Path) -> None:
    undo = UndoFile(tmp_path / "links.toml")
    names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1)
    contents = st.none() | st.binary(max_size=200)
    kept = st.builds(
        lambda name, kind, former, left: Kept(Path("/x", name), kind, former, digest(left)),
        names,
        st.sampled_from(Kind),
        contents,
        contents,
    )
    paths = st.lists(names.map(lambda name: Path("/x", name)), max_size=3).map(tuple)
    registrations = st.builds(
        Registration, st.booleans(), st.lists(kept, max_size=4).map(tuple), paths
    )

    @fuzz("desktop lists", registrations)
    def writes(registration: Registration) -> None:
        with undo.alone():
            undo.save(registration)
        assert undo.load() == registration


OURS = "dialer.desktop"
TYPES = ("x-scheme-handler/tel", "x-scheme-handler/sip")
LIST_PIECES = st.sampled_from(
    [
        *(
            "[Default Applications]\n",
            "[Added Associations]\n",
            "[Removed Associations]\n",
            "[x]\n",
        ),
        *(f"{TYPES[0]}={OURS};\n", f"{TYPES[0]}=a.desktop;{OURS}\n", f"{TYPES[1]} = {OURS}\r\n"),
        *(
            f"{TYPES[1]}=b.desktop;\n",
            f"text/plain={OURS};\n",
            "# dialer.desktop\n",
            "=",
            ";",
            "\n",
        ),
        *("[", "]", "\0", " ", OURS, TYPES[0], "\r", "\ufeff", "[MIME Cache]\n"),
    ]
)
LISTS = st.lists(LIST_PIECES, max_size=14).map("".join).map(str.encode) | st.binary(max_size=80)
LONG_LISTS = tuple(
    b"[Default Applications]\n" + repeated(piece).encode()
    for piece in (
        f"{TYPES[0]}={OURS};\n",
        f"{OURS};",
        f"[Added Associations]\n{TYPES[0]}={OURS}\n",
        f"[Added Associations]\n{TYPES[0]}={OURS}\n[x]\n",
        "[",
        "=",
        ";",
        "\n",
        "\r\n",
        "\0",
        "a=b;c\n",
        f"{TYPES[0]}=",
    )
)


def test_taking_ours_out_of_any_list_takes_nothing_of_others(fuzz: Fuzz) -> None:
    always = [(text, None) for text in LONG_LISTS] + [(text, text) for text in LONG_LISTS]

    @fuzz("desktop lists", LISTS, st.none() | LISTS, always=always, share=4)
    def takes_out(text: bytes, former: bytes | None) -> int:
        left = without(OURS, TYPES, text, former)
        assert without(OURS, TYPES, left, former) == left
        if OURS.encode() not in text:
            return int(left != text)
        foreign = [line for line in text.split(b"\n") if OURS.encode() not in line]
        kept = left.split(b"\n")
        lost = [line for line in foreign if line.strip() and line not in kept]
        # A header may go that came with our lines.
        return sum(not line.startswith(b"[") for line in lost)


def test_any_entry_is_read(fuzz: Fuzz) -> None:
    pieces = st.sampled_from(
        [
            *("[Desktop Entry]\n", "[x]\n", f"{desktop_entry.MARK}=links\n", "\\", "Exec=", "\\s"),
            *("\\n", "\\\\", "=", "#", "\n", "\r", "\u2028", "Name[de]=x\n", " "),
        ]
    )
    texts = st.lists(pieces, max_size=12).map("".join) | TEXTS | LONG_TEXTS
    always = [(f"[Desktop Entry]\nExec={shape}",) for shape in SHAPES]

    @fuzz("desktop lists", texts, always=always)
    def reads(text: str) -> None:
        for key, value in desktop_entry.read(text).items():
            assert isinstance(key + value, str)
        content = text.encode("utf-8", "surrogatepass")
        ours = desktop_entry.is_ours(content, desktop_entry.LINKS)
        assert not ours or desktop_entry.MARK in text


def test_what_an_entry_says_is_read_as_it_was_written(fuzz: Fuzz) -> None:
    words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1)
    escaped = st.sampled_from(["\\", "\n", "\t", "\r", "\\s", "%u", '"', "`", "$", "a b", ";"])
    arguments = st.lists(words | escaped, min_size=1, max_size=4).map("".join)

    @fuzz("desktop lists", arguments, arguments, share=2)
    def writes(program: str, argument: str) -> None:
        entry = desktop_entry.read(desktop_entry.links_entry([program, argument], program, ["tel"]))
        if program == program.strip():
            assert entry["TryExec"] == program
        assert entry[desktop_entry.MARK] == desktop_entry.LINKS
        assert entry["Exec"].endswith(" %u")
        assert entry["Type"] == "Application"
