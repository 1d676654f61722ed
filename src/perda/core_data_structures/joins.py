"""Bringing two time series onto common times, on plain arrays.

All times are int64 in one common unit and non-decreasing; inputs are never changed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from perda.core_data_structures.resampling import (
    ResampleMethod,
    Times,
    Values,
    distinct_times,
    sample_at,
)
from perda.units import Timescale, from_seconds

Joined = tuple[Times, Values, Values]


def left_join(
    left_ts: npt.ArrayLike,
    left_val: npt.ArrayLike,
    right_ts: npt.ArrayLike,
    right_val: npt.ArrayLike,
    *,
    method: ResampleMethod | str = ResampleMethod.LINEAR,
    max_gap_s: float | None = None,
    source_time_unit: Timescale | str = Timescale.MS,
) -> Joined:
    """Keep the left series; read the right one at its times.

    Parameters
    ----------
    left_ts, right_ts : array-like of int64, shapes (n,) and (m,)
        Times.
    left_val, right_val : array-like of float64, shapes (n,) and (m,)
        Values.
    method : ResampleMethod or str
        How the right series is read between its samples.
    max_gap_s : float or None
        Seconds. Between two samples farther apart than this, and farther than this from the
        first or last one, no value is made up: it is NaN.
    source_time_unit : Timescale or str
        Unit of the times; only ``max_gap_s`` needs it.

    Returns
    -------
    tuple of numpy.ndarray
        Times (n,), left values (n,), right values (n,).

    Raises
    ------
    ValueError
        If a series is empty, its times and values differ in length, or the method is unknown.
    """
    left_times, left_values = _series(left_ts, left_val, "left")
    right_times, right_values = _series(right_ts, right_val, "right")
    max_gap = _raw_gap(max_gap_s, source_time_unit)
    aligned = sample_at(left_times, right_times, right_values, method, max_gap=max_gap)
    return left_times.copy(), left_values.copy(), aligned


def outer_join(
    left_ts: npt.ArrayLike,
    left_val: npt.ArrayLike,
    right_ts: npt.ArrayLike,
    right_val: npt.ArrayLike,
    *,
    method: ResampleMethod | str = ResampleMethod.LINEAR,
    drop_nan: bool = True,
    fill: float = 0.0,
    max_gap_s: float | None = None,
    source_time_unit: Timescale | str = Timescale.MS,
) -> Joined:
    """Read both series at the union of their times.

    Parameters
    ----------
    left_ts, left_val, right_ts, right_val, method, max_gap_s, source_time_unit
        As in :func:`left_join`.
    drop_nan : bool
        Leave out the times at which either value is NaN; otherwise ``fill`` stands there.
    fill : float
        What replaces NaN when ``drop_nan`` is false.

    Returns
    -------
    tuple of numpy.ndarray
        Strictly increasing times (k,), left values (k,), right values (k,).

    Raises
    ------
    ValueError
        As in :func:`left_join`.
    """
    left_times, left_values = _series(left_ts, left_val, "left")
    right_times, right_values = _series(right_ts, right_val, "right")
    times = distinct_times(np.concatenate([left_times, right_times]))
    max_gap = _raw_gap(max_gap_s, source_time_unit)
    left = sample_at(times, left_times, left_values, method, max_gap=max_gap)
    right = sample_at(times, right_times, right_values, method, max_gap=max_gap)
    missing = np.isnan(left) | np.isnan(right)
    if drop_nan:
        return times[~missing], left[~missing], right[~missing]
    return times, np.where(np.isnan(left), fill, left), np.where(np.isnan(right), fill, right)


def inner_join(
    left_ts: npt.ArrayLike,
    left_val: npt.ArrayLike,
    right_ts: npt.ArrayLike,
    right_val: npt.ArrayLike,
    *,
    tolerance: float,
    method: ResampleMethod | str = ResampleMethod.LINEAR,
    max_gap_s: float | None = None,
    source_time_unit: Timescale | str = Timescale.MS,
) -> Joined:
    """Keep the left times that have a right time within ``tolerance``.

    Parameters
    ----------
    left_ts, left_val, right_ts, right_val, method, max_gap_s, source_time_unit
        As in :func:`left_join`.
    tolerance : float
        Largest distance to the closest right time, ends in, in the unit of the times; ≥ 0.

    Returns
    -------
    tuple of numpy.ndarray
        Times (k,), left values (k,), right values (k,), with k ≤ n.

    Raises
    ------
    ValueError
        As in :func:`left_join`, or if the tolerance is negative.
    """
    if not tolerance >= 0:
        raise ValueError(f"tolerance is {tolerance}; expected a number ≥ 0.")
    times, left, right = left_join(
        left_ts,
        left_val,
        right_ts,
        right_val,
        method=method,
        max_gap_s=max_gap_s,
        source_time_unit=source_time_unit,
    )
    right_times = np.asarray(right_ts, dtype=np.int64)
    after = np.clip(np.searchsorted(right_times, times), 0, len(right_times) - 1)
    before = np.maximum(after - 1, 0)
    distance = np.minimum(np.abs(right_times[after] - times), np.abs(right_times[before] - times))
    near = distance <= tolerance
    return times[near], left[near], right[near]


def _raw_gap(max_gap_s: float | None, unit: Timescale | str) -> float | None:
    return None if max_gap_s is None else from_seconds(max_gap_s, unit)


def _series(ts: npt.ArrayLike, val: npt.ArrayLike, side: str) -> tuple[Times, Values]:
    times, values = np.asarray(ts, dtype=np.int64), np.asarray(val, dtype=np.float64)
    if len(times) != len(values):
        raise ValueError(f"The {side} series has {len(times)} times and {len(values)} values.")
    if len(times) == 0:
        raise ValueError(f"The {side} series is empty; a join needs at least one sample.")
    return times, values
