"""The user's registry of Windows, as far as Dialer uses it, in memory."""

from dialer.desktop.links_registry import Value


class RegistryInMemory:
    """Keys are there as long as something is in them, or until they are dropped."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str] = {}
        self.binary: dict[tuple[str, str], bytes] = {}
        self.keys: set[str] = set()
        self.fails_after: int | None = None
        """How many more values can be set."""

    def get(self, key: str, name: str) -> str | None:
        return self.values.get((key, name))

    def get_bytes(self, key: str, name: str) -> bytes:
        return self.binary.get((key, name), b"")

    def put(self, value: Value) -> None:
        if self.fails_after is not None:
            if self.fails_after == 0:
                raise PermissionError(13, "Access is denied")
            self.fails_after -= 1
        self.values[(value.key, value.name)] = value.data
        parts = value.key.split("\\")
        self.keys |= {"\\".join(parts[: at + 1]) for at in range(len(parts))}

    def take_away(self, key: str, name: str) -> None:
        self.values.pop((key, name), None)
        self.binary.pop((key, name), None)

    def drop_if_empty(self, key: str) -> bool:
        inside = (other.startswith(key + "\\") for other in self.keys)
        if any(inside) or any(at == key for at, _ in self.values):
            return False
        self.keys.discard(key)
        return True

    def everything(self) -> tuple[dict[tuple[str, str], str], set[str]]:
        return dict(self.values), set(self.keys)
