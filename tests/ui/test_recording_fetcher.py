"""Recordings fetched in the background: what comes of each, and that cancelling is heard."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from dialer.calls.place import JournalError
from dialer.calls.recording import RecordingError, RecordingTrouble
from dialer.calls.sentence import Sentence
from dialer.ui.recording_fetcher import Progress, RecordingFetcher
from dialer.ui.recordings import RecordingEnd, RecordingNews, RecordingOrder
from ui.recorded_calls import ANSWERED

SECONDS = 10.0
TARGET = Path("recording.wav")
CANCELLED = RecordingError(RecordingTrouble.CANCELLED, resumable=True)
CUT_OFF = RecordingError(RecordingTrouble.CUT_OFF, resumable=True)
LOCKED = Sentence("The keyring is locked.")


class Window(QObject):
    """The window's side: orders, and hears the news on the thread that it must come on."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__()
        self._qtbot = qtbot
        self.does: Callable[[Progress, threading.Event], Path] = lambda *_: TARGET
        self.news: list[object] = []
        self.threads: set[threading.Thread] = set()
        self.fetched_on: set[threading.Thread] = set()
        self.fetcher = RecordingFetcher(self._fetch)
        self.fetcher.came.connect(self._hear)
        self.fetcher.ended.connect(self._hear)

    def order(self, number: int = 1) -> None:
        self.fetcher.take(
            RecordingOrder(number, ANSWERED, "F1", "work", TARGET, replace=False, to_play=False)
        )

    def wait(self, count: int = 1) -> list[object]:
        """Wait for `count` news in all."""
        self._qtbot.waitUntil(lambda: len(self.news) >= count, timeout=round(SECONDS * 1000))
        return self.news

    def _fetch(self, _: RecordingOrder, progress: Progress, cancel: threading.Event) -> Path:
        self.fetched_on.add(threading.current_thread())
        return self.does(progress, cancel)

    @Slot(object)
    def _hear(self, news: object) -> None:
        self.threads.add(threading.current_thread())
        self.news.append(news)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    made = Window(qtbot)
    yield made
    made.fetcher.stop()


def until_cancelled(_: Progress, cancel: threading.Event) -> Path:
    assert cancel.wait(SECONDS)
    raise CANCELLED


def raising(error: Exception) -> Callable[[Progress, threading.Event], Path]:
    def fetch(_: Progress, __: threading.Event) -> Path:
        raise error

    return fetch


def test_news_and_end_come_on_the_windows_thread_from_another(window: Window) -> None:
    def fetch(progress: Progress, _: threading.Event) -> Path:
        progress(10, 100)
        progress(100, None)
        return TARGET

    window.does = fetch
    window.order(7)
    assert window.wait(3) == [
        RecordingNews(7, 10, 100),
        RecordingNews(7, 100, None),
        RecordingEnd(7, TARGET),
    ]
    assert window.threads == {threading.current_thread()}
    assert not window.fetched_on & window.threads


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (CANCELLED, RecordingEnd(1)),
        (CUT_OFF, RecordingEnd(1, None, CUT_OFF.sentence, resumable=True)),
        (JournalError(LOCKED), RecordingEnd(1, None, LOCKED)),
    ],
)
def test_every_trouble_ends_the_order_in_its_own_words(
    window: Window, error: Exception, end: RecordingEnd
) -> None:
    window.does = raising(error)
    window.order()
    assert window.wait() == [end]


def test_a_defect_ends_the_order_too_and_the_next_is_fetched(window: Window) -> None:
    window.does = raising(KeyError("secret"))
    window.order()
    (end,) = window.wait()
    assert isinstance(end, RecordingEnd)
    assert "has a defect (KeyError)" in str(end.trouble)
    assert "secret" not in str(end.trouble)
    window.does = lambda *_: TARGET
    window.order(2)
    assert window.wait(2)[1] == RecordingEnd(2, TARGET)


def test_only_the_cancelled_order_ends(window: Window) -> None:
    window.does = until_cancelled
    window.order(1)
    window.order(2)
    window.fetcher.cancel(2)
    assert window.wait() == [RecordingEnd(2)]
    window.fetcher.cancel(2)  # it is over, and nobody minds
    window.fetcher.cancel(99)
    window.fetcher.cancel(1)
    assert window.wait(2)[1] == RecordingEnd(1)


def test_the_programs_end_cancels_all(window: Window) -> None:
    window.does = until_cancelled
    window.order(1)
    window.order(2)
    window.fetcher.stop()
    assert {end.number for end in window.wait(2)} == {1, 2}  # type: ignore[attr-defined]
