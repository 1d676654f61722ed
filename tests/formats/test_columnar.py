from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from perda.analyzer import Analyzer, parse_csv
from perda.core_data_structures import Finding
from perda.errors import LogFormatError
from perda.formats import columnar_write
from perda.formats.columnar_read import open_columnar_log
from perda.formats.columnar_write import write_columnar_log


@pytest.fixture
def rich_log(make_log):
    """A log with every kind of value and remark."""
    values = ["0.1", "-0.0", "0.0", "nan", "-nan", "inf", "-inf", "5e-324", "1e308", "x", "0.1"]
    samples = [(50 - i, i % 3, value) for i, value in enumerate(values)]
    variables = {0: "Größe [°C] (a.t)", 1: "b", 2: "same", 7: "same", 9: "empty"}
    return make_log([*samples, (60, 77, 1)], variables=variables)


@pytest.fixture
def columnar(rich_log, tmp_path):
    path = tmp_path / "run.perda.parquet"
    write_columnar_log(parse_csv(rich_log, verbose=0), path)
    return path


def bits(values):
    return values.view(np.uint64).tolist()


def test_every_sample_and_fact_comes_back_bit_for_bit(rich_log, columnar):
    run, back = parse_csv(rich_log, verbose=0), parse_csv(columnar, verbose=0)

    assert list(back.id_to_instance) == list(run.id_to_instance)
    for var_id, series in run.id_to_instance.items():
        assert back[var_id].timestamp_np.tolist() == series.timestamp_np.tolist()
        assert bits(back[var_id].value_np) == bits(series.value_np)
        assert back[var_id]._metadata() == series._metadata()
    for field in type(run).model_fields:
        if field != "id_to_instance":
            assert getattr(back, field) == getattr(run, field), field
    assert back["same"] is back[7]
    assert back.report.count(Finding.UNDECLARED_ID) == 1


def test_an_analyzer_opens_it_like_a_text_log(columnar, capsys):
    run = Analyzer(columnar)

    assert "PER Log: Thu Jun 11" in capsys.readouterr().out
    assert run.data["a.t"].unit == "°C"
    assert list(run.plot("a.t").data[0].x) == [t / 1e6 for t in run.data["a.t"].timestamp_np]


def test_series_are_read_when_touched_and_edits_stay(columnar):
    run = open_columnar_log(columnar)
    count = run.statistics("b").count
    columnar.unlink()  # the open file goes on being there

    run["b"].value_np[0] = 42
    run["b"].label = "mine"

    assert count == len(run["b"])
    assert run["b"] is run[1]
    assert run["b"].value_np[0] == 42
    assert run["b"].label == "mine"
    assert run.statistics("b").max == 42


def test_looking_without_touching_keeps_nothing(columnar):
    run = open_columnar_log(columnar)

    assert run.peek("b") == run.peek("b")
    assert run.peek("b") is not run.peek("b")
    assert run["b"] is run.peek("b")


def test_the_mappings_behave_as_plain_dicts(columnar):
    run, other = open_columnar_log(columnar), open_columnar_log(columnar)
    series = run.id_to_instance

    assert dict(series) == {**other.id_to_instance} == other.id_to_instance.copy()
    assert [one.var_id for one in series.values()] == list(series) == list(series.keys())
    assert all(one is series[var_id] for var_id, one in series.items())
    assert series.get(1) is series[1]
    assert series.get(1234) is None
    assert series.get(1234, "nothing") == "nothing"
    assert series == other.id_to_instance
    assert (series | {5: series[1]})[5] is series[1]
    with pytest.raises(KeyError):
        series[1234]
    popped = series.pop(1)
    assert popped.var_id == 1
    assert 1 not in series
    assert series.pop(1, None) is None
    assert series.setdefault(1, popped) is popped
    assert series.popitem() == (1, popped)
    assert pickle.loads(pickle.dumps(other)).id_to_instance == other.id_to_instance


def test_an_offset_moves_every_time(columnar, rich_log):
    run = parse_csv(columnar, ts_offset=1000, verbose=0)

    expected = parse_csv(rich_log, ts_offset=1000, verbose=0)
    assert run[0].timestamp_np.tolist() == expected[0].timestamp_np.tolist()
    assert (run.data_start_time, run.data_end_time) == (1040, 1060)
    assert (expected.data_start_time, expected.data_end_time) == (1040, 1060)


def test_an_offset_that_makes_times_negative_leaves_them_out(columnar, rich_log):
    run = parse_csv(columnar, ts_offset=-45, verbose=0)

    expected = parse_csv(rich_log, ts_offset=-45, verbose=0)
    assert {i: len(d) for i, d in run.id_to_instance.items()} == {
        i: len(d) for i, d in expected.id_to_instance.items()
    }
    assert run.total_data_points == expected.total_data_points
    assert run.data_start_time == expected.data_start_time
    assert run.report.count(Finding.NEGATIVE_TIME) == expected.report.count(Finding.NEGATIVE_TIME)
    with pytest.raises(LogFormatError, match="negative time"):
        parse_csv(columnar, ts_offset=-1000, verbose=0)


