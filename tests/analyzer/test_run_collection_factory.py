from __future__ import annotations

import gzip
import os
from datetime import datetime

import pytest

from perda.analyzer import parse_csv
from perda.analyzer.run_collection_factory import from_directory, from_paths
from perda.errors import LocalFileError
from perda.formats.columnar_write import write_columnar_log


def test_the_date_comes_from_the_header(make_run):
    (run,) = from_paths([make_run(3)]).run_metadata

    assert run.date == datetime(2026, 4, 4, 9)


def test_else_from_the_file(make_log):
    path = make_log(header="no date here")
    os.utime(path, (1_780_000_000, 1_780_000_000))

    (run,) = from_paths([path]).run_metadata

    assert run.date == datetime.fromtimestamp(1_780_000_000)


def test_duplicates_are_removed_also_under_another_path(make_run, tmp_path):
    path = make_run()
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    roundabout = path.parent / ".." / "logs" / path.name

    assert from_paths([path, str(path), link, roundabout]).filenames == ["day0.csv"]


def test_a_directory_is_searched_for_csv_files_only_here(make_run, tmp_path):
    for name in ("a.csv", "b.txt", "below/c.csv", "._a.csv"):
        make_run(name=name)
    (tmp_path / "logs" / "folder.csv").mkdir()
    logs = tmp_path / "logs"

    assert from_directory(logs).filenames == ["a.csv"]
    assert from_directory(logs, pattern="*.txt").filenames == ["b.txt"]
    assert from_directory(str(logs), recursive=True).filenames == ["a.csv", "c.csv"]
    assert from_directory(logs, "*.xyz").filenames == []


def test_only_the_first_line_is_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"PER Log: Thu Jun 11 17:06:37 2026 v2.0\n")
        file.truncate(1 << 40)  # a terabyte of nothing, without taking place

    (run,) = from_directory(tmp_path).run_metadata

    assert run.date == datetime(2026, 6, 11, 17, 6, 37)


def test_packed_and_columnar_logs_have_their_dates_too(make_run, tmp_path):
    text = make_run(1)
    packed = tmp_path / "packed.csv.gz"
    packed.write_bytes(gzip.compress(text.read_bytes()))
    columnar = tmp_path / "run.perda.parquet"
    write_columnar_log(parse_csv(text, verbose=0), columnar)

    collection = from_paths([packed, columnar])

    assert [run.date for run in collection.run_metadata] == [datetime(2026, 4, 2, 9)] * 2
    assert len(collection.compare_summary("volts")) == 2
    assert collection.table("volts")["max"].to_list() == [400, 400]


def test_what_is_not_there(tmp_path):
    with pytest.raises(LocalFileError, match=r"no log .*nope\.csv"):
        from_paths([tmp_path / "nope.csv"])
    with pytest.raises(LocalFileError, match="no directory"):
        from_directory(tmp_path / "nope")
    with pytest.raises(LocalFileError, match="is a directory"):
        from_paths([tmp_path])


def test_a_single_path_is_not_a_list_of_letters():
    with pytest.raises(TypeError, match="Expected a list of paths"):
        from_paths("run.csv")
