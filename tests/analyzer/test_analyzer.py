from __future__ import annotations

import numpy as np
import pytest

from perda.analyzer import Analyzer, parse_csv


@pytest.fixture
def run(make_log):
    variables = {1: "Pack voltage [V] (ams.pack.voltage)", 2: "Pack current [A] (ams.pack.current)"}
    samples = [(500_000 * i, 1 + i % 2, 10.0 * i) for i in range(8)]
    return Analyzer(make_log(samples, variables=variables), verbose=0)


def test_it_prints_what_it_read_unless_silent(make_log, capsys):
    path = make_log([(72, 1, 583.25), (80, 1, "x")])

    Analyzer(path, verbose=0)
    assert capsys.readouterr().out == ""

    Analyzer(path)
    printed = capsys.readouterr().out
    assert "PER Log: Thu Jun 11 17:06:37 2026 v2.0" in printed
    assert "Timestamp unit: us" in printed
    assert "2026-06-11 17:06:37" in printed
    assert "1 samples in 4 lines, 1 lines left out (1 × malformed sample)" in printed


def test_verbose_2_shows_progress(make_log, capsys):
    Analyzer(make_log(), verbose=2)

    assert "Reading run.csv: 100%" in capsys.readouterr().err


def test_its_text_is_the_summary(run):
    assert str(run).splitlines() == [
        "===== Data Summary =====",
        "Logging unit: us",
        "Time range: 0.0000 to 3.5000 s",
        "Total Variable: 2",
        "Total Data Points: 8",
    ]


def test_a_plot_has_seconds_the_values_of_the_log_and_a_legend(run):
    figure = run.plot("ams.pack.voltage", title="Pack")

    (trace,) = figure.data
    assert list(trace.x) == [0.0, 1.0, 2.0, 3.0]
    assert list(trace.y) == [0.0, 20.0, 40.0, 60.0]
    assert trace.name == "Pack voltage [V]"
    assert figure.layout.showlegend is True
    assert figure.layout.title.text == "Pack"
    assert "s" in figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text == "Pack voltage [V]"


def test_variables_by_id_and_as_series_and_on_two_axes(run):
    figure = run.plot([1, run.data[1] * 2], "ams.pack.current", y_label_2="Amps")

    left, doubled, right = figure.data
    assert list(doubled.y) == [2 * value for value in left.y]
    assert right.yaxis == "y2"
    assert right.line.dash == "dash"
    assert figure.layout.yaxis2.title.text == "Amps"


def test_bounds_are_in_seconds_and_both_in(run):
    figure = run.plot("ams.pack.voltage", ts_start=1, ts_end=2)

    assert list(figure.data[0].x) == [1.0, 2.0]


def test_joined_runs_show_their_seam(run):
    run.data.concat_boundaries.append(1_500_000)

    assert run.plot(1).layout.shapes[0].x0 == 1.5
    assert len(run.plot(1, ts_start=2).layout.shapes) == 0


def test_a_missing_variable_suggests_a_name(run):
    with pytest.raises(KeyError, match=r"ams\.pack\.voltage"):
        run.plot("ams.pack.volts")


def test_preprocessing_steps_run_in_order(make_log):
    def double(data):
        data["twice"] = data["ams.pack.voltage"] * 2
        return data

    def negate(data):
        data["minus"] = -data["twice"]
        return data

    run = Analyzer(make_log([(0, 1, 4.0)]), verbose=0, preprocessing=[double, negate])

    assert run.data["minus"].value_np.tolist() == [-8.0]


def test_recordings_agree_with_other_software(recording):
    data = parse_csv(recording.path, verbose=0)

    assert data.total_data_points == recording.truth["rows"]
    assert data.report.is_clean
    for name, fact in recording.truth["variables"].items():
        values = data[name].value_np
        assert len(values) == fact["n"], name
        # The other software computed some channels in single precision (24 bits).
        found = [values.min(), values.max(), values.mean(), values[0], values[-1]]
        expected = [fact[key] for key in ("min", "max", "mean", "first", "last")]
        np.testing.assert_allclose(found, expected, rtol=2**-23, err_msg=name)
