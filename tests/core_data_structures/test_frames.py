from __future__ import annotations

import sys
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from perda.core_data_structures import DataInstance, SingleRunData
from perda.core_data_structures.resampling import sample_at
from perda.errors import MissingExtraError, TableTooLargeError
from perda.units import Timescale

VOLTAGE, CURRENT, EMPTY = "ams.pack.voltage", "ams.pack.current", "ams.pack.empty"
RECORDED = datetime(2026, 6, 11, 17, 6, 37)


@pytest.fixture
def make_run(make_series):
    def build(**fields):
        instances = {
            1: make_series(
                [1000, 1010, 1020],
                [1, 3, 2],
                var_id=1,
                cpp_name=VOLTAGE,
                label="Pack voltage [V]",
                unit="V",
            ),
            2: make_series([1005, 1010, 1010], [4, 5, 6], var_id=2, cpp_name=CURRENT),
            3: make_series([], [], var_id=3, cpp_name=EMPTY),
        }
        names = {i: series.cpp_name for i, series in instances.items()}
        return SingleRunData(
            **{
                "id_to_instance": instances,
                "cpp_name_to_id": {name: i for i, name in names.items()},
                "id_to_cpp_name": names,
                "id_to_descript": dict.fromkeys(names, ""),
                "creation_time": RECORDED,
                "total_data_points": 6,
                "data_start_time": 1000,
                "data_end_time": 1020,
                "header": "PER Log: Thu Jun 11 17:06:37 2026 v1.0",
                **fields,
            }
        )

    return build


@pytest.fixture
def run(make_run):
    return make_run()


def test_a_series_as_a_polars_table_of_its_own_samples(make_series):
    series = make_series([500, 1500], [1.5, np.nan])

    table = series.to_polars()

    assert table.schema == {"timestamp": pl.Int64, "time_s": pl.Float64, "value": pl.Float64}
    assert table["timestamp"].to_list() == [500, 1500]
    assert table["time_s"].to_list() == [0.5, 1.5]
    assert table["value"].null_count() == 0
    assert table["value"].is_nan().to_list() == [False, True]
    assert series.to_polars(Timescale.US)["time_s"].to_list() == [0.0005, 0.0015]
    assert series.to_polars("s")["time_s"].to_list() == [500, 1500]
    with pytest.raises(ValueError, match="hours"):
        series.to_polars("hours")


def test_an_empty_series_gives_an_empty_table(make_series):
    table = make_series([], []).to_polars()

    assert table.shape == (0, 3)
    assert table.schema["timestamp"] == pl.Int64


def test_tables_do_not_change_with_the_series(make_series):
    pytest.importorskip("pandas")
    series = make_series([0, 10], [1, 2])
    polars, pandas = series.to_polars(), series.to_pandas()

    series.value_np[0] = series.timestamp_np[1] = 99
    pandas.iloc[1] = 77

    assert polars.rows() == [(0, 0.0, 1.0), (10, 0.01, 2.0)]
    assert pandas.to_dict() == {0.0: 1, 0.01: 77}
    assert series.value_np.tolist() == [99, 2]


def test_the_times_of_a_table_are_those_of_all_its_variables(run):
    table = run.to_polars([VOLTAGE, CURRENT])

    assert table.columns == ["time_s", VOLTAGE, CURRENT]
    assert table["time_s"].to_list() == [1.0, 1.005, 1.01, 1.02]
    assert table[VOLTAGE].to_list() == [1, 2, 3, 2]


def test_outside_its_own_samples_a_variable_has_no_value(run):
    for method in ("linear", "zoh", "nearest", "cubic"):
        table = run.to_polars([VOLTAGE, CURRENT], method)
        # The last of two samples at an instant counts.
        assert table[CURRENT].to_list() == [None, 4, 6, None], method


def test_nan_is_a_value_and_not_a_hole(run):
    run[CURRENT].value_np[0] = np.nan

    column = run.to_polars([VOLTAGE, CURRENT])[CURRENT]

    assert column.is_null().to_list() == [True, False, False, True]
    assert column.is_nan().to_list() == [None, True, False, None]


@pytest.mark.parametrize("method", ["linear", "zoh", "nearest", "cubic"])
def test_values_between_samples_are_those_of_the_method(run, method):
    rng = np.random.default_rng(3)
    times = np.sort(rng.choice(100_000, 500, replace=False))
    run["a"] = DataInstance(timestamp_np=times, value_np=rng.normal(size=500))
    run["b"] = DataInstance(timestamp_np=times[100:400] + 7, value_np=rng.normal(size=300))

    table = run.to_polars(["a", "b"], method)

    grid = np.rint(table["time_s"].to_numpy() * 1000).astype(np.int64)
    assert grid.tolist() == sorted({*times.tolist(), *(times[100:400] + 7).tolist()})
    for name in ("a", "b"):
        series = run[name]
        inside = (grid >= series.timestamp_np[0]) & (grid <= series.timestamp_np[-1])
        expected = sample_at(grid, series.timestamp_np, series.value_np, method)
        assert table[name].is_not_null().to_list() == inside.tolist()
        np.testing.assert_array_equal(table[name].drop_nulls(), expected[inside])


