"""Statistics of variables over many runs, from the footers of their columnar copies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from perda.core_data_structures.statistics import VariableStatistics
from perda.formats.columnar_read import ColumnarLog
from perda.units import Timescale, to_seconds

if TYPE_CHECKING:
    import polars as pl

Statistic = Callable[[VariableStatistics, Timescale], float | int | None]


def _duration(facts: VariableStatistics, unit: Timescale) -> float | None:
    if facts.first_timestamp is None or facts.last_timestamp is None:
        return None
    return float(to_seconds(facts.last_timestamp - facts.first_timestamp, unit))


def _seconds(time: int | None, unit: Timescale) -> float | None:
    return None if time is None else float(to_seconds(time, unit))


STATISTICS: dict[str, Statistic] = {
    "count": lambda facts, _: facts.count,
    "min": lambda facts, _: facts.min,
    "max": lambda facts, _: facts.max,
    "mean": lambda facts, _: facts.mean,
    "start": lambda facts, unit: _seconds(facts.first_timestamp, unit),
    "end": lambda facts, unit: _seconds(facts.last_timestamp, unit),
    "duration": _duration,
}


def statistics_table(
    runs: Iterable[tuple[str, datetime | None, ColumnarLog]],
    names: str | Sequence[str],
    stats: str | Sequence[str],
) -> pl.DataFrame:
    """Return one row per run and variable.

    Parameters
    ----------
    runs : iterable of (name, date, log)
        Opened one at a time.
    names : str or sequence of str
        Variables.
    stats : str or sequence of str
        Keys of ``STATISTICS``.

    Returns
    -------
    polars.DataFrame
        Columns ``run``, ``date``, ``name`` and one per statistic.

    Raises
    ------
    ValueError
        If there is no such statistic.
    """
    import polars as pl

    variables = [names] if isinstance(names, str) else list(names)
    wanted = _checked([stats] if isinstance(stats, str) else list(stats))
    rows: list[tuple[object, ...]] = []
    for run, date, log in runs:
        unit = Timescale(log.document["timestamp_unit"])
        for name in variables:
            facts = _facts(log, name)
            rows.append(
                (run, date, name, *(facts and STATISTICS[one](facts, unit) for one in wanted))
            )
    schema: dict[str, type[pl.DataType] | pl.DataType] = {
        "run": pl.String,
        "date": pl.Datetime("us"),
        "name": pl.String,
    }
    schema |= {one: pl.Int64 if one == "count" else pl.Float64 for one in wanted}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _facts(log: ColumnarLog, name: str) -> VariableStatistics | None:
    var_id = log.document["names"].get(name)
    return None if var_id is None else log.statistics(var_id)


def _checked(stats: list[str]) -> list[str]:
    for one in stats:
        if one not in STATISTICS:
            known = ", ".join(STATISTICS)
            raise ValueError(f"There is no statistic {one!r}; there are {known}.")
    return list(dict.fromkeys(stats))
