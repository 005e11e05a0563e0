"""The text of .desktop files: written with the quoting that the specification asks for, and read.

https://specifications.freedesktop.org/desktop-entry-spec/latest/
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NAME = "dialer.desktop"
"""The file's name, in every folder that has one of ours."""

MARK = "X-Dialer-For"
"""The key by which a file of ours is known: `LINKS` or `LOGIN`, for the two have one name."""
LINKS, LOGIN = "links", "login"

_RESERVED = frozenset(" \t\n\"'\\><~|&;$*?#()`")
"""What makes an argument of `Exec` need quotes."""

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_UNESCAPES = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r", "s": " "}


@dataclass(frozen=True, slots=True)
class Action:
    """One more thing in the menu of the program's icon."""

    name: str
    title: str
    command: Sequence[str]


def links_entry(command: Sequence[str], program: str, schemes: Sequence[str]) -> str:
    """The entry that opens links of `schemes` by `command` and the link as its last argument.

    `program` is the absolute path without which the desktop leaves the entry out.
    """
    return _entry(
        {
            **_about(program),
            "GenericName": "Click-to-call",
            "Comment": "Ring your phone, then the callee's",
            "Exec": exec_value(command, "%u"),
            "Terminal": "false",
            "StartupNotify": "true",
            "StartupWMClass": "dialer",
            "Categories": "Network;Telephony;",
            "Keywords": "call;phone;telephone;tel;",
            "MimeType": "".join(f"x-scheme-handler/{scheme};" for scheme in schemes),
            MARK: LINKS,
        },
        (
            Action("clipboard", "Call the Copied Number", [*command, "--from-clipboard"]),
            Action("sandbox", "Open the Sandbox", [*command, "--sandbox"]),
        ),
    )


def login_entry(command: Sequence[str], program: str) -> str:
    """The entry that starts `command` when the user signs in."""
    return _entry(
        {
            **_about(program),
            "Comment": "Wait in the background for phone links",
            "Exec": exec_value(command),
            "Terminal": "false",
            "StartupNotify": "false",
            MARK: LOGIN,
        }
    )


def exec_value(command: Sequence[str], field: str = "") -> str:
    """`command` as the value of `Exec`, with a field code such as `%u` behind it."""
    arguments = [_quoted(each.replace("%", "%%")) for each in command]
    return _escaped(" ".join([*arguments, field] if field else arguments))


def read(text: str) -> dict[str, str]:
    """What the group `[Desktop Entry]` says, escapes undone."""
    found: dict[str, str] = {}
    inside = False
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.strip() == "[Desktop Entry]"
        elif inside and not line.startswith("#"):
            key, is_set, value = line.partition("=")
            if is_set:
                found.setdefault(key.strip(), _unescaped(value.strip()))
    return found


def is_ours(content: bytes | None, purpose: str) -> bool:
    """Whether a file was written by Dialer for `purpose`, whoever changed it since."""
    if content is None:
        return False
    return read(content.decode("utf-8", "replace")).get(MARK) == purpose


def _about(program: str) -> dict[str, str]:
    return {
        "Type": "Application",
        "Name": "Dialer",
        "Icon": "dialer",
        "TryExec": _escaped(program),
    }


def _entry(keys: Mapping[str, str], actions: Sequence[Action] = ()) -> str:
    lines = ["[Desktop Entry]", *(f"{key}={value}" for key, value in keys.items())]
    if actions:
        lines.append("Actions=" + "".join(f"{action.name};" for action in actions))
    for action in actions:
        lines += ["", f"[Desktop Action {action.name}]", f"Name={action.title}"]
        lines.append(f"Exec={exec_value(action.command)}")
    return "\n".join(lines) + "\n"


def _quoted(argument: str) -> str:
    if argument and not _RESERVED & set(argument):
        return argument
    return '"' + re.sub(r'(["`$\\])', r"\\\1", argument) + '"'


def _escaped(value: str) -> str:
    return "".join(_ESCAPES.get(char, char) for char in value)


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: _UNESCAPES.get(found[1], found[0]), value)
