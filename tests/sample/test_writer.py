"""What a sample log is as a file."""

from __future__ import annotations

import re
from datetime import datetime

import numpy as np
import polars as pl
import pytest

from perda.errors import LocalFileError, SettingsError
from perda.sample import sample_names, write_sample_log

REQUIRED = [
    "ams.pack.voltage",
    "ams.pack.current",
    "ams.pack.soc",
    "pcm.wheelSpeeds.frontRight",
    "pcm.wheelSpeeds.frontLeft",
    "pcm.wheelSpeeds.backRight",
    "pcm.wheelSpeeds.backLeft",
    "pcm.moc.motor.requestedTorque",
    "pcm.moc.motor.angularSpeed",
    "pcm.moc.motor.wheelSpeed",
    "pcm.vnav.posLla.latitude",
    "pcm.vnav.posLla.longitude",
    "pcm.vnav.posLla.altitude",
    "pcm.vnav.velocityBody.x",
    "pcm.vnav.velocityBody.y",
    "pcm.vnav.velocityBody.z",
    "pcm.vnav.yawPitchRoll.yaw",
    "pcm.vnav.yawPitchRoll.pitch",
    "pcm.vnav.yawPitchRoll.roll",
    "ludwig.steeringWheel.raw",
    "ludwig.steeringWheel.angle",
]
UNFITTED = {"pcm.vnav.gnss2.posLla.latitude", "ludwig.brakeTemp.spare"}


class Bar:
    def __init__(self):
        self.steps, self.closed = [], False

    def update(self, n):
        self.steps.append(n)

    def close(self):
        self.closed = True


def test_same_arguments_same_bytes(tmp_path):
    for name in ("a.csv", "b.csv"):
        write_sample_log(tmp_path / name, minutes=0.2, seed=7, variables=200)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_another_seed_is_another_run(tmp_path, read_log):
    for seed in (1, 2, -5):
        write_sample_log(tmp_path / f"{seed}.csv", minutes=0.2, seed=seed, variables=20)
    logs = [read_log(tmp_path / f"{seed}.csv") for seed in (1, 2, -5)]
    assert len({log.header for log in logs}) == 3
    assert len({log.start_us for log in logs}) == 3
    assert len({log.rows["value"].sum() for log in logs}) == 3


def test_header_says_when_and_that_times_are_microseconds(log):
    date = re.fullmatch(r"PER Log: (.*) v2\.0", log.header)
    assert date is not None
    recorded = datetime.strptime(date[1], "%a %b %d %H:%M:%S %Y")
    assert (recorded.year, recorded.month) == (2026, 4)
    assert recorded.ctime() == date[1]


def test_every_declared_variable_has_samples_but_the_unfitted(two_minutes):
    log, summary = two_minutes
    seen = set(log.rows["id"].unique())
    assert len(log.ids) == summary.variables == 832
    assert len(set(log.ids.values())) == 832
    assert {name for name, number in log.ids.items() if number not in seen} == UNFITTED
    assert seen <= set(log.ids.values())


def test_summary_counts_the_rows(two_minutes):
    log, summary = two_minutes
    assert summary.samples == len(log.rows)
    assert summary.duration_s == 120.0
    assert summary.path.name == "run.csv"


def test_names_that_analyses_use_are_there(log):
    assert set(REQUIRED) <= set(log.ids)


def test_names_are_known_without_a_run(log):
    assert dict(sample_names()) == log.descriptions


def test_thirty_minutes_would_give_some_seventeen_million_samples(log):
    assert 16.5e6 < len(log.rows) * 15 < 17.9e6


def test_lines_are_short_and_values_finite(two_minutes):
    log, summary = two_minutes
    assert 18 < summary.path.stat().st_size / summary.samples < 21
    assert log.rows["value"].is_finite().all()
    assert b"e" not in summary.path.read_bytes().split(b"\n", 834)[834]


