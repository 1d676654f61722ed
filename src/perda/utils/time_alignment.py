"""Shifting series in time against each other."""

from __future__ import annotations

from typing import overload

import numpy as np

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Query, sample_at
from perda.units import Timescale, from_seconds
from perda.utils.sampling import OneOrMore, SeriesOrList, over_each


@overload
def apply_time_offset(
    data_instances: DataInstance,
    offset_s: float,
    source_time_unit: Timescale | str = ...,
) -> DataInstance: ...
@overload
def apply_time_offset(
    data_instances: SeriesOrList,
    offset_s: float,
    source_time_unit: Timescale | str = ...,
) -> OneOrMore: ...
def apply_time_offset(
    data_instances: SeriesOrList,
    offset_s: float,
    source_time_unit: Timescale | str = Timescale.MS,
) -> OneOrMore:
    """Move the values of a series later in time; its times stay.

    The new value at t is the old one at t - offset, on the straight line between samples;
    the first value is held before the data, the last one after them.

    Parameters
    ----------
    data_instances : DataInstance or list of DataInstance
        Series of any length.
    offset_s : float
        Seconds; negative: earlier. Fractions of the series' time unit count.
    source_time_unit : Timescale or str
        Unit of the series' times.

    Returns
    -------
    DataInstance or list of DataInstance
        Copies with the same metadata; for a list of one series, the series.
    """
    offset = from_seconds(offset_s, source_time_unit)
    return over_each(data_instances, lambda series: _shifted(series, offset))


def _shifted(series: DataInstance, offset: float) -> DataInstance:
    times, values = series.timestamp_np, series.value_np
    if len(times) == 0:
        return series._with_samples(times.copy(), values.copy())
    # Whole offsets stay integers: late microseconds have no room for fractions in float64.
    earlier: Query = times - int(offset) if offset == int(offset) else times - np.float64(offset)
    return series._with_samples(times.copy(), sample_at(earlier, times, values))
