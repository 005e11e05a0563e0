"""Hostile input: what every fuzz test does with it, and what it is made of.

    def test_any_text_is_a_number_or_refused(fuzz):
        @fuzz("numbers", TEXTS, COUNTRIES, always=SHAPES)
        def reads(text, country):
            …

Each example has to end within SECONDS of the processor's time, and raise nothing.
"""

import faulthandler
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faults.tally import Tally

SECONDS = 1.0
"""Of the processor's time that reading anything may take: other programs do not count."""

EXAMPLES = {"quick": 40, "more": 1_500, "long": 20_000}
"""Of each test, by how deep --faults goes."""

LONG = 64 << 10
_GIVEN_UP = 20.0
"""Seconds of the processor's time after which what does not end is ended."""

Check = Callable[..., int | None]
"""What is done with an example; how many it let in, where that can be."""


class Fuzz:
    """Runs checks over examples, and counts them into the table of faults."""

    def __init__(self, tally: Tally, depth: str) -> None:
        self._tally = tally
        self._depth = depth

    def __call__(
        self,
        area: str,
        *strategies: st.SearchStrategy[Any],
        always: Iterable[tuple[Any, ...]] = (),
        share: float = 1.0,
    ) -> Callable[[Check], None]:
        """Run the decorated check at once: over `always`, then over what the strategies give.

        share: of the usual number of examples, where one takes long or little.
        """
        counted = [0, 0]
        if self._depth != "quick":
            # Many examples may take long; one that hangs is ended by `at_most`.
            faulthandler.cancel_dump_traceback_later()

        def run(check: Check) -> None:
            def one(values: tuple[Any, ...]) -> None:
                counted[0] += 1
                with at_most(SECONDS):
                    counted[1] += check(*values) or 0

            # Where one takes long, a quick run has some of them.
            step = max(1, round(1 / share)) if self._depth == "quick" else 1
            for values in islice(always, 0, None, step):
                try:
                    one(values)
                except BaseException as error:
                    error.add_note(f"with {_short(values)}")
                    raise
            if strategies:
                chance = settings(
                    max_examples=max(5, int(EXAMPLES[self._depth] * share)),
                    # What is run each time is the same each time.
                    derandomize=self._depth == "quick",
                    database=None,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                )
                chance(given(st.tuples(*strategies))(one))()
            self._tally.held(f"fuzz: {area}", counted[0], let_in=counted[1])

        return run


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail where what is done within takes more of the processor's time; end it if it hangs."""
    with _ended_after(_GIVEN_UP):
        begun = time.thread_time()
        yield
        taken = time.thread_time() - begun
    assert taken < seconds, f"took {taken:.2f} s"


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """Raise in the middle of what hangs. Python's regular expressions look for signals too."""
    if not hasattr(signal, "ITIMER_PROF") or threading.current_thread() is not (
        threading.main_thread()
    ):
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"hung for {seconds} s")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.fixture
def fuzz(tally: Tally, request: pytest.FixtureRequest) -> Fuzz:
    """Runs checks over hostile examples, as many as the depth of the run says."""
    return Fuzz(tally, request.config.getoption("--faults"))


def _short(values: tuple[Any, ...]) -> str:
    return ", ".join(f"{each!r:.60}…" if len(repr(each)) > 60 else repr(each) for each in values)


def repeated(piece: str) -> str:
    """`piece` until the text is 64 KiB long."""
    return piece * (LONG // len(piece))


_PIECES = (
    *(
        "0",
        "1",
        "00",
        "+",
        "+1",
        "(",
        "((0)",
        ")",
        "[",
        "/",
        "-",
        ".",
        " ",
        "1 ",
        "1-",
        "(1)",
        "\n",
    ),
    *(
        "%",
        "%2B",
        "%00",
        ";",
        ";ext=",
        ";ext=1",
        ";phone-context=",
        "=",
        "?",
        "&",
        "&a=b",
        "#",
        "*",
    ),
    *("tel:", "tel:1", "sip:1@", "callto:", "dialer:?callee=", "@", "a@b", "x", " x1", "ext", ",;"),
    *(
        "\u0301",
        "1\u0301",
        "\u0661",
        "\uff11",
        "\u202e",
        "\u200b",
        "\u0000",
        "\ud800",
        "\U0001f4de",
    ),
    *("\u00b2", "\u2167", "ﷺ", "ß", "a", "1-800-FLOWERS ", "+44 20 7946 0018 ", "2125551234\n"),
    *("AB12 ", "1.", "1:", "1/2/", '"', "'", "\\", "{", "<", "=1+1", "\t", "'=", "<r>", "\u2028"),
)
SHAPES = tuple(repeated(piece) for piece in _PIECES)
"""Texts of 64 KiB of one piece each: what makes a careless parser take minutes."""

_SCRAPS = st.sampled_from(
    [
        *"0123456789+-()[]./ ,;:#*xX@%=?&|<>\"'\\\n\t\r\0²Ⅷ٣３۴–—＋A",
        *"\u200b\u202a\u202e\u00a0\ud800\udfff",
        *("00", "0011", "810", "+44", "(0)", "442079460018", "020 7946 0018", "1-800-", "ext. "),
        *("tel:", "sip:", "callto:", "dialer:?callee=", "%2B", "%FF", ";ext=", ";phone-context="),
        *("&note=", "&account=", "&profile=", "Bob", "FLOWERS", " or ", " / ", "e\u0301", "王"),
        *_PIECES,
    ]
)
TEXTS: st.SearchStrategy[str] = st.text() | st.lists(_SCRAPS, max_size=40).map("".join)
"""Any text at all, and texts of what numbers and links are made of."""

LONG_TEXTS: st.SearchStrategy[str] = st.builds(
    lambda pieces, end: repeated("".join(pieces) or "1") + end,
    st.lists(_SCRAPS, min_size=1, max_size=6),
    st.text(max_size=5),
)
"""Some 64 KiB of a few scraps, over and over, and what stands behind them."""
