"""Every text for people can be translated: marked where it stands, with values by name."""

import ast
import string
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

import dialer

PACKAGE = Path(dialer.__file__).parent
MARK = "QT_TRANSLATE_NOOP"
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.parent = node  # type: ignore[attr-defined]
    return tree


def called(node: ast.AST) -> str:
    """The name of the function that a node calls, "" if it is no call."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def calls_of(path: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and called(node) in names:
            yield node


def literal(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def constants(path: Path) -> dict[str, ast.expr]:
    """What the module's constants are set to."""
    found: dict[str, ast.expr] = {}
    for node in tree_of(path).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def texts_of(node: ast.expr, known: dict[str, ast.expr]) -> Iterator[ast.expr]:
    """Every expression that a sentence's text may come from, constants looked up."""
    if isinstance(node, ast.Name) and node.id in known:
        yield from texts_of(known[node.id], known)
    elif isinstance(node, ast.IfExp):
        yield from texts_of(node.body, known)
        yield from texts_of(node.orelse, known)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from texts_of(value, known)
    elif isinstance(node, ast.Subscript):
        yield from texts_of(node.value, known)
    elif isinstance(node, ast.Call) and called(node) == "get":
        assert isinstance(node.func, ast.Attribute)
        for part in (node.func.value, *node.args[1:]):
            yield from texts_of(part, known)
    else:
        yield node


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_marked_text_is_a_literal_with_simple_names(path: Path) -> None:
    for call in calls_of(path, MARK):
        where = f"{name_of(path)}:{call.lineno}"
        assert len(call.args) == 2, where
        assert literal(call.args[0]) == "dialer", f"{where}: the context is “dialer”"
        text = literal(call.args[1])
        assert text, f"{where}: no literal, so no translator ever sees it"
        assert text == text.strip(), f"{where}: spaces at the ends get lost"
        assert "!" not in text, f"{where}: no exclamation marks"
        for _, field, form, conversion in string.Formatter().parse(text):
            assert field is None or field.isidentifier(), f"{where}: {{{field}}} is no name"
            assert not form, f"{where}: a translator is not to format"
            assert not conversion, where


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_sentence_has_a_marked_text_and_all_its_values(path: Path) -> None:
    known = constants(path)
    for call in calls_of(path, "Sentence"):
        where = f"{name_of(path)}:{call.lineno}"
        given = {keyword.arg for keyword in call.keywords}
        # The file of a damaged one is filled in where the file is known.
        if called(call.parent) == "damaged":  # type: ignore[attr-defined]
            given.add("path")
        for text in texts_of(call.args[0], known):
            assert literal(text) is None, f"{where}: the text is not marked"
            assert not isinstance(text, ast.JoinedStr | ast.BinOp), f"{where}: no translation"
            if called(text) == MARK and None not in given:
                assert isinstance(text, ast.Call)
                missing = fields(literal(text.args[1]) or "") - given
                assert not missing, f"{where}: nothing is given for {missing}"


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.parent.name == "ui"], ids=name_of
)
def test_a_text_of_the_window_is_a_literal(path: Path) -> None:
    for call in calls_of(path, "tr"):
        text = literal(call.args[0])
        assert text, f"{name_of(path)}:{call.lineno}: no literal, so no translator ever sees it"
    for call in calls_of(path, "translate"):
        if getattr(call.func, "value", None) and len(call.args) >= 2:
            context, text = call.args[:2]
            marked = literal(context) is not None and literal(text) is not None
            # A sentence's own text, marked where the sentence was made.
            handed_on = ast.unparse(context) == "CONTEXT"
            assert marked or handed_on, f"{name_of(path)}:{call.lineno}"


def test_there_are_texts_to_look_at() -> None:
    assert sum(1 for path in MODULES for _ in calls_of(path, MARK)) > 100
    assert sum(1 for path in MODULES for _ in calls_of(path, "tr")) > 30


def test_translators_are_given_every_marked_text(tmp_path: Path) -> None:
    # Qt's own tool decides what a translator sees, and it reads Python in its own way.
    found = tmp_path / "dialer_xx.ts"
    code = "from PySide6.scripts.pyside_tool import lupdate; lupdate()"
    command = [sys.executable, "-c", code, *map(str, MODULES), "-ts", str(found)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    contexts = {
        context.findtext("name"): {
            message.findtext("source") for message in context.iter("message")
        }
        for context in Xml.parse(found).iter("context")
    }
    marked = {
        literal(call.args[1])
        for path in MODULES
        for call in calls_of(path, MARK)
        if len(call.args) == 2
    }
    assert marked <= contexts["dialer"]
