from __future__ import annotations

import pytest

from perda.core_data_structures import SingleRunData, split_single_run_data, trim_single_run_data


@pytest.fixture
def run(make_series):
    series = {
        1: make_series([0, 10, 20], [1, 2, 3], var_id=1, cpp_name="ams.pack.voltage"),
        2: make_series([5, 15], [4, 5], var_id=2, cpp_name="ams.pack.current"),
    }
    return SingleRunData(
        id_to_instance=series,
        cpp_name_to_id={"ams.pack.voltage": 1, "ams.pack.current": 2},
        id_to_cpp_name={1: "ams.pack.voltage", 2: "ams.pack.current"},
        id_to_descript={1: "Pack voltage", 2: ""},
        total_data_points=5,
        data_start_time=0,
        data_end_time=20,
        concat_boundaries=[10],
    )


def test_variables_are_found_by_name_by_id_and_by_themselves(run):
    voltage = run["ams.pack.voltage"]

    assert run[1] is voltage
    assert run["ams.pack.voltage"] is voltage
    assert run[voltage] is voltage
    assert "ams.pack.voltage" in run
    assert 2 in run
    assert "ams" not in run
    assert list(run) == ["ams.pack.voltage", "ams.pack.current"]
    assert len(run) == 2


def test_a_missing_name_suggests_close_ones(run):
    with pytest.raises(KeyError, match=r"'ams.pack.Voltag'.*ams.pack.voltage"):
        run["ams.pack.Voltag"]
    with pytest.raises(KeyError, match="id 77"):
        run[77]


@pytest.mark.parametrize("key", [1.5, None, True, ("a",)])
def test_another_kind_of_key_is_a_value_error(run, key):
    with pytest.raises(ValueError, match=type(key).__name__):
        run[key]


def test_edits_stay(run):
    run["ams.pack.voltage"].value_np[0] = 99
    run["ams.pack.voltage"].label = "Volts"

    assert run["ams.pack.voltage"].value_np[0] == 99
    assert run[1].label == "Volts"


def test_a_computed_series_gets_a_new_negative_id(run):
    run["power"] = run["ams.pack.voltage"] * 2
    run.add("more", run["power"])

    assert run.cpp_name_to_id["power"] == -1
    assert run.cpp_name_to_id["more"] == -2
    assert run["power"].value_np.tolist() == [2, 4, 6]
    assert run["power"].cpp_name == "power"
    assert run.total_data_points == 11


def test_what_was_added_does_not_change_with_its_origin(run):
    run.add("backup", run["ams.pack.voltage"])
    run["ams.pack.voltage"].value_np[:] = 0

    assert run["backup"].value_np.tolist() == [1, 2, 3]
    assert run["ams.pack.voltage"].var_id == 1


def test_replacing_keeps_id_and_name(run, make_series):
    run["ams.pack.current"] = make_series([0], [9], label="Amps")

    assert run.cpp_name_to_id["ams.pack.current"] == 2
    assert run[2].value_np.tolist() == [9]
    assert (run[2].var_id, run[2].cpp_name) == (2, "ams.pack.current")
    assert run.total_data_points == 4


def test_adding_what_exists_and_replacing_what_does_not(run, make_series):
    with pytest.raises(KeyError, match=r"already has 'ams.pack.voltage'"):
        run.add("ams.pack.voltage", make_series())
    with pytest.raises(KeyError, match="no variable 'nothing'"):
        run.replace("nothing", make_series())


def test_trimming_sets_the_bounds_and_leaves_the_original(run):
    part = trim_single_run_data(run, 5, 12)

    assert (part.data_start_time, part.data_end_time, part.total_data_points) == (5, 12, 2)
    assert part["ams.pack.voltage"].timestamp_np.tolist() == [10]
    assert part["ams.pack.current"].timestamp_np.tolist() == [5]
    assert part.concat_boundaries == [10]
    assert run.total_data_points == 5
    with pytest.raises(ValueError, match="ts_end"):
        trim_single_run_data(run, 5, 4)


def test_splitting_gives_one_part_per_pair_with_shared_boundaries(run):
    first, second = split_single_run_data(run, [0, 10, 20])

    assert first["ams.pack.voltage"].timestamp_np.tolist() == [0, 10]
    assert second["ams.pack.voltage"].timestamp_np.tolist() == [10, 20]
    with pytest.raises(ValueError, match="needs two"):
        split_single_run_data(run, [0])