def test_other_programs_read_it(columnar):
    frame = pl.scan_parquet(columnar).filter(pl.col("name") == "a.t").collect()

    assert frame.schema == {"name": pl.String, "timestamp": pl.Int64, "value": pl.Float64}
    assert len(frame) == 3
    assert pq.read_table(columnar, columns=["timestamp"]).num_rows == 11


def test_long_variables_are_split_into_row_groups(make_log, tmp_path, monkeypatch):
    monkeypatch.setattr(columnar_write, "MAX_ROWS_PER_GROUP", 7)
    run = parse_csv(make_log([(i, 1, i) for i in range(20)]), verbose=0)
    path = tmp_path / "run.perda.parquet"

    write_columnar_log(run, path)

    assert pq.ParquetFile(path).num_row_groups == 3
    assert open_columnar_log(path)[1] == run[1]


def test_added_and_edited_variables_are_written_as_they_are(make_log, tmp_path):
    run = parse_csv(make_log(), verbose=0)
    run["twice"] = run["ams.pack.voltage"] * 2
    run[1].value_np[0] = 7
    path = tmp_path / "run.perda.parquet"

    write_columnar_log(run, path)
    back = open_columnar_log(path)

    assert back["twice"].value_np.tolist() == [801, 799]
    assert back[1].value_np[0] == 7


def test_a_damaged_page_is_noticed_when_it_is_read(columnar):
    content = bytearray(columnar.read_bytes())
    content[len(content) // 4] ^= 0xFF
    content[40] ^= 0xFF
    columnar.write_bytes(content)
    run = open_columnar_log(columnar)

    with pytest.raises(LogFormatError, match=r"damaged at '.*"):
        list(run.id_to_instance.values())


@pytest.mark.parametrize("keep", [4, 100, -1, -8, -100])
def test_a_truncated_file_is_refused(columnar, keep):
    columnar.write_bytes(columnar.read_bytes()[:keep])

    with pytest.raises(LogFormatError, match="damaged"):
        Analyzer(columnar, verbose=0)


def test_another_parquet_file_is_no_log(tmp_path):
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": [1]}), path)

    with pytest.raises(LogFormatError, match="no columnar log"):
        Analyzer(path, verbose=0)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b'{"version": 99}', "version 99; this perda reads version 1"),
        (b"{", "damaged footer"),
        (b"[]", "damaged footer"),
        (b'{"version": 1, "variables": [{}]}', "damaged footer"),
    ],
)
def test_another_version_or_a_damaged_document_is_refused(tmp_path, document, reason):
    path = tmp_path / "run.perda.parquet"
    table = pa.table({"name": ["a"], "timestamp": [1], "value": [1.0]})
    pq.write_table(table.replace_schema_metadata({b"perda": document}), path)

    with pytest.raises(LogFormatError, match=reason):
        Analyzer(path, verbose=0)


def test_the_footer_is_plain_json_with_the_statistics(columnar):
    document = json.loads(pq.ParquetFile(columnar).metadata.metadata[b"perda"])

    by_name = {entry["name"]: entry for entry in document["variables"]}
    assert document["version"] == 1
    assert by_name["empty"]["count"] == 0
    assert by_name["empty"]["row_groups"][1] == 0
    assert [entry["max"] for entry in document["variables"]].count("inf") == 1


def examples_of_page():
    """Return the Python examples of the page that describes the format."""
    page = (Path(__file__).parents[2] / "docs" / "columnar-format.md").read_text()
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)


@pytest.mark.filterwarnings("ignore")  # what other libraries warn of is theirs
@pytest.mark.parametrize("example", examples_of_page())
def test_the_documented_examples_read_it_without_perda(example, make_log, tmp_path, monkeypatch):
    for module in re.findall(r"^import (\w+)", example, re.MULTILINE):
        pytest.importorskip(module)
    write_columnar_log(parse_csv(make_log(), verbose=0), tmp_path / "run.perda.parquet")
    monkeypatch.chdir(tmp_path)

    found: dict[str, object] = {}
    exec(example, found)

    if "voltage" in found:
        assert list(found["voltage"]["timestamp"]) == [72, 114]
        assert list(found["voltage"]["value"]) == [400.5, 399.5]
    else:
        assert found["document"]["variables"][0]["name"] == "ams.pack.voltage"


def test_writing_and_reading_leave_pandas_alone(make_log, tmp_path):
    """A copy is written by a thread: importing pandas there would surprise who looks for it."""
    code = """
import sys
from pathlib import Path
from perda.formats import read_log
from perda.formats.columnar_write import write_columnar_log
from perda.formats.columnar_read import open_columnar_log
log, copy = map(Path, sys.argv[1:])
write_columnar_log(read_log(log, cache=False), copy)
print(len(open_columnar_log(copy)[1]), "pandas" in sys.modules)
"""
    command = [sys.executable, "-c", code, str(make_log()), str(tmp_path / "a.perda.parquet")]

    assert subprocess.check_output(command, text=True) == "2 False\n"
