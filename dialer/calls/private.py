"""Files and folders that are their owner's alone from the moment they are there."""

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["make_private_folder", "private"]


def make_private_folder(folder: Path) -> None:
    """Make `folder`, and those above it that are missing, for their owner alone.

    `Path.mkdir` leaves the ones above to the umask. One that is there already stays as it is.
    Raises OSError.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        make_private_folder(folder.parent)
        # Another process may make it at the same time.
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
    except OSError:
        # A system may have another error than the one for a folder that is there.
        if not folder.is_dir():
            raise


def private(name: str, flags: int) -> int:
    """Open a file for its owner alone, if it has to be made: the `opener` of `open`."""
    return os.open(name, flags, 0o600)
