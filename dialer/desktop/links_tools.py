"""The desktop's own tools, run to their end: no shell, a time limit, and words for what fails."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress

from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.desktop.links import LinksTrouble

PATIENCE = 15.0
"""Seconds that a tool may take unless told otherwise."""

_FAILED = QT_TRANSLATE_NOOP(
    "dialer", "The program {tool} failed ({why}). Phone links open as before."
)
_NO_ANSWER = QT_TRANSLATE_NOOP(
    "dialer",
    "The program {tool} did not end within {seconds} s. Phone links open as before; try again.",
)


class Tools:
    """The tools in the PATH of `environ`, which they get as their own. POSIX. Any thread."""

    def __init__(self, environ: Mapping[str, str], patience: float = PATIENCE) -> None:
        self._environ = dict(environ)
        self._patience = patience
        if getattr(sys, "frozen", False):
            # A bundle finds its own libraries by it; the system's programs must not.
            former = self._environ.pop("LD_LIBRARY_PATH_ORIG", None)
            self._environ.pop("LD_LIBRARY_PATH", None)
            if former:
                self._environ["LD_LIBRARY_PATH"] = former

    def has(self, tool: str) -> bool:
        """Whether there is such a program."""
        return shutil.which(tool, path=self._environ.get("PATH")) is not None

    def run(self, tool: str, *arguments: str, **environ: str) -> str:
        """Run a tool with more in its environment, and return what it printed.

        Raises LinksTrouble where it cannot be run, fails or takes too long.
        """
        code, out, err = self._run(tool, arguments, environ)
        if code:
            why = plain(err.strip(), 200) or str(code)
            raise LinksTrouble(Sentence(_FAILED, tool=tool, why=why))
        return out

    def ask(self, tool: str, *arguments: str, **environ: str) -> str:
        """The same for a tool that ends with an error where it has nothing to say."""
        return self._run(tool, arguments, environ)[1]

    def _run(
        self, tool: str, arguments: tuple[str, ...], environ: Mapping[str, str]
    ) -> tuple[int, str, str]:
        path = shutil.which(tool, path=self._environ.get("PATH")) or tool
        try:
            process = subprocess.Popen(  # noqa: S603 - a tool of the desktop's, no shell
                [path, *arguments],
                env={**self._environ, **environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise LinksTrouble(Sentence(_FAILED, tool=tool, why=why)) from None
        with process:
            try:
                out, err = process.communicate(timeout=self._patience)
            except subprocess.TimeoutExpired:
                # What it has started holds its pipes open: all of them end.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                silent = Sentence(_NO_ANSWER, tool=tool, seconds=f"{self._patience:.0f}")
                raise LinksTrouble(silent) from None
        return process.returncode, out.decode(errors="replace"), err.decode(errors="replace")
