"""All samples of many runs as one lazy table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from perda.errors import LocalFileError
from perda.formats.columnar_read import ColumnarLog
from perda.units import Timescale

if TYPE_CHECKING:
    import polars as pl

Stored = tuple[str, Path, Timescale]


def scan_runs(runs: Iterable[tuple[str, ColumnarLog]]) -> pl.LazyFrame:
    """Return the samples of runs as a lazy table.

    Parameters
    ----------
    runs : iterable of (name, log)
        Opened one at a time.

    Returns
    -------
    polars.LazyFrame
        Columns ``run``, ``name``, ``timestamp`` and ``value``; times in the runs' unit, in the
        finest of them where they differ.

    Raises
    ------
    LocalFileError
        If the copies of all runs together do not fit into the cache.
    """
    import polars as pl

    stored = [(name, log.path, Timescale(log.document["timestamp_unit"])) for name, log in runs]
    _check_all_there(stored)
    if not stored:
        return pl.LazyFrame(schema=_schema())
    finest = max((unit for *_, unit in stored), key=lambda unit: unit.per_second)
    return pl.concat([_scan(one, finest) for one in stored])


def _scan(stored: Stored, finest: Timescale) -> pl.LazyFrame:
    import polars as pl

    run, path, unit = stored
    factor = finest.per_second // unit.per_second
    timestamp = pl.col("timestamp") * factor if factor > 1 else pl.col("timestamp")
    # glob=False: a user's columnar log may have brackets in its name.
    samples = pl.scan_parquet(path, glob=False)
    return samples.select(pl.lit(run).alias("run"), pl.col("name"), timestamp, pl.col("value"))


def _schema() -> dict[str, type[pl.DataType]]:
    import polars as pl

    return {"run": pl.String, "name": pl.String, "timestamp": pl.Int64, "value": pl.Float64}


def _check_all_there(stored: Sequence[Stored]) -> None:
    gone = sum(not path.exists() for _, path, _ in stored)
    if gone:
        raise LocalFileError(
            f"The columnar copies of these {len(stored)} runs do not fit into the cache: {gone} "
            "had to make place for others. Raise its limit, as with 'perda cache limit 50GB'."
        )
