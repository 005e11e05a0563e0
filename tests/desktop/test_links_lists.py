"""Our part is taken out of a list that others changed, and nothing else is."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.private_home import why_not
from dialer.desktop.links_linux import TYPES
from dialer.desktop.links_lists import without

OURS = "dialer.desktop"
TEL, SIP = "x-scheme-handler/tel", "x-scheme-handler/sip"


def taken_out(text: str, former: str | None = None) -> str:
    old = None if former is None else former.encode()
    return without(OURS, TYPES, text.encode(), old).decode()


@pytest.mark.parametrize(
    ("now", "former", "wanted"),
    [
        # The former default comes back, as it was written.
        (f"{TEL}=dialer.desktop\n", f"{TEL}=a.desktop;b.desktop\n", f"{TEL}=a.desktop;b.desktop\n"),
        # What was chosen since stays, whatever was before.
        (f"{TEL}=c.desktop\n", f"{TEL}=a.desktop\n", f"{TEL}=c.desktop\n"),
        (f"{TEL}=c.desktop;dialer.desktop;\n", f"{TEL}=a.desktop\n", f"{TEL}=c.desktop;\n"),
        (f"{TEL}=dialer.desktop;c.desktop\r\n", f"{TEL}=a.desktop\n", f"{TEL}=c.desktop\r\n"),
        # There was none.
        (f"{SIP}=c.desktop\n{TEL}=dialer.desktop;\n", f"{SIP}=c.desktop\n", f"{SIP}=c.desktop\n"),
        # It named us before we came: a system's package did that.
        (f"{TEL}=dialer.desktop\n", f"{TEL}=dialer.desktop;a.desktop\n", None),
        (f"{TEL}=c.desktop;dialer.desktop\n", f"{TEL}=dialer.desktop\n", ""),
        # Types that are none of ours, and names that only begin like ours.
        ("text/plain=dialer.desktop\n", "", ""),
        (f"{TEL}=dialer.desktop.old;my-dialer.desktop\n", "", ""),
        # Its last line had no end, and now one follows.
        (f"{TEL}=dialer.desktop\na=b\n", f"{TEL}=a.desktop", f"{TEL}=a.desktop\na=b\n"),
        # A second line for the same type is somebody else's doing.
        (f"{TEL}=dialer.desktop\n{TEL}=dialer.desktop\n", f"{TEL}=a\n", f"{TEL}=a\n"),
    ],
)
def test_a_default_of_ours_goes_and_the_former_one_comes_back(
    now: str, former: str, wanted: str | None
) -> None:
    head = "[Default Applications]\n"
    expected = former if wanted is None else wanted or now
    assert taken_out(head + now, head + former) == head + expected


@pytest.mark.parametrize(
    "former",
    [
        f"[Default Applications]\n{TEL}=a.desktop\n{TEL}=dialer.desktop\n",
        f"[Default Applications]\n[X]\n[Default Applications]\n{TEL}=dialer.desktop\n",
        f"[Default Applications]\n[Default Applications]\n{TEL}=a.desktop\n",
        f"[Default Applications]\n{TEL}=dialer.desktop;a.desktop\n",
        f"[Default Applications]\n\n[X]\n[Default Applications]\n{TEL}=a.desktop\n",
    ],
)
@pytest.mark.desktop
def test_lists_that_name_a_type_or_us_more_than_once_come_back(folder: Path, former: str) -> None:
    assert said(taken_out(by_xdg_mime(folder, former), former)) == said(former)


def test_added_associations_lose_us_and_keep_the_others() -> None:
    now = f"[Added Associations]\n{TEL}=dialer.desktop;a.desktop;\n{SIP}=dialer.desktop;\n"
    assert taken_out(now) == f"[Added Associations]\n{TEL}=a.desktop;\n"
    assert taken_out(now, f"[Added Associations]\n{TEL}=a.desktop\n") == (
        f"[Added Associations]\n{TEL}=a.desktop\n"
    )


def test_that_we_were_removed_from_a_type_stays_written() -> None:
    now = f"[Removed Associations]\n{TEL}=dialer.desktop;\n"
    assert taken_out(now) == now


def test_a_section_that_came_with_us_goes_and_one_with_anything_in_it_stays() -> None:
    ours = f"\n[Default Applications]\n{TEL}=dialer.desktop\n"
    assert taken_out(f"[X]\na=b\n{ours}\n", "[X]\na=b\n\n") == "[X]\na=b\n\n"
    assert taken_out(f"[X]\n{ours}# mine\n", "[X]\n") == "[X]\n\n[Default Applications]\n# mine\n"
    assert taken_out(ours, "[Default Applications]\n") == "\n[Default Applications]\n"
    assert taken_out(ours) == ""


programs = st.sampled_from(["a.desktop", "b.desktop", OURS, "my-dialer.desktop"])
lines = st.one_of(
    st.sampled_from(
        ["", "", "# a comment", "[Default Applications]", "[Added Associations]", "[X]"]
    ),
    st.builds(
        "{}={}{}".format,
        st.sampled_from([TEL, SIP, "x-scheme-handler/callto", "text/plain"]),
        st.lists(programs, min_size=1, max_size=3).map(";".join),
        st.sampled_from(["", ";"]),
    ),
    st.text(
        st.characters(min_codepoint=32, exclude_categories=("Cs", "Cn"), exclude_characters="\x7f")
    ),
)
endings = st.sampled_from(["\n", "\n", "\n", "\r\n"])
texts = st.tuples(st.lists(st.tuples(lines, endings), max_size=12), st.booleans()).map(
    lambda made: "".join(line + end for line, end in made[0]).removesuffix("\n" if made[1] else "")
)


def by_xdg_mime(folder: Path, text: str) -> str:
    """`text` as the desktop's own tool changes it."""
    file = folder / "mimeapps.list"
    file.write_bytes(text.encode())
    tool = shutil.which("xdg-mime")
    assert tool
    subprocess.run(
        [tool, "default", OURS, *TYPES],
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        check=True,
        timeout=20,
    )
    return file.read_bytes().decode()


