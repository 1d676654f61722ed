"""Reading a series at other times than its own."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Query = npt.NDArray[np.int64] | npt.NDArray[np.float64]

_MIN_POINTS_FOR_CUBIC = 4


class ResampleMethod(StrEnum):
    """How a value between two samples is found.

    ``LINEAR`` joins the samples by straight lines, ``ZOH`` (zero-order hold) keeps the
    sample before, ``NEAREST`` takes the closer one (the earlier at equal distance), ``CUBIC``
    is a C² spline (not-a-knot; linear below four samples).
    """

    LINEAR = "linear"
    ZOH = "zoh"
    NEAREST = "nearest"
    CUBIC = "cubic"


def distinct_times(times: Times) -> Times:
    """Return the times in rising order, each once."""
    # numpy.unique hashes first, which took 35 s for 17 million times; sorting takes half a second.
    ordered = np.sort(times)
    distinct: Times = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return distinct


def sample_at(
    query_ts: Query,
    source_ts: Times,
    source_val: Values,
    method: ResampleMethod | str = ResampleMethod.LINEAR,
    *,
    max_gap: float | None = None,
) -> Values:
    """Read a series at the times ``query_ts``.

    Outside the source's range every method holds the end value; at an instant with several
    samples the last one counts.

    Parameters
    ----------
    query_ts : numpy.ndarray of int64 or float64, shape (m,)
        Times to read at, in any order.
    source_ts : numpy.ndarray of int64, shape (n,)
        Non-decreasing times of the samples, in the same unit; n ≥ 1.
    source_val : numpy.ndarray of float64, shape (n,)
        The samples.
    method : ResampleMethod or str
        How values between samples are found.
    max_gap : float or None
        Between two samples farther apart than this, and farther than this before the first
        or after the last one, the series is NaN instead; in the unit of the times.

    Returns
    -------
    numpy.ndarray of float64, shape (m,)

    Raises
    ------
    ValueError
        If the method is unknown, the series is empty, or ``max_gap`` is negative.
    """
    reader = _READERS[ResampleMethod(method)]
    if len(source_ts) == 0:
        raise ValueError("An empty series has no value at any time.")
    last_of_instant = np.append(source_ts[1:] != source_ts[:-1], True)
    if not last_of_instant.all():
        source_ts, source_val = source_ts[last_of_instant], source_val[last_of_instant]
    # Microseconds since an arbitrary start may exceed float64's 53 bits; differences do not.
    origin = source_ts[0]
    query, times = query_ts - origin, source_ts - origin
    read = reader(query, times, source_val)
    if max_gap is None:
        return read
    return np.where(_in_gap(query, times, max_gap), np.nan, read)


def _in_gap(query: Query, times: Times, max_gap: float) -> npt.NDArray[np.bool_]:
    if not max_gap >= 0:
        raise ValueError(f"max_gap is {max_gap}; expected a number ≥ 0.")
    last = len(times) - 1
    after = np.searchsorted(times, query)
    left, right = times[np.maximum(after - 1, 0)], times[np.minimum(after, last)]
    # Beyond an end both neighbours are that end, and its distance is what counts.
    beyond = np.where(after > last, query - times[-1], times[0] - query)
    outside = (after > last) | (query < times[0])
    gap: npt.NDArray[np.bool_] = np.where(outside, beyond, right - left) > max_gap
    inside: npt.NDArray[np.bool_] = gap & (right != query)
    return inside


def _linear(query: Query, times: Times, values: Values) -> Values:
    return np.interp(query, times, values)


def _hold(query: Query, times: Times, values: Values) -> Values:
    before = np.searchsorted(times, query, side="right") - 1
    held: Values = values[np.maximum(before, 0)]
    return held


def _nearest(query: Query, times: Times, values: Values) -> Values:
    after = np.clip(np.searchsorted(times, query), 0, len(times) - 1)
    before = np.maximum(after - 1, 0)
    closer_before = query - times[before] <= times[after] - query
    chosen: Values = values[np.where(closer_before, before, after)]
    return chosen


def _cubic(query: Query, times: Times, values: Values) -> Values:
    finite = np.isfinite(values)  # one NaN would make every coefficient of a spline NaN
    if np.count_nonzero(finite) < _MIN_POINTS_FOR_CUBIC:
        return _linear(query, times, values)
    from scipy.interpolate import CubicSpline

    times, values = times[finite], values[finite]
    spline = CubicSpline(times, values)
    smooth: Values = spline(np.clip(query, times[0], times[-1]))
    return smooth


_READERS = {
    ResampleMethod.LINEAR: _linear,
    ResampleMethod.ZOH: _hold,
    ResampleMethod.NEAREST: _nearest,
    ResampleMethod.CUBIC: _cubic,
}
