from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid, trapezoid
from scipy.signal import savgol_filter

from perda.utils.integrate import (
    average_over_time_range,
    cumulative_integral,
    get_data_slice_by_timestamp,
    integrate_over_time_range,
    smoothed_filtered_integration,
)

RNG = np.random.default_rng(4)


def test_the_whole_integral_is_scipys(make_series):
    times, values = np.cumsum(RNG.integers(0, 30, 500)), RNG.normal(size=500)

    area = integrate_over_time_range(make_series(times, values))

    assert area == pytest.approx(trapezoid(values, times / 1000))


@pytest.mark.parametrize(("unit", "per_second"), [("us", 1_000_000), ("ms", 1000), ("s", 1)])
def test_a_ramp_has_its_closed_form_between_any_bounds(make_series, unit, per_second):
    ramp = make_series(np.arange(11) * per_second, 2.0 * np.arange(11))  # x = 2 t

    area = integrate_over_time_range(ramp, 1.25, 7.5, unit)
    mean = average_over_time_range(ramp, 1.25, 7.5, unit)

    assert area == pytest.approx(7.5**2 - 1.25**2)
    assert mean == pytest.approx(7.5 + 1.25)


def test_bounds_and_integral_are_in_the_target_unit(make_series):
    constant = make_series([0, 4000], [5, 5])

    area = integrate_over_time_range(constant, 1000, 3000, target_time_unit="ms")

    assert area == pytest.approx(10_000)


@pytest.mark.parametrize("bounds", [(0, -1), (1, 2), (1.2, 1.3), (0, 99), (3, 3), (0.5, -1)])
def test_a_constant_averages_itself_over_any_range(make_series, bounds):
    assert average_over_time_range(make_series([400, 1000, 3700], [5] * 3), *bounds) == 5


def test_what_lies_outside_the_data_counts_nothing(make_series):
    constant = make_series([1000, 2000], [5, 5])

    assert integrate_over_time_range(constant, 0, 1.5) == pytest.approx(2.5)
    assert integrate_over_time_range(constant, 3, 4) == 0
    assert np.isnan(average_over_time_range(constant, 3, 4))


def test_a_jump_at_a_bound_belongs_to_the_side_inside(make_series):
    jump = make_series([0, 1000, 1000, 2000], [1, 1, 3, 3])

    assert integrate_over_time_range(jump, 0, 1) == pytest.approx(1)
    assert integrate_over_time_range(jump, 1, 2) == pytest.approx(3)


def test_few_samples_nan_and_bounds_in_the_wrong_order(make_series):
    assert integrate_over_time_range(make_series([], [])) == 0
    assert integrate_over_time_range(make_series([5], [3])) == 0
    assert average_over_time_range(make_series([5], [3])) == 3
    assert average_over_time_range(make_series([5, 5], [3, 5])) == 4
    assert np.isnan(average_over_time_range(make_series([], [])))
    assert integrate_over_time_range(make_series([0, 1000, 2000], [1, np.nan, 1])) == 2
    with pytest.raises(ValueError, match="before start_time"):
        integrate_over_time_range(make_series(), 2, 1)


def test_late_microseconds_lose_nothing(make_series):
    late = 1_700_000_000_000_000
    series = make_series([late, late + 1, late + 3], [2, 2, 2])

    assert integrate_over_time_range(series, 0, -1, "us", "us") == 6


def test_a_slice_has_its_start_but_not_its_end(make_series):
    series = make_series([0, 10, 20, 30], [1, 2, 3, 4])

    part = get_data_slice_by_timestamp(series, 10, 30)
    part.value_np[:] = 0

    assert part.timestamp_np.tolist() == [10, 20]
    assert part.label == series.label
    assert series.value_np.tolist() == [1, 2, 3, 4]
    assert len(get_data_slice_by_timestamp(series)) == 4
    assert len(get_data_slice_by_timestamp(series, 40)) == 0


def test_the_running_integral_is_scipys_and_bridges_nan(make_series):
    times, values = np.cumsum(RNG.integers(1, 30, 200)), RNG.normal(size=200)

    distance = cumulative_integral(make_series(times, values), label="Distance")
    bridged = cumulative_integral(make_series([0, 1000, 2000], [0, np.nan, 2]))

    assert np.allclose(distance.value_np, cumulative_trapezoid(values, times / 1000, initial=0))
    assert distance.label == "Distance"
    assert bridged.value_np.tolist() == [0, 0.5, 2]
    assert len(cumulative_integral(make_series([], []))) == 0


def test_a_clean_signal_is_smoothed_and_integrated_as_scipy_does(make_series):
    times = np.arange(300) * 10_000
    values = np.sin(times / 2e5)

    at, smooth, integral = smoothed_filtered_integration(make_series(times, values), n_sigmas=1e9)

    assert at.dtype == np.float64
    assert np.array_equal(at, times)
    assert np.allclose(smooth, savgol_filter(values, 11, 2))
    assert np.allclose(integral, cumulative_trapezoid(smooth, times / 1e6, initial=0))


def test_spikes_do_not_reach_the_integral(make_series):
    times = np.arange(1000) * 1000
    clean = 5 + np.sin(times / 1e5)
    spoiled = clean.copy()
    spoiled[[50, 400, 401, 800]] = [1e6, -3e38, 1e9, np.nan]

    _, smooth, integral = smoothed_filtered_integration(make_series(times, spoiled))

    assert np.allclose(smooth, clean, atol=1e-3)
    assert integral[-1] == pytest.approx(trapezoid(clean, times / 1e6), rel=1e-4)


def test_short_series_and_settings_that_do_not_fit(make_series):
    assert [len(part) for part in smoothed_filtered_integration(make_series([], []))] == [0] * 3
    _, smooth, integral = smoothed_filtered_integration(make_series([0, 1_000_000], [1, 3]))
    assert smooth.tolist() == [1, 3]
    assert integral.tolist() == [0, 2]
    with pytest.raises(ValueError, match="smoothing_window_len is 10"):
        smoothed_filtered_integration(make_series(), smoothing_window_len=10)
    with pytest.raises(ValueError, match="window has 0 samples"):
        smoothed_filtered_integration(make_series(), filter_window_size=0)
