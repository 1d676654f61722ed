"""Summaries of a series and of a run, as text for people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perda.constants import DELIMITER, title_block
from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.single_run_data import SingleRunData
from perda.units import Timescale, convert_time


@dataclass(frozen=True)
class DataInstanceSummary:
    """Facts about one series; times in ``time_unit``.

    Attributes
    ----------
    header : str
        Which series it is.
    count : int
        Number of samples; the other facts are None when it is 0.
    time_unit : Timescale
        Unit of all times here.
    first_timestamp, last_timestamp : float or None
        Bounds in time.
    min_value, min_timestamp, max_value, max_timestamp : float or None
        Extremes and when they first occur; NaN samples are passed over.
    average : float or None
        Time-weighted mean (trapezoids), NaN samples passed over.
    """

    header: str
    count: int
    time_unit: Timescale
    first_timestamp: float | None = None
    last_timestamp: float | None = None
    min_value: float | None = None
    min_timestamp: float | None = None
    max_value: float | None = None
    max_timestamp: float | None = None
    average: float | None = None

    def __str__(self) -> str:
        if self.count == 0:
            return "Empty DataInstance."
        unit = self.time_unit.value
        lines = [
            self.header,
            DELIMITER,
            f"Count: {self.count}",
            f"Time range: {self.first_timestamp:.4f} to {self.last_timestamp:.4f} {unit}",
            f"Min: {self.min_value:.4f} at {self.min_timestamp:.4f} {unit}",
            f"Max: {self.max_value:.4f} at {self.max_timestamp:.4f} {unit}",
            f"Average: {self.average:.4f}",
        ]
        return "\n".join(lines)


def data_instance_summary(
    data_instance: DataInstance,
    source_time_unit: Timescale | str = Timescale.MS,
    target_time_unit: Timescale | str = Timescale.S,
) -> DataInstanceSummary:
    """Summarise one series.

    Parameters
    ----------
    data_instance : DataInstance
        Series of any length.
    source_time_unit, target_time_unit : Timescale or str
        Unit of the series' times, and of the summary's.

    Returns
    -------
    DataInstanceSummary
        ``str()`` of it is a readable block.
    """
    header, unit = str(data_instance), Timescale(target_time_unit)
    if len(data_instance) == 0:
        return DataInstanceSummary(header, 0, unit)
    times = convert_time(data_instance.timestamp_np, source_time_unit, unit)
    values = data_instance.value_np
    known = ~np.isnan(values)
    if not known.any():
        known = np.ones(len(values), dtype=np.bool_)  # nothing but NaN: then that is the answer
    known_times, known_values = times[known], values[known]
    low, high = int(np.argmin(known_values)), int(np.argmax(known_values))
    return DataInstanceSummary(
        header=header,
        count=len(values),
        time_unit=unit,
        first_timestamp=float(times[0]),
        last_timestamp=float(times[-1]),
        min_value=float(known_values[low]),
        min_timestamp=float(known_times[low]),
        max_value=float(known_values[high]),
        max_timestamp=float(known_times[high]),
        average=_time_weighted_mean(known_times, known_values),
    )


def run_summary_text(data: SingleRunData, time_unit: Timescale | str = Timescale.S) -> str:
    """Return the text that :func:`single_run_summary` prints."""
    unit = Timescale(time_unit)
    start = convert_time(data.data_start_time, data.timestamp_unit, unit)
    end = convert_time(data.data_end_time, data.timestamp_unit, unit)
    lines = [
        title_block("Data Summary"),
        f"Logging unit: {data.timestamp_unit.value}",
        f"Time range: {start:.4f} to {end:.4f} {unit.value}",
        f"Total Variable: {len(data)}",
        f"Total Data Points: {data.total_data_points}",
    ]
    return "\n".join(lines)


def single_run_summary(data: SingleRunData, time_unit: Timescale | str = Timescale.S) -> None:
    """Print a summary of a run: unit, time range, variables and samples.

    Parameters
    ----------
    data : SingleRunData
        Run.
    time_unit : Timescale or str
        Unit of the printed times.
    """
    print(run_summary_text(data, time_unit))  # noqa: T201  # its contract is to print


def _time_weighted_mean(times: np.ndarray, values: np.ndarray) -> float:
    span = times[-1] - times[0]
    if span <= 0:
        return float(np.mean(values))
    return float(np.trapezoid(values, times) / span)
