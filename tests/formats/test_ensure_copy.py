from __future__ import annotations

import pytest

from perda.analyzer import Analyzer
from perda.errors import LocalFileError, LogFormatError
from perda.formats import cached_log, run_cache
from perda.formats.cached_log import ensure_copy
from perda.formats.columnar_read import open_columnar_log


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PERDA_CACHE_DIR", str(tmp_path / "cache"))
    yield tmp_path / "cache" / "runs"
    cached_log.wait_for_copies()


def test_a_small_log_gets_its_copy_which_opening_it_then_uses(make_log):
    path = make_log()

    copy = ensure_copy(path)

    assert run_cache.find(path, 0) == copy
    assert list(open_columnar_log(copy)["ams.pack.voltage"].value_np) == [400.5, 399.5]
    assert Analyzer(path, verbose=0).data["ams.pack.voltage"].value_np[0] == 400.5
    assert ensure_copy(path) == copy


def test_a_columnar_log_is_its_own_copy(make_log):
    copy = ensure_copy(make_log())

    assert ensure_copy(copy) == copy


def test_a_copy_beside_the_cache_leaves_the_cache_alone(make_log, tmp_path, cache):
    copy = ensure_copy(make_log(), into=tmp_path)

    assert copy.parent == tmp_path
    assert len(open_columnar_log(copy)["ams.pack.voltage"]) == 2
    assert not cache.exists()


def test_a_copy_that_is_being_written_is_not_made_twice(make_log, monkeypatch):
    path = make_log([(10 * i, 1, i) for i in range(50_000)])
    Analyzer(path, verbose=0)
    monkeypatch.setattr(cached_log, "read_text_log", None)  # were it called, it would fail

    assert len(open_columnar_log(ensure_copy(path))["ams.pack.voltage"]) == 50_000


def test_a_log_that_changes_while_it_is_read_gets_no_copy(make_log, monkeypatch):
    path = make_log()
    real = cached_log.read_text_log

    def grow(log, **options):
        run = real(log, **options)
        log.write_bytes(log.read_bytes() + b"200,1,3\n")
        return run

    monkeypatch.setattr(cached_log, "read_text_log", grow)

    with pytest.raises(LogFormatError, match="changes while it is read"):
        ensure_copy(path)
    assert run_cache.find(path, 0) is None


def test_a_place_that_cannot_be_written(make_log, tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(LocalFileError, match="Cannot make"):
        ensure_copy(make_log(), into=tmp_path / "file" / "below")


def test_no_log(tmp_path):
    (tmp_path / "empty.csv").touch()

    with pytest.raises(LogFormatError):
        ensure_copy(tmp_path / "empty.csv")
    with pytest.raises(OSError, match="nope"):
        ensure_copy(tmp_path / "nope.csv")
