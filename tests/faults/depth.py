"""How deep the faults are gone into: `--faults=quick`, `more` or `long`; a pytest plugin.

A test without a marker is quick. One that is marked `more` or `long` is left out above its
depth: not skipped, for it is no test that could not run.
"""

import pytest

DEPTHS = ("quick", "more", "long")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", choices=DEPTHS, default="quick", help="how deep tests/faults goes")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "more: run from --faults=more on")
    config.addinivalue_line("markers", "long: run by --faults=long alone")


def depth_of(item: pytest.Item) -> int:
    """From which of DEPTHS on the test runs."""
    return max(
        (rank for rank, name in enumerate(DEPTHS) if item.get_closest_marker(name)), default=0
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = DEPTHS.index(config.getoption("--faults"))
    deeper = [item for item in items if depth_of(item) > wanted]
    if deeper:
        config.hook.pytest_deselected(items=deeper)
        items[:] = [item for item in items if depth_of(item) <= wanted]
