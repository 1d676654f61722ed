from __future__ import annotations

import numpy as np
import pytest

from perda.core_data_structures import SingleRunData
from perda.units import Timescale
from perda.utils.diff import diff
from perda.utils.run_difference import compare_runs


@pytest.fixture
def make_run(make_series):
    def build(unit="ms", **variables):
        names = {i: name.replace("_", ".") for i, name in enumerate(variables)}
        series = {i: make_series(*variables[name]) for i, name in enumerate(variables)}
        return SingleRunData(
            id_to_instance=series,
            cpp_name_to_id={name: i for i, name in names.items()},
            id_to_cpp_name=names,
            id_to_descript={},
            total_data_points=sum(len(one) for one in series.values()),
            data_start_time=0,
            data_end_time=10_000,
            timestamp_unit=Timescale(unit),
        )

    return build


BASE = ([0, 100, 200, 1300, 1400], [1.0, 2.0, 3.0, 4.0, np.nan])


def test_every_kind_of_difference_is_found_with_its_time(make_run):
    base = make_run(a_v=BASE, b_base=([0], [1]))
    incoming = make_run(
        a_v=([1, 100, 1100, 1302, 1402], [1.0005, 2.5, 9.0, 4.0, np.nan]), c_new=([0], [1])
    )

    found = compare_runs(base, incoming)

    assert (found.only_in_base, found.only_in_incoming) == (["b.base"], ["c.new"])
    assert found.base_extra_s.tolist() == [0.2]
    assert found.incoming_extra_s.tolist() == [1.1]
    assert found.mismatching_s.tolist() == [0.1]
    assert sorted(found.present_s) == [0, 0.1, 0.2, 1.1, 1.3, 1.4]
    assert found.worst == [("a.v", 3)]


def test_a_run_does_not_differ_from_itself_nor_from_its_microseconds(make_run):
    times, values = BASE
    in_us = make_run("us", a_v=(np.array(times) * 1000 + 1999, values))

    for other in (make_run(a_v=BASE), in_us):
        found = compare_runs(make_run(a_v=BASE), other)
        assert len(found.base_extra_s) == len(found.incoming_extra_s) == 0
        assert len(found.mismatching_s) == 0
        assert len(found.present_s) == 5

    later = compare_runs(make_run(a_v=BASE), in_us, timestamp_tolerance_s=0.001)
    assert len(later.base_extra_s) == len(later.incoming_extra_s) == 5


def test_the_tolerances_of_values_are_those_of_isclose(make_run):
    base, incoming = make_run(a=([0, 9], [100.0, 0.0])), make_run(a=([0, 9], [101.0, 0.5]))

    assert len(compare_runs(base, incoming).mismatching_s) == 2
    assert len(compare_runs(base, incoming, diff_rtol=0.01).mismatching_s) == 1
    assert len(compare_runs(base, incoming, diff_rtol=0.01, diff_atol=0.5).mismatching_s) == 0
    with pytest.raises(ValueError, match="timestamp_tolerance_s is -1"):
        compare_runs(base, incoming, -1)


def test_the_figure_counts_per_second_and_the_summary_is_printed(make_run, capsys):
    base, incoming = make_run(a_v=BASE, b_base=([0], [1])), make_run(a_v=([0, 1300], [5.0, 4.0]))

    figure = diff(base, incoming)

    counts = {bar.name: sum(bar.y) for bar in figure.data}
    assert counts == {"Base only": 3, "Incoming only": 0, "Value mismatch": 1, "Total": 5}
    printed = capsys.readouterr().out
    assert "Variables only in base: 1\n  b.base" in printed
    assert "in both: 2, of these with different values: 1" in printed


def test_runs_with_nothing_in_common(make_run, caplog):
    figure = diff(make_run(a=BASE), make_run(b=BASE))

    assert len(figure.data) == 0
