"""How fast "the maximum of one variable over all runs" is, against opening every text log.

Writes sample runs into a temporary directory, with a cache of their own beside them, and
removes both. Every time is wall time of one pass over all runs.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import polars as pl

from perda.analyzer.csv import parse_csv
from perda.analyzer.run_collection import RunCollection
from perda.analyzer.run_collection_factory import from_directory
from perda.formats import run_cache
from perda.sample import write_sample_log

VARIABLE = "ams.pack.current"
Result = TypeVar("Result")


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.directory) as folder:
        os.environ["PERDA_CACHE_DIR"] = str(Path(folder) / "cache")
        logs = Path(folder) / "logs"
        logs.mkdir()
        for seed in range(options.runs):
            write_sample_log(
                logs / f"run{seed:03}.csv", options.minutes, seed=seed, variables=options.variables
            )
        _measure(logs, options)


def _measure(logs: Path, options: argparse.Namespace) -> None:
    text_mb = sum(path.stat().st_size for path in logs.iterdir()) / 1e6
    print(
        f"{options.runs} runs of {options.minutes:g} minutes, {options.variables} variables, "
        f"{text_mb:,.0f} MB of text; maximum of {VARIABLE} over all runs"
    )
    season = _show("from_directory (first lines only)", lambda: from_directory(logs))
    expected = _show("open every text log (no cache)", lambda: _by_opening(logs))
    first = _show("table, first time: makes the copies", lambda: _by_table(season))
    print(f"{'':38}copies take {run_cache.total_size() / 1e6:,.0f} MB")
    table = _show("table", lambda: _by_table(season))
    scan = _show("scan, filter by name, group by run", lambda: _by_scan(season))
    read = _show("scan again: its query alone", _only_query(season))
    mapped = _show("map, one process per processor", lambda: _by_map(season))
    assert expected == first == table == scan == read == mapped
    _show("open all runs, touch one variable", lambda: [run.data[VARIABLE] for run in season])
    print(f"{'peak memory of this process':38}{_peak_mb():8,.0f} MB")


def _show(what: str, action: Callable[[], Result]) -> Result:
    start = perf_counter()
    result = action()
    print(f"{what:38}{perf_counter() - start:8.2f} s", flush=True)
    return result


def _by_opening(logs: Path) -> dict[str, float]:
    return {
        path.name: float(parse_csv(path, verbose=0, cache=False)[VARIABLE].value_np.max())
        for path in sorted(logs.iterdir())
    }


def _by_table(season: RunCollection) -> dict[str, float]:
    table = season.table(VARIABLE, stats="max")
    return dict(sorted(table.select("run", "max").iter_rows()))


def _by_scan(season: RunCollection) -> dict[str, float]:
    return _only_query(season)()


def _only_query(season: RunCollection) -> Callable[[], dict[str, float]]:
    lazy = season.scan().filter(pl.col("name") == VARIABLE)
    query = lazy.group_by("run").agg(pl.col("value").max())
    return lambda: dict(sorted(query.collect().iter_rows()))


def _by_map(season: RunCollection) -> dict[str, float]:
    name = VARIABLE
    results = season.map(lambda run: float(run.data[name].value_np.max()), progress=False)
    return dict(sorted(results.items()))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--variables", type=int, default=200)
    parser.add_argument("--directory", help="where the logs are written; None: the system's own")
    return parser.parse_args()


if __name__ == "__main__":
    main()
