"""Tables and lazy tables over many runs."""

from __future__ import annotations

import math
import time

import polars as pl
import pytest

from perda.analyzer.run_collection_factory import from_directory, from_paths
from perda.errors import LocalFileError
from perda.formats import columnar_read, run_cache


@pytest.fixture
def no_samples_read(monkeypatch):
    """Make reading of samples fail."""

    def read(self, var_id):
        raise AssertionError("samples were read")

    monkeypatch.setattr(columnar_read.ColumnarLog, "read", read)


def test_table_has_a_row_per_run_and_name(season):
    table = season.table(["volts", "same"])

    assert table.columns == ["run", "date", "name", "min", "max", "mean", "duration"]
    assert table["run"].to_list() == [f"day{day}.csv" for day in (0, 0, 1, 1, 2, 2)]
    assert table.row(2)[2:] == ("volts", 380.0, 395.0, pytest.approx(1160 / 3), 0.02)
    assert table.row(3)[2:] == ("same", 1.0, 1.0, 1.0, 0.99)
    assert table.row(4)[2:] == ("volts", None, None, None, None)
    assert table["date"].dt.day().to_list() == [1, 1, 2, 2, 3, 3]


def test_table_reads_no_samples(season, no_samples_read):
    assert season.table("volts", stats="max")["max"].to_list() == [400, 395, None]


def test_every_statistic(season):
    stats = ("count", "min", "max", "mean", "start", "end", "duration")

    row = season.table("volts", stats).row(0, named=True)

    assert [row[one] for one in stats] == [2, 390, 400, 395, 5.0, 5.01, 0.01]


def test_durations_are_seconds_in_milliseconds_too(make_run):
    runs = from_paths([make_run(0), make_run(1, version="v1.0")])

    assert runs.table("same", "duration")["duration"].to_list() == [0.99, 0.99]


def test_nan_infinity_one_sample_and_none(make_run):
    values = {0: ("nan", 1.0), 1: ("inf", 1.0), 2: ("nan",), 3: (7.0,), 4: ()}
    runs = from_paths([make_run(day, volts) for day, volts in values.items()])

    table = runs.table("volts", ("count", "min", "max", "duration"))

    assert table.drop("run", "date", "name").rows() == [
        (2, 1.0, 1.0, 0.01),
        (2, 1.0, math.inf, 0.01),
        (1, None, None, 0.0),
        (1, 7.0, 7.0, 0.0),
        (0, None, None, None),
    ]


def test_an_unknown_statistic(season):
    with pytest.raises(ValueError, match="no statistic 'median'; there are count, min"):
        season.table("volts", stats=("median",))


def test_scan_gives_all_samples_of_all_runs(season):
    samples = season.scan().collect()

    assert samples.schema == {
        "run": pl.String,
        "name": pl.String,
        "timestamp": pl.Int64,
        "value": pl.Float64,
    }
    assert len(samples) == 2 + 3 + 2 + 3 * 100
    volts = samples.filter(pl.col("name") == "volts", pl.col("run") == "day1.csv")
    assert volts["timestamp"].to_list() == [5_000_000, 5_010_000, 5_020_000]
    assert volts["value"].to_list() == [380, 395, 385]


def test_scan_agrees_with_the_table_and_with_the_runs(season):
    scanned = (
        season.scan()
        .filter(pl.col("name") == "volts")
        .group_by("run")
        .agg(pl.col("value").max().alias("max"))
        .sort("run")
        .collect()
    )

    expected = {
        name: run.data["volts"].value_np.max()
        for name, run in zip(season.filenames, season, strict=True)
        if "volts" in run.data
    }
    assert dict(scanned.iter_rows()) == expected
    assert dict(season.table("volts", "max").drop_nulls().select("run", "max").iter_rows()) == (
        expected
    )


def test_scan_reads_only_the_variable_asked_for(season):
    lazy = season.scan()
    day0 = next(e.copy for e in run_cache.entries() if e.source.endswith("day0.csv"))
    damage_first_page(day0)

    # The first row group holds `volts`: others can be read, it cannot.
    same = lazy.filter(pl.col("name") == "same").collect()

    assert len(same) == 300
    with pytest.raises(pl.exceptions.PolarsError):
        lazy.filter(pl.col("name") == "volts").collect()


def damage_first_page(path):
    content = bytearray(path.read_bytes())
    content[4:60] = bytes(56)
    path.write_bytes(content)


def test_scan_of_different_units_is_in_the_finest(make_run):
    runs = from_paths([make_run(0), make_run(1, version="v1.0", start=5000)])

    samples = runs.scan().filter(pl.col("name") == "volts").collect()

    assert samples["timestamp"].to_list() == [5_000_000, 5_010_000] * 2


def test_scan_of_milliseconds_alone_stays_in_milliseconds(make_run):
    runs = from_paths([make_run(0, version="v1.0", start=5000)])

    assert runs.scan().collect()["timestamp"].min() == 5000


def test_a_lazy_table_outlives_its_collection_with_the_cache_off(make_run, tmp_path, monkeypatch):
    monkeypatch.setenv("PERDA_CACHE", "0")
    make_run(0)

    lazy = from_directory(tmp_path / "logs").scan()

    assert len(lazy.collect()) == 102
    assert not (tmp_path / "cache" / "runs").exists()


def test_with_the_cache_off_a_changed_log_is_read_anew(make_run, monkeypatch):
    monkeypatch.setenv("PERDA_CACHE", "0")
    runs = from_paths([make_run(0)])
    assert runs.table("volts", "count")["count"].to_list() == [2]

    make_run(0, (1.0, 2.0, 3.0))

    assert runs.table("volts", "count")["count"].to_list() == [3]


def test_a_season_larger_than_the_cache(make_run, monkeypatch):
    runs = from_paths([make_run(day) for day in range(4)])
    runs[0]
    monkeypatch.setenv("PERDA_CACHE_LIMIT", str(run_cache.total_size() * 2))

    with pytest.raises(LocalFileError, match=r"these 4 runs do not fit .* 'perda cache limit"):
        runs.scan()
    assert runs.table("volts", "max")["max"].to_list() == [400] * 4


def test_a_cache_too_small_for_one_copy(make_run, monkeypatch):
    monkeypatch.setenv("PERDA_CACHE_LIMIT", "10")
    runs = from_paths([make_run(0), make_run(1)])

    assert len(runs.scan().filter(pl.col("name") == "volts").collect()) == 4
    assert runs[0].data["volts"].value_np[0] == 400


def test_a_cache_that_cannot_be_written(make_run, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PERDA_CACHE_DIR", str(tmp_path / "file" / "below"))
    runs = from_paths([make_run(0)])

    assert runs.table("volts", "max")["max"].to_list() == [400]
    assert runs[0].data["volts"].value_np[0] == 400
    assert "is kept for this session only: Cannot make" in caplog.text


def test_copies_are_made_once(season, monkeypatch):
    season.table("volts")
    before = {entry.copy: entry.copy.stat().st_mtime_ns for entry in run_cache.entries()}
    time.sleep(0.01)

    season.scan().collect()
    season[0].data["volts"]

    assert len(before) == 3
    assert {entry.copy: entry.copy.stat().st_mtime_ns for entry in run_cache.entries()} == before


def test_unreadable_logs_are_left_out(season, tmp_path, caplog):
    (tmp_path / "logs" / "bad.csv").write_text("not a log\n")
    runs = from_directory(tmp_path / "logs")

    assert "bad.csv" not in runs.table("volts")["run"].to_list()
    assert "bad.csv is left out" in caplog.text
    assert runs.scan().collect()["run"].n_unique() == 3
