"""What another program has copied or selected, in a real X session, however that one behaves."""

import select
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.desktop.selection_x11 import Selection, SelectionLost, SelectionText
from doubles.bare_screen import SECONDS, BareScreen, until, why_not
from doubles.selection_owner import SelectionOwner

pytestmark = pytest.mark.desktop

MOST = 20_000
NUMBER = "+44 20 7946 0018"


@pytest.fixture(scope="module")
def screen() -> Iterator[BareScreen]:
    if reason := why_not():
        pytest.skip(reason)
    pytest.importorskip("Xlib", reason="needs python-xlib")
    with BareScreen() as made:
        yield made


def wait(text: SelectionText) -> str:
    """The text once its owner has given all, as a window waits for it."""
    deadline = time.monotonic() + SECONDS
    while not text.over:
        if not text.go_on() and not text.over:
            assert select.select([text], [], [], deadline - time.monotonic())[0], "nothing comes"
    assert text.text is not None
    return text.text


def read(screen: BareScreen, selection: Selection = "CLIPBOARD", most: int = MOST) -> str:
    text = SelectionText(selection, screen.display, most)
    try:
        return wait(text)
    finally:
        text.close()


@pytest.mark.parametrize("selection", ["CLIPBOARD", "PRIMARY"])
@pytest.mark.parametrize("way", ["answers", "in pieces", "as plain text", "claps"])
def test_the_text_comes_from_whoever_owns_it(
    screen: BareScreen, way: str, selection: Selection
) -> None:
    text = f"Grüße, 電話 {NUMBER}\n"
    with SelectionOwner(screen.display, way, text.encode(), selection):
        assert read(screen, selection) == text
        assert read(screen, selection) == text, "it can be asked for again"


def test_what_is_selected_and_what_was_copied_are_two(screen: BareScreen) -> None:
    with (
        SelectionOwner(screen.display, "answers", b"copied", "CLIPBOARD"),
        SelectionOwner(screen.display, "answers", b"selected", "PRIMARY"),
    ):
        assert read(screen, "CLIPBOARD") == "copied"
        assert read(screen, "PRIMARY") == "selected"


def test_text_of_old_programs_is_read_in_their_encoding(screen: BareScreen) -> None:
    with SelectionOwner(screen.display, "in latin-1", "Büro 030 1234567".encode("latin-1")) as old:
        assert read(screen) == "Büro 030 1234567"
        assert old.lines()[1:3] == ["asked UTF8_STRING", "asked STRING"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"B\xfcro +44 20 7946 0018", "B\ufffdro +44 20 7946 0018"),
        (b"+44 20 7946\xff0018", "+44 20 7946\ufffd0018"),
        (b"+44 20 7946 0018\0", NUMBER),
        (b"", ""),
    ],
)
def test_bytes_that_are_no_text_part_what_stands_beside_them(
    screen: BareScreen, text: bytes, found: str
) -> None:
    with SelectionOwner(screen.display, "answers", text):
        assert read(screen) == found


def test_what_is_no_text_is_none(screen: BareScreen) -> None:
    with SelectionOwner(screen.display, "has no text") as image:
        assert read(screen) == ""
        assert [line for line in image.lines() if line.startswith("asked")] == [
            *("asked UTF8_STRING", "asked STRING", "asked text/plain;charset=utf-8"),
        ]
    with SelectionOwner(screen.display, "lies"):
        assert read(screen) == ""


def test_where_nothing_was_copied_there_is_no_text(screen: BareScreen) -> None:
    with SelectionOwner(screen.display, "answers", b"gone"):
        pass
    assert read(screen) == ""


