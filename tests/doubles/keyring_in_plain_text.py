"""A keyring backend that writes plain text, for PYTHON_KEYRING_BACKEND or a chain.

Importing this registers it with keyring: never import it in the tests' own process.
"""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class PlainTextKeyring(KeyringBackend):
    """Writes what it is given to the file that PLAIN_TEXT_FILE names."""

    priority = 9  # type: ignore[assignment]  # above the Secret Service, as a package may claim

    def get_password(self, service: str, username: str) -> str | None:
        kept = self._kept().get(username)
        return str(kept) if kept is not None else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file().write_text(json.dumps({**self._kept(), username: password}))

    def _kept(self) -> dict[str, str]:
        return dict(json.loads(self._file().read_text())) if self._file().exists() else {}

    def _file(self) -> Path:
        return Path(os.environ["PLAIN_TEXT_FILE"])
