"""One log into another format: which, what of it, and that nothing is lost on the way."""

from __future__ import annotations

import gzip
import hashlib
import json

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from perda.errors import (
    ExportError,
    LocalFileError,
    TooManyParsingErrorsError,
    VariableNotFoundError,
)
from perda.formats import read_log
from perda.formats.columnar_read import open_columnar_log
from perda.formats.convert import Target, convert_log, target_format
from perda.formats.selection import select

AWKWARD = [
    (5, 2, "-0.0"),
    (5, 2, "5e-324"),
    (5, 2, "1e308"),
    (4, 1, "-nan"),
    (4, 2, "nan"),
    (9, 1, "-inf"),
    (3, 1, "0.30000000000000004"),
    (2**62, 1, "9007199254740993"),
    (7, 9, "-1.5"),
    (7, 4, "2"),
]
NAMES = {1: "Pack voltage [V] (ams.pack.voltage)", 2: "ams.pack.current", 3: "E (e)", 4: "F (e)"}


@pytest.fixture
def awkward(make_log):
    return make_log(AWKWARD, variables=NAMES)


@pytest.fixture
def drive(make_log):
    """Four variables, a sample of each every 10 ms from 1 s to 2 s."""
    rows = [(t, i, t + i) for t in range(1_000_000, 2_000_001, 10_000) for i in range(1, 5)]
    names = {1: "ams.pack.voltage", 2: "ams.pack.current", 3: "ams.fan", 4: "pcm.speed"}
    return make_log(rows, variables=names, name="drive.csv")


def bits(run):
    return {
        i: (one.timestamp_np.tolist(), one.value_np.view(np.uint64).tolist())
        for i, one in run.id_to_instance.items()
    }


@pytest.mark.parametrize(
    ("name", "to", "expected"),
    [
        ("run.csv", None, "text"),
        ("RUN.CSV", None, "text"),
        ("run.txt", None, "text"),
        ("run.log", None, "text"),
        ("run.csv", "text", "text"),
        ("run.csv", "wide-csv", "wide-csv"),
        ("run.perda.parquet", None, "columnar"),
        ("run.perda.parquet", "columnar", "columnar"),
        ("run.parquet", None, "wide-parquet"),
        ("run.parquet", Target.WIDE_PARQUET, "wide-parquet"),
        ("run.mat", None, "mat"),
    ],
)
def test_the_ending_says_the_format(tmp_path, name, to, expected):
    assert target_format(tmp_path / name, to) == expected


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("run.xlsx", {}, "says no format"),
        ("run", {"to": "mat"}, "says no format"),
        ("run.csv.gz", {}, "says no format"),
        ("run.csv", {"to": "mat"}, r"A mat file ends in \.mat"),
        ("run.parquet", {"to": "columnar"}, r"ends in \.perda\.parquet"),
        ("run.perda.parquet", {"to": "wide-parquet"}, r"ends in \.parquet"),
        ("run.csv", {"freq_hz": 100}, "for wide tables; a text file"),
        ("run.mat", {"method": "zoh"}, "for wide tables; a mat file"),
    ],
)
def test_a_contradiction_is_refused(tmp_path, name, options, said):
    with pytest.raises(ExportError, match=said):
        target_format(tmp_path / name, **options)


@pytest.mark.parametrize("between", ["copy.csv", "copy.perda.parquet"])
def test_there_and_back_gives_every_sample_bit_for_bit(awkward, tmp_path, between):
    run = read_log(awkward, cache=False)
    convert_log(awkward, tmp_path / between)
    convert_log(tmp_path / between, tmp_path / "back.csv")
    back = read_log(tmp_path / "back.csv", cache=False)
    assert bits(back) == bits(run)
    assert back.id_to_cpp_name == run.id_to_cpp_name
    assert back.cpp_name_to_id == run.cpp_name_to_id
    assert back.id_to_descript == run.id_to_descript
    assert (back.header, back.creation_time) == (run.header, run.creation_time)
    assert back.timestamp_unit == run.timestamp_unit


def test_a_text_log_is_the_same_by_way_of_a_columnar_one(awkward, tmp_path):
    convert_log(awkward, tmp_path / "direct.csv")
    convert_log(awkward, tmp_path / "run.perda.parquet")
    convert_log(tmp_path / "run.perda.parquet", tmp_path / "round.csv")
    assert (tmp_path / "round.csv").read_bytes() == (tmp_path / "direct.csv").read_bytes()


