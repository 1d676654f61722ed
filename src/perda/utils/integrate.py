"""Integrals and averages of a series over time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Times, Values
from perda.units import Timescale, convert_time
from perda.utils.outliers import hampel_outliers

TO_THE_END = -1
"""As an end time: no bound."""


def integrate_over_time_range(
    data_instance: DataInstance,
    start_time: float = 0,
    end_time: float = TO_THE_END,
    source_time_unit: Timescale | str = Timescale.MS,
    target_time_unit: Timescale | str = Timescale.S,
) -> float:
    """Integrate a series over time by the trapezoidal rule.

    The series is read as straight lines between its samples and the integral is exact for
    that: a bound between two samples cuts the line there. ∑ (tᵢ₊₁ - tᵢ)·(xᵢ + xᵢ₊₁) / 2, as
    :func:`numpy.trapezoid`.

    Parameters
    ----------
    data_instance : DataInstance
        Series of any length. NaN samples are passed over.
    start_time, end_time : float
        Bounds in ``target_time_unit``; -1 as the end: the last sample. What lies outside of
        the data counts nothing.
    source_time_unit, target_time_unit : Timescale or str
        Unit of the series' times, and of the bounds and the integral.

    Returns
    -------
    float
        In the series' unit times ``target_time_unit``; 0.0 for fewer than two samples.

    Raises
    ------
    ValueError
        If ``end_time`` lies before ``start_time``.
    """
    times, values = _piece(data_instance, start_time, end_time, source_time_unit, target_time_unit)
    area = _area(times, values)
    return convert_time(area, source_time_unit, target_time_unit)


def average_over_time_range(
    data_instance: DataInstance,
    start_time: float = 0,
    end_time: float = TO_THE_END,
    source_time_unit: Timescale | str = Timescale.MS,
    target_time_unit: Timescale | str = Timescale.S,
) -> float:
    """Return the time-weighted mean of a series: its integral divided by the range's length.

    Parameters
    ----------
    data_instance, start_time, end_time, source_time_unit, target_time_unit
        As in :func:`integrate_over_time_range`. The length is that of the part of the range
        in which there are data.

    Returns
    -------
    float
        In the series' unit; the value itself where the range holds one instant, NaN where it
        holds no data.

    Raises
    ------
    ValueError
        If ``end_time`` lies before ``start_time``.
    """
    times, values = _piece(data_instance, start_time, end_time, source_time_unit, target_time_unit)
    if len(times) == 0:
        return float("nan")
    length = float(times[-1] - times[0])
    return _area(times, values) / length if length > 0 else float(np.mean(values))


def get_data_slice_by_timestamp(
    original_instance: DataInstance, start_time: float = 0, end_time: float = TO_THE_END
) -> DataInstance:
    """Return the samples from ``start_time`` on and before ``end_time``.

    Parameters
    ----------
    original_instance : DataInstance
        Series of any length.
    start_time, end_time : float
        Bounds in the series' own unit; the start is in, the end is not; -1 as the end: all
        samples to the last, which is in.

    Returns
    -------
    DataInstance
        A copy with the same metadata.
    """
    times = original_instance.timestamp_np
    first = int(np.searchsorted(times, start_time))
    last = len(times) if end_time == TO_THE_END else int(np.searchsorted(times, end_time))
    return original_instance._with_samples(
        times[first:last].copy(), original_instance.value_np[first:last].copy()
    )


def smoothed_filtered_integration(
    data: DataInstance,
    source_time_unit: Timescale | str = Timescale.US,
    target_time_unit: Timescale | str = Timescale.S,
    filter_window_size: int = 10,
    n_sigmas: float = 3,
    smoothing_window_len: int = 11,
    smoothing_poly_order: int = 2,
) -> tuple[Values, Values, Values]:
    """Take out outliers, smooth, and integrate over time.

    Outliers by the Hampel identifier (:func:`.outliers.hampel_outliers`), filled by straight
    lines over time; smoothing by Savitzky and Golay (1964), :func:`scipy.signal.savgol_filter`;
    integration by :func:`scipy.integrate.cumulative_trapezoid`, from 0.

    Parameters
    ----------
    data : DataInstance
        Series of any length. NaN samples are filled like outliers.
    source_time_unit, target_time_unit : Timescale or str
        Unit of the series' times, and of the integral.
    filter_window_size : int
        Samples in the window of the outlier filter, around each sample.
    n_sigmas : float
        Distance from the median, in robust standard deviations, from which a sample is out.
    smoothing_window_len : int
        Samples in the smoothing window, odd; for a shorter series as many as it has.
    smoothing_poly_order : int
        Degree of the smoothing polynomial; a series of no more samples is not smoothed.

    Returns
    -------
    tuple of numpy.ndarray of float64, shapes (n,)
        Times in the source unit, smoothed values, and their integral up to each time, in the
        series' unit times ``target_time_unit``.

    Raises
    ------
    ValueError
        If a window is shorter than one sample, or the smoothing settings do not fit together.
    """
    times = data.timestamp_np
    filled = _without_outliers(times, data.value_np, filter_window_size, n_sigmas)
    smoothed = _smoothed(filled, smoothing_window_len, smoothing_poly_order)
    integral = convert_time(_running_area(times, smoothed), source_time_unit, target_time_unit)
    return times.astype(np.float64), smoothed, integral


def cumulative_integral(
    data_instance: DataInstance,
    source_time_unit: Timescale | str = Timescale.MS,
    target_time_unit: Timescale | str = Timescale.S,
    label: str | None = None,
) -> DataInstance:
    """Return the integral of a series up to each of its times, such as distance of a speed.

    Parameters
    ----------
    data_instance : DataInstance
        Series of any length. NaN samples are bridged by straight lines.
    source_time_unit, target_time_unit : Timescale or str
        Unit of the series' times, and of the integral.
    label : str or None
        Label of the result; None: that of the series.

    Returns
    -------
    DataInstance
        On the same times, starting at 0.
    """
    times = data_instance.timestamp_np
    values = _bridged(times, data_instance.value_np, np.isnan(data_instance.value_np))
    area = convert_time(_running_area(times, values), source_time_unit, target_time_unit)
    return DataInstance(
        timestamp_np=times.copy(),
        value_np=area,
        label=data_instance.label if label is None else label,
    )


def _piece(
    data: DataInstance,
    start_time: float,
    end_time: float,
    source_time_unit: Timescale | str,
    target_time_unit: Timescale | str,
) -> tuple[npt.NDArray[np.float64], Values]:
    """Return the line of a series between two bounds, times in the source unit from 0."""
    if end_time != TO_THE_END and end_time < start_time:
        raise ValueError(f"end_time is {end_time}, before start_time {start_time}.")
    times, values = _known(data)
    if len(times) == 0:
        return np.empty(0), np.empty(0)
    low = max(convert_time(start_time, target_time_unit, source_time_unit), float(times[0]))
    high = float(times[-1])
    if end_time != TO_THE_END:
        high = min(convert_time(end_time, target_time_unit, source_time_unit), high)
    if low > high:
        return np.empty(0), np.empty(0)
    return _cut(times, values, low, high)


def _cut(
    times: Times, values: Values, low: float, high: float
) -> tuple[npt.NDArray[np.float64], Values]:
    if low <= times[0] and high >= times[-1]:
        return (times - times[0]).astype(np.float64), values
    # Of several samples at a bound's instant the ones inside count: the last, the first.
    first = int(np.searchsorted(times, low, side="right"))
    last = int(np.searchsorted(times, high, side="left"))
    ends = [_on_line(times, values, first, low), _on_line(times, values, last, high)]
    inside = (times[first:last] - times[0]).astype(np.float64)
    origin = float(times[0])
    return (
        np.concatenate([[low - origin], inside, [high - origin]]),
        np.concatenate([ends[:1], values[first:last], ends[1:]]),
    )


def _on_line(times: Times, values: Values, after: int, instant: float) -> float:
    """Read the line between the samples ``after - 1`` and ``after``."""
    pair = slice(max(after - 1, 0), after + 1)
    return float(np.interp(instant, times[pair], values[pair]))


def _known(data: DataInstance) -> tuple[Times, Values]:
    missing = np.isnan(data.value_np)
    if missing.any():
        return data.timestamp_np[~missing], data.value_np[~missing]
    return data.timestamp_np, data.value_np


def _area(times: npt.NDArray[np.float64], values: Values) -> float:
    return float(np.trapezoid(values, times)) if len(times) > 1 else 0.0


def _running_area(times: Times, values: Values) -> Values:
    if len(times) == 0:
        return np.empty(0)
    from scipy.integrate import cumulative_trapezoid

    area: Values = cumulative_trapezoid(values, (times - times[0]).astype(np.float64), initial=0.0)
    return area


def _without_outliers(times: Times, values: Values, window: int, n_sigmas: float) -> Values:
    out = hampel_outliers(values, window, n_sigmas) | np.isnan(values)
    return _bridged(times, values, out)


def _bridged(times: Times, values: Values, out: npt.NDArray[np.bool_]) -> Values:
    if not out.any() or out.all():
        return values.copy()
    bridged = values.copy()
    origin = times[0]
    bridged[out] = np.interp(times[out] - origin, times[~out] - origin, values[~out])
    return bridged


def _smoothed(values: Values, window_len: int, poly_order: int) -> Values:
    if window_len % 2 == 0 or window_len <= poly_order:
        raise ValueError(
            f"smoothing_window_len is {window_len}; expected an odd number above "
            f"smoothing_poly_order, {poly_order}."
        )
    longest = len(values) - (1 - len(values) % 2)
    window_len = min(window_len, longest)
    if window_len <= poly_order:
        return values
    from scipy.signal import savgol_filter

    smoothed: Values = savgol_filter(values, window_len, poly_order)
    return smoothed