def test_an_even_grid_spans_all_variables_both_ends_in(run):
    table = run.to_polars([CURRENT, VOLTAGE], freq_hz=200)

    assert table["time_s"].to_list() == [1.0, 1.005, 1.01, 1.015, 1.02]
    assert table[VOLTAGE].to_list() == [1, 2, 3, 2.5, 2]
    assert table[CURRENT].to_list() == [None, 4, 6, None, None]


def test_an_even_grid_is_rounded_to_the_logs_unit(run):
    assert run.to_polars([VOLTAGE], freq_hz=300)["time_s"].to_list() == [
        1.0,
        1.003,
        1.007,
        1.01,
        1.013,
        1.017,
        1.02,
    ]


def test_the_unit_of_time_is_the_runs(make_run):
    run = make_run(timestamp_unit=Timescale.US)

    assert run.to_polars(VOLTAGE)["time_s"].to_list() == [0.001, 0.00101, 0.00102]
    assert len(run.to_polars(VOLTAGE, freq_hz=100_000)) == 3


def test_variables_by_name_id_and_series_alone_or_in_a_list(run, make_series):
    power = make_series([1010], [9], cpp_name=None, label="Power")

    assert run.to_polars(VOLTAGE).columns == ["time_s", VOLTAGE]
    assert run.to_polars(2).columns == ["time_s", CURRENT]
    assert run.to_polars(power).rows() == [(1.01, 9)]
    assert run.to_polars((power, 1, CURRENT)).columns == ["time_s", "Power", VOLTAGE, CURRENT]
    assert run.to_polars().columns == ["time_s", VOLTAGE, CURRENT, EMPTY]


def test_a_variable_without_samples_is_an_empty_column(run):
    assert run.to_polars([VOLTAGE, EMPTY])[EMPTY].to_list() == [None] * 3
    alone = run.to_polars(EMPTY)
    assert alone.schema == {"time_s": pl.Float64, EMPTY: pl.Float64}
    assert len(alone) == len(run.to_polars(EMPTY, freq_hz=10)) == 0


def test_what_cannot_be_a_table_is_refused(run, make_series):
    with pytest.raises(KeyError, match=r"ams.pack.voltage"):
        run.to_polars(["ams.pack.voltag"])
    with pytest.raises(ValueError, match=r"called 'ams.pack.voltage'"):
        run.to_polars([VOLTAGE, 1])
    with pytest.raises(ValueError, match="called 'time_s'"):
        run.to_polars(make_series(cpp_name="time_s"))
    with pytest.raises(ValueError, match="cpp_name or a label"):
        run.to_polars(make_series(cpp_name=None, label=None))
    with pytest.raises(ValueError, match="quadratic"):
        run.to_polars(VOLTAGE, "quadratic")


@pytest.mark.parametrize("freq_hz", [0, -1, 1001, float("nan"), float("inf")])
def test_a_frequency_that_the_log_cannot_have_is_refused(run, freq_hz):
    with pytest.raises(ValueError, match=r"freq_hz is .*at most 1000"):
        run.to_polars(VOLTAGE, freq_hz=freq_hz)


def test_a_table_above_the_limit_is_refused_with_a_way_out(run):
    assert run.to_polars([VOLTAGE, CURRENT], max_cells=8).shape == (4, 3)
    with pytest.raises(TableTooLargeError, match=r"4 or more rows × 2 variables.*names="):
        run.to_polars([VOLTAGE, CURRENT], max_cells=7)
    with pytest.raises(TableTooLargeError, match="freq_hz"):
        run.to_polars([VOLTAGE, CURRENT], freq_hz=1000, max_cells=41)


@pytest.mark.parametrize("freq_hz", [None, 1000])
def test_a_huge_run_is_refused_before_it_is_read_whole(make_run, make_series, freq_hz):
    touched = []

    class Lazy(dict):
        def __getitem__(self, key):
            touched.append(key)
            return super().__getitem__(key)

    names = {i: f"car.v{i}" for i in range(100)}
    run = make_run(cpp_name_to_id={name: i for i, name in names.items()}, id_to_cpp_name=names)
    run.id_to_instance = Lazy({i: make_series(range(i, i + 1000, 2), [0] * 500) for i in names})

    with pytest.raises(TableTooLargeError, match=r"100 variables.*names="):
        run.to_polars(freq_hz=freq_hz, max_cells=60_000)
    assert len(touched) < 5


def test_a_run_without_variables_gives_an_empty_table(run):
    assert run.to_polars([]).shape == (0, 1)


def test_a_series_for_pandas_over_seconds(make_series):
    pytest.importorskip("pandas")
    named = make_series([500, 1500], [1.5, 2]).to_pandas()

    assert (named.name, named.index.name, named.dtype) == ("a.power", "time_s", "float64")
    assert named.to_dict() == {0.5: 1.5, 1.5: 2}
    assert make_series(cpp_name=None).to_pandas("us").name == "Power"
    assert make_series([7], [1]).to_pandas("us").index.tolist() == [7e-6]


