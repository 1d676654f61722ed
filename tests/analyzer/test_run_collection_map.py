"""Functions over many runs, in other processes and on Dask."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from perda.analyzer.run_collection_factory import from_directory
from perda.errors import FunctionNotPortableError, SchedulerError


@pytest.fixture
def bad_season(season, tmp_path):
    """Give the season with a log that is none."""
    (tmp_path / "logs" / "bad.csv").write_text("not a log\n")
    os.utime(tmp_path / "logs" / "bad.csv", (0, 0))
    return from_directory(tmp_path / "logs")


def test_a_lambda_over_every_run_in_their_order(season, capsys):
    factor = 2

    results = season.map(lambda run: factor * len(run.data["same"]), workers=1)

    assert results == {"day0.csv": 200, "day1.csv": 200, "day2.csv": 200}
    assert list(results) == season.filenames
    assert (results.errors, results.skipped) == ({}, [])
    assert "3/3" in capsys.readouterr().err


def test_it_runs_in_other_processes_and_shows_no_bar_when_told(season, capfd):
    results = season.map(lambda run: os.getpid(), workers=2, progress=False)

    assert os.getpid() not in results.values()
    assert capfd.readouterr().err == ""


def test_errors_are_collected_per_run_and_not_fatal(bad_season):
    def peak(run):
        return float(run.data["volts"].value_np.max())

    results = bad_season.map(peak, progress=False, workers=1)

    assert results == {"day0.csv": 400, "day1.csv": 395}
    assert list(results.errors) == ["bad.csv", "day2.csv"]
    assert results.errors["bad.csv"].kind == "LogFormatError"
    missing = results.errors["day2.csv"]
    assert missing.kind == "VariableNotFoundError"
    assert str(missing).startswith("VariableNotFoundError: The run has no variable 'volts'")
    assert "in peak" in missing.traceback


def test_with_names_runs_that_lack_one_are_skipped_and_the_rest_of_a_run_is_left_out(season):
    results = season.map(
        lambda run: (list(run.data), run.data.total_data_points), "volts", workers=1
    )

    assert results == {"day0.csv": (["volts"], 2), "day1.csv": (["volts"], 3)}
    assert results.skipped == ["day2.csv"]


def test_a_process_that_dies_costs_its_run_only(season):
    def die_on_day_1(run):
        if run.data.creation_time.day == 2:
            os._exit(3)
        return run.data.creation_time.day

    results = season.map(die_on_day_1, progress=False, workers=1)

    assert results == {"day0.csv": 1, "day2.csv": 3}
    assert list(results.errors) == ["day1.csv"]
    assert "The process ended" in str(results.errors["day1.csv"])


def test_a_result_that_cannot_be_sent_back_is_an_error_of_its_run(season):
    results = season.map(lambda run: threading.Lock(), progress=False, workers=1)

    assert results == {}
    assert {error.kind for error in results.errors.values()} == {"TypeError"}


def test_a_function_that_cannot_be_sent_is_refused_at_once(season):
    lock = threading.Lock()

    def guarded(run):
        with lock:
            return 1

    with pytest.raises(FunctionNotPortableError, match="'guarded' cannot be sent"):
        season.map(guarded)


SCRIPT = """
import sys
from perda.analyzer.run_collection_factory import from_directory
print("started")
def count(run):
    return len(run.data["same"])
print(from_directory(sys.argv[1]).map(count, workers=1))
"""


def test_a_script_without_a_main_guard_runs_once(season, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    done = subprocess.run(
        [sys.executable, script, tmp_path / "logs"], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == [
        "started",
        "{'day0.csv': 100, 'day1.csv': 100, 'day2.csv': 100}",
    ]


@pytest.fixture
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


def test_a_dask_cluster_gives_the_same_by_address_and_by_client(bad_season, cluster):
    from distributed import Client

    def peak(run):
        return float(run.data["volts"].value_np.max())

    local = bad_season.map(peak, progress=False, workers=1)
    by_address = bad_season.map(peak, scheduler=cluster.scheduler_address, progress=False)
    with Client(cluster) as client:
        by_client = bad_season.map(peak, ["volts"], client, progress=False)

    assert by_address == by_client == local == {"day0.csv": 400, "day1.csv": 395}
    assert list(by_address) == list(local)
    assert {n: str(e) for n, e in by_address.errors.items()} == {
        n: str(e) for n, e in local.errors.items()
    }
    assert by_client.skipped == ["day2.csv"]


def test_no_scheduler_there(season, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("perda.analyzer.collection_dask._CONNECT_TIMEOUT_S", 0.2)

    with pytest.raises(SchedulerError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:1"):
        season.map(len, scheduler="tcp://127.0.0.1:1")
