from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from perda.analyzer import Analyzer
from perda.analyzer.concat_helpers import concat

MS_HEADER = "PER Log: Fri Jun 12 10:00:00 2026 v1.0"
TWO = {5: "Pack voltage [V] (ams.pack.voltage)", 6: "ams.pack.current"}
OTHER = {1: "Speed [m/s] (speed)", 6: "ams.pack.voltage"}


@pytest.fixture
def first(make_log):
    return Analyzer(make_log([(100, 5, 1), (110, 6, 2), (200, 5, 3)], variables=TWO), verbose=0)


@pytest.fixture
def second(make_log):
    log = make_log([(5000, 6, 4), (5010, 1, 5), (5030, 6, 6)], variables=OTHER, name="second.csv")
    return Analyzer(log, verbose=0)


def test_the_second_follows_the_first_by_the_gap(first, second):
    whole = concat(first, second, gap=10).data

    assert list(whole["ams.pack.voltage"].timestamp_np) == [100, 200, 210, 240]
    assert list(whole["ams.pack.voltage"].value_np) == [1, 3, 4, 6]
    assert (whole.data_start_time, whole.data_end_time) == (100, 240)
    assert whole.total_data_points == 6
    assert whole.concat_boundaries == [210]


def test_the_gap_is_1_by_default(first, second):
    assert concat(first, second).data["speed"].timestamp_np[0] == 200 + 1 + 10


def test_variables_of_only_one_run_are_kept_and_ids_start_at_0(first, second):
    whole = concat(first, second).data

    assert whole.id_to_cpp_name == {0: "ams.pack.voltage", 1: "ams.pack.current", 2: "speed"}
    assert sorted(whole.id_to_instance) == [0, 1, 2]
    assert [whole.id_to_instance[i].var_id for i in range(3)] == [0, 1, 2]
    assert list(whole["ams.pack.current"].value_np) == [2]
    assert list(whole["speed"].value_np) == [5]
    assert whole["speed"].unit == "m/s"


def test_label_and_description_come_from_the_first_run_that_has_one(first, second):
    whole = concat(second, first).data

    voltage = whole.cpp_name_to_id["ams.pack.voltage"]
    assert whole.id_to_descript[voltage] == "Pack voltage [V]"
    assert concat(first, second).data["ams.pack.voltage"].label == "Pack voltage [V]"


def test_the_recording_time_is_the_firsts(first, second):
    assert concat(first, second).data.creation_time == datetime(2026, 6, 11, 17, 6, 37)


def test_milliseconds_become_microseconds_whichever_comes_first(first, make_log):
    log = make_log([(7, 1, 1), (9, 1, 2)], variables={1: "speed"}, header=MS_HEADER, name="ms.csv")
    ms = Analyzer(log, verbose=0)

    after, before = concat(first, ms).data, concat(ms, first, gap=100).data

    assert after.timestamp_unit.value == before.timestamp_unit.value == "us"
    assert list(after["speed"].timestamp_np) == [201, 2201]
    assert list(before["speed"].timestamp_np) == [7000, 9000]
    assert list(before["ams.pack.voltage"].timestamp_np) == [9100, 9200]
    assert before.concat_boundaries == [9100]


def test_the_seams_of_both_runs_are_carried(first, second):
    whole = concat(concat(first, second, gap=10), concat(first, second, gap=10), gap=10).data

    assert whole.concat_boundaries == [210, 250, 360]
    assert whole["ams.pack.voltage"].timestamp_np[4] == 250


def test_the_runs_joined_stay_as_they_are(first, second):
    whole = concat(first, second)
    whole.data["ams.pack.voltage"].value_np[:] = -1

    assert list(first.data["ams.pack.voltage"].value_np) == [1, 3]
    assert list(second.data["ams.pack.voltage"].timestamp_np) == [5000, 5030]
    assert first.data.concat_boundaries == []


def test_edits_and_added_series_are_joined_too(first, second, make_series):
    first.data["ams.pack.voltage"].value_np[0] = 42
    first.data.add("late", make_series([900], [9.0]))

    whole = concat(first, second).data

    assert whole["ams.pack.voltage"].value_np[0] == 42
    assert list(whole["late"].timestamp_np) == [900]
    assert list(whole["ams.pack.voltage"].timestamp_np) == [100, 200, 901, 931]


def test_two_variables_of_one_name_stay_two(make_log):
    log = make_log([(1, 1, 10), (2, 2, 20)], variables={1: "twice", 2: "twice"})
    run = Analyzer(log, verbose=0)

    whole = concat(run, run, gap=8).data

    assert list(whole["twice"].value_np) == [20, 20]
    assert [list(whole[i].value_np) for i in range(2)] == [[10, 10], [20, 20]]


def test_a_variable_without_samples_is_kept_empty(make_log):
    run = Analyzer(make_log([(1, 1, 10)], variables={1: "a", 2: "empty"}), verbose=0)

    whole = concat(run, run).data

    assert len(whole["empty"]) == 0
    assert list(whole["a"].timestamp_np) == [1, 2]


def test_nan_survives(make_log):
    run = Analyzer(make_log([(1, 1, "nan"), (2, 1, 3)], variables={1: "a"}), verbose=0)

    assert list(np.isnan(concat(run, run).data["a"].value_np)) == [True, False, True, False]


def test_different_units_of_one_name_are_reported(make_log, caplog):
    volts = Analyzer(make_log(variables={1: "Pack [V] (pack)"}, name="v.csv"), verbose=0)
    millivolts = Analyzer(make_log(variables={1: "Pack [mV] (pack)"}, name="mv.csv"), verbose=0)

    concat(volts, millivolts)

    assert "pack is in" in caplog.text
    assert "mV" in caplog.text


def test_runs_cannot_overlap(first, second):
    with pytest.raises(ValueError, match="gap is -1"):
        concat(first, second, gap=-1)
