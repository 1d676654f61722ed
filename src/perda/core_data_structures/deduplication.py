"""Dropping samples that say nothing new."""

from __future__ import annotations

import numpy as np

from perda.core_data_structures.data_instance import DataInstance


def deduplicate(data: DataInstance) -> DataInstance:
    """Drop every sample whose value equals that of the sample before it.

    Parameters
    ----------
    data : DataInstance
        Series of any length. NaN counts as equal to NaN.

    Returns
    -------
    DataInstance
        A copy with the same metadata; the first sample of each run of equal values stays.
    """
    values = data.value_np
    same = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    keep = np.concatenate([np.ones(min(len(values), 1), dtype=np.bool_), ~same])
    return data._with_samples(data.timestamp_np[keep], values[keep])
