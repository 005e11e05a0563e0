"""Joins what is done with the history: filters, figures, export, deletion, how long it is kept."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from dialer.calls.place import JournalError
from dialer.settings.folders import Folders
from dialer.settings.preferences import Preferences
from dialer.settings.profile import SANDBOX_NAME
from dialer.settings.toml_file import TomlFileError
from dialer.ui.background import Background
from dialer.ui.history_model import HistoryModel
from dialer.ui.history_pane import HistoryPane
from dialer.ui.main_window import MainWindow
from dialer.ui.words import told

if TYPE_CHECKING:
    from dialer.calls.journal import JournalReader
    from dialer.calls.journal_export import ExportReader
    from dialer.calls.journal_figures import FigureReader
    from dialer.settings.profile import Profile
    from dialer.ui.day_figures import DayFigures
    from dialer.ui.export_window import ExportWindow
    from dialer.ui.forgetting import Forgetting
    from dialer.ui.history_actions import HistoryActions
    from dialer.ui.history_filters import FilterBar
    from dialer.ui.quitting import Quitting

# Imports inside functions are for the start's sake: the window is on screen before them.
# ruff: noqa: PLC0415

log = logging.getLogger(__name__)


class HistoryWork(QObject):
    """Owns what stands around the history's table once the journal is open. UI thread."""

    forgotten = Signal(str)
    """The digits of a callee that nothing is to offer any more."""

    def __init__(
        self,
        folders: Folders,
        *,
        window: MainWindow,
        history: HistoryPane,
        model: HistoryModel,
        quitting: "Quitting",
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._folders = folders
        self._window = window
        self._history = history
        self._model = model
        self._quitting = quitting
        self._reader: JournalReader | None = None
        self._figures: DayFigures | None = None
        self._filters: FilterBar | None = None
        self._actions: HistoryActions | None = None
        self._forgetting: Forgetting | None = None
        self._export: ExportWindow | None = None
        self._profile: Profile | None = None
        self._sandbox = False
        window.export_asked.connect(self.show_export)
        window.keep_asked.connect(self.show_keep)
        quitting.wait_for(self._is_busy)
        quitting.stopping.connect(self._on_stopping)

    def begin(self, reader: "JournalReader", formatted: Callable[[str], str]) -> None:
        """Offer it all: the journal is open, and numbers can be made readable."""
        from dialer.ui.day_figures import DayFigures
        from dialer.ui.forgetting import Forgetting
        from dialer.ui.history_actions import HistoryActions
        from dialer.ui.history_copy import calls_of
        from dialer.ui.history_filters import FilterBar
        from dialer.ui.history_line import HistoryLine

        opened_before = self._reader is not None
        self._reader = reader
        if opened_before:
            self.refresh()
            return
        window, history = self._window, self._history
        preferences = Preferences.load(self._folders.preferences_file)

        self._filters = filters = FilterBar(window.theme, window.icons)
        history.set_filters(filters, filters.apply, filters.clear)
        filters.changed.connect(history.find_again)
        self._offer()

        self._figures = figures = DayFigures(window.theme)
        history.set_figures(figures)
        history.add_where_there_is_room(figures.panel)
        figures.show_chart(preferences.chart)
        figures.chart_toggled.connect(self._keep_chart)
        figures.read_with(self._open_figures)
        self._show_figures()

        line = HistoryLine(window.theme, window.icons)
        history.add_above(line)
        self._forgetting = forgetting = Forgetting(
            self._folders.journal, self._folders.lifelines, self
        )
        self._actions = actions = HistoryActions(
            forgetting,
            line,
            history.selected_rows,
            calls_of(self._folders.journal, self._folders.lifelines),
            self,
            formatted=formatted,
        )
        history.table.addActions(actions.on_table)
        history.add_actions(actions.on_table)
        window.add_history_actions([*actions.on_table, actions.undo])
        history.selection_changed.connect(self._on_selection)
        history.copy_many_asked.connect(actions.copy_table.trigger)
        actions.copied.connect(history.copied)
        actions.keep_asked.connect(self.show_keep)
        actions.export_asked.connect(self.show_export)
        actions.callee_forgotten.connect(self.forgotten)
        forgetting.deleted.connect(self._on_rows_changed)
        forgetting.restored.connect(self._on_rows_changed)
        forgetting.forgotten.connect(self._on_rows_changed)
        forgetting.callee_forgotten.connect(self._on_rows_changed)
        forgetting.purged.connect(self._on_purged)
        forgetting.busy_changed.connect(self._quitting.look)
        forgetting.purge_old(preferences.keep_days)

    def use(self, profile: "Profile | None", *, sandbox: bool) -> None:
        """Calls are placed with `profile` now: the figures are its own."""
        self._profile, self._sandbox = profile, sandbox
        self._show_figures()
        self._offer()

    @Slot()
    def refresh(self) -> None:
        """Calls were placed, or something became of them."""
        if self._figures is not None:
            self._figures.refresh()

    @Slot()
    def show_export(self) -> None:
        """Open the window that exports calls."""
        from dialer.calls.history_query import HistoryQuery
        from dialer.ui.export_window import Choice, ExportWindow

        if self._reader is None or self._export is not None:
            return
        query, rows = self._model.query, self._history.selected_rows()
        choices = []
        if query.filters:
            choices.append(Choice(self.tr("What the history shows now"), query, self._model.total))
        choices.append(
            Choice(
                self.tr("All calls"),
                HistoryQuery(),
                None if query.filters else self._model.total,
            )
        )
        if len(rows) > 1:
            choices.append(Choice(self.tr("The selected calls"), rows, len(rows)))
        window = ExportWindow(
            self._window.theme, self._window.icons, self._open_export, choices, self._window
        )
        self._export = window
        window.ended.connect(self._quitting.look)
        window.finished.connect(self._on_export_closed)
        window.open()

    @Slot()
    def show_keep(self) -> None:
        """Open the window that chooses for how long calls are kept."""
        from dialer.ui.keep_window import KeepWindow

        if self._forgetting is None:
            return
        keep_days = Preferences.load(self._folders.preferences_file).keep_days
        window = KeepWindow(
            self._window.theme,
            self._window.icons,
            keep_days,
            self._forgetting.work.count_older,
            self._window,
        )
        window.chosen.connect(self._keep)
        window.open()

    # What they tell

    @Slot()
    def _on_selection(self) -> None:
        if self._actions is not None:
            self._actions.look(self._history.table.selected_count())

    @Slot()
    def _on_rows_changed(self, *_: object) -> None:
        self._model.refresh()
        self.refresh()

    @Slot(int)
    def _on_purged(self, count: int) -> None:
        if count:
            self._on_rows_changed()

    @Slot()
    def _on_export_closed(self) -> None:
        if self._export is not None:
            self._export.deleteLater()
        self._export = None

    @Slot(int)
    def _keep(self, days: int) -> None:
        self._save(keep_days=days)
        if days and self._forgetting is not None:
            self._forgetting.forget_older(days)

    @Slot(bool)
    def _keep_chart(self, shown: bool) -> None:
        self._save(chart=shown)

    def _save(self, **values: object) -> None:
        path = self._folders.preferences_file
        saving = Background()
        saving.failed.connect(self._on_not_saved)
        saving.start(lambda: Preferences.change(path, **values))

    @Slot(object)
    def _on_not_saved(self, error: Exception) -> None:
        why = error.sentence if isinstance(error, TomlFileError) else str(error)
        self._window.tell("info", self.tr("The choice is not kept."), told(why))

    # The end

    def _is_busy(self) -> bool:
        exporting = self._export is not None and self._export.exporting
        return exporting or (self._forgetting is not None and self._forgetting.busy)

    @Slot()
    def _on_stopping(self) -> None:
        if self._export is not None:
            self._export.stop()
        if self._forgetting is not None:
            self._forgetting.close()

    # What they read

    def _offer(self) -> None:
        """Offer the accounts and profiles of the calls there are to the filters."""
        if self._reader is None or self._filters is None:
            return
        try:
            accounts, profiles = self._reader.names()
        except JournalError:
            return  # the history tells it
        self._filters.offer_accounts(accounts)
        self._filters.offer_profiles(profiles)

    def _show_figures(self) -> None:
        if self._figures is None:
            return
        if self._sandbox:
            self._figures.show_calls_of(SANDBOX_NAME, sandbox=True)
        else:
            name = self._profile.name if self._profile else None
            self._figures.show_calls_of(name, sandbox=False)

    def _open_figures(self) -> "FigureReader":
        from dialer.calls.journal_figures import FigureReader

        return FigureReader(self._folders.journal, self._folders.lifelines)

    def _open_export(self) -> "ExportReader":
        from dialer.calls.journal_export import ExportReader

        return ExportReader(self._folders.journal, self._folders.lifelines)
