"""The API key and secret of a profile, in a value that does not print."""

from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """API key and API secret.

    The key names the account and may be shown masked. The secret is full power over the
    account: it is read where a request is signed and nowhere else. Neither stands in `repr`,
    and the value refuses to be pickled or copied into a file by accident.
    """

    api_key: str
    api_secret: str

    @property
    def masked_key(self) -> str:
        """The key with its middle hidden, to tell two accounts apart on screen."""
        key = self.api_key
        return f"{key[:2]}…{key[-2:]}" if len(key) >= 8 else "…"

    def __repr__(self) -> str:
        return "Credentials(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are not to be serialised")
