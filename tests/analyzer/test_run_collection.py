from __future__ import annotations

import gc
import sys
import weakref
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from perda.analyzer import collection_runs
from perda.analyzer.run_collection import RunCollection, RunMetadata
from perda.analyzer.run_collection_factory import from_directory, from_paths
from perda.errors import LogFormatError, TooManyParsingErrorsError


def test_runs_are_in_the_order_of_their_dates(season):
    assert len(season) == 3
    assert season.filenames == ["day0.csv", "day1.csv", "day2.csv"]
    assert season[0].data["volts"].value_np[0] == 400


def test_undated_runs_are_last_by_file_name():
    runs = [("b.csv", None), ("a.csv", None), ("z.csv", datetime(2026, 1, 1))]

    collection = RunCollection([RunMetadata(file_path=path, date=date) for path, date in runs])

    assert collection.filenames == ["z.csv", "a.csv", "b.csv"]


def test_its_text_lists_the_runs_and_opens_none():
    collection = RunCollection([RunMetadata("gone.csv", datetime(2026, 4, 1, 9)), RunMetadata("x")])

    assert str(collection).splitlines() == [
        "RunCollection: 2 runs",
        "  [0] 2026-04-01 09:00:00  gone.csv",
        "  [1] undated              x",
    ]


def test_a_run_stays_the_same_object(season):
    run = season[1]

    assert season[1] is run
    assert season[-2] is run
    assert season.get_run_by_chronological_index(1) is run
    assert list(season)[1] is run
    assert season.filter(lambda meta: "day1" in meta.file_path)[0] is run


def test_edits_of_a_run_stay(season):
    season[0].data["volts"].value_np[0] = -1
    season[0].data["power"] = season[0].data["volts"] * 2
    gc.collect()

    assert list(season[0].data["power"].value_np) == [-2, 780]
    assert season.compare_summary("volts")["day0.csv"].min_value == -1


@pytest.mark.parametrize("index", [3, -4])
def test_there_is_no_run_beyond_the_ends(season, index):
    with pytest.raises(IndexError, match=f"no run {index}: the collection has 3"):
        season[index]


def test_runs_of_one_file_name_are_told_apart_by_their_folders(make_run, tmp_path):
    for folder in ("a/x", "b/x"):
        make_run(name=f"{folder}/run.csv")
    make_run(name="only.csv")

    collection = from_directory(tmp_path / "logs", recursive=True)

    assert sorted(collection.filenames) == ["a/x/run.csv", "b/x/run.csv", "only.csv"]
    assert len(collection.compare_summary("volts")) == 3


def test_filter_sees_metadata_only():
    collection = RunCollection([RunMetadata("gone.csv"), RunMetadata("other.csv")])

    assert collection.filter(lambda run: "gone" in str(run.file_path)).filenames == ["gone.csv"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, [0, 1, 2]),
        ("2026-04-02", None, [1, 2]),
        (None, "2026-04-02", [0, 1]),
        ("2026-04-02", "2026-04-02", [1]),
        (None, "2026-04-02T08:59", [0]),
        ("2026-04-01T09:00:00", "2026-04-01T09:00:00", [0]),
        (datetime(2026, 4, 1, 9, 0, 1), datetime(2026, 4, 2, 9), [1]),
        (date(2026, 4, 3), date(2026, 4, 3), [2]),
        ("2026-04-04", "2026-04-01", []),
    ],
)
def test_filter_by_date(season, start, end, expected):
    chosen = season.filter_by_date(start_date=start, end_date=end)

    assert chosen.filenames == [f"day{day}.csv" for day in expected]


def test_undated_runs_are_not_in_a_range_of_dates():
    collection = RunCollection([RunMetadata("a"), RunMetadata("b", datetime(2026, 4, 1))])

    assert collection.filter_by_date().filenames == ["b"]


def test_dates_with_a_zone_compare_with_those_without():
    zoned = RunMetadata("a", datetime(2026, 4, 1, tzinfo=UTC))
    collection = RunCollection([zoned, RunMetadata("b", datetime(2026, 5, 1))])

    assert collection.filenames == ["a", "b"]
    assert collection.filter_by_date("2026-03-30", "2026-04-02").filenames == ["a"]


def test_a_text_that_is_no_date(season):
    with pytest.raises(ValueError, match="'1 April' is no date; expected ISO"):
        season.filter_by_date("1 April")


def test_filter_by_data(season):
    chosen = season.filter_by_data(lambda run: "volts" in run.data and len(run.data["volts"]) > 2)

    assert chosen.filenames == ["day1.csv"]


