"""The times that a table of several variables has its rows at."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from perda.core_data_structures.resampling import Times, distinct_times
from perda.errors import TableTooLargeError
from perda.units import Timescale


class Grid(Protocol):
    """Rows found while variables are read one by one, so that too many are noticed early."""

    def add(self, times: Times) -> int:
        """Take in the times of a variable; return how many rows there are at least."""

    def times(self) -> Times:
        """Return the times of all rows, increasing."""


class UnionGrid:
    """A row for every time at which a variable has a sample."""

    def __init__(self) -> None:
        self._merged: Times = np.empty(0, np.int64)
        self._pending: list[Times] = []
        self._pending_count = 0

    def add(self, times: Times) -> int:
        """Take in the times of a variable; return how many rows there are at least."""
        self._pending.append(times)
        self._pending_count += len(times)
        # Merging when the new ones match the old keeps the whole work to a few sorts.
        if self._pending_count > len(self._merged):
            self.times()
        return len(self._merged)

    def times(self) -> Times:
        """Return the times of all rows, increasing."""
        if self._pending:
            self._merged = distinct_times(np.concatenate([self._merged, *self._pending]))
            self._pending, self._pending_count = [], 0
        return self._merged


class EvenGrid:
    """Rows at an even distance, from the first to the last time of any variable.

    Parameters
    ----------
    freq_hz : float
        Rows per second, > 0 and at most one per unit of time.
    unit : Timescale
        Unit of the times; rows are rounded to whole ones.

    Raises
    ------
    ValueError
        If the frequency is not in that range.
    """

    def __init__(self, freq_hz: float, unit: Timescale) -> None:
        if not 0 < freq_hz <= unit.per_second:
            raise ValueError(
                f"freq_hz is {freq_hz}; expected a number > 0 and at most {unit.per_second} "
                f"(one row per {unit.value} of the log)."
            )
        self._step = unit.per_second / freq_hz
        self._bounds: tuple[int, int] | None = None

    def add(self, times: Times) -> int:
        """Take in the times of a variable; return how many rows there are at least."""
        if len(times):
            first, last = int(times[0]), int(times[-1])
            low, high = self._bounds or (first, last)
            self._bounds = min(first, low), max(last, high)
        return self._count()

    def times(self) -> Times:
        """Return the times of all rows, increasing."""
        start = 0 if self._bounds is None else self._bounds[0]
        steps = np.rint(np.arange(self._count()) * self._step)
        grid: Times = start + steps.astype(np.int64)
        return grid

    def _count(self) -> int:
        if self._bounds is None:
            return 0
        return math.floor((self._bounds[1] - self._bounds[0]) / self._step) + 1


class CellLimit:
    """How large a table of so many variables may be.

    Parameters
    ----------
    variables : int
        Columns of values.
    max_cells : int
        Rows × variables allowed.
    """

    def __init__(self, variables: int, max_cells: int) -> None:
        self._variables, self._max_cells = variables, max_cells

    def check(self, rows: int) -> None:
        """Raise TableTooLargeError if so many rows are too many."""
        if rows * self._variables > self._max_cells:
            raise TableTooLargeError(
                f"The table would have {rows:,} or more rows × {self._variables:,} variables, more "
                f"than {self._max_cells:,} cells. Name the variables you need (names=[...]), ask "
                "for a lower freq_hz, trim the run, or raise max_cells."
            )
