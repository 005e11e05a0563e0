"""The page of threats names tests that are there, and every test of this part stands on it."""

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_test_that_the_page_names_is_there_and_none_is_left_out() -> None:
    page = (HERE / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z]+/test_[a-z_]+)`", page))
    assert len(named) > 15
    missing = [name for name in named if not (HERE.parent / f"{name}.py").is_file()]
    assert not missing
    of_this_part = {f"faults/{path.stem}" for path in HERE.glob("test_security_*.py")}
    assert of_this_part <= named
