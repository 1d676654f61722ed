from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from perda.core_data_structures import (
    DataInstance,
    ResampleMethod,
    apply_ufunc_inner_join,
    apply_ufunc_left_join,
    apply_ufunc_outer_join,
    inner_join_data_instances,
    left_join_data_instances,
    outer_join_data_instances,
)


def test_arrays_are_cast_to_int64_and_float64():
    series = DataInstance(
        timestamp_np=np.array([0.0, 5.0]), value_np=np.array([1, 2], dtype=np.int16)
    )

    assert series.timestamp_np.dtype == np.int64
    assert series.value_np.dtype == np.float64


@pytest.mark.parametrize(
    ("times", "values", "reason"),
    [
        ([0, 1], np.array([1.0, 2.0]), "numpy array"),
        (np.array([0, 1]), [1.0, 2.0], "numpy array"),
        (np.zeros((2, 2)), np.zeros(2), "one dimension"),
        (np.array([-1, 1]), np.zeros(2), "negative"),
        (np.array([5, 3]), np.zeros(2), "decrease: 5, then 3"),
        (np.array([1, 2]), np.zeros(3), "2 times but 3 values"),
        (np.array([1.0, np.nan]), np.zeros(2), "finite"),
        (np.array([1, 2]), np.array(["a", "b"]), "numbers"),
    ],
)
def test_arrays_that_are_no_series_are_refused(times, values, reason):
    with pytest.raises(ValidationError, match=reason):
        DataInstance(timestamp_np=times, value_np=values)


def test_a_read_only_array_becomes_writable():
    values = np.array([1.0, 2.0])
    values.flags.writeable = False

    series = DataInstance(timestamp_np=np.array([0, 1]), value_np=values)
    series.value_np[0] = 9.0

    assert series.value_np.tolist() == [9.0, 2.0]
    assert values.tolist() == [1.0, 2.0]


def test_it_says_who_it_is_and_can_be_renamed(make_series):
    series = make_series()
    assert str(series) == "Power | ID: 7 | C++ Name: a.power"

    series.label = "Watts"

    assert str(series) == "Watts | ID: 7 | C++ Name: a.power"
    assert len(series) == 3


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (lambda s: s + 1, [2, 3, 4]),
        (lambda s: s - 1, [0, 1, 2]),
        (lambda s: s * 2.5, [2.5, 5, 7.5]),
        (lambda s: s / 2, [0.5, 1, 1.5]),
        (lambda s: s**2, [1, 4, 9]),
        (lambda s: -s, [-1, -2, -3]),
        (lambda s: 10 + s, [11, 12, 13]),
        (lambda s: 10 - s, [9, 8, 7]),
        (lambda s: 10 * s, [10, 20, 30]),
        (lambda s: 6 / s, [6, 3, 2]),
        (lambda s: 2**s, [2, 4, 8]),
        (lambda s: np.float64(10) * s, [10, 20, 30]),
        (lambda s: s / 0, [np.inf, np.inf, np.inf]),
    ],
)
def test_arithmetic_with_a_number_keeps_times_label_and_id(make_series, result, expected):
    series = make_series()

    computed = result(series)

    assert computed.value_np.tolist() == expected
    assert computed.timestamp_np.tolist() == [0, 10, 20]
    assert (computed.label, computed.var_id) == ("Power", 7)
    assert series.value_np.tolist() == [1, 2, 3]


def test_arithmetic_with_a_series_reads_the_right_one_at_the_left_times(make_series):
    volts = make_series([0, 10, 20], [400, 390, 380], label="Volts")
    amps = make_series([0, 20], [0, 100], label="Amps", var_id=8)

    power = volts * amps

    assert power.value_np.tolist() == [0, 390 * 50, 380 * 100]
    assert (power.label, power.var_id) == ("Volts", 7)


@pytest.mark.parametrize("other", ["2", None, [1], np.array([1.0, 2.0, 3.0]), 1j])
def test_arithmetic_with_anything_else_is_a_type_error(make_series, other):
    with pytest.raises(TypeError):
        make_series() + other
    with pytest.raises(TypeError):
        other * make_series()


def test_trim_keeps_both_ends_and_the_metadata(make_series):
    series = make_series([0, 10, 20, 30], [0, 1, 2, 3], unit="W")

    part = series.trim(10, 20)

    assert part.timestamp_np.tolist() == [10, 20]
    assert (part.label, part.var_id, part.cpp_name, part.unit) == ("Power", 7, "a.power", "W")
    assert len(series.trim(11, 19)) == 0
    assert series.trim(ts_start=20).value_np.tolist() == [2, 3]