def test_a_series_for_pandas_over_wall_time(make_series):
    pd = pytest.importorskip("pandas")
    series = make_series([1000, 2500], [1, 2])

    naive = series.to_pandas("ms", RECORDED, 1000)
    aware = series.to_pandas("ms", RECORDED.replace(tzinfo=UTC), 1000)

    assert naive.index.name == "time"
    assert naive.index.tolist() == [
        pd.Timestamp("2026-06-11 17:06:37"),
        pd.Timestamp("2026-06-11 17:06:38.500"),
    ]
    assert aware.index[1] == pd.Timestamp("2026-06-11 17:06:38.500", tz="UTC")


def test_a_moment_without_its_place_on_the_logs_clock_is_refused(make_series):
    pytest.importorskip("pandas")
    with pytest.raises(ValueError, match=r"creation_timestamp.*data_start_time"):
        make_series().to_pandas(creation_time=RECORDED)
    with pytest.raises(ValueError, match="creation_time"):
        make_series().to_pandas(creation_timestamp=0)


def test_a_run_for_pandas_over_seconds(run):
    pytest.importorskip("pandas")

    table = run.to_pandas([VOLTAGE, CURRENT], "zoh")

    assert table.index.name == "time_s"
    assert table.index.tolist() == [1.0, 1.005, 1.01, 1.02]
    assert table[VOLTAGE].tolist() == [1, 1, 3, 2]
    assert table[CURRENT].isna().tolist() == [True, False, False, True]
    assert list(run.to_pandas(VOLTAGE, freq_hz=100).index) == [1.0, 1.01, 1.02]


def test_wall_time_counts_from_the_runs_first_time_also_after_a_cut(run):
    pd = pytest.importorskip("pandas")
    moment = pd.Timestamp("2026-06-11 17:06:37.010")

    whole = run.to_pandas(VOLTAGE, wall_time=True)
    cut = run.trim(1007).trim(1008).to_pandas(VOLTAGE, wall_time=True)

    assert whole.index.name == "time"
    assert whole.index[0] == pd.Timestamp("2026-06-11 17:06:37")
    assert whole.loc[moment, VOLTAGE] == cut.loc[moment, VOLTAGE] == 3
    assert len(cut) == 2


def test_wall_time_needs_a_recording_time(make_run):
    pytest.importorskip("pandas")
    with pytest.raises(ValueError, match=r"no recording time.*creation_time"):
        make_run(creation_time=None).to_pandas(VOLTAGE, wall_time=True)


def test_a_run_for_xarray(run):
    xr = pytest.importorskip("xarray")

    data = run.to_xarray([VOLTAGE, CURRENT])

    assert isinstance(data, xr.Dataset)
    assert dict(data.sizes) == {"time_s": 4}
    assert data["time_s"].values.tolist() == [1.0, 1.005, 1.01, 1.02]
    assert data[VOLTAGE].values.tolist() == [1, 2, 3, 2]
    assert np.isnan(data[CURRENT].values).tolist() == [True, False, False, True]
    assert data[VOLTAGE].attrs == {"long_name": "Pack voltage [V]", "units": "V"}
    assert data[CURRENT].attrs == {"long_name": "Power"}
    assert data.attrs == {"header": run.header, "creation_time": "2026-06-11T17:06:37"}


def test_a_run_for_xarray_over_wall_time(run):
    pytest.importorskip("xarray")

    data = run.to_xarray(VOLTAGE, freq_hz=100, wall_time=True)

    assert data["time"].values[1] == np.datetime64("2026-06-11T17:06:37.010")


def test_what_is_not_installed_is_named_with_its_extra(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "xarray", None)

    with pytest.raises(MissingExtraError, match=r"perda\[pandas\]"):
        run[VOLTAGE].to_pandas()
    with pytest.raises(MissingExtraError, match=r"perda\[pandas\]"):
        run.to_pandas()
    with pytest.raises(MissingExtraError, match=r"perda\[xarray\]"):
        run.to_xarray()
    assert len(run.to_polars()) == 4


def test_open_ended_cuts(run):
    assert run.trim(1010)[VOLTAGE].timestamp_np.tolist() == [1010, 1020]
    assert run.trim(ts_end=1010)[VOLTAGE].timestamp_np.tolist() == [1000, 1010]
    whole = run.trim()
    assert (whole.data_start_time, whole.data_end_time, whole.total_data_points) == (1000, 1020, 6)
    assert whole[VOLTAGE] == run[VOLTAGE]
    assert whole[VOLTAGE] is not run[VOLTAGE]


def test_cuts_outside_the_run_are_empty_and_reversed_ones_refused(run):
    assert run.trim(5000).total_data_points == 0
    assert run.trim(ts_end=10).total_data_points == 0
    with pytest.raises(ValueError, match="ts_end"):
        run.trim(1010, 1005)
