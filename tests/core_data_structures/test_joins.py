from __future__ import annotations

import numpy as np
import pytest

from perda.core_data_structures import inner_join, left_join, outer_join


def test_outside_the_range_the_end_value_holds():
    _, _, right = left_join([0, 50, 100], [0, 0, 0], [40, 60], [4, 6])

    assert right.tolist() == [4, 5, 6]


def test_at_an_instant_with_several_samples_the_last_counts():
    _, _, right = left_join([10, 11], [0, 0], [10, 10, 12], [1, 2, 4])

    assert right.tolist() == [2, 3]


def test_times_beyond_the_precision_of_a_float_stay_exact():
    start = 2**62
    _, _, right = left_join([start + 1], [0], [start, start + 2], [0, 2])

    assert right.tolist() == [1]


def test_inputs_are_not_changed():
    left_ts, left_val = np.array([0, 10]), np.array([1.0, 2.0])

    times, values, _ = left_join(left_ts, left_val, [0, 5], [0, 1])
    times[0], values[0] = 99, 99

    assert left_ts.tolist() == [0, 10]
    assert left_val.tolist() == [1, 2]


def test_outer_join_drops_nan_or_fills_it():
    nan = np.nan
    series = ([0, 10, 20], [1, nan, 3], [0, 10, 20], [4, 5, nan])

    dropped = outer_join(*series, method="zoh")
    filled = outer_join(*series, method="zoh", drop_nan=False, fill=-1)

    assert [column.tolist() for column in dropped] == [[0], [1], [4]]
    assert [column.tolist() for column in filled] == [[0, 10, 20], [1, -1, 3], [4, 5, -1]]


def test_inner_join_counts_a_distance_equal_to_the_tolerance():
    times, _, _ = inner_join([0, 10, 20], [0, 0, 0], [2, 13, 24], [0, 0, 0], tolerance=3)

    assert times.tolist() == [0, 10]


@pytest.mark.parametrize("join", [left_join, outer_join])
def test_an_empty_series_is_refused(join):
    with pytest.raises(ValueError, match="right series is empty"):
        join([0], [0], [], [])
    with pytest.raises(ValueError, match="left series is empty"):
        join([], [], [0], [0])


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="2 times and 1 values"):
        left_join([0, 1], [0], [0], [0])
    with pytest.raises(ValueError, match="tolerance is -1"):
        inner_join([0], [0], [0], [0], tolerance=-1)
    with pytest.raises(ValueError, match="spline"):
        left_join([0], [0], [0], [0], method="spline")