def test_a_run_that_was_only_looked_at_goes_again(season):
    seen = []
    season.filter_by_data(lambda run: bool(seen.append(weakref.ref(run))))
    gc.collect()

    assert [run() for run in seen] == [None, None, None]


def test_a_run_that_a_predicate_keeps_stays_itself(season):
    kept = []
    season.filter_by_data(lambda run: bool(kept.append(run)))

    assert season[0] is kept[0]


def test_unreadable_logs_are_reported_and_skipped(season, tmp_path, caplog):
    (tmp_path / "logs" / "bad.csv").write_text("not a log\n")
    collection = from_directory(tmp_path / "logs")

    assert list(collection.compare_summary("volts")) == ["day0.csv", "day1.csv"]
    assert "bad.csv is left out" in caplog.text
    assert collection.filter_by_data(lambda run: True).filenames == season.filenames
    assert len(collection.plot_comparison("volts").data) == 2
    bad = collection.filenames.index("bad.csv")
    with pytest.raises(LogFormatError):
        collection[bad]


def test_a_log_with_too_many_bad_lines_is_reported_everywhere(make_run, caplog):
    collection = from_paths([make_run(0), make_run(1, ("x",) * 100)])

    assert list(collection.compare_summary("same")) == ["day0.csv"]
    assert collection.table("same")["run"].to_list() == ["day0.csv"]
    assert collection.scan().collect()["run"].unique().to_list() == ["day0.csv"]
    assert caplog.text.count("day1.csv is left out") == 3
    with pytest.raises(TooManyParsingErrorsError):
        collection[1]


def test_plot_comparison_shifts_each_run_to_its_start(make_run):
    seconds = from_paths([make_run(0), make_run(1, (1.0, 2.0), version="v1.0", start=7777)])

    figure = seconds.plot_comparison("volts")

    micro, milli = figure.data
    assert list(micro.x) == list(milli.x) == [0.0, 0.01]
    assert list(milli.y) == [1.0, 2.0]
    assert micro.name == "day0.csv (Pack voltage [V])"


def test_plot_comparison_takes_every_nth_sample(make_run):
    figure = from_paths([make_run(0)]).plot_comparison("same", max_points=50)

    assert len(figure.data[0].x) == 50


def test_compare_summary_skips_runs_without_the_variable(season):
    summaries = season.compare_summary("volts")

    assert list(summaries) == ["day0.csv", "day1.csv"]
    assert summaries["day1.csv"].max_value == 395
    assert summaries["day1.csv"].max_timestamp == 5.01


def test_an_empty_collection():
    empty = RunCollection([])

    assert len(empty) == 0
    assert str(empty) == "RunCollection: 0 runs"
    assert empty.compare_summary("a") == {}
    assert empty.table("a").columns == ["run", "date", "name", "min", "max", "mean", "duration"]
    assert empty.scan().collect().columns == ["run", "name", "timestamp", "value"]
    assert empty.map(len) == {}


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="counts files in /proc")
@pytest.mark.parametrize("cache", ["1", "0"])
def test_few_files_are_open_at_a_time_and_every_run_still_reads(make_run, monkeypatch, cache):
    monkeypatch.setenv("PERDA_CACHE", cache)
    monkeypatch.setattr(collection_runs, "OPEN_LOGS", 2)
    collection = from_paths([make_run(day, (float(day),)) for day in range(12)])
    before = open_files()

    runs = list(collection)

    assert open_files() - before <= 3
    assert [run.data["volts"].value_np[0] for run in runs] == list(range(12))
    assert [run.data.statistics("same").count for run in runs] == [100] * 12
    assert runs[0].data["volts"] is runs[0].data["volts"]


def test_a_log_that_changed_after_it_was_opened_is_no_longer_read(make_run, monkeypatch):
    monkeypatch.setattr(collection_runs, "OPEN_LOGS", 1)
    collection = from_paths([make_run(0), make_run(1)])
    first, _ = collection[0], collection[1]
    make_run(0, (1.0, 2.0, 3.0))

    with pytest.raises(LogFormatError, match="has changed since it was opened"):
        first.data["volts"]


def test_a_run_still_reads_when_its_copy_is_gone(make_run, monkeypatch, tmp_path):
    monkeypatch.setattr(collection_runs, "OPEN_LOGS", 1)
    collection = from_paths([make_run(0), make_run(1)])
    first, _ = collection[0], collection[1]
    for copy in (tmp_path / "cache" / "runs").iterdir():
        copy.unlink()

    assert np.array_equal(first.data["volts"].value_np, [400, 390])
