"""Recordings that are fetched: one to be played, one or many to be saved, one at a time."""

import itertools
from collections import OrderedDict, deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails
from dialer.calls.recording_name import recording_name
from dialer.calls.sentence import Sentence

KEPT = 16
"""How many recordings are kept for playing them again."""

Pair = tuple[CallRecord, CallDetails | None]


@dataclass(frozen=True, slots=True)
class RecordingOrder:
    """One recording for the worker to fetch.

    Its end is told by `number`. `target` is where it shall be. With `replace` the operator has
    said that a file there may go, or it is this program's own; without, the worker takes a free
    name beside it. The suffix follows from what is inside the recording: the worker changes it
    where it is wrong, and then takes a free name as well.
    """

    number: int
    record: CallRecord
    recording_file_id: str
    profile: str
    target: Path
    replace: bool
    to_play: bool


@dataclass(frozen=True, slots=True)
class RecordingNews:
    """How much of an order has come, in bytes; `total` is None where nobody says."""

    number: int
    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class RecordingEnd:
    """How an order ended: with a file, with a trouble, or, with neither, cancelled."""

    number: int
    path: Path | None = None
    trouble: Sentence | None = None
    resumable: bool = False


@dataclass(frozen=True, slots=True)
class PlayNews:
    """How much of a recording that shall be played has come, in bytes."""

    call_id: str
    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class PlayEnd:
    """The recording of a call can be played, or why not; with neither it was cancelled."""

    call_id: str
    path: Path | None = None
    trouble: Sentence | None = None
    resumable: bool = False