def opened_by(text: str) -> dict[str, str]:
    """What the list says of each of our types, by the rules of xdg-mime."""
    found: dict[str, str] = {}
    inside = False
    for line in text.split("\n"):
        if line.startswith("["):
            inside = line.startswith("[Default Applications]")
        key, is_set, value = line.partition("=")
        if inside and is_set and key in TYPES:
            found.setdefault(key, value.rstrip("\r"))
    return found


def said(text: str) -> list[str]:
    """The lines that say something, in their order."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    return [line for line in lines if line.strip()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if reason := why_not():
        pytest.skip(reason)
    return tmp_path_factory.mktemp("lists")


few = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.desktop
@few
@given(former=texts)
def test_what_xdg_mime_wrote_is_taken_out_whatever_the_list(folder: Path, former: str) -> None:
    now = by_xdg_mime(folder, former)
    left = taken_out(now, former)
    assert opened_by(left) == opened_by(former)
    assert said(left) == said(former)


@pytest.mark.desktop
@few
@given(former=texts, foreign=lines, at=st.integers(0, 20))
def test_a_foreign_line_in_between_survives_with_all_the_others(
    folder: Path, former: str, foreign: str, at: int
) -> None:
    line = f"# {foreign}"
    now = by_xdg_mime(folder, former).split("\n")
    now.insert(min(at, len(now) - 1), line)
    left = taken_out("\n".join(now), former)
    assert line in left.split("\n")
    assert opened_by(left) == opened_by(former)
    theirs = [each for each in said(former) if not each.startswith(TYPES)]
    assert [each for each in said(left) if each in theirs and each != line] == [
        each for each in theirs if each != line
    ]


@given(now=texts)
def test_a_list_that_does_not_name_us_is_not_touched(now: str) -> None:
    foreign = now.replace(OURS, "other.desktop")
    assert taken_out(foreign, None) == foreign


@given(now=texts, former=texts)
def test_taking_out_twice_is_taking_out_once(now: str, former: str) -> None:
    once = taken_out(now, former)
    assert taken_out(once, former) == once
