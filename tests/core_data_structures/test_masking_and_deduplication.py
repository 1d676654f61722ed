from __future__ import annotations

import numpy as np
import pytest

from perda.core_data_structures import FilterOptions, apply_ufunc_filter, deduplicate


def test_filters_see_values_times_or_both(make_series):
    series = make_series([0, 10, 20], [5, 6, 7])

    by_value = apply_ufunc_filter(series, lambda values: values > 5)
    by_time = apply_ufunc_filter(series, lambda times: times < 20, FilterOptions.TIMESTAMPS)
    by_both = apply_ufunc_filter(
        series, lambda times, values: (times > 0) & (values < 7), FilterOptions.BOTH
    )

    assert by_value.timestamp_np.tolist() == [10, 20]
    assert by_time.timestamp_np.tolist() == [0, 10]
    assert by_both.timestamp_np.tolist() == [10]
    assert by_both.cpp_name == "a.power"


def test_a_filter_that_gives_no_mask_is_refused(make_series):
    with pytest.raises(ValueError, match="expected bool of shape"):
        apply_ufunc_filter(make_series(), lambda values: values[:1] > 0)
    with pytest.raises(ValueError, match="float64"):
        apply_ufunc_filter(make_series(), lambda values: values)


def test_repeated_values_are_dropped(make_series):
    nan = np.nan
    series = make_series(range(7), [1, 1, 2, 1, nan, nan, 3])

    result = deduplicate(series)

    assert result.timestamp_np.tolist() == [0, 2, 3, 4, 6]
    np.testing.assert_array_equal(result.value_np, [1, 2, 1, nan, 3])


@pytest.mark.parametrize("length", [0, 1])
def test_nothing_to_drop(make_series, length):
    assert len(deduplicate(make_series(range(length), range(length)))) == length
