"""Row numbers as the history shows them: looked up, put on top, found again in runs."""

from array import array

import pytest

from dialer.ui.row_numbers import RowNumbers

MILLION = range(1_000_000, 0, -1)


def rows(*numbers: int) -> "array[int]":
    return array("q", numbers)


@pytest.fixture(params=["range", "array"])
def found(request: pytest.FixtureRequest) -> RowNumbers:
    return RowNumbers(MILLION if request.param == "range" else array("q", MILLION))


def test_a_call_is_looked_up_by_its_place_and_by_its_number(found: RowNumbers) -> None:
    assert (len(found), found[0], found[999_999]) == (1_000_000, 1_000_000, 1)
    assert found.place_of(999_990) == 10
    assert found.place_of(1_000_001) is None
    assert found.place_of(0) is None
    assert found.between(999_998, 1_000_005) == rows(2, 1)


def test_new_calls_stand_on_top_whether_or_not_numbers_are_missing(found: RowNumbers) -> None:
    found.put_on_top(rows(1_000_001))
    found.put_on_top(rows(1_000_006, 1_000_005))
    assert found.between(0, 4) == rows(1_000_006, 1_000_005, 1_000_001, 1_000_000)
    assert [found.place_of(number) for number in (1_000_005, 1_000_003, 1)] == [1, None, 1_000_002]


def test_the_same_numbers_are_equal_however_they_are_kept(found: RowNumbers) -> None:
    other = RowNumbers(range(999_999, 0, -1))
    assert found != other
    other.put_on_top(rows(1_000_000))
    assert found == other
    other.append(rows(0))
    assert found != other


def test_runs_are_found_again_where_calls_were_taken_out() -> None:
    left = array("q", (row for row in MILLION if row not in (5_000, 700_000)))
    after = RowNumbers(left)
    assert after.runs_of(array("q", MILLION), 500) == [
        (0, 299_999),
        (300_000, 994_998),
        (994_999, 999_997),
    ]
    assert after.runs_of(rows(700_000, 699_999, 5), 500) == [(300_000, 300_000), (999_993, 999_993)]
    assert after.runs_of(rows(5_000), 500) == []


def test_what_would_be_too_many_runs_is_none() -> None:
    every_second = array("q", range(1_000_000, 0, -2))
    assert RowNumbers(MILLION).runs_of(every_second, 500) is None
    assert RowNumbers(every_second).runs_of(array("q", MILLION), 500) is None


def test_in_another_order_than_that_of_time_they_are_found_by_looking() -> None:
    by_name = RowNumbers(rows(3, 9, 1, 4), falling=False)
    assert by_name.place_of(1) == 2
    assert by_name.place_of(2) is None
    assert by_name.runs_of(rows(4, 9, 1), 500) == [(1, 3)]
    assert by_name.runs_of(rows(3, 4), 500) == [(0, 0), (3, 3)]
    assert by_name.runs_of(rows(7), 500) == []
    assert RowNumbers(array("q", range(100_000)), falling=False).runs_of(rows(1, 2), 500) is None
