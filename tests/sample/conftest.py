"""A sample log of two minutes, written once and read back with nothing of perda."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from perda.sample import SampleSummary, write_sample_log

DECLARATION = re.compile(r"Value (?P<description>.*) \((?P<name>[^()]*)\): (?P<id>\d+)")


@dataclass
class ReadLog:
    """A log as plain polars reads it; rows are in the order of the file."""

    header: str
    ids: dict[str, int]
    descriptions: dict[str, str]
    rows: pl.DataFrame
    start_us: int

    def series(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return times [s since the log's start] and values of a variable, sorted by time."""
        rows = self.rows.filter(pl.col("id") == self.ids[name])
        rows = rows.sort("timestamp", maintain_order=True)
        return (rows["timestamp"].to_numpy() - self.start_us) / 1e6, rows["value"].to_numpy()

    def at(self, name: str, times: np.ndarray) -> np.ndarray:
        """Return a variable's values at other times."""
        return np.interp(times, *self.series(name))


def read_plainly(path: Path) -> ReadLog:
    ids, descriptions = {}, {}
    with path.open() as file:
        header = file.readline().rstrip("\n")
        while found := DECLARATION.fullmatch(file.readline().rstrip("\n")):
            ids[found["name"]] = int(found["id"])
            descriptions[found["name"]] = found["description"]
    rows = pl.read_csv(
        path,
        has_header=False,
        skip_rows=1 + len(ids),
        schema={"timestamp": pl.Int64, "id": pl.Int64, "value": pl.Float64},
    )
    return ReadLog(header, ids, descriptions, rows, int(rows["timestamp"].min()))


@pytest.fixture
def read_log():
    return read_plainly


@pytest.fixture(scope="session")
def two_minutes(tmp_path_factory) -> tuple[ReadLog, SampleSummary]:
    path = tmp_path_factory.mktemp("sample") / "run.csv"
    summary = write_sample_log(path, minutes=2.0, seed=3)
    return read_plainly(path), summary


@pytest.fixture(scope="session")
def log(two_minutes) -> ReadLog:
    return two_minutes[0]
