"""No callee stands in a masked text, however it is written; what is no number stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.settings.masking import masked


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call 932111111111 now", "call [12 digits] now"),
        ("+44 20 7946 0018", "+[12 digits]"),
        ("0044 (0)20 7946-0018", "[15 digits]"),
        ("(020) 7946.0018", "([11 digits]"),
        ("٩٣٢١١١١١١١", "[10 digits]"),
        ("callee=932111111111&x=1", "callee=[12 digits]&x=1"),
        ("half a callee: 79460", "half a callee: [5 digits]"),
        ("'932111111111', '111'", "'[12 digits]', '111'"),
    ],
)
def test_numbers_are_told_by_their_length(text: str, left: str) -> None:
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        'File "dialer/app.py", line 34, in f\n  File "x.py", line 1234',
        "PySide6 6.11.3",
        "[Errno 28]",
    ],
)
def test_places_and_versions_stay(text: str) -> None:
    assert masked(text) == text


@given(
    st.text(alphabet="0123456789", min_size=7, max_size=15),
    st.sampled_from(["", " ", "-", ". ", ") ", "/", "\u00a0", "\u2011"]),
    st.integers(1, 4),
    st.text(max_size=20),
)
def test_no_grouping_gets_a_callee_through(
    digits: str, between: str, size: int, around: str
) -> None:
    grouped = between.join(digits[at : at + size] for at in range(0, len(digits), size))
    alone = "".join(char for char in around if not char.isdecimal())
    left = masked(f"{alone}|{grouped}|{alone}")
    assert digits not in "".join(char for char in left if char.isdecimal())
    assert grouped not in left


@given(st.text())
def test_what_is_masked_has_no_long_run_of_digits(text: str) -> None:
    run = 0
    for char in masked(text):
        run = run + 1 if char.isdecimal() else 0
        assert run < 5
