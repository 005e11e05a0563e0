"""A click on a link: handed to the window that runs, and with none running."""

import subprocess
import time

from bench.figures import against, heading, line, middle, milliseconds, skipped
from bench.first_window import exact
from bench.starts import start
from bench.surroundings import Surroundings, dialer, end, missing, program, screen

HANDED = 40
COLD = 9
HANDED_AIM, HANDED_BOUND, AGAINST_QT, COLD_AIM = 2.0, 2.5, 0.3, 1.4


def measure(surroundings: Surroundings, times: int) -> None:
    """Print both, each beside its floor in the same run."""
    what = "(f) a click on a link"
    tools = missing("Xvfb") + ([] if exact() else ["python-xlib"])
    if tools:
        skipped(what, f"no {' or '.join(tools)}")
        return
    _handed_over(surroundings, HANDED * times)
    _cold(surroundings, COLD * times)


def _handed_over(surroundings: Surroundings, rounds: int) -> None:
    """From just before the process is started until the number stands in the window's field."""
    with screen() as display:
        home = surroundings.home()
        environment = surroundings.environment(home, display)
        window = surroundings.start(program("waiting_window"), environment, says=True)
        try:
            assert window.stdout is not None
            assert window.stdout.readline().strip() == "ready"
            empty, handed, qt = [], [], []
            for number in range(rounds):
                empty.append(_run(surroundings, ["-c", "pass"], environment))
                begun = time.monotonic()
                click = surroundings.start([*dialer(), f"tel:+4420794{number:05d}"], environment)
                handed.append(float(window.stdout.readline()) - begun)
                assert click.wait(10.0) == 0
                if number % 4 == 0:
                    # What a second Qt process needs before it has a window at all.
                    code = "from PySide6.QtWidgets import QApplication as A, QMainWindow as M\n"
                    code += "a = A([]); w = M(); w.show(); a.processEvents()"
                    qt.append(_run(surroundings, ["-c", code], environment))
        finally:
            end(window)
    heading(f"(f) a link handed to the running window, median of {rounds}", "median")
    medians = [middle(milliseconds(each)) for each in (empty, handed, qt)]
    for name, value in zip(
        ("python -c pass", "exec to the number in the field", "a second Qt process"),
        medians,
        strict=True,
    ):
        line(name, value)
    against("handed over : python -c pass", medians[1] / medians[0], HANDED_BOUND, "×")
    against("handed over : python -c pass, as aimed at", medians[1] / medians[0], HANDED_AIM, "×")
    against("handed over : a second Qt process", medians[1] / medians[2], AGAINST_QT, "×")


def _cold(surroundings: Surroundings, rounds: int) -> None:
    """From just before the process is started until the window with the number is drawn."""
    bare, link = program("bare_window"), [*dialer(), "tel:+442079460018"]
    for arguments in (bare, link):
        start(surroundings, arguments)
    seen = [(start(surroundings, bare), start(surroundings, link)) for _ in range(rounds)]
    heading(f"(g) a link with no window open, median of {rounds}", "mapped", "drawn")
    mapped = [middle(milliseconds([each[at].mapped for each in seen])) for at in (0, 1)]
    drawn = [middle(milliseconds([each[at].drawn or 0.0 for each in seen])) for at in (0, 1)]
    line("bare QMainWindow", mapped[0], drawn[0])
    line("dialer tel:…, the number in its field", mapped[1], drawn[1])
    against("link : bare, drawn", drawn[1] / drawn[0], COLD_AIM, "×")


def _run(surroundings: Surroundings, arguments: list[str], environment: dict[str, str]) -> float:
    begun = time.monotonic()
    process: subprocess.Popen[str] = surroundings.start(arguments, environment)
    # Without a time limit, for with one Python looks only now and then.
    assert process.wait() == 0
    return time.monotonic() - begun
