"""Cutting a run in time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from perda.core_data_structures.single_run_data import SingleRunData


def trim_single_run_data(data: SingleRunData, ts_start: int, ts_end: int) -> SingleRunData:
    """Return the part of a run from ``ts_start`` to ``ts_end``, both ends in.

    Parameters
    ----------
    data : SingleRunData
        Run; stays as it is.
    ts_start, ts_end : int
        Bounds in the run's time unit; they become the new run's bounds.

    Returns
    -------
    SingleRunData
        A copy with every variable trimmed; one without samples in the range stays, empty.

    Raises
    ------
    ValueError
        If ``ts_end`` lies before ``ts_start``.
    """
    if ts_end < ts_start:
        raise ValueError(f"ts_end is {ts_end}, before ts_start, which is {ts_start}.")
    instances = {i: series.trim(ts_start, ts_end) for i, series in data.id_to_instance.items()}
    return SingleRunData(
        id_to_instance=instances,
        cpp_name_to_id=dict(data.cpp_name_to_id),
        id_to_cpp_name=dict(data.id_to_cpp_name),
        id_to_descript=dict(data.id_to_descript),
        creation_time=data.creation_time,
        creation_timestamp=(
            data.data_start_time if data.creation_timestamp is None else data.creation_timestamp
        ),
        total_data_points=sum(len(series) for series in instances.values()),
        data_start_time=int(ts_start),
        data_end_time=int(ts_end),
        timestamp_unit=data.timestamp_unit,
        concat_boundaries=[b for b in data.concat_boundaries if ts_start <= b <= ts_end],
        header=data.header,
        report=data.report,
    )


def split_single_run_data(
    data: SingleRunData, split_timestamps: Sequence[int]
) -> list[SingleRunData]:
    """Cut a run at times into consecutive parts.

    Parameters
    ----------
    data : SingleRunData
        Run; stays as it is.
    split_timestamps : sequence of int
        At least two non-decreasing times in the run's unit.

    Returns
    -------
    list of SingleRunData
        One part per consecutive pair; a sample exactly on a boundary is in both parts.

    Raises
    ------
    ValueError
        If there are fewer than two times, or they decrease.
    """
    if len(split_timestamps) < 2:
        raise ValueError(f"Got {len(split_timestamps)} split times; a part needs two.")
    return [trim_single_run_data(data, start, end) for start, end in pairwise(split_timestamps)]
