"""How often a series is sampled, and running a function over one series or a list of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Times
from perda.units import Timescale, to_seconds

SeriesOrList = DataInstance | Sequence[DataInstance]
OneOrMore = DataInstance | list[DataInstance]

_LARGEST_REGULAR_STEP = 1.5
"""In medians of the steps: what is longer is a hole in the data, not a step."""


def over_each(series: SeriesOrList, function: Callable[[DataInstance], DataInstance]) -> OneOrMore:
    """Apply a function to a series, or to each of a list.

    Returns
    -------
    DataInstance or list of DataInstance
        One series for one series, and for a list of exactly one; else a list.
    """
    if isinstance(series, DataInstance):
        return function(series)
    results = [function(one) for one in series]
    return results[0] if len(results) == 1 else results


def median_step_s(times: Times, unit: Timescale | str) -> float:
    """Return the median distance of neighbouring samples in seconds.

    Parameters
    ----------
    times : numpy.ndarray of int64, shape (n,)
        Non-decreasing times; n ≥ 2.
    unit : Timescale or str
        Their unit.

    Raises
    ------
    ValueError
        If the median step is not positive.
    """
    return to_seconds(_positive(float(np.median(np.diff(times))), len(times)), unit)


def mean_step_s(times: Times, unit: Timescale | str) -> float:
    """Return the mean distance of neighbouring samples in seconds, holes left out.

    Times rounded to whole milliseconds make the median of 60 Hz 17 ms; the mean is 16.67 ms.
    Parameters and errors are those of :func:`median_step_s`.
    """
    steps = np.diff(times)
    longest = _LARGEST_REGULAR_STEP * _positive(float(np.median(steps)), len(times))
    if steps.max() > longest:
        steps = steps[steps <= longest]
    return to_seconds(float(np.mean(steps)), unit)


def _positive(step: float, samples: int) -> float:
    if not step > 0:
        raise ValueError(
            f"The median time step of {samples:,} samples is {step:g}; expected a step > 0. "
            "Most samples share their time with another one: drop those first."
        )
    return step
