from __future__ import annotations

import logging

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from perda.utils.signal_processing import (
    apply_sos_filter,
    compute_fft,
    lowpass_filter,
    lowpass_filter_by_distance,
    zscore_filter,
)

STEPS = {"ms": 1, "us": 1000}


def sine(make_series, hz, unit="ms", seconds=20.0, rate=1000, **metadata):
    """A sine sampled at 1 kHz in whole units of time."""
    count = int(seconds * rate)
    t = np.arange(count) / rate
    return make_series(np.arange(count) * STEPS[unit], np.sin(2 * np.pi * hz * t), **metadata)


def amplitude(values):
    """Of a sine, away from the ends."""
    middle = values[len(values) // 4 : -len(values) // 4]
    return np.sqrt(2 * np.mean(middle**2))


@pytest.mark.parametrize("unit", STEPS)
def test_a_sine_at_the_cutoff_is_halved_and_not_delayed(make_series, unit):
    series = sine(make_series, 10, unit)

    filtered = lowpass_filter(series, 10, unit)

    assert amplitude(filtered.value_np) == pytest.approx(0.5, abs=0.005)  # -6 dB: two times -3 dB
    middle = slice(5000, 15000)
    assert np.corrcoef(filtered.value_np[middle], series.value_np[middle])[0, 1] > 0.9999
    assert (filtered.label, filtered.var_id) == (series.label, series.var_id)
    assert np.array_equal(filtered.timestamp_np, series.timestamp_np)


def test_below_the_cutoff_it_stays_and_above_it_goes(make_series):
    assert amplitude(lowpass_filter(sine(make_series, 1), 10).value_np) == pytest.approx(1, 1e-3)
    # Two passes of order 4: (1 + (f/fc)^8)^-1 = 1/257 at an octave above.
    high = amplitude(lowpass_filter(sine(make_series, 20), 10).value_np)
    assert high == pytest.approx(1 / 257, rel=0.05)


def test_it_is_scipys_filter(make_series):
    series = sine(make_series, 3, seconds=2)

    filtered = lowpass_filter(series, 25, order=3)

    assert np.allclose(
        filtered.value_np, sosfiltfilt(butter(3, 25, fs=1000, output="sos"), series.value_np)
    )


def test_nan_stay_and_do_not_spread(make_series):
    series = sine(make_series, 1)
    series.value_np[[0, 1, 300, 301, 302, 9000, -1]] = np.nan

    filtered = lowpass_filter(series, 20).value_np

    assert np.flatnonzero(np.isnan(filtered)).tolist() == [0, 1, 300, 301, 302, 9000, 19999]
    inside = slice(200, -200)  # near its ends any filter guesses
    known = ~np.isnan(filtered[inside])
    assert np.allclose(filtered[inside][known], series.value_np[inside][known], atol=2e-3)


def test_too_few_samples_give_none():
    sos = butter(4, 0.2, output="sos")
    with_nan = np.append(np.arange(27.0), np.nan)

    assert apply_sos_filter(np.arange(26.0), sos, 4) is None
    assert apply_sos_filter(np.arange(27.0), sos, 4) is not None
    assert np.isnan(apply_sos_filter(with_nan, sos, 4)[-1])
    with_nan[0] = np.nan
    assert apply_sos_filter(with_nan, sos, 4) is None


def test_a_short_series_stays_and_the_log_says_so(make_series, caplog):
    with caplog.at_level(logging.WARNING):
        filtered = lowpass_filter(make_series([0, 10, 20], [1, 5, 1]), 10)

    assert filtered.value_np.tolist() == [1, 5, 1]
    assert "too few samples" in caplog.text
    assert len(lowpass_filter(make_series([], []), 10)) == 0
    assert lowpass_filter(make_series([3], [4]), 10).value_np.tolist() == [4]


def test_a_cutoff_at_the_nyquist_frequency_changes_nothing_and_says_so(make_series, capsys):
    series = sine(make_series, 400, seconds=1)

    unchanged = lowpass_filter(series, 500)

    assert np.array_equal(unchanged.value_np, series.value_np)
    assert unchanged.value_np is not series.value_np
    assert "Nyquist" in capsys.readouterr().out


def test_equal_times_and_cutoffs_below_zero_are_refused(make_series):
    with pytest.raises(ValueError, match="median time step"):
        lowpass_filter(make_series([1, 1, 1, 2], [1, 2, 3, 4]), 10)
    with pytest.raises(ValueError, match="cutoff_hz is 0"):
        lowpass_filter(make_series(), 0)


def test_a_list_gives_a_list_and_one_gives_one(make_series):
    one, two = sine(make_series, 1, label="a"), sine(make_series, 2, label="b")

    assert [series.label for series in lowpass_filter([one, two], 10)] == ["a", "b"]
    assert lowpass_filter([one], 10).label == "a"
    assert lowpass_filter([], 10) == []


def test_by_distance_the_speed_does_not_matter(make_series):
    t = np.arange(0, 60, 0.01)
    place = 15 * t + 40 * np.sin(t / 5)  # 7 to 23 m/s
    distance = make_series(t * 1000, place)
    at_cutoff = make_series(t * 1000, np.sin(2 * np.pi * place * 0.1))

    filtered = lowpass_filter_by_distance(at_cutoff, distance, 0.1)

    ratio = filtered.value_np[1000:-1000] / at_cutoff.value_np[1000:-1000]
    away = np.abs(at_cutoff.value_np[1000:-1000]) > 0.3
    assert np.allclose(ratio[away], 0.5, atol=0.02)


def test_by_distance_at_constant_speed_is_the_filter_over_time(make_series):
    series = sine(make_series, 5, seconds=5)
    series.value_np[700] = np.nan
    distance = make_series(series.timestamp_np, series.timestamp_np * 0.02)  # 20 m/s

    by_distance = lowpass_filter_by_distance([series], distance, 10 / 20)

    assert np.allclose(
        by_distance.value_np, lowpass_filter(series, 10).value_np, atol=1e-3, equal_nan=True
    )
    assert np.isnan(by_distance.value_np[700])


def test_at_rest_the_mean_of_the_place_counts(make_series):
    times = np.arange(3000)
    distance = make_series(times, np.clip(times - 1000, 0, 1000) * 0.02)
    steering = make_series(times, np.where(times < 1000, np.where(times % 2, 9, -9), 4.0))

    filtered = lowpass_filter_by_distance(steering, distance, 1.0)

    assert np.ptp(filtered.value_np[:1000]) == 0
    assert np.allclose(filtered.value_np[1400:], 4, atol=0.01)


def test_without_distance_there_is_nothing_to_filter_along(make_series, capsys):
    series = make_series([0, 10, 20], [1, 2, 3])
    with pytest.raises(ValueError, match=r"^No positive distance steps"):
        lowpass_filter_by_distance(series, make_series([0, 20], [5, 5]), 0.1)
    with pytest.raises(ValueError, match=r"^No positive distance steps"):
        lowpass_filter_by_distance(series, make_series([], []), 0.1)
    lowpass_filter_by_distance(series, make_series([0, 20], [0, 2]), 0.5)
    assert "Nyquist" in capsys.readouterr().out


def test_a_spike_is_replaced_by_the_line_between_its_neighbours(make_series):
    series = sine(make_series, 1)
    clean = series.value_np.copy()
    series.value_np[[5000, 12000]] = [30, -80]
    series.value_np[600] = np.nan

    filtered = zscore_filter(series, 0.5, 6)

    assert filtered.value_np[5000] == pytest.approx((clean[4999] + clean[5001]) / 2)
    same = np.isin(np.arange(20000), [5000, 12000], invert=True)
    assert np.array_equal(filtered.value_np[same], series.value_np[same], equal_nan=True)
    assert series.value_np[5000] == 30


def test_the_zscore_filter_on_little_and_with_wrong_settings(make_series):
    assert len(zscore_filter(make_series([], []), 1, 3)) == 0
    assert zscore_filter(make_series([1], [2]), 1, 3).value_np.tolist() == [2]
    assert zscore_filter(make_series([0, 1, 2], [4, 4, 4]), 1, 3).value_np.tolist() == [4, 4, 4]
    with pytest.raises(ValueError, match="window_s is 0"):
        zscore_filter(make_series(), 0, 3)
    with pytest.raises(ValueError, match="threshold is -1"):
        zscore_filter(make_series(), 1, -1)


@pytest.mark.parametrize("unit", STEPS)
def test_a_sine_has_its_peak_where_it_belongs(make_series, unit):
    series = sine(make_series, 12.5, unit, seconds=8) + 100

    frequencies, magnitudes = compute_fft(series, unit)

    assert len(frequencies) == len(magnitudes) == 4001
    assert np.allclose(frequencies, np.fft.rfftfreq(8000, 0.001))
    assert frequencies[np.argmax(magnitudes)] == 12.5
    assert magnitudes.max() == pytest.approx(8000 / 2)
    assert magnitudes[0] == pytest.approx(0, abs=1e-6)


def test_times_rounded_to_milliseconds_do_not_move_the_peak(make_series):
    t = np.arange(6000) / 60  # steps of 16 and 17 ms
    series = make_series(np.rint(t * 1000), np.sin(2 * np.pi * 20 * t))

    frequencies, magnitudes = compute_fft(series)

    assert frequencies[np.argmax(magnitudes)] == pytest.approx(20, abs=0.01)


def test_nan_are_dropped_and_two_samples_are_needed(make_series):
    with_nan = make_series([0, 10, 20, 30], [1, np.nan, 2, 5])

    frequencies, magnitudes = compute_fft(with_nan)

    assert np.allclose(magnitudes, np.abs(np.fft.rfft(np.array([1, 2, 5]) - 8 / 3)))
    assert len(frequencies) == 2
    for few in ([], [1.0], [1.0, np.nan]):
        with pytest.raises(ValueError, match="at least 2"):
            compute_fft(make_series(range(len(few)), few))
    with pytest.raises(ValueError, match="step"):
        compute_fft(make_series([4, 4], [1, 2]))


def test_over_distance_frequencies_are_per_metre(make_series):
    t = np.arange(0, 100, 0.01)
    place = 10 * t + 2 * t**1.2
    bumps = make_series(t * 1000, np.sin(2 * np.pi * 0.25 * place))

    frequencies, magnitudes = compute_fft(bumps, distance_di=make_series(t * 1000, place))

    assert frequencies[np.argmax(magnitudes)] == pytest.approx(0.25, abs=0.001)
    with pytest.raises(ValueError, match="No positive distance steps"):
        compute_fft(bumps, distance_di=make_series([0, 1], [0, 0]))
