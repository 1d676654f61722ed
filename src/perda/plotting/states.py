"""Telling states (switches, faults, enumerations) from quantities."""

from __future__ import annotations

import numpy as np

from perda.core_data_structures.data_instance import DataInstance

MOST_STATES = 16
SAMPLES_PER_STATE = 8
_PROBE = 512


def is_state(series: DataInstance) -> bool:
    """Return whether a series is one of states, which hold until the next sample.

    It is when it has no unit, all values are whole numbers, and they are either only 0 and 1,
    or at most 16 different ones that come back (8 samples for each or more). NaN is passed over.
    A look at some 500 samples settles it for almost every series that is none.

    Parameters
    ----------
    series : DataInstance
        Series of any length.

    Returns
    -------
    bool
    """
    values = series.value_np
    if series.unit or len(values) == 0:
        return False
    probe = values[:: max(1, len(values) // _PROBE)]
    return _few_whole_numbers(probe, len(values)) and _few_whole_numbers(values, len(values))


def _few_whole_numbers(values: np.ndarray, samples: int) -> bool:
    known = values[~np.isnan(values)]
    if len(known) == 0 or not np.isfinite(known).all() or (known != np.rint(known)).any():
        return False
    # Only where the value changes can a new one appear: far fewer to sort.
    changed = np.concatenate([[True], known[1:] != known[:-1]])
    states = np.unique(known[changed])
    if set(states) <= {0.0, 1.0}:
        return True
    return len(states) <= MOST_STATES and samples >= SAMPLES_PER_STATE * len(states)