def test_trim_without_bounds_is_an_independent_copy(make_series):
    series = make_series()

    copy = series.trim()
    copy.value_np[0] = 99

    assert series.value_np[0] == 1
    assert len(copy) == len(series)


def test_resampling_makes_a_uniform_grid_without_the_last_time(make_series):
    series = make_series([100, 110, 130], [0, 10, 30])

    grid = series.resample_to_freq(200)

    assert grid.timestamp_np.tolist() == [100, 105, 110, 115, 120, 125]
    assert grid.value_np.tolist() == [0, 5, 10, 15, 20, 25]
    assert grid.label == "Power"


@pytest.mark.parametrize(
    ("method", "expected"),
    [("linear", [0, 2.5, 5, 7.5]), ("zoh", [0, 0, 0, 0]), ("nearest", [0, 0, 0, 10])],
)
def test_resampling_methods_differ_between_samples(make_series, method, expected):
    series = make_series([0, 4], [0, 10])

    assert series.resample_to_freq(1000, method=method).value_np.tolist() == expected


def test_cubic_resampling_follows_a_cubic_exactly(make_series):
    times = np.arange(0, 60, 10)
    series = make_series(times, (times / 10.0) ** 3)

    smooth = series.resample_to_freq(1000, method=ResampleMethod.CUBIC)

    np.testing.assert_allclose(smooth.value_np, (smooth.timestamp_np / 10.0) ** 3, atol=1e-9)


def test_resampling_in_microseconds(make_series):
    series = make_series([0, 1_000_000], [0, 1])

    assert len(series.resample_to_freq(50, source_time_unit="us")) == 50


@pytest.mark.parametrize("freq_hz", [0, -1, 1001, float("nan")])
def test_a_frequency_that_the_time_unit_cannot_hold_is_refused(make_series, freq_hz):
    with pytest.raises(ValueError, match="freq_hz"):
        make_series().resample_to_freq(freq_hz)


def test_an_unknown_method_is_refused(make_series):
    with pytest.raises(ValueError, match="quadratic"):
        make_series().resample_to_freq(10, method="quadratic")


def test_resampling_nothing_or_one_sample(make_series):
    assert len(make_series([], []).resample_to_freq(10)) == 0
    assert len(make_series([5], [1]).resample_to_freq(10)) == 0


def test_left_join_aligns_several_series_to_the_left_times(make_series):
    left = make_series([0, 10, 20], [1, 2, 3])
    right = make_series([5, 15], [0, 10], label="right")

    joined = left_join_data_instances(left, [right, left])

    assert [len(series) for series in joined] == [3, 3, 3]
    assert joined[1].value_np.tolist() == [0, 5, 10]
    assert joined[1].label == "right"


def test_outer_and_inner_join(make_series):
    left = make_series([0, 10, 20], [0, 1, 2])
    right = make_series([9, 30], [9, 30])

    outer = outer_join_data_instances(left, right)
    inner = inner_join_data_instances(left, right, tolerance=1)

    assert outer[0].timestamp_np.tolist() == [0, 9, 10, 20, 30]
    assert outer[0].value_np.tolist() == [0, 0.9, 1, 2, 2]
    assert outer[1].value_np.tolist() == [9, 9, 10, 20, 30]
    assert inner[0].timestamp_np.tolist() == [10]
    assert inner[1].value_np.tolist() == [10]


def test_ufuncs_on_joined_series_carry_the_left_label_and_id(make_series):
    left = make_series([0, 10], [1, 2])
    right = make_series([0, 20], [0, 20], label="right", var_id=9)

    results = [
        apply_ufunc_left_join(left, right, np.add),
        apply_ufunc_outer_join(left, right, np.add),
        apply_ufunc_inner_join(left, right, np.add, tolerance=0),
    ]

    assert [series.value_np.tolist() for series in results] == [[1, 12], [1, 12, 22], [1]]
    assert {(series.label, series.var_id) for series in results} == {("Power", 7)}


def test_equality_compares_samples_and_metadata(make_series):
    assert make_series(values=[1, np.nan, 3]) == make_series(values=[1, np.nan, 3])
    assert make_series() != make_series(values=[1, 2, 4])
    assert make_series() != make_series(label="other")
    assert make_series() != "a series"
