from __future__ import annotations

import numpy as np
import pytest

from perda.constants import DELIMITER
from perda.utils import data_instance_summary
from perda.utils.data_summary import single_run_summary


def test_the_average_is_weighted_by_time(make_series):
    # 10 for 1 s, a ramp from 10 to 0 in 1 s, and 0 for 8 s: (10 + 5 + 0) / 10.
    summary = data_instance_summary(make_series([0, 1000, 2000, 10_000], [10, 10, 0, 0]))

    assert summary.average == pytest.approx(1.5)
    assert (summary.first_timestamp, summary.last_timestamp) == (0, 10)
    assert (summary.min_value, summary.min_timestamp) == (0, 2)
    assert (summary.max_value, summary.max_timestamp) == (10, 0)
    assert summary.count == 4


def test_its_text_is_a_block(make_series):
    text = str(data_instance_summary(make_series([0, 2000], [1, 3])))

    assert text.splitlines() == [
        "Power | ID: 7 | C++ Name: a.power",
        DELIMITER,
        "Count: 2",
        "Time range: 0.0000 to 2.0000 s",
        "Min: 1.0000 at 0.0000 s",
        "Max: 3.0000 at 2.0000 s",
        "Average: 2.0000",
    ]


def test_nothing_one_sample_equal_times_and_nan(make_series):
    assert str(data_instance_summary(make_series([], []))) == "Empty DataInstance."
    assert data_instance_summary(make_series([5], [3])).average == 3
    assert data_instance_summary(make_series([5, 5], [1, 3])).average == 2
    assert data_instance_summary(make_series([0, 1, 2], [np.nan, 2, 4])).average == 3
    assert np.isnan(data_instance_summary(make_series([0, 1], [np.nan] * 2)).average)


def test_the_run_summary_is_printed(make_log, capsys):
    from perda.analyzer import Analyzer

    run = Analyzer(make_log(), verbose=0)
    single_run_summary(run.data)

    assert capsys.readouterr().out == f"{run}\n"
