from __future__ import annotations

import numpy as np
import pytest

from perda.core_data_structures.data_instance import (
    inner_join_data_instances,
    left_join_data_instances,
    outer_join_data_instances,
)
from perda.core_data_structures.joins import left_join
from perda.core_data_structures.resampling import ResampleMethod, sample_at

TIMES = np.array([100, 200, 1000, 1100])
VALUES = np.array([1.0, 2.0, 10.0, 11.0])


@pytest.mark.parametrize("method", ResampleMethod)
def test_no_value_is_made_up_in_a_long_gap(method):
    query = np.array([150, 200, 201, 600, 999, 1000, 1050])

    read = sample_at(query, TIMES, VALUES, method, max_gap=100)

    assert np.isnan(read).tolist() == [False, False, True, True, True, False, False]
    whole = sample_at(query, TIMES, VALUES, method)
    assert np.array_equal(read[[0, 1, 5, 6]], whole[[0, 1, 5, 6]])


def test_nor_far_before_the_first_sample_or_after_the_last():
    query = np.array([-1, 0, 99, 100, 1100, 1200, 1201])

    read = sample_at(query, TIMES, VALUES, max_gap=100)

    assert np.isnan(read).tolist() == [True, False, False, False, False, False, True]


def test_a_gap_as_long_as_allowed_is_bridged_and_zero_keeps_only_the_samples():
    assert sample_at(np.array([600]), TIMES, VALUES, max_gap=800) == 6.0
    read = sample_at(np.array([100, 101]), TIMES, VALUES, max_gap=0)
    assert read[0] == 1.0
    assert np.isnan(read[1])
    with pytest.raises(ValueError, match="max_gap is -1"):
        sample_at(TIMES, TIMES, VALUES, max_gap=-1)


def test_joins_take_it_in_seconds(make_series):
    left = make_series([150, 600, 1050], [0, 0, 0])
    right = make_series(TIMES, VALUES)

    _, in_ms = left_join_data_instances(left, right, max_gap_s=0.1)
    _, in_us = left_join_data_instances(left, right, max_gap_s=0.0001, source_time_unit="us")
    _, _, on_arrays = left_join([150, 600], [0, 0], TIMES, VALUES, max_gap_s=0.1)
    _, inner = inner_join_data_instances(left, right, tolerance=400, max_gap_s=0.1)

    expected = [1.5, np.nan, 10.5]
    for values in (in_ms.value_np, in_us.value_np, inner.value_np):
        assert np.array_equal(values, expected, equal_nan=True)
    assert np.array_equal(on_arrays, expected[:2], equal_nan=True)


def test_an_outer_join_leaves_out_what_lies_in_a_gap_of_either(make_series):
    left = make_series([100, 600, 1100], [0, 0, 0])
    right = make_series(TIMES, VALUES)

    joined, _ = outer_join_data_instances(left, right, max_gap_s=0.5)
    _, filled = outer_join_data_instances(left, right, max_gap_s=0.5, drop_nan=False, fill=-1)

    assert joined.timestamp_np.tolist() == [100, 200, 1000, 1100]
    assert filled.value_np.tolist() == [1, 2, -1, 10, 11]
