"""Defects of the program's own: what nobody caught, on whatever thread, comes to one place."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from dialer import __version__
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.settings.early_log import EarlyLog
from dialer.settings.native_crash import NativeCrash
from dialer.settings.traces import kind_of, place_of, trace_of

if TYPE_CHECKING:
    from dialer.settings.log import LogFile

log = logging.getLogger(__name__)

_MOST_KINDS = 50
"""So many different defects are told apart; what comes after them counts as one."""

_SAID = QT_TRANSLATE_NOOP("dialer", "An error in Dialer ({kind}, {place}). The log says more.")

_Kind = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Defect:
    """An exception that nobody caught: what of it is fit for any eye, and how often it came."""

    kind: str
    place: str
    """The line of Dialer that it came from."""
    report: str
    """The versions, the thread and the trace; no values."""
    count: int


class Defects:
    """Hears of every exception that nobody caught, logs it, and tells whoever listens.

    `log_file` names the log's file once that is needed, and `choose_masks` says then whether
    numbers are left out of it; where neither can be found out the defect is told all the same.
    Of a defect that repeats itself the log has the first, the tenth, the hundredth. Any thread.
    """

    def __init__(
        self,
        log_file: Callable[[], Path],
        choose_masks: Callable[[], bool],
        *,
        urgent: int = logging.CRITICAL,
        native: NativeCrash | None = None,
    ) -> None:
        self._log_file = log_file
        self._choose_masks = choose_masks
        self._early = EarlyLog(self._begin_log, urgent)
        self._native = native
        self._listener: Callable[[Defect], None] | None = None
        self._known: dict[_Kind, Defect] = {}
        self._lock = threading.Lock()
        self._own = threading.local()

    # What the program does

    def hear(self) -> None:
        """Be the one place for exceptions that nobody caught. A second call changes nothing.

        Those in slots and overridden methods come by `sys.excepthook` too, on the thread of
        the slot: Qt for Python prints them so.
        """
        sys.excepthook = self._on_exception
        sys.unraisablehook = self._on_unraisable
        threading.excepthook = self._on_thread

    def listen(self, listener: Callable[[Defect], None]) -> None:
        """Tell `listener` of each defect, on its thread, and now of those that came before."""
        with self._lock:
            self._listener = listener
            known = list(self._known.values())
        for defect in known:
            listener(defect)

    def write_log(self, *, masks: bool) -> None:
        """Begin the log's file, or go on with it; with `masks` no number stands in it."""
        self._choose_masks = lambda: masks
        self._early.write_down().masks = masks

    def note(self, error: BaseException, where: str = "") -> Defect | None:
        """Log a defect and tell of it; None where that fails, or made the defect itself.

        `where` says what was done, or on which thread, in words of the program's own.
        """
        if getattr(self._own, "busy", False):
            return None
        self._own.busy = True
        try:
            return self._noted(error, where)
        except Exception:
            return None  # a full memory, a trace too deep: nothing is left that could tell it
        finally:
            self._own.busy = False

    def crashed(self) -> str:
        """What the last start left that crashed in C code, fit to be shown; "" if none did."""
        left = self._native.left() if self._native is not None else ""
        return f"{_surroundings()}\n{left}" if left else ""

    def crash_told(self) -> None:
        """The operator has seen what a crash left: it is not told again."""
        if self._native is not None:
            self._native.told()

    # What Python tells

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, _: TracebackType | None
    ) -> None:
        if issubclass(kind, Exception):
            self.note(error, threading.current_thread().name)
        else:
            sys.__excepthook__(kind, error, None)

    def _on_thread(self, told: threading.ExceptHookArgs) -> None:
        if isinstance(told.exc_value, Exception):
            self.note(told.exc_value, told.thread.name if told.thread is not None else "")

    def _on_unraisable(self, told: "sys.UnraisableHookArgs") -> None:
        if isinstance(told.exc_value, Exception):
            self.note(told.exc_value, "where nothing can be raised")

    # What becomes of it

    def _begin_log(self) -> "LogFile":
        from dialer.settings.log import start_log  # noqa: PLC0415 - for the start's sake

        masks = True
        with suppress(Exception):
            masks = self._choose_masks()
        return start_log(self._log_file(), masks=masks)

    def _noted(self, error: BaseException, where: str) -> Defect:
        kind, place = kind_of(error), place_of(error)
        with self._lock:
            if len(self._known) >= _MOST_KINDS and (kind, place) not in self._known:
                kind, place = "Exception", "many places"
            before = self._known.get((kind, place))
            if before is None:
                report = f"{_surroundings()}\n{_now()} {where}\n{trace_of(error)}"
                defect = Defect(kind, place, report, 1)
            else:
                defect = Defect(kind, place, before.report, before.count + 1)
            self._known[kind, place] = defect
            listener = self._listener
        self._log(defect, error, where)
        if listener is not None:
            listener(defect)
        return defect

    def _log(self, defect: Defect, error: BaseException, where: str) -> None:
        if defect.count == 1:
            log.critical("a defect (%s)", where, exc_info=error)
            if sys.stderr is not None:  # print would turn to stdout
                with suppress(OSError, ValueError):
                    said = Sentence(_SAID, kind=defect.kind, place=defect.place)
                    print(f"dialer: {said}", file=sys.stderr, flush=True)
        elif str(defect.count).strip("0") == "1":
            log.critical("a defect (%s) again: %s, %s", where, defect.kind, defect.place)


def _surroundings() -> str:
    """What a report begins with: the versions, as far as they are loaded."""
    parts = [f"Dialer {__version__}", f"Python {sys.version.split()[0]}", sys.platform]
    binding = sys.modules.get("PySide6")
    if (version := getattr(binding, "__version__", None)) is not None:
        parts.append(f"PySide6 {version}")
    return ", ".join(parts)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
