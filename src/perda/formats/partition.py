"""From samples in file order to one series per variable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perda.core_data_structures.resampling import Times, Values
from perda.formats.text_lines import Samples

Series = tuple[Times, Values]


@dataclass
class _Group:
    """Consecutive samples, grouped by id."""

    times: Times
    values: Values
    spans: dict[int, slice]


class Partition:
    """Collects blocks of samples and hands out each variable's, in time order."""

    def __init__(self) -> None:
        self._groups: list[_Group] = []

    def add(self, samples: Samples) -> None:
        """Take the next samples of the file."""
        if len(samples) == 0:
            return
        codes, ids = _small_codes(samples.ids)
        # On 16-bit numbers numpy's stable sort is a radix sort; a block fits the caches.
        order = np.argsort(codes, kind="stable")
        counts = np.bincount(codes, minlength=len(ids))
        ends = np.cumsum(counts)
        spans = {
            int(ids[i]): slice(int(ends[i] - counts[i]), int(ends[i]))
            for i in np.flatnonzero(counts)
        }
        self._groups.append(_Group(samples.times[order], samples.values[order], spans))

    def series(self) -> dict[int, Series]:
        """Return times and values by id, ordered by time, ties in file order."""
        parts: dict[int, list[tuple[_Group, slice]]] = {}
        for group in self._groups:
            for var_id, span in group.spans.items():
                parts.setdefault(var_id, []).append((group, span))
        return {var_id: _joined(parts[var_id]) for var_id in sorted(parts)}


def _small_codes(
    ids: np.ndarray[tuple[int], np.dtype[np.int32]],
) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint16 | np.int64]], np.ndarray]:
    highest = int(ids.max())
    if highest <= np.iinfo(np.uint16).max:
        return ids.astype(np.uint16), np.arange(highest + 1)
    distinct, codes = np.unique(ids, return_inverse=True)
    small = len(distinct) <= np.iinfo(np.uint16).max
    return codes.astype(np.uint16) if small else codes, distinct


def _joined(parts: list[tuple[_Group, slice]]) -> Series:
    times = np.concatenate([group.times[span] for group, span in parts])
    values = np.concatenate([group.values[span] for group, span in parts])
    if np.all(times[1:] >= times[:-1]):
        return times, values
    order = np.argsort(times, kind="stable")
    return times[order], values[order]
