"""Many series cut at common times into slices of about the same number of samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from perda.core_data_structures.resampling import Times

Positions = npt.NDArray[np.int64]


def time_slices(times: Sequence[Times], rows: int) -> Iterator[list[slice]]:
    """Cut series into consecutive slices of time.

    Parameters
    ----------
    times : sequence of numpy.ndarray of int64
        Non-decreasing times of each series.
    rows : int
        Samples that a slice shall not exceed, ≥ 2 × the number of series. A slice that does
        is a single instant.

    Yields
    ------
    list of slice
        Where the slice lies in each series, in their order. A sample of an earlier slice is
        earlier than each of a later one; slices without any sample are left out.
    """
    if not times:
        return
    cuts = _cuts(times, rows)
    for start, end in pairwise(cuts):
        if np.any(end > start):
            yield [slice(int(s), int(e)) for s, e in zip(start, end, strict=True)]


def _cuts(times: Sequence[Times], rows: int) -> Positions:
    """Return each cut's position in each series, shape (cuts, series), both ends included."""
    # Every `step` samples a series puts up a mark; a cut comes after as many marks as there are
    # series. Between two cuts each series can have `step` samples more than its marks stand for.
    step = max(1, rows // (2 * len(times)))
    marks = np.sort(np.concatenate([one[step - 1 :: step] for one in times]))
    cuts = marks[len(times) - 1 :: len(times)]
    crowded = cuts[1:][cuts[1:] == cuts[:-1]]  # instants that deserve a slice of their own
    positions = [
        np.sort(
            np.concatenate(
                [
                    [0, len(one)],
                    np.searchsorted(one, cuts, "left"),
                    np.searchsorted(one, crowded, "right"),
                ]
            )
        )
        for one in times
    ]
    return np.stack(positions, axis=1).astype(np.int64)
