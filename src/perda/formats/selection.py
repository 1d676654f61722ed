"""The part of a run that someone asks for: some variables, a stretch of time."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isfinite

from perda.core_data_structures.single_run_data import SingleRunData
from perda.errors import ExportError, VariableNotFoundError
from perda.units import to_seconds


def select(
    run: SingleRunData,
    start_s: float | None = None,
    end_s: float | None = None,
    variables: Iterable[str | int] = (),
) -> SingleRunData:
    """Return a part of a run; the run itself if nothing is asked for.

    Parameters
    ----------
    run : SingleRunData
        Run; stays as it is.
    start_s, end_s : float, optional
        Bounds in seconds of the log's own clock, both in.
    variables : iterable of str or int
        Names, ids, or patterns such as ``ams.pack.*``; none: all variables.

    Returns
    -------
    SingleRunData

    Raises
    ------
    KeyError
        If the run has no such variable.
    ExportError
        If a bound is no number, the end lies before the start, or no sample is left.
    """
    part = _with_variables(run, list(variables))
    if start_s is not None or end_s is not None:
        part = _between(part, start_s, end_s)
    if part is not run and part.total_data_points == 0:
        raise ExportError("Nothing is left of the log: the variables chosen have no samples.")
    return part


def _with_variables(run: SingleRunData, variables: list[str | int]) -> SingleRunData:
    if not variables:
        return run
    wanted = {var_id for variable in variables for var_id in _ids_of(run, variable)}
    instances = {i: run.id_to_instance[i] for i in run.id_to_instance if i in wanted}
    filled = [one.timestamp_np for one in instances.values() if len(one)]
    known = run.creation_timestamp
    return run.model_copy(
        update={
            "id_to_instance": instances,
            "cpp_name_to_id": {n: i for n, i in run.cpp_name_to_id.items() if i in wanted},
            "id_to_cpp_name": {i: n for i, n in run.id_to_cpp_name.items() if i in wanted},
            "id_to_descript": {i: d for i, d in run.id_to_descript.items() if i in wanted},
            "total_data_points": sum(map(len, filled)),
            "data_start_time": min((int(t[0]) for t in filled), default=run.data_start_time),
            "data_end_time": max((int(t[-1]) for t in filled), default=run.data_end_time),
            "creation_timestamp": run.data_start_time if known is None else known,
        }
    )


def _ids_of(run: SingleRunData, variable: str | int) -> list[int]:
    if variable in run:
        return [run.cpp_name_to_id[variable] if isinstance(variable, str) else variable]
    if isinstance(variable, str) and set(variable) & set("*?"):
        names = fnmatch.filter(run.cpp_name_to_id, variable)
        if not names:
            raise VariableNotFoundError(f"The run has no variable like {variable!r}.")
        return [run.cpp_name_to_id[name] for name in names]
    return [run.peek(variable).var_id or 0]  # raises, and suggests names that are close


def _between(run: SingleRunData, start_s: float | None, end_s: float | None) -> SingleRunData:
    start, end = _ticks(run, start_s, ROUND_CEILING), _ticks(run, end_s, ROUND_FLOOR)
    if start_s is not None and end_s is not None and end_s < start_s:
        raise ExportError(f"The end, {end_s:g} s, lies before the start, {start_s:g} s.")
    after_start = start is None or start <= run.data_end_time
    before_end = end is None or (end >= run.data_start_time and (start is None or start <= end))
    part = run.trim(start, end) if after_start and before_end else None
    if part is None or part.total_data_points == 0:
        first, last = (
            to_seconds(t, run.timestamp_unit) for t in (run.data_start_time, run.data_end_time)
        )
        raise ExportError(
            f"Nothing is left of the log: what is chosen of it has samples from {first:.3f} s to "
            f"{last:.3f} s of its clock, and none between the bounds."
        )
    return part


def _ticks(run: SingleRunData, seconds: float | None, rounding: str) -> int | None:
    """Return a bound in the run's unit; the number as it was written, 1.001 s being 1001 ms."""
    if seconds is None:
        return None
    if not isfinite(seconds):
        raise ExportError(f"A bound in time is {seconds}; expected a number of seconds.")
    exact = Decimal(repr(float(seconds))) * run.timestamp_unit.per_second
    return int(exact.to_integral_value(rounding))
