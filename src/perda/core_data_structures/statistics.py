"""What a series holds, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perda.core_data_structures.resampling import Times, Values


@dataclass(frozen=True)
class VariableStatistics:
    """Facts about one variable.

    Attributes
    ----------
    count : int
        Number of samples; the other facts are None when it is 0.
    first_timestamp, last_timestamp : int or None
        Bounds in time, in the log's unit.
    min, max, mean : float or None
        Of the samples that are not NaN, each counting the same; None if there is none.
    """

    count: int
    first_timestamp: int | None = None
    last_timestamp: int | None = None
    min: float | None = None
    max: float | None = None
    mean: float | None = None


def statistics_of(times: Times, values: Values) -> VariableStatistics:
    """Compute the statistics of a series.

    Parameters
    ----------
    times : numpy.ndarray of int64, shape (n,)
        Non-decreasing.
    values : numpy.ndarray of float64, shape (n,)
        May hold NaN and infinities.

    Returns
    -------
    VariableStatistics
    """
    if len(times) == 0:
        return VariableStatistics(0)
    first, last = int(times[0]), int(times[-1])
    low = float(np.min(values))
    if np.isnan(low):  # NaN spreads through min; only then is a cleaned copy worth making
        values = values[~np.isnan(values)]
        if len(values) == 0:
            return VariableStatistics(len(times), first, last)
        low = float(np.min(values))
    with np.errstate(invalid="ignore", over="ignore"):
        mean = float(np.mean(values))
    return VariableStatistics(
        count=len(times),
        first_timestamp=first,
        last_timestamp=last,
        min=low,
        max=float(np.max(values)),
        mean=None if np.isnan(mean) else mean,  # inf and -inf together have no mean
    )
