"""Runs written as text logs: what is read back is the same, to the last bit."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perda.core_data_structures import DataInstance, SingleRunData
from perda.errors import ExportError, LocalFileError
from perda.formats import read_log, text_write
from perda.formats.text_write import write_text_log
from perda.formats.time_slices import time_slices
from perda.units import Timescale

DIFFICULT = [
    0.0,
    -0.0,
    float("nan"),
    float("-nan"),
    float("inf"),
    float("-inf"),
    5e-324,
    -5e-324,
    2.225073858507201e-308,
    1e308,
    1.7976931348623157e308,
    0.1 + 0.2,
    9007199254740993.0,
    1e16,
    1e-5,
    123456789.123,
]


def make_run(series, *, unit=Timescale.US, header="PER Log: x v2.0", **more):
    """A run of ``{id: (name, description, times, values)}``."""
    instances = {
        i: DataInstance(
            timestamp_np=np.array(times, np.int64), value_np=np.array(values, np.float64)
        )
        for i, (_, _, times, values) in series.items()
    }
    filled = [one.timestamp_np for one in instances.values() if len(one)]
    return SingleRunData(
        id_to_instance=instances,
        cpp_name_to_id={name: i for i, (name, *_) in series.items()},
        id_to_cpp_name={i: name for i, (name, *_) in series.items()},
        id_to_descript={i: description for i, (_, description, *_) in series.items()},
        total_data_points=sum(map(len, filled)),
        data_start_time=min((int(t[0]) for t in filled), default=0),
        data_end_time=max((int(t[-1]) for t in filled), default=0),
        timestamp_unit=unit,
        header=header,
        **more,
    )


def samples_of(run):
    """Times and the very bits of the values, by id."""
    return {
        i: (one.timestamp_np.tolist(), one.value_np.view(np.uint64).tolist())
        for i, one in run.id_to_instance.items()
    }


def assert_same(first, second):
    assert samples_of(first) == samples_of(second)
    assert list(first.id_to_cpp_name.items()) == list(second.id_to_cpp_name.items())
    assert first.cpp_name_to_id == second.cpp_name_to_id
    assert first.id_to_descript == second.id_to_descript
    assert first.header == second.header
    assert first.timestamp_unit == second.timestamp_unit
    assert first.creation_time == second.creation_time


def test_a_log_written_and_read_again_is_the_same(make_log, tmp_path):
    path = make_log(
        [(5, 2, value) for value in ("19", "19.0", "1e3", "-0", ".5", "+7.", "Infinity", "-nan")]
        + [(9, 1, 4.25), (3, 1, 1.5), (3, 2, 8)],
        variables={1: "Pack voltage [V] (ams.pack.voltage)", 2: "ams.pack.current", 7: "Left (a)"},
    )
    run = read_log(path)
    write_text_log(run, tmp_path / "again.csv")
    again = read_log(tmp_path / "again.csv")
    assert_same(run, again)
    assert again.report.is_clean
    write_text_log(again, tmp_path / "third.csv")
    assert (tmp_path / "third.csv").read_bytes() == (tmp_path / "again.csv").read_bytes()


def test_a_real_recording_written_and_read_again_is_the_same(recording, tmp_path):
    run = read_log(recording.path)
    write_text_log(run, tmp_path / "again.csv")
    assert_same(run, read_log(tmp_path / "again.csv"))


def test_difficult_values_keep_every_bit(tmp_path):
    run = make_run({3: ("a", "", range(len(DIFFICULT)), DIFFICULT)})
    write_text_log(run, tmp_path / "run.csv")
    assert_same(run, read_log(tmp_path / "run.csv"))
    lines = (tmp_path / "run.csv").read_text().splitlines()[2:]
    written = np.array([float(line.split(",")[2]) for line in lines])
    assert written.view(np.uint64).tolist() == np.array(DIFFICULT).view(np.uint64).tolist()


def test_the_largest_times_and_ids_are_exact(tmp_path):
    run = make_run({2**31 - 1: ("a", "", [0, 2**53 + 1, 2**63 - 1, 2**63 - 1], [1, 2, 3, 4])})
    write_text_log(run, tmp_path / "run.csv")
    assert_same(run, read_log(tmp_path / "run.csv"))


def test_samples_stand_in_time_order_then_by_id_then_in_their_own_order(tmp_path):
    run = make_run(
        {
            9: ("late", "", [1, 4, 4], [1, 2, 3]),
            2: ("early", "Name [V]", [4, 4, 6], [5, 4, 6]),
        }
    )
    write_text_log(run, tmp_path / "run.csv")
    assert (tmp_path / "run.csv").read_text() == (
        "PER Log: x v2.0\nValue late: 9\nValue Name [V] (early): 2\n"
        "1,9,1.0\n4,2,5.0\n4,2,4.0\n4,9,2.0\n4,9,3.0\n6,2,6.0\n"
    )


names = st.text("ab.:, ,()[]é\u2028\x85", min_size=1, max_size=8)
series = st.lists(st.tuples(st.integers(0, 30), st.floats(width=64)), max_size=12)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 40), st.tuples(names, st.text("ab ()[]:\n", max_size=5), series), min_size=1
    )
)
def test_what_is_written_reads_back_the_same_or_is_refused(tmp_path_factory, variables):
    path = tmp_path_factory.getbasetemp() / "generated.csv"
    run = make_run(
        {
            i: (name, text, sorted(t for t, _ in rows), [v for _, v in rows])
            for i, (name, text, rows) in variables.items()
        }
    )
    for one in run.id_to_instance.values():  # a NaN's payload cannot be written
        one.value_np[np.isnan(one.value_np)] = np.nan
    try:
        write_text_log(run, path)
    except ExportError:
        return
    again = read_log(path)
    assert samples_of(again) == samples_of(run)
    assert again.id_to_cpp_name == run.id_to_cpp_name
    assert again.id_to_descript == run.id_to_descript
    assert again.cpp_name_to_id == run.cpp_name_to_id


@pytest.mark.parametrize("rows", [10, 64, 1000])
def test_many_slices_give_the_same_file_as_one(tmp_path, monkeypatch, rows):
    rng = np.random.default_rng(5)
    counts = [0, 1, 7, 300, 2000]
    run = make_run(
        {
            i: (f"v{i}", "", np.sort(rng.integers(0, 500, n)), rng.normal(size=n))
            for i, n in enumerate(counts)
        }
    )
    write_text_log(run, tmp_path / "one.csv")
    monkeypatch.setattr(text_write, "ROWS_PER_SLICE", rows)
    write_text_log(run, tmp_path / "many.csv")
    assert (tmp_path / "many.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()


def test_slices_cover_all_samples_once_and_are_no_larger_than_asked(monkeypatch):
    rng = np.random.default_rng(6)
    times = [np.sort(rng.integers(0, 10**6, n)) for n in (0, 1, 50, 20_000, 5)]
    times.append(np.full(3000, 700))  # an instant that alone is larger than a slice
    slices = list(time_slices(times, 500))
    for i, one in enumerate(times):
        spans = [spans[i] for spans in slices]
        assert [spans[0].start, spans[-1].stop] == [0, len(one)]
        assert all(a.stop == b.start for a, b in pairwise(spans))
    inside = [np.concatenate([t[s] for t, s in zip(times, spans, strict=True)]) for spans in slices]
    assert all(a.max() < b.min() for a, b in pairwise(inside))
    assert all(len(one) <= 500 or set(one) == {700} for one in inside)


def test_times_too_far_apart_for_one_number_are_ordered_too(tmp_path):
    run = make_run({1: ("a", "", [0, 2**62], [1, 2]), 2: ("b", "", [5, 2**62], [3, 4])})
    write_text_log(run, tmp_path / "run.csv")
    assert (tmp_path / "run.csv").read_text().splitlines()[3:] == [
        "0,1,1.0",
        "5,2,3.0",
        f"{2**62},1,2.0",
        f"{2**62},2,4.0",
    ]


def test_added_variables_get_ids_above_the_largest(make_log, make_series, tmp_path):
    run = read_log(make_log())
    run.add("math.first", make_series(label="First [W]"))
    run.add("math.second", make_series(label=""))
    write_text_log(run, tmp_path / "run.csv")
    again = read_log(tmp_path / "run.csv")
    assert again.cpp_name_to_id == {"ams.pack.voltage": 1, "math.first": 2, "math.second": 3}
    assert again["math.first"].unit == "W"
    assert samples_of(again)[2] == samples_of(run)[-1]


def test_a_name_with_two_ids_still_leads_to_the_same_one(make_log, tmp_path):
    run = read_log(make_log([(1, 1, 1.0), (1, 2, 2.0)], variables={1: "A (x)", 2: "B (x)"}))
    run.cpp_name_to_id["x"] = 1
    write_text_log(run, tmp_path / "run.csv")
    assert read_log(tmp_path / "run.csv").cpp_name_to_id == {"x": 1}


def test_undeclared_samples_stay_undeclared(make_log, tmp_path):
    run = read_log(make_log([(1, 1, 1.0), (2, 77, 2.0)]))
    write_text_log(run, tmp_path / "run.csv")
    again = read_log(tmp_path / "run.csv")
    assert_same(run, again)
    assert again.report.findings == run.report.findings


def test_milliseconds_stay_milliseconds(make_log, tmp_path):
    run = read_log(make_log(header="PER Log: Thu Jun 11 17:06:37 2026"))
    write_text_log(run, tmp_path / "run.csv")
    again = read_log(tmp_path / "run.csv")
    assert again.timestamp_unit is Timescale.MS
    assert_same(run, again)


@pytest.mark.parametrize(
    ("header", "unit", "expected"),
    [
        (None, Timescale.MS, "PER Log: Thu Jun 11 17:06:37 2026"),
        (None, Timescale.US, "PER Log: Thu Jun 11 17:06:37 2026 v2.0"),
        ("Track day v2.0", Timescale.MS, "PER Log: Thu Jun 11 17:06:37 2026"),
        ("Track day", Timescale.US, "PER Log: Thu Jun 11 17:06:37 2026 v2.0"),
        ("Track day", Timescale.MS, "Track day"),
    ],
)
def test_a_header_is_made_where_there_is_none_of_the_runs_unit(tmp_path, header, unit, expected):
    recorded = datetime(2026, 6, 11, 17, 6, 37)
    run = make_run({1: ("a", "", [1], [1])}, header=header, unit=unit, creation_time=recorded)
    write_text_log(run, tmp_path / "run.csv")
    again = read_log(tmp_path / "run.csv")
    assert (again.header, again.timestamp_unit) == (expected, unit)


def test_a_run_without_header_and_recording_time_is_written(tmp_path):
    run = make_run({1: ("a", "", [1], [1])}, header=None)
    write_text_log(run, tmp_path / "run.csv")
    again = read_log(tmp_path / "run.csv")
    assert (again.header, again.creation_time) == ("PER Log: v2.0", None)


@pytest.mark.parametrize(
    ("name", "description", "said"),
    [
        ("two\nlines", "", "would not read back the same"),
        ("f(x)", "", "would not read back the same"),
        ("a", "two\nlines", "would not read back the same"),
        ("a", "blank at the end ", "would not read back the same"),
        ("a\x00", "", "would not read back the same"),
        ("a\udc80", "", "UTF-8"),
    ],
)
def test_what_would_not_read_back_is_refused_by_name(tmp_path, name, description, said):
    run = make_run({1: ("fine", "", [1], [1]), 2: (name, description, [1], [1])})
    with pytest.raises(ExportError, match=said) as raised:
        write_text_log(run, tmp_path / "run.csv")
    assert repr(name) in str(raised.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("header", ["two\nlines v2.0", "Value a: 1 v2.0", " v2.0\r", "\udc80 v2.0"])
def test_a_header_that_would_not_read_back_is_refused(tmp_path, header):
    run = make_run({1: ("a", "", [1], [1])}, header=header)
    with pytest.raises(ExportError, match="header"):
        write_text_log(run, tmp_path / "run.csv")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda run: setattr(run, "timestamp_unit", Timescale.S), "seconds"),
        (lambda run: run.id_to_instance[1].timestamp_np.__setitem__(0, 99), "decrease"),
        (lambda run: run.id_to_instance[1].timestamp_np.__setitem__(0, -1), "negative"),
        (lambda run: run.id_to_instance.clear(), "no samples"),
        (lambda run: run.add("b", run[2**31 - 1]), "id 2147483648"),
    ],
)
def test_a_run_that_is_no_log_is_refused(tmp_path, change, said):
    run = make_run(
        {1: ("a", "", [1, 2], [1, 2]), 2**31 - 1: ("last", "", [1, 2], [1, 2])},
    )
    change(run)
    with pytest.raises(ExportError, match=said):
        write_text_log(run, tmp_path / "run.csv")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_when_asked_for(make_log, tmp_path):
    path = tmp_path / "kept.csv"
    path.write_text("kept")
    with pytest.raises(LocalFileError, match="exists"):
        write_text_log(read_log(make_log()), path, overwrite=False)
    assert path.read_text() == "kept"


def test_progress_is_told_every_sample(tmp_path):
    told = []

    class Bar:
        def update(self, n=1):
            told.append(n)

        def close(self):
            raise AssertionError("the caller closes it")

    run = make_run({1: ("a", "", range(100), range(100))})
    write_text_log(run, tmp_path / "run.csv", Bar())
    assert sum(told) == 100


WRITE_A_MILLION = """
import sys
from pathlib import Path
import numpy as np, polars
from perda.core_data_structures import DataInstance, SingleRunData
from perda.formats import text_write
from perda.units import Timescale
count = int(sys.argv[1])
times = np.repeat(np.arange(count // 10), 10)
one = DataInstance(timestamp_np=times, value_np=np.random.default_rng(1).normal(size=count))
run = SingleRunData(
    id_to_instance={1: one}, cpp_name_to_id={"a": 1}, id_to_cpp_name={1: "a"},
    id_to_descript={}, total_data_points=count, data_start_time=0, data_end_time=int(times[-1]),
    timestamp_unit=Timescale.US,
)
text_write.ROWS_PER_SLICE = 1 << 15
peak = lambda: int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) // 1024
before = peak()
text_write.write_text_log(run, Path(sys.argv[2]))
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_log(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WRITE_A_MILLION, "3000000", tmp_path / "run.csv"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 40  # the file has 75 MB
    assert (tmp_path / "run.csv").stat().st_size > 70_000_000
