from __future__ import annotations

import pytest
from click.testing import CliRunner

from perda.analyzer import Analyzer
from perda.cli import main
from perda.formats import cached_log


@pytest.fixture
def perda(monkeypatch, tmp_path):
    monkeypatch.setenv("PERDA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(cached_log, "MIN_SIZE", 0)

    def run(*arguments):
        result = CliRunner().invoke(main, ["cache", *arguments])
        return result.exit_code, result.output

    return run


def test_copies_are_listed_measured_and_cleared(perda, make_log, tmp_path):
    log = make_log()
    Analyzer(log, verbose=0)
    cached_log.wait_for_copies()

    assert perda("path") == (0, f"{tmp_path / 'cache' / 'runs'}\n")
    assert str(log) in perda("list")[1]
    assert "1 copies" in perda("list")[1]
    assert perda("size")[1].endswith("of 5.0 GB\n")
    assert perda("clear")[1].startswith("Removed")
    assert perda("list")[1] == "0 copies, 0 B\n"
    assert log.exists()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("10GB", "10.0 GB"), ("1.5 mb", "1.5 MB"), ("500", "500 B"), ("2G", "2.0 GB")],
)
def test_the_limit_can_be_set(perda, text, shown):
    assert perda("limit", text) == (0, f"{shown}\n")
    assert perda("limit") == (0, f"{shown}\n")


def test_a_limit_that_is_no_size_is_refused(perda):
    code, output = perda("limit", "much")

    assert code == 2
    assert "'much' is no size; expected something like 500MB" in output


def test_a_wrong_setting_is_one_line(perda, monkeypatch):
    monkeypatch.setenv("PERDA_CACHE_LIMIT", "10GB")

    code, output = perda("size")

    assert code == 2
    assert "'10GB'; expected a whole number of bytes" in output
