"""Tables and MATLAB files of a run, read again by other software."""

from __future__ import annotations

import csv
import json

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
import scipy.io

from perda.errors import ExportError, LocalFileError, TableTooLargeError
from perda.formats import mat, read_log, wide
from perda.formats.mat import matlab_names, write_mat
from perda.formats.wide import wide_table, write_wide_csv, write_wide_parquet

WRITERS = {
    "csv": write_wide_csv,
    "parquet": write_wide_parquet,
    "mat": write_mat,
}


@pytest.fixture
def run(make_log):
    """Two variables at 1 and 2 ms, the second sampled twice at one instant, and an empty one."""
    return read_log(
        make_log(
            [(1000, 1, 1.5), (3000, 1, 2.5), (2000, 2, "nan"), (2000, 2, 7), (5000, 2, -0.1)],
            variables={1: "Voltage [V] (a.voltage)", 2: "a.current", 3: "Never sent (a.none)"},
        )
    )


def test_a_wide_csv_has_an_empty_field_where_nothing_was_measured(run, tmp_path):
    write_wide_csv(run, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "time_s,a.voltage,a.current,a.none",
        "0.001,1.5,,",
        "0.002,,7.0,",
        "0.003,2.5,,",
        "0.005,,-0.1,",
    ]


def test_a_nan_is_a_value_and_not_a_hole(make_log, tmp_path):
    run = read_log(make_log([(1000, 1, "nan"), (2000, 1, "-inf")]))
    write_wide_csv(run, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[1:] == ["0.001,NaN", "0.002,-inf"]


def test_a_grid_reads_between_the_samples_and_not_beyond(run, tmp_path):
    write_wide_csv(run, tmp_path / "out.csv", freq_hz=1000)
    assert (tmp_path / "out.csv").read_text().splitlines()[1:] == [
        "0.001,1.5,,",
        "0.002,2.0,7.0,",
        f"0.003,2.5,{7 - 7.1 / 3},",
        f"0.004,,{7 - 2 * 7.1 / 3},",
        "0.005,,-0.1,",
    ]


def test_a_method_without_a_grid_fills_between_the_samples(run):
    table = wide_table(run, method="zoh")
    assert table["a.voltage"].to_list() == [1.5, 1.5, 2.5, None]
    assert table["time_s"].to_list() == [0.001, 0.002, 0.003, 0.005]


def test_a_wide_parquet_holds_values_units_and_the_header(run, tmp_path):
    write_wide_parquet(run, tmp_path / "out.parquet")
    table = pl.read_parquet(tmp_path / "out.parquet")
    assert table.to_dict(as_series=False) == {
        "time_s": [0.001, 0.002, 0.003, 0.005],
        "a.voltage": [1.5, None, 2.5, None],
        "a.current": [None, 7.0, None, -0.1],
        "a.none": [None] * 4,
    }
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert schema.field("time_s").metadata[b"unit"] == b"s"
    described = {
        key: schema.field("a.voltage").metadata[key]
        for key in (b"name", b"description", b"unit", b"id")
    }
    assert described == {
        b"name": b"a.voltage",
        b"description": b"Voltage [V]",
        b"unit": b"V",
        b"id": b"1",
    }
    assert json.loads(schema.metadata[b"perda"]) == {
        "header": run.header,
        "recorded": "2026-06-11T17:06:37",
        "timestamp_unit": "us",
    }


def test_tables_written_in_pieces_are_the_same(run, tmp_path, monkeypatch):
    write_wide_csv(run, tmp_path / "one.csv")
    monkeypatch.setattr(wide, "_CELLS_PER_PIECE", 5)
    write_wide_csv(run, tmp_path / "many.csv")
    write_wide_parquet(run, tmp_path / "many.parquet")
    assert (tmp_path / "many.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()
    assert pl.read_parquet(tmp_path / "many.parquet").equals(
        pl.read_csv(tmp_path / "one.csv", schema_overrides={"a.none": pl.Float64})
    )


def test_every_sample_of_a_log_is_in_the_table(make_log, tmp_path):
    rng = np.random.default_rng(3)
    samples = [
        (t, i, v)
        for t, i, v in zip(
            rng.permutation(9000),
            rng.integers(1, 5, 9000),
            rng.normal(size=9000).round(3),
            strict=True,
        )
    ]
    run = read_log(make_log(samples, variables={i: f"v{i}" for i in range(1, 5)}))
    write_wide_csv(run, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = {
        (round(float(row["time_s"]) * 1e6), name, float(row[name]))
        for row in rows
        for name in ("v1", "v2", "v3", "v4")
        if row[name]
    }
    assert found == {(int(t), f"v{i}", float(v)) for t, i, v in samples}


@pytest.mark.parametrize("options", [{}, {"freq_hz": 1000}])
def test_names_that_columns_cannot_share_get_their_id(make_log, options):
    run = read_log(
        make_log(
            [(1000, i, i) for i in range(1, 6)],
            variables={1: "First (x)", 2: "time_s", 3: "Second (x)", 4: "x.1", 5: "time"},
        )
    )
    table = wide_table(run, **options)
    assert table.columns == ["time_s", "x.1_", "time_s.2", "x", "x.1", "time.5"]
    assert table.row(0) == (0.001, 1, 2, 3, 4, 5)


@pytest.mark.parametrize("options", [{}, {"freq_hz": 1000}])
def test_a_table_too_large_is_refused_before_it_is_made(run, tmp_path, monkeypatch, options):
    monkeypatch.setattr(wide, "MAX_CELLS", 11)
    with pytest.raises(TableTooLargeError, match="rows × 3 variables"):
        write_wide_csv(run, tmp_path / "out.csv", **options)
    assert not (tmp_path / "out.csv").exists()


def test_a_wrong_frequency_is_refused(run):
    with pytest.raises(ValueError, match="freq_hz"):
        wide_table(run, freq_hz=0)


@pytest.mark.parametrize("ending", WRITERS)
def test_a_run_without_samples_is_refused(run, tmp_path, ending):
    with pytest.raises(ExportError, match="no samples"):
        WRITERS[ending](run.trim(4001, 4002), tmp_path / f"out.{ending}")


@pytest.mark.parametrize("ending", WRITERS)
def test_an_existing_file_is_kept_when_asked_for(run, tmp_path, ending):
    path = tmp_path / f"out.{ending}"
    path.write_text("kept")
    with pytest.raises(LocalFileError, match="exists"):
        WRITERS[ending](run, path, overwrite=False)
    assert path.read_text() == "kept"


@pytest.mark.parametrize("ending", WRITERS)
def test_progress_is_told_every_sample(run, tmp_path, ending):
    told = []

    class Bar:
        def update(self, n=1):
            told.append(n)

        def close(self):
            raise AssertionError("the caller closes it")

    WRITERS[ending](run, tmp_path / f"out.{ending}", progress=Bar())
    assert sum(told) == pytest.approx(run.total_data_points)


def test_a_mat_file_has_a_struct_per_variable(run, tmp_path):
    write_mat(run, tmp_path / "out.mat")
    content = scipy.io.loadmat(tmp_path / "out.mat")
    voltage = content["a_voltage"][0, 0]
    assert voltage["time"].tolist() == [[0.001], [0.003]]
    assert voltage["value"].tolist() == [[1.5], [2.5]]
    assert content["a_current"][0, 0]["value"].shape == (3, 1)
    assert content["a_none"][0, 0]["value"].size == 0
    simple = scipy.io.loadmat(tmp_path / "out.mat", simplify_cells=True)
    texts = {key: simple["a_voltage"][key] for key in ("unit", "name", "description", "id")}
    assert texts == {"unit": "V", "name": "a.voltage", "description": "Voltage [V]", "id": 1}


def test_a_mat_file_says_which_struct_has_which_variable(run, tmp_path):
    write_mat(run, tmp_path / "out.mat")
    log = scipy.io.loadmat(tmp_path / "out.mat", simplify_cells=True)["perda_log"]
    assert dict(zip(log["structs"], log["names"], strict=True)) == {
        "a_voltage": "a.voltage",
        "a_current": "a.current",
        "a_none": "a.none",
    }
    assert (log["header"], log["recorded"]) == (run.header, "2026-06-11T17:06:37")
    assert log["timestamp_unit"] == "us"


def test_matlab_names_are_legal_and_distinct():
    long = "x" * 80
    names = ["a.b", "a_b", "a-b", "9lives", "", "_x", "end", "é.b", "perda.log", long, long, "for_"]
    assert matlab_names(names) == [
        "a_b",
        "a_b_2",
        "a_b_3",
        "v_9lives",
        "v_",
        "v__x",
        "end_",
        "v___b",
        "perda_log_2",
        "x" * 63,
        "x" * 61 + "_2",
        "for_",
    ]


def test_a_variable_too_large_for_a_mat_file_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.setattr(mat, "_MAX_SAMPLES", 2)
    with pytest.raises(ExportError, match=r"a\.current has 3 samples"):
        write_mat(run, tmp_path / "out.mat")
    assert [path.name for path in tmp_path.iterdir()] == ["run.csv"]
