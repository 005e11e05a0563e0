"""The window of an export: what it writes, how it is stopped, and what goes wrong."""

import csv
import gc
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from dialer.calls.call import CallRequest, Cause, Outcome
from dialer.calls.export_form import BYTE_ORDER_MARK
from dialer.calls.history_query import HistoryQuery
from dialer.calls.journal_export import Exported, ExportReader
from dialer.calls.place import JournalError
from dialer.calls.sentence import Sentence
from dialer.ui.export_window import Choice, ExportWindow
from dialer.ui.icons import Icons
from dialer.ui.theme import Theme
from ui.journal_on_disk import PLACED, JournalOnDisk
from ui.operating import message_in

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Held(ExportReader):
    """A reader that waits before each call until it may go on, or is interrupted."""

    go_on = threading.Event()
    interrupted = threading.Event()

    def exported(self, source: HistoryQuery | Sequence[int]) -> Generator[Exported, None, None]:
        for number, call in enumerate(super().exported(source)):
            while number == 2 and not self.go_on.wait(0.01):
                if self.interrupted.is_set():
                    raise JournalError(Sentence("interrupted"))
            yield call

    def interrupt(self) -> None:
        self.interrupted.set()


@dataclass
class Clerk:
    """Exports calls, and looks at the files."""

    qtbot: QtBot
    window: ExportWindow
    path: Path
    ended: list[bool] = field(default_factory=list)

    def until(self, met: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(met()))

    def button(self, words: str) -> QAbstractButton:
        found = self.window.findChildren(QAbstractButton)
        (one,) = (b for b in found if b.text().startswith(words) and not b.isHidden())
        return one

    def click(self, words: str) -> None:
        button = self.button(words)
        at = button.rect().center()
        if not isinstance(button, QPushButton):
            at.setX(10)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=at)

    def name_file(self, name: str) -> None:
        self.window.path.setFocus()
        self.window.path.selectAll()
        QTest.keyClicks(self.window.path, str(self.path / name))

    @property
    def message(self) -> str:
        return message_in(self.window.band)

    def said(self, words: str) -> bool:
        return self.message.startswith(words)

    @property
    def files(self) -> list[str]:
        return sorted(file.name for file in self.path.iterdir())


@pytest.fixture
def make(
    qtbot: QtBot, qapp: QApplication, journal: JournalOnDisk, tmp_path: Path
) -> Iterator[Callable[..., Clerk]]:
    """A window over five calls, of which two were selected and one found."""
    journal.write(PLACED, Outcome.not_sent(Cause.REFUSED))
    journal.write(*[Outcome.unknown(Cause.CLOSED)] * 3, request=CallRequest("442079460018", "=acc"))
    folder = tmp_path / "exports"
    folder.mkdir()
    theme = Theme(qapp, "light")
    made: list[ExportWindow] = []

    def begin(kind: type[ExportReader] = ExportReader) -> Clerk:
        window = ExportWindow(
            theme,
            Icons(theme),
            lambda: kind(journal.path, journal.lifelines),
            [
                Choice("What the history shows", HistoryQuery("932111111111"), 2),
                Choice("All calls", HistoryQuery(), None),
                Choice("The selected calls", [4, 1], 2),
            ],
        )
        made.append(window)
        clerk = Clerk(qtbot, window, folder)
        window.ended.connect(lambda: clerk.ended.append(window.exporting))
        with qtbot.waitActive(window):
            window.open()
            window.activateWindow()
        return clerk

    yield begin
    for window in made:
        if shiboken6.isValid(window):
            window.stop()
            qtbot.waitUntil(lambda window=window: not window.exporting)
            window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


def accounts(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["account"] for row in csv.DictReader(file)]


