"""Keeping the samples that a condition picks."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import numpy as np

from perda.core_data_structures.data_instance import DataInstance


class FilterOptions(Enum):
    """What a filter function is given."""

    VALUES = "values"
    TIMESTAMPS = "timestamps"
    BOTH = "both"


def apply_ufunc_filter(
    data: DataInstance,
    filter_func: Callable[..., Any],
    apply_to: FilterOptions = FilterOptions.VALUES,
) -> DataInstance:
    """Return the samples for which ``filter_func`` is true.

    Parameters
    ----------
    data : DataInstance
        Series of n samples.
    filter_func : callable
        Gets the values (n,), the times (n,), or times and values, as ``apply_to`` says, and
        returns a boolean mask of shape (n,).
    apply_to : FilterOptions
        What ``filter_func`` gets.

    Returns
    -------
    DataInstance
        A copy with the same metadata.

    Raises
    ------
    ValueError
        If the result is not a boolean mask of shape (n,).
    """
    arguments = {
        FilterOptions.VALUES: (data.value_np,),
        FilterOptions.TIMESTAMPS: (data.timestamp_np,),
        FilterOptions.BOTH: (data.timestamp_np, data.value_np),
    }[FilterOptions(apply_to)]
    mask = np.asarray(filter_func(*arguments))
    if mask.shape != data.value_np.shape or mask.dtype != np.bool_:
        raise ValueError(
            f"filter_func returned {mask.dtype} of shape {mask.shape}; "
            f"expected bool of shape {data.value_np.shape}."
        )
    return data._with_samples(data.timestamp_np[mask], data.value_np[mask])