def test_a_real_recording_survives_there_and_back(recording, tmp_path):
    convert_log(recording.path, tmp_path / "run.perda.parquet")
    convert_log(tmp_path / "run.perda.parquet", tmp_path / "back.csv")
    assert bits(read_log(tmp_path / "back.csv")) == bits(read_log(recording.path))


def test_a_columnar_log_names_the_whole_text_log_it_was_made_from(drive, tmp_path):
    convert_log(drive, tmp_path / "whole.perda.parquet")
    convert_log(drive, tmp_path / "part.perda.parquet", start_s=1.5)
    assert sources_in(tmp_path / "whole.perda.parquet") == [
        {"sha256": hashlib.sha256(drive.read_bytes()).hexdigest(), "size": drive.stat().st_size}
    ]
    assert sources_in(tmp_path / "part.perda.parquet") == []


def sources_in(path):
    """What the JSON documents of a columnar log's footer say of its source."""
    documents = [json.loads(text) for text in pq.read_schema(path).metadata.values()]
    return [d["source"] for d in documents if isinstance(d, dict) and d.get("source")]


@pytest.mark.parametrize(
    ("name", "to"), [("o.csv", "wide-csv"), ("o.parquet", None), ("o.mat", None)]
)
def test_every_format_is_written(drive, tmp_path, name, to):
    run = convert_log(drive, tmp_path / name, to=to)
    assert run.total_data_points == 404
    assert (tmp_path / name).stat().st_size > 1000


def test_a_grid_is_written(drive, tmp_path):
    convert_log(drive, tmp_path / "o.parquet", freq_hz=10, method="zoh", variables=["ams.fan"])
    table = pl.read_parquet(tmp_path / "o.parquet")
    assert table["time_s"].to_list() == [1 + i / 10 for i in range(11)]
    assert table["ams.fan"].to_list() == [1_000_003 + i * 100_000 for i in range(11)]


def test_a_stretch_of_time_is_cut_out_with_both_ends(drive, tmp_path):
    run = convert_log(drive, tmp_path / "o.csv", start_s=1.25, end_s=1.5)
    again = read_log(tmp_path / "o.csv")
    assert again["pcm.speed"].timestamp_np.tolist() == list(range(1_250_000, 1_500_001, 10_000))
    assert again.total_data_points == run.total_data_points == 4 * 26


@pytest.mark.parametrize(
    ("start", "end", "count"), [(None, None, 404), (1.995, None, 4), (None, 1.0, 4), (0, 9, 404)]
)
def test_a_bound_may_be_left_open(drive, start, end, count):
    assert select(read_log(drive), start, end).total_data_points == count


def test_bounds_are_exact_in_the_units_of_the_log(make_log):
    run = read_log(make_log([(t, 1, t) for t in range(1000, 1010)], header="PER Log: ms"))
    assert 1.001 * 1000 != 1001  # as floats have it
    part = select(run, 1.001, 1.0089)
    assert part["ams.pack.voltage"].timestamp_np.tolist() == list(range(1001, 1009))


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (3, None, "Nothing is left of the log: .* from 1.000 s to 2.000 s"),
        (None, 0.5, "Nothing is left"),
        (1.001, 1.002, "Nothing is left"),
        (1.0000001, 1.0000002, "Nothing is left"),
        (1.5, 1.2, "end, 1.2 s, lies before the start, 1.5 s"),
        (float("nan"), None, "expected a number"),
        (None, float("inf"), "expected a number"),
    ],
)
def test_bounds_that_leave_nothing_are_refused(drive, start, end, said):
    with pytest.raises(ExportError, match=said):
        select(read_log(drive), start, end)


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ([], ["ams.pack.voltage", "ams.pack.current", "ams.fan", "pcm.speed"]),
        (["pcm.speed", "ams.fan"], ["ams.fan", "pcm.speed"]),
        (["pcm.speed", "pcm.speed", 4], ["pcm.speed"]),
        ([1], ["ams.pack.voltage"]),
        (["ams.pack.*"], ["ams.pack.voltage", "ams.pack.current"]),
        (["*.fan", "pcm.spee?"], ["ams.fan", "pcm.speed"]),
    ],
)
def test_variables_are_chosen_by_name_id_or_pattern(drive, variables, names):
    run = read_log(drive)
    part = select(run, variables=variables)
    assert list(part) == names
    assert set(part.id_to_instance) == set(part.id_to_cpp_name) == set(part.id_to_descript)
    assert part.total_data_points == 101 * len(names)
    assert list(run) == ["ams.pack.voltage", "ams.pack.current", "ams.fan", "pcm.speed"]


