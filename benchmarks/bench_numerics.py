"""How long the numerics take on one variable, against plain numpy and scipy passes over it.

The plain pass beside each function is what anyone would write who has only clean, equally
spaced samples: the ratio says what bounds, NaN, units and edges cost. Where numpy and scipy
have no such function (matching, latching) the pass is the cheapest thing that reads the same
data as often as is needed at least, and says so.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

import numpy as np
from scipy import ndimage, signal
from scipy.integrate import cumulative_trapezoid

from perda.core_data_structures import DataInstance
from perda.utils.accel_calculator import compute_accel_results, detect_accel_event
from perda.utils.diff_matching import match_in_time_order
from perda.utils.frequency_statistics import frequency_statistics
from perda.utils.integrate import (
    average_over_time_range,
    cumulative_integral,
    integrate_over_time_range,
    smoothed_filtered_integration,
)
from perda.utils.outliers import hampel_outliers
from perda.utils.run_difference import compare_series
from perda.utils.signal_processing import (
    compute_fft,
    lowpass_filter,
    lowpass_filter_by_distance,
    zscore_filter,
)
from perda.utils.time_alignment import apply_time_offset

Case = tuple[str, Callable[[], object], str, Callable[[], object]]

_STEP_US = 1000
_SIZES = (180_000, 10_000_000)


def main() -> None:
    options = _options()
    print(f"{'function':<31} {'samples':>10} {'perda':>9} {'plain':>9} {'ratio':>6}  plain pass")
    for samples in options.samples:
        for name, ours, plain_name, plain in _cases(samples):
            if options.only and options.only not in name:
                continue
            mine, theirs = _turn_and_turn_about(ours, plain, options.repeats)
            print(
                f"{name:<31} {samples:>10,} {mine * 1e3:>6.1f} ms {theirs * 1e3:>6.1f} ms "
                f"{mine / theirs:>6.2f}  {plain_name}",
                flush=True,
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, nargs="+", default=_SIZES)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="part of a function's name")
    return parser.parse_args()


def _cases(count: int) -> Iterator[Case]:
    rng = np.random.default_rng(1)
    times = np.arange(count, dtype=np.int64) * _STEP_US
    t = times / 1e6
    values = np.sin(t) + 0.05 * rng.normal(size=count)
    series = DataInstance(timestamp_np=times, value_np=values)
    yield from _integrals(series, t, values)
    yield from _filters(series, t, values)
    yield from _events(series, t)
    yield from _differences(times, values, rng)


def _integrals(series: DataInstance, t: np.ndarray, values: np.ndarray) -> Iterator[Case]:
    whole = "numpy.trapezoid"
    yield (
        "integrate_over_time_range",
        lambda: integrate_over_time_range(series, source_time_unit="us"),
        whole,
        lambda: np.trapezoid(values, t),
    )
    yield (
        "average, inner half",
        lambda: average_over_time_range(series, t[-1] / 4, t[-1] * 3 / 4, "us"),
        whole,
        lambda: np.trapezoid(values, t),
    )
    yield (
        "cumulative_integral",
        lambda: cumulative_integral(series, "us"),
        "scipy cumulative_trapezoid",
        lambda: cumulative_trapezoid(values, t, initial=0),
    )

    def three_medians() -> object:
        low = ndimage.median_filter(values, 10)
        ndimage.median_filter(np.abs(values - low), 10)
        return cumulative_trapezoid(signal.savgol_filter(values, 11, 2), t, initial=0)

    yield (
        "smoothed_filtered_integration",
        lambda: smoothed_filtered_integration(series),
        "2 median_filter, savgol, cumulative_trapezoid",
        three_medians,
    )
    yield (
        "hampel_outliers (window 10)",
        lambda: hampel_outliers(values, 10, 3),
        "1 scipy.ndimage.median_filter",
        lambda: ndimage.median_filter(values, 10),
    )


def _filters(series: DataInstance, t: np.ndarray, values: np.ndarray) -> Iterator[Case]:
    sos = signal.butter(4, 10, fs=1000, output="sos")
    distance = DataInstance(timestamp_np=series.timestamp_np, value_np=15 * t + 5 * np.sin(t))

    def spread() -> object:
        mean = ndimage.uniform_filter1d(values, 500)
        return ndimage.uniform_filter1d(values * values, 500) - mean * mean

    yield (
        "lowpass_filter",
        lambda: lowpass_filter(series, 10, "us"),
        "scipy.signal.sosfiltfilt",
        lambda: signal.sosfiltfilt(sos, values),
    )
    yield (
        "lowpass_filter_by_distance",
        lambda: lowpass_filter_by_distance(series, distance, 1),
        "scipy.signal.sosfiltfilt",
        lambda: signal.sosfiltfilt(sos, values),
    )
    yield (
        "zscore_filter (window 500)",
        lambda: zscore_filter(series, 0.5, 4, "us"),
        "2 scipy.ndimage.uniform_filter1d",
        spread,
    )
    yield (
        "compute_fft",
        lambda: compute_fft(series, "us"),
        "abs(numpy.fft.rfft)",
        lambda: np.abs(np.fft.rfft(values)),
    )
    yield (
        "apply_time_offset",
        lambda: apply_time_offset(series, 0.0125, "us"),
        "numpy.interp",
        lambda: np.interp(t - 0.0125, t, values),
    )


def _events(series: DataInstance, t: np.ndarray) -> Iterator[Case]:
    times = series.timestamp_np
    speed = DataInstance(timestamp_np=times, value_np=np.maximum(20 * np.sin(t / 5), 0))
    torque = DataInstance(timestamp_np=times[::2], value_np=200 * np.cos(t[::2] / 5))
    distance = cumulative_integral(speed, "us")
    event = detect_accel_event(torque, speed)
    yield (
        "detect_accel_event",
        lambda: detect_accel_event(torque, speed),
        "numpy.interp alone",
        lambda: np.interp(times, torque.timestamp_np, torque.value_np),
    )
    yield (
        "compute_accel_results",
        lambda: compute_accel_results(event, distance, 75, "us"),
        "numpy.interp alone",
        lambda: np.interp(times, times, distance.value_np),
    )
    yield (
        "frequency_statistics, summary",
        lambda: frequency_statistics(series, source_time_unit="us").summary(),
        "numpy.percentile(1 / diff, 3 of them)",
        lambda: np.percentile(1e6 / np.diff(times), [5, 50, 95]),
    )


def _differences(times: np.ndarray, values: np.ndarray, rng: np.random.Generator) -> Iterator[Case]:
    lossy = times + rng.integers(-20, 21, len(times))
    lossy.sort()
    kept = rng.random(len(times)) > 0.01
    lossy, lossy_values = lossy[kept], values[kept]

    def merge() -> object:
        return np.argsort(np.concatenate([times, lossy]), kind="stable")

    yield (
        "match, same times",
        lambda: match_in_time_order(times, times, 2000),
        "abs(a - b) <= tolerance",
        lambda: (np.abs(times - times) <= 2000).all(),
    )
    yield (
        "match, 1 % lost, far apart",
        lambda: match_in_time_order(times, lossy, 200),
        "argsort of both together",
        merge,
    )
    yield (
        "match, 1 % lost, crowded",
        lambda: match_in_time_order(times, lossy, 2000),
        "argsort of both together",
        merge,
    )
    pairs = times.reshape(-1, 4) // 40 * 40 + np.arange(4)
    bursts = pairs.ravel()
    fewer = bursts[rng.random(len(bursts)) > 0.1]
    yield (
        "match, bursts of 4, 10 % lost",
        lambda: match_in_time_order(bursts, fewer, 2),
        "argsort of both together",
        lambda: np.argsort(np.concatenate([bursts, fewer]), kind="stable"),
    )
    yield (
        "compare_series, 1 % lost",
        lambda: compare_series("v", (times, values), (lossy, lossy_values), 200, 1e-3, 1e-3),
        "the same argsort and numpy.isclose",
        lambda: (merge(), np.isclose(values, values, 1e-3, 1e-3, equal_nan=True)),
    )


def _turn_and_turn_about(
    ours: Callable[[], object], plain: Callable[[], object], repeats: int
) -> tuple[float, float]:
    """Return the median times; a busy moment of the machine hits both."""
    mine, theirs = [], []
    for _ in range(repeats):
        mine.append(_seconds(ours))
        theirs.append(_seconds(plain))
    return median(mine), median(theirs)


def _seconds(action: Callable[[], object]) -> float:
    start = perf_counter()
    action()
    return perf_counter() - start


if __name__ == "__main__":
    main()
