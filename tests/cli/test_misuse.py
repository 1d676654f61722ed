"""What a person gets who mistypes: one line that says what to do, exit code 2, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from perda.cli import main

LOG = "PER Log: Wed Apr  1 09:00:00 2026 v2.0\nValue Speed [m/s] (car.speed): 1\n5000000,1,2.5\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("PERDA_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("PERDA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.csv").write_text(LOG)
    (tmp_path / "empty.csv").touch()
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--bogus", "No such option '--bogus'"),
        ("plto run.csv", "There is no command 'plto'. Did you mean 'plot'?"),
        ("plot", "Missing argument 'FILE_OR_KEY'. 'perda plot --help' shows how."),
        ("plot run.csv car.sped", "no variable 'car.sped'. Did you mean car.speed?"),
        ("plot run.csv 77", "id 77"),
        ("plot run.csv car.speed -o x.jpg", "x.jpg must end in .html or .png"),
        ("plot run.csv car.speed -o nowhere/x.png", "there is no directory nowhere"),
        ("plot run.csv car.speed -o folder", "File 'folder' is a directory"),
        ("plot missing.csv car.speed", "There is no file 'missing.csv' here"),
        ("info folder", "'folder' is a directory; name a log."),
        ("info empty.csv", "empty.csv is empty"),
        ("sample run.csv", "run.csv exists; choose another name or add --force."),
        ("sample folder", "File 'folder' is a directory"),
        ("sample nowhere/x.csv", "Cannot write nowhere/x.csv: there is no directory nowhere."),
        ("sample x.csv --minutes 0", "minutes is 0"),
        ("sample x.csv --variables 1000000", "1000000 is not in the range"),
        ("push missing.csv a.csv", "File 'missing.csv' does not exist"),
        ("push run.csv ../a.csv", "has a segment '..'"),
        ("pull a.csv", "Not logged in. Log in with 'perda login URL'."),
        ("login", "Missing argument 'URL'"),
    ],
)
def test_a_mistake_is_answered_in_one_line(line, said):
    result = CliRunner().invoke(main, line.split())

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.startswith("perda: ")
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def test_a_figure_of_no_samples_is_refused_with_the_times_there_are(here):
    result = CliRunner().invoke(main, ["plot", "run.csv", "car.speed", "--start", "60"])

    assert result.exit_code == 2
    assert "the log runs from 5 to 5 s" in result.stderr
    assert not (here / "plot.html").exists()


@pytest.mark.skipif(os.name == "nt", reason="a file without permission to read is of POSIX")
def test_a_file_that_may_not_be_read_is_named(here):
    if os.geteuid() == 0:
        pytest.skip("root reads all")
    (here / "run.csv").chmod(0)

    result = CliRunner().invoke(main, ["info", "run.csv"])

    assert result.exit_code == 2
    assert "run.csv" in result.stderr
    assert "Permission denied" in result.stderr


def test_a_reader_that_goes_away_is_no_error(here):
    command = [str(Path(sys.executable).with_name("perda")), "info", "run.csv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as perda:
        perda.stdout.close()
        errors = perda.stderr.read().decode()

    assert "Traceback" not in errors


@pytest.mark.skipif(os.name == "nt", reason="start_new_session is of POSIX")
def test_login_without_a_terminal_names_the_option():
    perda = str(Path(sys.executable).with_name("perda"))

    done = subprocess.run(
        [perda, "login", "http://127.0.0.1:1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
    )

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "perda: There is no terminal to ask for the password; use --password-stdin."
    ]