@pytest.mark.parametrize("variable", ["ams.pack.volt", 77, "bms.*"])
def test_an_unknown_variable_is_refused(drive, variable):
    with pytest.raises(VariableNotFoundError, match="no variable"):
        select(read_log(drive), variables=[variable])


def test_nothing_asked_for_is_the_run_itself(drive):
    run = read_log(drive)
    assert select(run) is run


def test_wall_time_stays_with_the_samples_of_a_part(drive):
    run = read_log(drive)
    part = select(run, start_s=1.5, variables=["ams.fan"])
    assert part.creation_timestamp == run.data_start_time


def test_variables_without_samples_are_refused(awkward):
    with pytest.raises(ExportError, match="have no samples"):
        select(read_log(awkward), variables=[3])


@pytest.mark.parametrize("name", ["o.csv", "o.perda.parquet", "o.parquet", "o.mat"])
def test_an_existing_file_is_kept_unless_overwriting_is_asked_for(drive, tmp_path, name):
    (tmp_path / name).write_text("kept")
    with pytest.raises(LocalFileError, match="exists already"):
        convert_log(drive, tmp_path / name)
    assert (tmp_path / name).read_text() == "kept"
    convert_log(drive, tmp_path / name, overwrite=True)
    assert (tmp_path / name).stat().st_size > 1000


def test_the_log_itself_is_never_replaced(drive, tmp_path):
    before = drive.read_bytes()
    (tmp_path / "link.csv").symlink_to(drive)
    for target in (drive, tmp_path / "link.csv"):
        with pytest.raises(LocalFileError, match="the log itself"):
            convert_log(drive, target, overwrite=True)
    assert drive.read_bytes() == before


def test_a_missing_folder_is_named_and_nothing_is_left(drive, tmp_path):
    with pytest.raises(LocalFileError, match="none"):
        convert_log(drive, tmp_path / "none" / "o.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["drive.csv"]


def test_too_many_bad_lines_are_refused_unless_allowed(make_log, tmp_path):
    path = make_log([(1, 1, 1.0), *[("x", 1, 1)] * 5])
    with pytest.raises(TooManyParsingErrorsError):
        convert_log(path, tmp_path / "o.csv", parsing_errors_limit=5)
    run = convert_log(path, tmp_path / "o.csv", parsing_errors_limit=-1)
    assert run.report.parsing_errors == 5
    assert read_log(tmp_path / "o.csv").report.is_clean


def test_progress_is_made_twice_told_all_and_closed(drive, tmp_path):
    bars = []

    class Bar:
        def __init__(self, total, unit, description):
            self.asked = (total, unit, description)
            self.done, self.closed = 0, False
            bars.append(self)

        def update(self, n=1):
            self.done += n

        def close(self):
            self.closed = True

    convert_log(drive, tmp_path / "o.csv", progress=Bar)
    assert [bar.asked for bar in bars] == [
        (drive.stat().st_size, "B", "Reading drive.csv"),
        (404, "samples", "Writing o.csv"),
    ]
    assert [bar.done for bar in bars] == [drive.stat().st_size, 404]
    assert all(bar.closed for bar in bars)


def test_a_packed_log_is_converted_like_the_plain_one(drive, tmp_path):
    packed = tmp_path / "drive.csv.gz"
    packed.write_bytes(gzip.compress(drive.read_bytes()))
    convert_log(packed, tmp_path / "from_packed.csv")
    convert_log(drive, tmp_path / "from_plain.csv")
    assert (tmp_path / "from_packed.csv").read_bytes() == (tmp_path / "from_plain.csv").read_bytes()


def test_a_columnar_log_is_read_by_pyarrow_alone(drive, tmp_path):
    convert_log(drive, tmp_path / "o.perda.parquet")
    table = pq.read_table(tmp_path / "o.perda.parquet")
    assert len(table) == 404
    assert len(open_columnar_log(tmp_path / "o.perda.parquet")) == 4
