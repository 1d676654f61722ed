"""A series as a function of distance driven instead of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Values, sample_at

_MOST_POINTS_PER_SAMPLE = 4


@dataclass(frozen=True)
class OnDistance:
    """A series read at equal steps of distance.

    Attributes
    ----------
    distance : numpy.ndarray of float64, shape (n,)
        Where each sample of the series was taken, never falling.
    grid, values : numpy.ndarray of float64, shapes (m,)
        Distances at equal steps from the first known sample to the last or just beyond, and
        the series there.
    step : float
        Distance between two points of the grid.
    """

    distance: Values
    grid: Values
    values: Values
    step: float


def on_distance(series: DataInstance, distance: DataInstance) -> OnDistance:
    """Read a series at equal steps of distance.

    The step is the median of the positive steps between samples (but there are at most four
    points a sample). Samples taken at one place, with the car at rest, count as their mean.

    Parameters
    ----------
    series : DataInstance
        Series with at least two known samples; NaN is passed over.
    distance : DataInstance
        Distance driven, in any times; where it falls, the greatest one so far counts.

    Returns
    -------
    OnDistance

    Raises
    ------
    ValueError
        If the distance never increases.
    """
    place = _places(series, distance)
    known = ~np.isnan(series.value_np) & ~np.isnan(place)
    places, values = _means_by_place(place[known], series.value_np[known])
    steps = np.diff(places)
    if len(steps) == 0:
        raise ValueError(
            f"No positive distance steps: the distance {str(distance)!r} does not increase "
            f"while {str(series)!r} has samples."
        )
    length = float(places[-1] - places[0])
    step = max(float(np.median(steps)), length / (_MOST_POINTS_PER_SAMPLE * len(series)))
    # A whole number of steps may come out a rounding error above it.
    count = int(np.ceil(length / step - 1e-6)) + 1
    grid = places[0] + step * np.arange(count)
    return OnDistance(place, grid, np.interp(grid, places, values), step)


def _places(series: DataInstance, distance: DataInstance) -> Values:
    known = ~np.isnan(distance.value_np)
    if not known.any() or len(series) == 0:
        return np.full(len(series), np.nan)
    there = sample_at(series.timestamp_np, distance.timestamp_np[known], distance.value_np[known])
    farthest: Values = np.maximum.accumulate(there)
    return farthest


def _means_by_place(places: Values, values: Values) -> tuple[Values, Values]:
    if len(places) == 0:
        return places, values
    first = np.flatnonzero(np.append(True, places[1:] > places[:-1]))
    counts = np.diff(np.append(first, len(places)))
    return places[first], np.add.reduceat(values, first) / counts