def test_what_the_history_shows_is_exported_unless_told_otherwise(
    make: Callable[..., Clerk], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    clerk = make()
    clerk.name_file("calls.csv")
    QTest.keyClick(clerk.window.path, Qt.Key.Key_Return)
    clerk.until(lambda: clerk.said("Exported 2 calls."))
    assert accounts(clerk.path / "calls.csv") == ["sandbox", "sandbox"]
    assert clerk.files == ["calls.csv"]
    assert clerk.ended == [False]
    clerk.click("Open folder")
    assert [url.toLocalFile() for url in opened] == [str(clerk.path)]


def test_all_or_the_selected_can_be_chosen_and_a_mark_for_excel(
    make: Callable[..., Clerk],
) -> None:
    clerk = make()
    clerk.name_file("all.csv")
    clerk.click("All calls")
    clerk.click("CSV for Excel")
    clerk.click("Export")
    clerk.until(lambda: clerk.said("Exported 5 calls."))
    assert (clerk.path / "all.csv").read_bytes().startswith(BYTE_ORDER_MARK)
    clerk.name_file("some.csv")
    clerk.click("The selected calls")
    clerk.click("Export")
    clerk.until(lambda: clerk.said("Exported 2 calls."))
    assert accounts(clerk.path / "some.csv") == ["'=acc", "sandbox"]


@pytest.mark.parametrize(("words", "ending"), [("JSON Lines", "jsonl"), ("Excel workbook", "xlsx")])
def test_another_form_renames_the_file(make: Callable[..., Clerk], words: str, ending: str) -> None:
    if ending == "xlsx":
        pytest.importorskip("xlsxwriter")
    clerk = make()
    clerk.name_file("calls.csv")
    clerk.click(words)
    assert clerk.window.path.text() == str(clerk.path / f"calls.{ending}")
    clerk.click("Export")
    clerk.until(lambda: clerk.said("Exported"))
    assert clerk.files == [f"calls.{ending}"]


def test_a_file_that_is_there_is_replaced_only_when_told(make: Callable[..., Clerk]) -> None:
    clerk = make()
    (clerk.path / "calls.csv").write_text("before")
    clerk.name_file("calls.csv")
    clerk.click("Export")
    assert clerk.said("Replace calls.csv?")
    clerk.click("Keep it")
    assert (clerk.path / "calls.csv").read_text() == "before"
    clerk.click("Export")
    clerk.click("Replace it")
    clerk.until(lambda: clerk.said("Exported 2 calls."))
    assert len(accounts(clerk.path / "calls.csv")) == 2


def test_a_file_out_of_the_systems_dialog_is_not_asked_about_again(
    make: Callable[..., Clerk], monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = make()
    (clerk.path / "calls.csv").write_text("before")
    monkeypatch.setattr(QFileDialog, "open", lambda self: None)
    clerk.click("Choose…")
    dialog = clerk.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(clerk.path / "calls.csv"))
    clerk.click("Export")
    clerk.until(lambda: clerk.said("Exported 2 calls."))


@pytest.mark.parametrize("way", ["Cancel", "Esc"])
def test_an_export_that_is_stopped_leaves_nothing(make: Callable[..., Clerk], way: str) -> None:
    Held.go_on.clear()
    Held.interrupted.clear()
    clerk = make(Held)
    clerk.name_file("calls.csv")
    clerk.click("All calls")
    clerk.click("Export")
    clerk.until(lambda: clerk.files == ["calls.csv.part"])
    assert clerk.window.exporting
    assert not clerk.button("Export").isEnabled()
    if way == "Esc":
        QTest.keyClick(clerk.window, Qt.Key.Key_Escape)
    else:
        clerk.click("Cancel")
    clerk.until(lambda: clerk.said("Stopped."))
    assert clerk.files == []
    assert clerk.window.isVisible()
    Held.go_on.set()
    Held.interrupted.clear()
    clerk.click("Export")
    clerk.until(lambda: clerk.said("Exported 5 calls."))


def test_a_window_that_is_closed_meanwhile_stops_and_goes(make: Callable[..., Clerk]) -> None:
    Held.go_on.clear()
    Held.interrupted.clear()
    clerk = make(Held)
    clerk.name_file("calls.csv")
    clerk.click("All calls")
    clerk.click("Export")
    clerk.until(lambda: clerk.files == ["calls.csv.part"])
    clerk.window.close()
    clerk.until(lambda: not shiboken6.isValid(clerk.window))
    assert clerk.files == []


def test_progress_is_told_where_the_number_is_known(make: Callable[..., Clerk]) -> None:
    Held.go_on.clear()
    Held.interrupted.clear()
    clerk = make(Held)
    clerk.name_file("calls.csv")
    clerk.click("Export")
    told = [label.text() for label in clerk.window.findChildren(QLabel) if label.isVisible()]
    assert "0 of 2 calls" in told
    Held.go_on.set()
    clerk.until(lambda: clerk.said("Exported"))


@pytest.mark.parametrize(
    ("name", "says"), [("gone/calls.csv", "is not there"), ("exports", "no ordinary file")]
)
def test_a_place_that_cannot_be_written_is_told(
    make: Callable[..., Clerk], name: str, says: str
) -> None:
    clerk = make()
    (clerk.path / "exports").mkdir()
    clerk.name_file(name)
    clerk.click("Export")
    clerk.until(lambda: clerk.said("Not exported."))
    assert says in clerk.message
    assert clerk.files == ["exports"]


def test_a_file_without_a_name_is_told(make: Callable[..., Clerk]) -> None:
    clerk = make()
    clerk.window.path.clear()
    clerk.click("Export")
    assert clerk.said("Not exported. The file needs a name.")


def test_a_spreadsheet_without_the_extra_says_what_to_install(
    make: Callable[..., Clerk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    clerk = make()
    clerk.name_file("calls.xlsx")
    clerk.click("Excel workbook")
    clerk.click("Export")
    clerk.until(lambda: clerk.said("Not exported."))
    assert "dialer[xlsx]" in clerk.message
    assert clerk.files == []
