"""A small TOML file that other processes write too: read strictly, written whole or not at all."""

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from dialer.calls.private import make_private_folder
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence

SIZE_LIMIT = 1 << 20
"""The longest file that is read, in bytes."""

LOCK_PATIENCE = 10.0
"""Seconds that another process's writing is waited for."""

_DOTS_LIMIT = 200
"""How many dots a line has at most. The time that tomllib takes for a key grows with the square
of its parts: 64 KiB of them take seconds, and a file of the longest minutes."""

Table = dict[str, Any]
"""What a TOML file or a table in it holds."""


class TomlFileError(ValueError):
    """A file cannot be read, is damaged, or cannot be written; `sentence` names it and says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class TomlFile:
    """One file with a version number in it. A newer version than `version` is refused.

    Every method raises TomlFileError. May be used from any thread.
    """

    def __init__(self, path: Path, version: int) -> None:
        self.path = path
        self._version = version

    def read(self) -> Table | None:
        """Return what the file holds, the version left out, or None where there is no file."""
        try:
            with self.path.open("rb") as file:
                raw = file.read(SIZE_LIMIT + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TomlFileError(
                Sentence(
                    QT_TRANSLATE_NOOP("dialer", "The file {path} cannot be read: {why}."),
                    path=self.path,
                    why=_reason(error),
                )
            ) from None
        table = self._parsed(raw)
        version = table.pop("version", None)
        if type(version) is not int or version < 1:
            raise self.damaged(
                Sentence(
                    QT_TRANSLATE_NOOP(
                        "dialer",
                        "The file {path} is damaged: it has no version number. "
                        "Mend it or move it away.",
                    )
                )
            )
        if version > self._version:
            raise TomlFileError(
                Sentence(
                    QT_TRANSLATE_NOOP(
                        "dialer",
                        "The file {path} was written by a newer version of Dialer. "
                        "Update this one, or move the file away.",
                    ),
                    path=self.path,
                )
            )
        return table

    def write(self, table: Mapping[str, Any]) -> None:
        """Replace the file in one step, readable by its owner only; call it within `alone`."""
        # Imported here because reading is all that most starts need.
        import tomli_w  # noqa: PLC0415

        try:
            text = tomli_w.dumps({"version": self._version, **table})
        except (RecursionError, ValueError):
            # What was read may be nested so deeply, or hold a number of so many digits, that it
            # cannot be written again.
            raise self.damaged(
                Sentence(
                    QT_TRANSLATE_NOOP(
                        "dialer",
                        "The file {path} is damaged: it holds what nobody can have chosen. "
                        "Mend it or move it away.",
                    )
                )
            ) from None
        # A link to a file elsewhere stays a link.
        target = self.path.resolve()
        try:
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(text.encode())
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(target)
            except BaseException:
                with suppress(OSError):
                    Path(temporary).unlink()
                raise
            _make_lasting(target.parent)
        except OSError as error:
            raise self._unwritable(error) from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process from changing the file meanwhile; makes its folder."""
        try:
            make_private_folder(self.path.parent)
            lock_path = self.path.with_name(f".{self.path.name}.lock")
            handle = os.open(lock_path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise self._unwritable(error) from None
        with os.fdopen(handle, "r+b", buffering=0) as file:
            self._wait_for(file)
            yield

    def damaged(self, sentence: Sentence) -> TomlFileError:
        """Say of the content that it is wrong: `sentence` may name the file as {path}."""
        return TomlFileError(Sentence(sentence.text, **sentence.values, path=self.path))

    def _parsed(self, raw: bytes) -> Table:
        if len(raw) > SIZE_LIMIT:
            raise self.damaged(
                Sentence(QT_TRANSLATE_NOOP("dialer", "The file {path} is far too long to be ours."))
            )
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise self.damaged(
                Sentence(
                    QT_TRANSLATE_NOOP(
                        "dialer",
                        "The file {path} is damaged: line {line} is not UTF-8 text. "
                        "Mend it or move it away.",
                    ),
                    line=line,
                )
            ) from None
        for number, content in enumerate(text.split("\n"), start=1):
            if content.count(".") > _DOTS_LIMIT:
                raise self._unreadable_line(number)
        import tomllib  # noqa: PLC0415 - a first start has no file, and no need of it

        try:
            return tomllib.loads(text)
        # Deep nesting ends in RecursionError, an endless number in a plain ValueError.
        except (ValueError, RecursionError) as error:
            at = re.search(r"at line (\d+)", str(error))
            cut_off = "end of document" in str(error)
        line_number = at[1] if at else text.count("\n") + 1 if cut_off else None
        if line_number:
            raise self._unreadable_line(line_number)
        raise self.damaged(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The file {path} is damaged: it is not TOML. Mend it or move it away.",
                )
            )
        )

    def _unreadable_line(self, number: int | str) -> TomlFileError:
        return self.damaged(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The file {path} is damaged: line {line} cannot be read. "
                    "Mend it or move it away.",
                ),
                line=number,
            )
        )

    def _wait_for(self, lock: IO[bytes]) -> None:
        deadline = time.monotonic() + LOCK_PATIENCE
        try:
            while not _locked(lock):
                if time.monotonic() > deadline:
                    raise TomlFileError(
                        Sentence(
                            QT_TRANSLATE_NOOP(
                                "dialer",
                                "Another Dialer is writing the file {path} and does not finish. "
                                "Close it and try again.",
                            ),
                            path=self.path,
                        )
                    )
                time.sleep(0.02)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> TomlFileError:
        return TomlFileError(
            Sentence(
                QT_TRANSLATE_NOOP("dialer", "The file {path} cannot be written: {why}."),
                path=self.path,
                why=_reason(error),
            )
        )


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _make_lasting(folder: Path) -> None:
    """Make the new name in `folder` survive a power cut, where the system knows how."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _locked(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _locked(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
