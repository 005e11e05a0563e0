"""Values in the registry of Windows: set, and put back as they were.

What touches the registry itself was not run: it was written by Python's documentation of winreg.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Value:
    """One text value under HKEY_CURRENT_USER; the name "" is the key's default value."""

    key: str
    name: str
    data: str


@dataclass(frozen=True, slots=True)
class Was:
    """A value as it was before, None for one that was not there, and what was set instead."""

    value: Value
    former: str | None


class Registry(Protocol):
    """The part of the registry that belongs to the user. Every method raises OSError."""

    def get(self, key: str, name: str) -> str | None:
        """The text under this name, None where there is none."""
        ...

    def get_bytes(self, key: str, name: str) -> bytes:
        """The bytes under this name, none where there are none."""
        ...

    def put(self, value: Value) -> None:
        """Set a text; makes the key and those above it."""
        ...

    def take_away(self, key: str, name: str) -> None:
        """Delete the value, if it is there."""
        ...

    def drop_if_empty(self, key: str) -> bool:
        """Delete the key if neither values nor keys are in it; whether it is gone."""
        ...


def remember(registry: Registry, plan: Sequence[Value], earlier: Sequence[Was] = ()) -> list[Was]:
    """What the values of the plan are now; those that are still as set earlier, what they were."""
    known = {(was.value.key, was.value.name): was for was in earlier}
    found = []
    for value in plan:
        current = registry.get(value.key, value.name)
        was = known.get((value.key, value.name))
        if was is not None and current == was.value.data:
            current = was.former
        found.append(Was(value, current))
    planned = {(value.key, value.name) for value in plan}
    return [*found, *(was for place, was in known.items() if place not in planned)]


def put_back(registry: Registry, changed: Sequence[Was]) -> None:
    """Undo what is still as it was set; what somebody else has set since stays.

    Keys that hold nothing any more go, the innermost first, up to those of Windows itself.
    """
    for was in reversed(changed):
        value = was.value
        if registry.get(value.key, value.name) != value.data:
            continue
        if was.former is None:
            registry.take_away(value.key, value.name)
        else:
            registry.put(Value(value.key, value.name, was.former))
    for key in sorted({was.value.key for was in changed}, key=len, reverse=True):
        while key not in _WINDOWS_OWN and registry.drop_if_empty(key):
            key = key.rpartition("\\")[0]  # noqa: PLW2901 - upwards from each


_WINDOWS_OWN = frozenset(
    (
        "",
        "Software",
        r"Software\Classes",
        r"Software\RegisteredApplications",
        r"Software\Microsoft\Windows\CurrentVersion\Run",
    )
)

if sys.platform == "win32":
    import winreg

    class UserRegistry:
        """HKEY_CURRENT_USER."""

        def get(self, key: str, name: str) -> str | None:
            """The text under this name, None where there is none."""
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    data, kind = winreg.QueryValueEx(opened, name)
            except FileNotFoundError:
                return None
            return data if kind in (winreg.REG_SZ, winreg.REG_EXPAND_SZ) else str(data)

        def get_bytes(self, key: str, name: str) -> bytes:
            """The bytes under this name, none where there are none."""
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    data, kind = winreg.QueryValueEx(opened, name)
            except FileNotFoundError:
                return b""
            return data if kind == winreg.REG_BINARY and data else b""

        def put(self, value: Value) -> None:
            """Set a text; makes the key and those above it."""
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, value.key) as key:
                winreg.SetValueEx(key, value.name, 0, winreg.REG_SZ, value.data)

        def take_away(self, key: str, name: str) -> None:
            """Delete the value, if it is there."""
            access = winreg.KEY_SET_VALUE
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, access) as opened:
                    winreg.DeleteValue(opened, name)
            except FileNotFoundError:
                pass

        def drop_if_empty(self, key: str) -> bool:
            """Delete the key if neither values nor keys are in it; whether it is gone."""
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    keys, values, _ = winreg.QueryInfoKey(opened)
                if keys or values:
                    return False
                winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)
            except FileNotFoundError:
                pass
            return True
