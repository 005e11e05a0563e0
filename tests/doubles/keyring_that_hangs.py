"""A keyring backend that never comes up, for PYTHON_KEYRING_BACKEND in a process of its own."""

import threading

from keyring.backend import KeyringBackend


class HangingKeyring(KeyringBackend):
    """Never comes up, as one that asks a dead service at its start."""

    def __init__(self) -> None:
        super().__init__()
        threading.Event().wait()

    priority = 0.1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        return None
