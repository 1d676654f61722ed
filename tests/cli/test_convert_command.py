"""``perda convert`` as a user calls it."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import scipy.io
from click.testing import CliRunner

from perda.cli import convert as convert_module
from perda.cli import main
from perda.core_data_structures import ResampleMethod
from perda.formats import read_log
from perda.formats.convert import Target


@pytest.fixture
def log(make_log):
    rows = [(t, i, t / 4 + i) for t in range(1_000_000, 2_000_001, 100_000) for i in (1, 2)]
    return make_log(rows, variables={1: "Pack voltage [V] (ams.pack.voltage)", 2: "pcm.speed"})


def perda(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_text_to_columnar_and_back(log, tmp_path):
    there = perda("convert", log, tmp_path / "run.perda.parquet")
    assert there.exit_code == 0
    assert re.search(
        r"Wrote .*run\.perda\.parquet: 22 samples of 2 variables, [\d.]+ MB", there.output
    )
    assert perda("convert", tmp_path / "run.perda.parquet", tmp_path / "back.csv").exit_code == 0
    first, second = read_log(log), read_log(tmp_path / "back.csv")
    assert dict(second.id_to_instance) == dict(first.id_to_instance)
    assert second.header == first.header


def test_a_part_of_a_log(log, tmp_path):
    out = tmp_path / "part.csv"
    done = perda("convert", log, out, "--start", "1.2", "--end", "1.5", "--variable", "ams.*")
    assert done.exit_code == 0
    part = read_log(out)
    assert list(part) == ["ams.pack.voltage"]
    assert part[1].timestamp_np.tolist() == [1_200_000, 1_300_000, 1_400_000, 1_500_000]


@pytest.mark.parametrize("option", ["--variable", "--variables"])
def test_variables_by_name_and_id(log, tmp_path, option):
    done = perda("convert", log, tmp_path / "o.csv", option, "pcm.speed", option, "1")
    assert done.exit_code == 0
    assert "22 samples of 2 variables" in done.output


def test_a_wide_table(log, tmp_path):
    out = tmp_path / "wide.csv"
    assert perda("convert", log, out, "--to", "wide-csv", "--freq", "2").exit_code == 0
    assert out.read_text().splitlines() == [
        "time_s,ams.pack.voltage,pcm.speed",
        "1.0,250001.0,250002.0",
        "1.5,375001.0,375002.0",
        "2.0,500001.0,500002.0",
    ]


def test_a_matlab_file(log, tmp_path):
    assert perda("convert", log, tmp_path / "run.mat").exit_code == 0
    assert scipy.io.loadmat(tmp_path / "run.mat", simplify_cells=True)["pcm_speed"]["id"] == 2


def test_bad_lines_are_said_in_one_line(make_log, tmp_path):
    path = make_log([(1, 1, 1.0), *[("x", 1, 1)] * 300])
    done = perda("convert", path, tmp_path / "o.csv")
    assert done.exit_code == 0
    assert done.stderr == (
        f"{path}: 1 samples in 303 lines, 300 lines left out (300 × malformed sample)\n"
    )
    assert done.stdout.startswith("Wrote ")


def test_of_a_clean_log_nothing_is_said_but_what_was_written(log, tmp_path):
    done = perda("convert", log, tmp_path / "o.csv")
    assert (done.stderr, len(done.stdout.splitlines())) == ("", 1)


def test_an_existing_file_is_replaced_by_force_alone(log, tmp_path):
    out = tmp_path / "o.csv"
    out.write_text("kept")
    done = perda("convert", log, out)
    assert done.exit_code == 2
    assert "o.csv exists; choose another name or add --force." in done.stderr
    assert out.read_text() == "kept"
    assert perda("convert", log, out, "--force").exit_code == 0
    assert read_log(out).total_data_points == 22


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["o.xlsx"], "says no format"),
        (["o.csv", "--to", "mat"], "A mat file ends in .mat"),
        (["o.csv", "--freq", "5"], "for wide tables"),
        (["o.csv", "--variable", "ams.pack.volt"], "Did you mean ams.pack.voltage"),
        (["o.csv", "--start", "5"], "Nothing is left"),
        (["o.parquet", "--freq", "2000000"], "freq_hz is 2e+06"),
        (["none/o.csv"], "none/o.csv"),
    ],
)
def test_a_mistake_is_said_in_one_line(log, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    done = perda("convert", log, *arguments)
    assert done.exit_code in (1, 2)
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == [log.name]


def test_the_log_itself_is_never_replaced(log):
    before = log.read_bytes()
    done = perda("convert", log, log, "--force")
    assert (done.exit_code, "the log itself" in done.stderr) == (2, True)
    assert log.read_bytes() == before


def test_a_table_too_large_names_the_options_that_help(log, tmp_path, monkeypatch):
    monkeypatch.setattr("perda.formats.wide.MAX_CELLS", 10)
    done = perda("convert", log, tmp_path / "o.parquet")
    assert done.exit_code == 2
    assert "11 rows × 2 variables" in done.stderr
    assert "--variable, --start, --end, --freq" in done.stderr


def test_a_missing_log_is_said(tmp_path):
    done = perda("convert", tmp_path / "none.csv", tmp_path / "o.csv")
    assert done.exit_code == 2
    assert "There is no file" in done.stderr


def test_what_is_no_log_is_said(tmp_path):
    (tmp_path / "photo.csv").write_bytes(gzip.compress(b"x" * 1000))
    done = perda("convert", tmp_path / "photo.csv", tmp_path / "o.csv")
    assert done.exit_code == 2
    assert "Traceback" not in done.output


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_an_unreadable_log_is_said(log, tmp_path):
    log.chmod(0)
    done = perda("convert", log, tmp_path / "o.csv")
    assert done.exit_code == 2
    assert "Cannot read" in done.stderr


def test_the_choices_are_the_formats_and_methods_there_are():
    assert list(Target) == convert_module._FORMATS
    assert list(ResampleMethod) == convert_module._METHODS


def test_help_shows_every_option_and_examples():
    done = perda("convert", "--help")
    assert done.exit_code == 0
    for text in ("--to", "--start", "--variables", "--freq", "--method", "--force", "Examples:"):
        assert text in done.output


def test_it_runs_as_a_program(log, tmp_path):
    program = Path(sys.executable).parent / "perda"
    done = subprocess.run(
        [program, "convert", log, tmp_path / "o.perda.parquet"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
