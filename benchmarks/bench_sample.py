"""How fast a sample log is written, against polars writing the same number of ready rows.

The ratio says what simulating, sensing and sorting cost on top of formatting the text.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import polars as pl

from perda.sample import write_sample_log

_CHUNK = 250_000
_ONCE_ABOVE_MINUTES = 10.0


def main() -> None:
    options = _options()
    repeats = 1 if options.minutes > _ONCE_ABOVE_MINUTES else 3
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.csv"
        samples = write_sample_log(path, options.minutes, variables=options.variables).samples
        megabytes = path.stat().st_size / 1e6
        ours, theirs = [], []
        # Turn and turn about, so that a busy moment of the machine hits both.
        for _ in range(repeats):
            ours.append(
                _seconds(
                    lambda: write_sample_log(path, options.minutes, variables=options.variables)
                )
            )
            theirs.append(_seconds(lambda: _write_ready_rows(path, samples)))
    seconds = median(ours)
    print(
        f"minutes         {options.minutes:g} ({options.variables} variables, median of {repeats})"
    )
    print(
        f"sample log      {seconds:.2f} s  {samples:,} samples  {samples / seconds / 1e6:.2f} M/s"
    )
    print(f"size            {megabytes:.1f} MB  {megabytes / samples * 1e6:.2f} bytes per sample")
    print(f"polars alone    {median(theirs):.2f} s for as many ready rows")
    print(f"ratio           {seconds / median(theirs):.2f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--variables", type=int, default=832)
    return parser.parse_args()


def _seconds(action: Callable[[], object]) -> float:
    start = perf_counter()
    action()
    return perf_counter() - start


def _write_ready_rows(path: Path, samples: int) -> None:
    """Write rows of the same shape, in as large pieces as the sample log does."""
    rng = np.random.default_rng(1)
    count = min(_CHUNK, samples)
    chunk = pl.DataFrame(
        [
            np.arange(count, dtype=np.int64) * 100 + 1_000_000_000,
            rng.integers(1000, 1832, count),
            rng.integers(0, 5000, count) / 100,
        ]
    )
    with path.open("wb") as file:
        for start in range(0, samples, _CHUNK):
            chunk.head(samples - start).write_csv(file, include_header=False)


if __name__ == "__main__":
    main()