@dataclass(frozen=True, slots=True)
class Saving:
    """How far saving is: the recording under way and of how many, and how much of it is here."""

    place: int
    total: int
    share: float | None = None
    """0 to 1, None where nobody says."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of all recordings that were to be saved."""

    paths: tuple[Path, ...] = ()
    without: int = 0
    """How many calls have no recording."""
    cancelled: int = 0
    failed: tuple["Failed", ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A recording that was not saved, with all that is needed to try again."""

    order: RecordingOrder
    details: CallDetails
    trouble: Sentence


class Recordings(QObject):
    """Asks a worker for one recording at a time; those to be played come first.

    Every order ends by `take_end`, also a cancelled one, and only then is the next given.
    `folder` holds what is played; it is private, and whoever made it deletes it. UI thread.
    """

    ordered = Signal(object)
    """RecordingOrder, to the worker."""
    cancelled = Signal(object)
    """The number of the order under way: it shall end soon. For a thread-safe receiver."""
    play_news = Signal(object)
    """PlayNews"""
    play_ended = Signal(object)
    """PlayEnd"""
    saving = Signal(object)
    """Saving"""
    saved = Signal(object)
    """Saved: nothing is being saved any more."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._numbers = itertools.count(1)
        self._queue: deque[tuple[RecordingOrder, CallDetails]] = deque()
        self._under_way: tuple[RecordingOrder, CallDetails] | None = None
        self._dropped = False
        self._kept: OrderedDict[str, Path] = OrderedDict()
        self._targets: dict[str, Path] = {}
        self._saved = Saved()
        self._done = 0
        self._total = 0
        self._last_folder: str | None = None

    @property
    def is_saving(self) -> bool:
        """Whether recordings are being saved."""
        return self._total > 0

    @Slot(object, object)
    def play(self, record: CallRecord, details: CallDetails) -> None:
        """Fetch a recording to be played, unless it is here; `play_ended` tells."""
        call_id = record.call_id
        kept = self._kept.get(call_id)
        if kept is not None and kept.exists():
            self._kept.move_to_end(call_id)
            self.play_ended.emit(PlayEnd(call_id, kept))
            return
        if not details.recording_file_id:
            self.play_ended.emit(PlayEnd(call_id))
            return
        # The same place again, so that a second try can go on from what has come.
        target = self._targets.setdefault(call_id, self._folder / f"{len(self._targets) + 1}.wav")
        order = self._order(record, details, target, replaces=True, to_play=True)
        self._queue.appendleft((order, details))
        self._go_on()

    @Slot(str)
    def cancel_play(self, call_id: str) -> None:
        """Do not fetch the recording of a call to be played any more."""
        self._queue = deque(
            each for each in self._queue if not (each[0].to_play and _is_of(each[0], call_id))
        )
        order = self._under_way and self._under_way[0]
        if order and order.to_play and _is_of(order, call_id):
            self._drop(order)

    def ask_save(self, record: CallRecord, details: CallDetails, window: QWidget) -> QFileDialog:
        """Ask where to save a recording, in a dialog over `window`, and save it there."""
        dialog = QFileDialog(window, self.tr("Save the recording"), self._start_folder())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Recordings (*.wav *.mp3)"))
        dialog.setDefaultSuffix("wav")
        dialog.selectFile(recording_name(record, details, ".wav"))

        def chosen(path: str) -> None:
            self._last_folder = str(Path(path).parent)
            self._save([(record, details, Path(path), True)])

        dialog.fileSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def ask_save_many(self, calls: Iterable[Pair], window: QWidget) -> QFileDialog:
        """Ask for a folder, in a dialog over `window`, and save the recordings there."""
        dialog = QFileDialog(window, self.tr("Save the recordings in"), self._start_folder())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Save here"))
        pairs = list(calls)

        def chosen(path: str) -> None:
            self._last_folder = path
            self.save_many(pairs, Path(path))

        dialog.fileSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def save_many(self, calls: Iterable[Pair], folder: Path) -> None:
        """Save the recordings of `calls` in `folder`, never over a file; `saved` tells the end."""
        self._save(
            (record, details, folder / recording_name(record, details, ".wav"), False)
            for record, details in calls
        )

    def try_again(self, failed: Iterable[Failed]) -> None:
        """Save once more what could not be saved, where it should have gone."""
        self._save(
            (each.order.record, each.details, each.order.target, each.order.replace)
            for each in failed
        )

    @Slot()
    def cancel_saving(self) -> None:
        """Save no more; what is saved stays."""
        dropped = [each for each in self._queue if not each[0].to_play]
        self._queue = deque(each for each in self._queue if each[0].to_play)
        self._saved = replace(self._saved, cancelled=self._saved.cancelled + len(dropped))
        self._done += len(dropped)
        order = self._under_way and self._under_way[0]
        if order and not order.to_play:
            self._drop(order)
        else:
            self._sum_up()

    @Slot(object)
    def take_news(self, news: RecordingNews) -> None:
        """From the worker: how much has come."""
        order = self._under_way and self._under_way[0]
        if not order or order.number != news.number or self._dropped:
            return
        if order.to_play:
            self.play_news.emit(PlayNews(order.record.call_id, news.done, news.total))
        else:
            share = min(1.0, news.done / news.total) if news.total else None
            self._tell_saving(share)

    @Slot(object)
    def take_end(self, end: RecordingEnd) -> None:
        """From the worker: an order has ended."""
        if self._under_way is None or self._under_way[0].number != end.number:
            return
        order, details = self._under_way
        dropped = self._dropped
        self._under_way, self._dropped = None, False
        if dropped and end.path is None:
            # What broke while it was being cancelled is no trouble of the operator's.
            end = RecordingEnd(end.number)
        if order.to_play:
            self._end_play(order, end, dropped)
        else:
            self._end_save(order, details, end)
        self._go_on()

    def _end_play(self, order: RecordingOrder, end: RecordingEnd, dropped: bool) -> None:
        call_id = order.record.call_id
        if end.path is not None:
            self._kept[call_id] = end.path
            while len(self._kept) > KEPT:
                _, old = self._kept.popitem(last=False)
                # One that is being played on Windows stays until the folder goes.
                with suppress(OSError):
                    old.unlink(missing_ok=True)
        if not dropped:
            self.play_ended.emit(PlayEnd(call_id, end.path, end.trouble, end.resumable))

    def _end_save(self, order: RecordingOrder, details: CallDetails, end: RecordingEnd) -> None:
        saved = self._saved
        if end.path is not None:
            saved = replace(saved, paths=(*saved.paths, end.path))
        elif end.trouble is not None:
            saved = replace(saved, failed=(*saved.failed, Failed(order, details, end.trouble)))
        else:
            saved = replace(saved, cancelled=saved.cancelled + 1)
        self._saved = saved
        self._done += 1

    def _save(self, wanted: Iterable[tuple[CallRecord, CallDetails | None, Path, bool]]) -> None:
        for record, details, target, replaces in wanted:
            self._total += 1
            if details is None or not details.recording_file_id:
                self._saved = replace(self._saved, without=self._saved.without + 1)
                self._done += 1
                continue
            order = self._order(record, details, target, replaces=replaces, to_play=False)
            self._queue.append((order, details))
        self._tell_saving()
        self._go_on()

    def _order(
        self,
        record: CallRecord,
        details: CallDetails,
        target: Path,
        *,
        replaces: bool,
        to_play: bool,
    ) -> RecordingOrder:
        return RecordingOrder(
            number=next(self._numbers),
            record=record,
            recording_file_id=details.recording_file_id or "",
            profile=record.request.profile,
            target=target,
            replace=replaces,
            to_play=to_play,
        )

    def _drop(self, order: RecordingOrder) -> None:
        self._dropped = True
        self.cancelled.emit(order.number)

    def _go_on(self) -> None:
        if self._under_way is None and self._queue:
            self._under_way = self._queue.popleft()
            self._tell_saving()
            self.ordered.emit(self._under_way[0])
        else:
            self._sum_up()

    def _tell_saving(self, share: float | None = None) -> None:
        if self._done < self._total:
            self.saving.emit(Saving(self._done + 1, self._total, share))

    def _sum_up(self) -> None:
        if self._total and self._done >= self._total:
            saved = self._saved
            self._saved, self._done, self._total = Saved(), 0, 0
            self.saved.emit(saved)

    def _start_folder(self) -> str:
        if self._last_folder is None:
            place = QStandardPaths.StandardLocation.DownloadLocation
            self._last_folder = QStandardPaths.writableLocation(place)
        return self._last_folder


def _is_of(order: RecordingOrder, call_id: str) -> bool:
    return order.record.call_id == call_id
