"""Moving a columnar log in time as it is opened."""

from __future__ import annotations

import numpy as np

from perda.core_data_structures.instance_map import InstanceMap, SeriesSource
from perda.core_data_structures.parse_report import Finding, ParseReport
from perda.core_data_structures.resampling import Times, Values
from perda.core_data_structures.single_run_data import SingleRunData
from perda.core_data_structures.statistics import VariableStatistics
from perda.errors import LogFormatError


class _Shifted:
    """Samples of a source, later by an offset; those whose time becomes negative are left out."""

    def __init__(self, source: SeriesSource, offset: int) -> None:
        self._source, self._offset = source, offset

    def read(self, var_id: int) -> tuple[Times, Values]:
        times, values = self._source.read(var_id)
        times += self._offset
        first = int(np.searchsorted(times, 0))
        return (times[first:].copy(), values[first:].copy()) if first else (times, values)

    def statistics(self, var_id: int) -> VariableStatistics | None:
        return None


def shifted(run: SingleRunData, ts_offset: int) -> SingleRunData:
    """Return a run with ``ts_offset`` added to every timestamp.

    Parameters
    ----------
    run : SingleRunData
        As it was opened, untouched.
    ts_offset : int
        In the run's unit; may be negative.

    Returns
    -------
    SingleRunData
        Samples whose time would be negative are left out and reported, as from a text log.

    Raises
    ------
    LogFormatError
        If that leaves none.
    """
    if ts_offset == 0:
        return run
    instances = run.id_to_instance
    assert isinstance(instances, InstanceMap)  # noqa: S101  # what opening a columnar log makes
    moved = instances.with_source(_Shifted(instances.source, ts_offset))
    start, end = run.data_start_time + ts_offset, run.data_end_time + ts_offset
    update: dict[str, object] = {"id_to_instance": moved, "data_end_time": end}
    if start < 0:
        if end < 0:
            raise LogFormatError(f"With ts_offset {ts_offset} every sample has a negative time.")
        total = sum(len(moved.peek(var_id)) for var_id in moved)
        update["report"] = _with_negative(run.report, run.total_data_points - total, ts_offset)
        update["total_data_points"] = total
        start = min(int(series.timestamp_np[0]) for series in map(moved.peek, moved) if len(series))
    return run.model_copy(update=update | {"data_start_time": start})


def _with_negative(report: ParseReport | None, left_out: int, ts_offset: int) -> ParseReport | None:
    if report is None:
        return None
    changed = report.model_copy(deep=True)
    changed.samples -= left_out
    changed.add(Finding.NEGATIVE_TIME, 0, f"times below 0 after ts_offset {ts_offset}", left_out)
    return changed
