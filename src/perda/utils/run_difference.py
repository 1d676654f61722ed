"""Comparing two recordings of one run, sample by sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from perda.constants import title_block
from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Times, Values
from perda.core_data_structures.single_run_data import SingleRunData
from perda.units import Timescale, from_seconds, to_seconds
from perda.utils.diff_matching import match_in_time_order

_WORST_SHOWN = 5


@dataclass(frozen=True)
class VariableDifference:
    """What differs in one variable; times in the finer unit of the two runs.

    Attributes
    ----------
    name : str
        Dotted name.
    base_extra, incoming_extra : numpy.ndarray of int64
        Times of the samples that only one side has.
    mismatching : numpy.ndarray of int64
        Times in the base of the samples that both have, with different values.
    present : numpy.ndarray of int64
        Times of all samples, those that both sides have once; not in order.
    """

    name: str
    base_extra: Times
    incoming_extra: Times
    mismatching: Times
    present: Times

    @property
    def differing(self) -> int:
        """Number of samples that differ in any way."""
        return len(self.base_extra) + len(self.incoming_extra) + len(self.mismatching)


@dataclass(frozen=True)
class RunDifference:
    """What differs between two runs; times in seconds.

    Attributes
    ----------
    only_in_base, only_in_incoming : list of str
        Variables that only one run has, in its order; their samples are not counted below.
    variables : int
        Number of variables that both have.
    worst : list of (str, int)
        Variables with the most differing samples, and how many.
    base_extra_s, incoming_extra_s, mismatching_s, present_s : numpy.ndarray of float64
        Times of the samples only one run has, of those with different values, and of all.
    """

    only_in_base: list[str]
    only_in_incoming: list[str]
    variables: int
    worst: list[tuple[str, int]]
    base_extra_s: Values
    incoming_extra_s: Values
    mismatching_s: Values
    present_s: Values

    def __str__(self) -> str:
        matched = len(self.present_s) - len(self.base_extra_s) - len(self.incoming_extra_s)
        lines = [
            title_block("Diff"),
            f"Variables only in base: {len(self.only_in_base)}",
            *(f"  {name}" for name in self.only_in_base),
            f"Variables only in incoming: {len(self.only_in_incoming)}",
            *(f"  {name}" for name in self.only_in_incoming),
            f"Variables in both: {self.variables}",
            f"Samples of these: {len(self.present_s)}",
            f"  in both: {matched}, of these with different values: {len(self.mismatching_s)}",
            f"  base only: {len(self.base_extra_s)}",
            f"  incoming only: {len(self.incoming_extra_s)}",
        ]
        if self.worst:
            lines.append("Most differing samples:")
            lines += [f"  {name}: {count}" for name, count in self.worst]
        return "\n".join(lines)


def compare_runs(
    base: SingleRunData,
    incoming: SingleRunData,
    timestamp_tolerance_s: float = 0.002,
    diff_rtol: float = 1e-3,
    diff_atol: float = 1e-3,
) -> RunDifference:
    """Compare every variable that two runs share (see :func:`.diff.diff`).

    Variables are matched by name and read without being kept in memory. Runs of different
    units of time are compared in the finer one.
    """
    tolerance = _raw_tolerance(timestamp_tolerance_s, finest := _finer_unit(base, incoming))
    shared = [name for name in base if name in incoming.cpp_name_to_id]
    differences = [
        compare_series(
            name,
            _in_unit(base.peek(name), base.timestamp_unit, finest),
            _in_unit(incoming.peek(name), incoming.timestamp_unit, finest),
            tolerance,
            diff_rtol,
            diff_atol,
        )
        for name in shared
    ]
    by_count = sorted(differences, key=lambda one: one.differing, reverse=True)

    def seconds(pieces: list[Times]) -> Values:
        return to_seconds(np.concatenate([np.empty(0, dtype=np.int64), *pieces]), finest)

    return RunDifference(
        only_in_base=[name for name in base if name not in incoming.cpp_name_to_id],
        only_in_incoming=[name for name in incoming if name not in base.cpp_name_to_id],
        variables=len(shared),
        worst=[(one.name, one.differing) for one in by_count[:_WORST_SHOWN] if one.differing],
        base_extra_s=seconds([one.base_extra for one in differences]),
        incoming_extra_s=seconds([one.incoming_extra for one in differences]),
        mismatching_s=seconds([one.mismatching for one in differences]),
        present_s=seconds([one.present for one in differences]),
    )


def compare_series(
    name: str,
    base: tuple[Times, Values],
    incoming: tuple[Times, Values],
    tolerance: int,
    rtol: float,
    atol: float,
) -> VariableDifference:
    """Compare two recordings of one variable.

    Parameters
    ----------
    name : str
        Dotted name.
    base, incoming : tuple of numpy.ndarray
        Non-decreasing times (int64) and values of each side, in one unit of time.
    tolerance : int
        Largest difference in time of two samples that are one, see
        :func:`.diff_matching.match_in_time_order`.
    rtol, atol : float
        Values are equal if abs(base - incoming) ≤ atol + rtol · abs(incoming)
        (:func:`numpy.isclose`), or both are NaN.

    Returns
    -------
    VariableDifference
    """
    in_base, in_incoming = match_in_time_order(base[0], incoming[0], tolerance)
    equal = np.isclose(
        base[1][in_base], incoming[1][in_incoming], rtol=rtol, atol=atol, equal_nan=True
    )
    base_extra = _without(base[0], in_base)
    incoming_extra = _without(incoming[0], in_incoming)
    return VariableDifference(
        name=name,
        base_extra=base_extra,
        incoming_extra=incoming_extra,
        mismatching=base[0][in_base[~equal]],
        present=np.concatenate([base[0], incoming_extra]),
    )


def _without(times: Times, places: Times) -> Times:
    left = np.ones(len(times), dtype=np.bool_)
    left[places] = False
    return times[left]


def _finer_unit(base: SingleRunData, incoming: SingleRunData) -> Timescale:
    return max(base.timestamp_unit, incoming.timestamp_unit, key=lambda unit: unit.per_second)


def _in_unit(series: DataInstance, unit: Timescale, finer: Timescale) -> tuple[Times, Values]:
    factor = finer.per_second // unit.per_second
    times = series.timestamp_np if factor == 1 else series.timestamp_np * factor
    return times, series.value_np


def _raw_tolerance(tolerance_s: float, unit: Timescale) -> int:
    if not tolerance_s >= 0:
        raise ValueError(f"timestamp_tolerance_s is {tolerance_s}; expected a number ≥ 0.")
    # Differences are whole units; what the product lost in rounding is given back.
    return math.floor(from_seconds(tolerance_s, unit) + 1e-6)