@pytest.mark.parametrize("character", ["1", "é", "電", "😀"])
def test_of_much_text_the_beginning_is_read_and_its_owner_goes_on(
    screen: BareScreen, character: str
) -> None:
    text = (character * (10_000_000 // len(character.encode()))).encode()
    with SelectionOwner(screen.display, "answers", text) as large:
        found = read(screen)
        assert len(found) >= MOST
        assert set(found) == {character}
        assert read(screen)[:10] == found[:10]
        assert large.gave == 2 * len(text), "an owner that is left in the middle may hang"
        assert large.runs


def test_a_short_beginning_is_cut_between_two_characters(screen: BareScreen) -> None:
    with SelectionOwner(screen.display, "answers", "電".encode() * 19_000):
        found = read(screen, most=10)
        assert 10 <= len(found) < 30
        assert set(found) == {"電"}


@pytest.mark.parametrize("way", ["hangs", "hangs midway"])
def test_an_owner_that_hangs_is_never_waited_for(screen: BareScreen, way: str) -> None:
    with SelectionOwner(screen.display, way, NUMBER.encode()) as owner:
        began = time.monotonic()
        text = SelectionText("CLIPBOARD", screen.display, MOST)
        assert time.monotonic() - began < 1.0
        last = "asked UTF8_STRING" if way == "hangs" else "gave 5"
        until(lambda: not text.go_on() and last in owner.lines(), "it was not asked")
        while text.go_on():
            pass
        assert text.text is None, "a first piece is not the text"
        text.close()
        assert text.fileno() == -1


def test_an_owner_that_is_stopped_answers_once_it_goes_on(screen: BareScreen) -> None:
    with SelectionOwner(screen.display, "answers", NUMBER.encode()) as owner:
        owner.stop()
        text = SelectionText("CLIPBOARD", screen.display, MOST)
        assert not text.go_on()
        owner.go_on()
        assert wait(text) == NUMBER
        text.close()


@pytest.mark.parametrize("way", ["dies", "dies midway"])
def test_an_owner_that_ends_in_between_is_told_at_once(screen: BareScreen, way: str) -> None:
    with SelectionOwner(screen.display, way, NUMBER.encode()):
        text = SelectionText("CLIPBOARD", screen.display, MOST)
        with pytest.raises(SelectionLost):
            wait(text)
        text.close()
    assert read(screen) == ""


def test_the_owner_is_asked_before_the_server_hears_anything_else(screen: BareScreen) -> None:
    from Xlib import X
    from Xlib.display import Display

    owner, next_owner = Display(screen.display), Display(screen.display)
    copied = owner.intern_atom("CLIPBOARD")

    def own(display: Display) -> None:
        display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent).set_selection_owner(
            copied, X.CurrentTime
        )
        display.sync()

    for _ in range(30):
        own(owner)
        text = SelectionText("CLIPBOARD", screen.display, MOST)
        own(next_owner)
        owner.sync()
        told = [owner.next_event().type for _ in range(owner.pending_events())]
        assert [X.SelectionRequest, X.SelectionClear] == told
        text.close()
    owner.close()
    next_owner.close()


def test_a_display_that_does_not_answer_is_told() -> None:
    with pytest.raises(SelectionLost):
        SelectionText("CLIPBOARD", ":54321", MOST)


def test_a_killed_server_is_told_as_often_as_it_is_asked() -> None:
    if reason := why_not():
        pytest.skip(reason)
    pytest.importorskip("Xlib", reason="needs python-xlib")
    with BareScreen() as screen, SelectionOwner(screen.display, "hangs"):
        text = SelectionText("CLIPBOARD", screen.display, MOST)
        screen.kill()
        for _ in range(2):
            with pytest.raises(SelectionLost):
                wait(text)
        text.close()
        text.close()


def test_nothing_is_left_open(screen: BareScreen) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    with SelectionOwner(screen.display, "hangs"):
        before = open_files()
        for _ in range(20):
            SelectionText("CLIPBOARD", screen.display, MOST).close()
        with pytest.raises(SelectionLost):
            SelectionText("CLIPBOARD", ":54321", MOST)
        assert open_files() == before
