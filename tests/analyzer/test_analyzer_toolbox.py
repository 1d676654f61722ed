"""The Analyzer's methods on a simulated run: that each reaches its function with the right data."""

from __future__ import annotations

import pytest

from perda.analyzer import Analyzer
from perda.sample import write_sample_log
from perda.utils import convert_wheelspeeds_to_m_per_s


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    log = tmp_path_factory.mktemp("sample") / "run.csv"
    write_sample_log(log, minutes=0.5, variables=120)
    return Analyzer(log, verbose=0, cache=False, preprocessing=[convert_wheelspeeds_to_m_per_s])


def test_search_prints_a_table_and_returns_what_it_shows(run, capsys):
    results = run.search("pack volt", top_n=3)

    printed = capsys.readouterr().out
    assert results[0].cpp_name == "ams.pack.voltage"
    assert all(result.cpp_name in printed for result in results)


def test_subplots_share_the_time_axis(run):
    figure = run.subplots(
        ["ams.pack.voltage", ["pcm.wheelSpeeds.frontLeft", "pcm.wheelSpeeds.frontRight"]],
        title="Stint",
        ts_start=50,
        ts_end=60,
    )

    assert len(figure.data) == 3
    assert min(trace.x[0] for trace in figure.data) >= 50
    assert max(trace.x[-1] for trace in figure.data) <= 60
    assert len({axis.matches or axis.plotly_name for axis in figure.select_xaxes()}) <= 2


def test_a_run_does_not_differ_from_itself(run, capsys):
    figure = run.diff(run.data)

    assert "base only: 0\n  incoming only: 0" in capsys.readouterr().out
    assert figure.layout.title.text


def test_the_frequency_is_the_one_it_was_logged_at(run, capsys):
    run.analyze_frequency("pcm.wheelSpeeds.frontRight")

    assert "median" in capsys.readouterr().out.lower()


def test_the_standing_start_takes_about_four_seconds(run):
    (first, *_) = run.get_accel_times()

    assert 3.0 < first.time_to_dist < 5.0
    assert first.dist_reached == pytest.approx(75, abs=2)


def test_long_lines_keep_their_peaks(run):
    full = run.plot("pcm.wheelSpeeds.frontRight").data[0]
    thinned = run.plot("pcm.wheelSpeeds.frontRight", max_points=200, downsample="minmaxlttb").data[
        0
    ]

    assert len(thinned.y) < len(full.y)
    assert max(thinned.y) == max(full.y)