def test_rates_are_between_one_and_two_hundred_hertz(log):
    counts = log.rows.group_by("id").len()["len"].to_numpy() / 120
    assert counts.min() > 0.95
    assert 195 < counts.max() < 201
    assert len(np.unique(np.round(counts))) > 6


def test_clock_starts_late_jitters_and_is_mostly_ascending(log):
    steps = log.rows["timestamp"].diff().drop_nulls()
    assert log.start_us > 1_000_000
    assert 1e-4 < (steps < 0).mean() < 0.02
    times, _ = log.series("pcm.vnav.accel.x")
    assert 5e-5 < np.std(np.diff(times)) < 2e-3
    assert 119 < times[-1] < 120.1


def test_some_variables_are_out_of_order_and_some_times_double(log):
    by_variable = log.rows.group_by("id").agg(
        (pl.col("timestamp").diff() < 0).any().alias("disordered"),
        (pl.col("timestamp").sort().diff() == 0).any().alias("doubled"),
    )
    assert 5 < by_variable["disordered"].sum() < 200
    assert 10 < by_variable["doubled"].sum() < 600


def test_few_variables_are_the_important_ones(tmp_path, read_log):
    write_sample_log(tmp_path / "few.csv", minutes=0.1, variables=5)
    few = read_log(tmp_path / "few.csv")
    assert len(few.ids) == 5
    assert {"ams.pack.voltage", "ams.pack.current", "pcm.wheelSpeeds.frontLeft"} <= set(few.ids)


def test_many_variables_are_distinct_and_sampled(tmp_path, read_log):
    summary = write_sample_log(tmp_path / "many.csv", minutes=0.1, variables=5000)
    many = read_log(tmp_path / "many.csv")
    assert len(many.ids) == summary.variables == 5000
    assert many.rows["id"].n_unique() > 4990


@pytest.mark.parametrize("minutes", [0.001, 0.02, 0.05, 0.3])
def test_short_runs_are_whole_logs(tmp_path, read_log, minutes):
    summary = write_sample_log(tmp_path / "short.csv", minutes=minutes, variables=300)
    log = read_log(tmp_path / "short.csv")
    assert len(log.rows) == summary.samples > 0
    assert log.rows["value"].is_finite().all()
    span_s = (log.rows["timestamp"].max() - log.start_us) / 1e6
    assert span_s <= minutes * 60 + 0.02


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf"), 1e6])
def test_impossible_lengths_are_refused(tmp_path, minutes):
    with pytest.raises(SettingsError, match="minutes is"):
        write_sample_log(tmp_path / "run.csv", minutes=minutes)
    assert list(tmp_path.iterdir()) == []


def test_no_variables_are_refused(tmp_path):
    with pytest.raises(SettingsError, match="variables is 0"):
        write_sample_log(tmp_path / "run.csv", variables=0)


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(LocalFileError, match=r"there is no directory .*nowhere"):
        write_sample_log(tmp_path / "nowhere" / "run.csv", minutes=0.1, variables=5)


def test_interrupted_run_leaves_nothing_and_keeps_the_old_log(tmp_path):
    class Impatient(Bar):
        def update(self, n):
            raise KeyboardInterrupt

    path = tmp_path / "run.csv"
    path.write_text("an older log")
    with pytest.raises(KeyboardInterrupt):
        write_sample_log(path, minutes=0.1, variables=5, progress=Impatient())
    assert path.read_text() == "an older log"
    assert list(tmp_path.iterdir()) == [path]


def test_progress_reaches_a_hundred_and_nothing_is_printed(tmp_path, capfd):
    bar = Bar()
    write_sample_log(str(tmp_path / "run.csv"), minutes=1.5, variables=50, progress=bar)
    assert sum(bar.steps) == pytest.approx(100)
    assert len(bar.steps) > 1
    assert not bar.closed
    assert capfd.readouterr() == ("", "")
