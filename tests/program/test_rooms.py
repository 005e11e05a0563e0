"""The rooms of the house: who may import whom, as dialer/README.md draws it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import dialer
from program.program import Program

PACKAGE = Path(dialer.__file__).parent
MAP = PACKAGE / "README.md"
SAYS = "see dialer/README.md, “Rooms”: a new thing goes where a stranger would look for it"

MAY_IMPORT = {
    "calls": set(),
    "provider": {"calls"},
    "settings": {"calls"},
    "sandbox": {"calls"},
    "desktop": {"calls", "settings"},
    "cli": {"calls", "provider", "sandbox", "settings", "desktop"},
    "ui": {"calls", "settings", "desktop"},
}
COMPOSES = {
    "__main__",
    "aftercall",
    "app",
    "desk_settings",
    "history_work",
    "outside",
    "program",
    "records_desk",
    "switchboard",
}
"""The modules beside the rooms, which join them and so may import them all."""

WITHOUT_QT = ["calls", "provider", "sandbox", "settings", "cli"]
STATEFUL = {
    "export_file",
    "export_form",
    "journal",
    "journal_backup",
    "journal_damage",
    "journal_exchange",
    "journal_export",
    "journal_fates",
    "journal_figures",
    "journal_file",
    "journal_forget",
    "journal_pages",
    "journal_reader",
    "journal_recovery",
    "journal_rows",
    "journal_search",
    "journal_terms",
    "journal_trouble",
    "schema",
    "lifeline",
}
"""Modules of `calls` that are no plain values: the front ends' own, and the composers'."""

SAY_NOTHING = {"utils", "helpers", "common", "manager", "core", "misc", "util", "helper", "base"}


@cache
def modules() -> tuple[Path, ...]:
    found = tuple(sorted(PACKAGE.rglob("*.py")))
    assert len(found) > 40
    return found


def name_of(path: Path) -> str:
    return ".".join(("dialer", *path.relative_to(PACKAGE).with_suffix("").parts))


def room_of(name: str) -> str:
    """The room of a module by its dotted name, or the module itself if it stands beside them."""
    return [*name.split("."), ""][1]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[str]:
    """Every module that is imported, wherever in the module that stands, by its dotted name."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: imports are written in full"
            assert node.module
            yield node.module
            # `from dialer.calls import journal` imports a module too.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            first = node.args[0]
            if isinstance(first, ast.Constant):
                yield str(first.value)
            elif isinstance(first, ast.JoinedStr) and isinstance(first.values[0], ast.Constant):
                yield str(first.values[0].value).rstrip(".")


def test_every_room_is_on_the_map_and_every_module_in_a_room() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms == set(MAY_IMPORT), SAYS
    beside = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert beside == COMPOSES, SAYS
    assert {path.parent.parent for path in modules()} <= {PACKAGE, PACKAGE.parent}, SAYS


def test_the_map_says_what_is_held_here() -> None:
    drawn: dict[str, set[str]] = {}
    for left, right in re.findall(r"^\| (`.+`) \| (.+) \|$", MAP.read_text(), re.MULTILINE):
        for room in re.findall(r"`([a-z]+)`", left):
            if room in MAY_IMPORT:
                drawn[room] = set(re.findall(r"`([a-z]+)`", right))
    assert drawn == MAY_IMPORT


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    room = room_of(name_of(path))
    if room in COMPOSES or room == "__init__":
        return
    for imported in imports(path):
        if not imported.startswith("dialer."):
            continue
        other = room_of(imported)
        allowed = other == room or other in MAY_IMPORT[room] or other == "__version__"
        assert allowed, f"{name_of(path)} imports {imported}: {SAYS}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_says_what_it_is_for_and_is_not_named_for_nothing(path: Path) -> None:
    docstring = ast.get_docstring(tree_of(path))
    assert docstring, f"{name_of(path)} does not say in its first line what it is for"
    assert docstring.splitlines()[0].rstrip().endswith((".", ":", "?"))
    assert path.stem not in SAY_NOTHING, SAYS


@pytest.mark.parametrize("room", ["provider", "settings", "sandbox"])
def test_a_room_takes_plain_values_of_calls_only(room: str) -> None:
    for path in (PACKAGE / room).glob("*.py"):
        for imported in imports(path):
            stateful = {f"dialer.calls.{name}" for name in STATEFUL}
            assert imported not in stateful, f"{name_of(path)} imports {imported}: {SAYS}"


@pytest.mark.parametrize(
    ("room", "never"),
    [
        *((room, "PySide6") for room in (*WITHOUT_QT, "desktop")),
        ("calls", "requests"),
        ("calls", "http"),
        ("provider", "sqlite3"),
        ("ui", "requests"),
        ("ui", "sqlite3"),
        ("ui", "keyring"),
    ],
)
def test_a_library_stays_out_of_the_rooms_that_do_without_it(room: str, never: str) -> None:
    for path in (PACKAGE / room).glob("*.py"):
        assert never not in {name.partition(".")[0] for name in imports(path)}, (
            f"{name_of(path)} imports {never}: {SAYS}"
        )


def test_a_fresh_process_with_all_rooms_without_qt_has_no_qt(program: Program) -> None:
    wanted = [
        name_of(path).removesuffix(".__init__")
        for path in modules()
        if room_of(name_of(path)) in (*WITHOUT_QT, "desktop")
    ]
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    ended = program.python("-c", code, *wanted)
    assert ended.code == 0, ended.err
    loaded = set(ended.out.split())
    assert "dialer" in loaded
    assert not loaded & {"PySide6", "shiboken6"}, SAYS


def loaded_by(program: Program, *arguments: str) -> set[str]:
    """The top-level modules that a command imports in its process."""
    ended = program.python("-X", "importtime", "-m", "dialer", *arguments)
    assert ended.code == 0, ended.err
    lines = re.findall(r"^import time:.*\|\s*([\w.]+)$", ended.err, re.MULTILINE)
    assert "dialer.cli.commands" in lines
    return {name.partition(".")[0] for name in lines}


def test_a_call_from_the_command_line_never_imports_qt(program: Program) -> None:
    loaded = loaded_by(program, "call", "932111111111", "--sandbox")
    assert "requests" in loaded
    assert not loaded & {"PySide6", "shiboken6"}, SAYS
    assert "keyring" not in loaded, "the sandbox needs no keyring"


@pytest.mark.parametrize("command", ["history", "sandbox --help"])
def test_a_command_imports_nothing_heavy_that_it_does_not_use(
    program: Program, command: str
) -> None:
    heavy = {"PySide6", "requests", "urllib3", "keyring", "phonenumbers", "truststore"}
    assert not loaded_by(program, *command.split()) & heavy
