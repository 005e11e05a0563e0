"""What is told of an exception: where it came from, and never with which values.

The text of an exception may hold a callee, a note, a path or a header, and so is left out, of
whatever class it is. What is told is made of the program itself: names of classes and
functions, lines of Dialer's own source, and numbers of errors that the system gives.
"""

import errno
import linecache
import os
from collections.abc import Iterator
from itertools import islice
from traceback import walk_tb

_FRAMES_KEPT = 12
"""Of a long trace, so many of the first and twice as many of the last frames are told."""

_CHAIN = 6
_NAME = 80
_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH120, PTH100
_ROOTS = ("site-packages", "dist-packages")


def trace_of(error: BaseException) -> str:
    """Tell of an exception and of what it came from, in Python's own form, without its texts."""
    told = [f"{link}{_frames(each)}{kind_of(each)}{_facts(each)}" for link, each in _chained(error)]
    return "\n\n".join(told)


def kind_of(error: BaseException) -> str:
    """The name of an exception's class, with its module where it is not Python's own."""
    kind = type(error)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"[: 2 * _NAME]


def place_of(error: BaseException) -> str:
    """Where it was raised, by the last line of Dialer's own that had a part in it."""
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    ours = [each for each in frames if _is_ours(each[0])]
    for name, line in reversed(ours or frames):
        return f"{short_path(name)}:{line}"
    return "nowhere"


def short_path(path: str) -> str:
    """The path of a source file without the folders of this computer, which name its user."""
    if _is_ours(path):
        inside = os.path.relpath(path, os.path.dirname(_OWN))  # noqa: PTH120
        return inside.replace(os.sep, "/")
    parts = path.replace("\\", "/").split("/")
    for root in _ROOTS:
        if root in parts:
            return "/".join(parts[parts.index(root) + 1 :])
    return parts[-1][:_NAME]


def _is_ours(path: str) -> bool:
    return path.startswith(_OWN + os.sep)


def _chained(error: BaseException) -> Iterator[tuple[str, BaseException]]:
    """The exception after the ones that it came from, each with what joins it to the former."""
    chain: list[tuple[str, BaseException]] = []
    each: BaseException | None = error
    while each is not None:
        origin, link = each.__cause__, "This led to:\n"
        if origin is None and not each.__suppress_context__:
            origin, link = each.__context__, "While that was handled:\n"
        if len(chain) == _CHAIN or any(origin is known for _, known in chain):
            origin = None
        chain.append((link if origin is not None else "", each))
        each = origin
    for link, told in reversed(chain):
        yield link, told
        if isinstance(told, BaseExceptionGroup):
            for one in islice(told.exceptions, _CHAIN):
                yield "One of the group:\n", one


def _frames(error: BaseException) -> str:
    frames = list(walk_tb(error.__traceback__))
    left_out = len(frames) - 3 * _FRAMES_KEPT
    lines = ["Traceback (most recent call last):"]
    for at, (frame, number) in enumerate(frames):
        if left_out > 0 and _FRAMES_KEPT <= at < _FRAMES_KEPT + left_out:
            if at == _FRAMES_KEPT:
                lines.append(f"  ({left_out} more)")
            continue
        path = frame.f_code.co_filename
        lines.append(f'  File "{short_path(path)}", line {number}, in {frame.f_code.co_name}')
        if _is_ours(path) and (source := linecache.getline(path, number).strip()):
            lines.append(f"    {source}")
    return "\n".join(lines) + "\n"


def _facts(error: BaseException) -> str:
    """What an exception knows besides its text, as far as that cannot come from a value."""
    facts = []
    number = error.errno if isinstance(error, OSError) else None
    if number is not None and number in errno.errorcode:
        facts += [errno.errorcode[number], os.strerror(number)]
    # ssl and sqlite3 name their errors so; neither is imported for it.
    for name in ("reason", "sqlite_errorname"):
        word = getattr(error, name, None)
        if isinstance(word, str) and word.isupper() and word.isidentifier():
            facts.append(word[:_NAME])
    if isinstance(error, AttributeError | NameError | ImportError) and error.name in _names(error):
        facts.append(str(error.name)[:_NAME])
    if isinstance(error, AttributeError):
        facts.append(f"of {type(error.obj).__qualname__}")
    return f": {', '.join(facts)}" if facts else ""


def _names(error: BaseException) -> set[str]:
    """The names that stand in the code that was run: any other was worked out from a value."""
    return {name for frame, _ in walk_tb(error.__traceback__) for name in frame.f_code.co_names}
