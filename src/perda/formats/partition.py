"""From samples in file order to one series per variable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perda.core_data_structures.resampling import Times, Values
from perda.core_data_structures.statistics import VariableStatistics
from perda.formats.text_lines import Samples

_UINT16_MAX = int(np.iinfo(np.uint16).max)


@dataclass(frozen=True)
class Group:
    """Consecutive samples of a log, brought together by variable.

    Attributes
    ----------
    times : numpy.ndarray of int64, shape (n,)
    values : numpy.ndarray of float64, shape (n,)
        Ordered by variable, within a variable as in the file.
    ids, starts, ends : numpy.ndarray of int64, shape (k,)
        The variables that occur, and where each begins and ends.
    """

    times: Times
    values: Values
    ids: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.times)


def group(samples: Samples) -> Group:
    """Bring the samples of each variable together, their order kept."""
    codes, ids = _small_codes(samples.ids)
    # On 16-bit numbers numpy's stable sort is a radix sort.
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes, minlength=len(ids))
    ends = np.cumsum(counts)
    present = np.flatnonzero(counts)
    return Group(
        times=samples.times[order],
        values=samples.values[order],
        ids=ids[present],
        starts=(ends - counts)[present],
        ends=ends[present],
    )


class Partition:
    """Groups of samples in the order of the file; gives out each variable's, in time order."""

    def __init__(self) -> None:
        self._parts: dict[int, list[tuple[Group, int, int]]] = {}
        self._bounds: list[tuple[int, int]] = []

    def add(self, part: Group) -> None:
        """Take the next samples of the file."""
        if len(part) == 0:
            return
        self._bounds.append((int(part.times.min()), int(part.times.max())))
        spans = zip(part.ids.tolist(), part.starts.tolist(), part.ends.tolist(), strict=True)
        for var_id, start, end in spans:
            self._parts.setdefault(var_id, []).append((part, start, end))

    def counts(self) -> dict[int, int]:
        """Return the number of samples by id, of the variables that have any, by rising id."""
        return {i: sum(e - s for _, s, e in self._parts[i]) for i in sorted(self._parts)}

    def bounds(self) -> tuple[int, int]:
        """Return the first and the last time of all."""
        return min(first for first, _ in self._bounds), max(last for _, last in self._bounds)

    def read(self, var_id: int) -> tuple[Times, Values]:
        """Return a variable's times and values, ordered by time, ties in file order."""
        parts = self._parts.get(var_id)
        if not parts:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        times = np.concatenate([part.times[start:end] for part, start, end in parts])
        values = np.concatenate([part.values[start:end] for part, start, end in parts])
        if np.all(times[1:] >= times[:-1]):
            return times, values
        order = np.argsort(times, kind="stable")
        return times[order], values[order]

    def statistics(self, var_id: int) -> VariableStatistics | None:
        """Return what is known without looking at the samples: only that there are none."""
        return None if var_id in self._parts else VariableStatistics(0)


def _small_codes(
    ids: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.uint16 | np.int64], npt.NDArray[np.int64]]:
    highest = int(ids.max(initial=0))
    if highest <= _UINT16_MAX:
        return ids.astype(np.uint16), np.arange(highest + 1)
    distinct, codes = np.unique(ids, return_inverse=True)
    small = len(distinct) <= _UINT16_MAX
    return codes.astype(np.uint16) if small else codes, distinct.astype(np.int64)
