from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from perda.analyzer import Analyzer
from perda.core_data_structures import Finding
from perda.errors import LogFormatError
from perda.formats import cached_log, run_cache

SAMPLES = [(10 * i, i % 2 + 1, i / 4) for i in range(20_000)]
VARIABLES = {1: "a", 2: "b"}
OLD_S = 3600


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Give each test a cache of its own, for small logs too."""
    monkeypatch.setenv("PERDA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(cached_log, "MIN_SIZE", 0)
    yield tmp_path / "cache" / "runs"
    cached_log.wait_for_copies()


@pytest.fixture
def log(make_log):
    path = make_log(SAMPLES, variables=VARIABLES)
    make_old(path)
    return path


def make_old(path: Path) -> None:
    past = time.time() - OLD_S
    os.utime(path, (past, past))


def open_log(path: Path, **options):
    run = Analyzer(path, verbose=0, **options)
    cached_log.wait_for_copies()
    return run


@pytest.fixture
def read_texts(monkeypatch):
    """Record which logs are read from their text."""
    paths = []
    real = cached_log.read_text_log

    def recording(path, **options):
        paths.append(path)
        return real(path, **options)

    monkeypatch.setattr(cached_log, "read_text_log", recording)
    return paths


def test_the_second_time_the_copy_is_opened_and_gives_the_same(log, read_texts):
    first, second = open_log(log), open_log(log)

    assert read_texts == [log]
    assert second.data["a"] == first.data["a"]
    assert str(second) == str(first)
    assert second.report == first.report


def test_a_log_that_was_just_written_is_cached_too(make_log, read_texts):
    path = make_log(SAMPLES, variables=VARIABLES)

    runs = [open_log(path) for _ in range(3)]

    assert read_texts == [path]
    assert runs[0].data["b"] == runs[2].data["b"]


def rewrite_same_size(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b",1,5.0\n", b",1,7.0\n", 1))
    assert path.stat().st_size == len(content)


def test_a_changed_log_is_read_anew(log, read_texts):
    open_log(log)
    rewrite_same_size(log)

    assert 7.0 in open_log(log).data["a"].value_np[:30]
    assert len(read_texts) == 2


def test_a_change_that_hides_behind_its_old_time_is_seen(log, read_texts):
    open_log(log)
    status = log.stat()
    rewrite_same_size(log)
    os.utime(log, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert 7.0 in open_log(log).data["a"].value_np[:30]


def test_a_change_within_the_clocks_step_is_seen(make_log, monkeypatch, read_texts):
    """A file system whose times did not move at all must not lead to a wrong answer."""
    path = make_log(SAMPLES, variables=VARIABLES)
    frozen = run_cache.identify(path)
    for module in (run_cache, cached_log):
        monkeypatch.setattr(module, "identify", lambda _: frozen)
    open_log(path)
    rewrite_same_size(path)

    assert 7.0 in open_log(path).data["a"].value_np[:30]


def test_another_file_moved_to_its_place_is_another_log(log, make_log, read_texts):
    open_log(log)
    other = make_log([(t, i, v + 1) for t, i, v in SAMPLES], variables=VARIABLES, name="other.csv")
    other.replace(log)

    assert open_log(log).data["a"].value_np[0] == 1.0


def test_what_the_user_edits_does_not_reach_the_copy(log):
    first = Analyzer(log, verbose=0)
    first.data["a"].value_np[:] = 99
    first.data["a"].label = "mine"
    first.data["power"] = first.data["a"] * first.data["b"]
    cached_log.wait_for_copies()

    second = open_log(log)

    assert second.data["a"].value_np[1] == 0.5
    assert second.data["a"].label == "a"
    assert "power" not in second.data


def test_offsets_have_copies_of_their_own(log, read_texts):
    plain, shifted = open_log(log), open_log(log, ts_offset=5)

    assert len(read_texts) == 2
    assert open_log(log, ts_offset=5).data["a"].timestamp_np[0] == 5
    assert open_log(log).data["a"] == plain.data["a"]
    assert shifted.data["a"].timestamp_np[0] == 5
    assert len(read_texts) == 2


def test_it_can_be_turned_off(log, cache, monkeypatch, read_texts):
    open_log(log, cache=False)
    monkeypatch.setenv("PERDA_CACHE", "off")
    open_log(log)

    assert read_texts == []
    assert not cache.exists()


def damage(path: Path, at: float) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("at", [0.0, 0.3, 0.9, 0.999])
def test_a_damaged_copy_costs_one_warning_and_no_sample(log, cache, caplog, at):
    expected = open_log(log)
    (copy,) = cache.glob("*.parquet")
    damage(copy, at)

    run = open_log(log)

    assert [run.data[name] == expected.data[name] for name in VARIABLES.values()] == [True, True]
    assert len(caplog.records) <= 1
    assert open_log(log).data["a"] == expected.data["a"]


def test_a_truncated_or_missing_copy_or_note_is_no_copy(log, cache, read_texts):
    open_log(log)
    (copy,), (note,) = cache.glob("*.parquet"), cache.glob("*.json")
    copy.write_bytes(copy.read_bytes()[:-100])
    open_log(log)
    copy.unlink()
    open_log(log)
    note.write_text("{")
    open_log(log)
    note.write_text(json.dumps({"source": None}))
    open_log(log)

    assert len(read_texts) == 5


def test_a_copy_that_breaks_while_in_use_after_the_log_changed_is_an_error(log, cache):
    open_log(log)
    run = open_log(log)
    (copy,) = cache.glob("*.parquet")
    damage(copy, 0.3)
    rewrite_same_size(log)

    with pytest.raises(LogFormatError, match="open it again"):
        [run.data[name] for name in VARIABLES.values()]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_cache_is_one_warning(log, tmp_path, caplog):
    (tmp_path / "cache").mkdir(mode=0o500)

    assert len(open_log(log).data["a"]) == 10_000
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_an_unusable_cache_directory_is_one_warning(log, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PERDA_CACHE_DIR", str(tmp_path / "file"))

    assert len(open_log(log).data["a"]) == 10_000
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_full_disk_is_one_warning_and_leaves_nothing(log, cache, monkeypatch, caplog):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cached_log, "write_series", full)

    assert len(open_log(log).data["a"]) == 10_000
    assert "No space left" in caplog.text
    assert list(cache.iterdir()) == []


def test_the_copies_used_longest_ago_go_first(make_log, monkeypatch, cache):
    logs = [make_log(SAMPLES, variables=VARIABLES, name=f"{i}.csv") for i in range(3)]
    for i, path in enumerate(logs[:2]):
        make_old(path)
        open_log(path)
        os.utime(run_cache.entries()[0].note, (i, i))
    open_log(logs[0])  # used now
    monkeypatch.setenv("PERDA_CACHE_LIMIT", str(run_cache.entries()[0].size * 5 // 2))

    open_log(logs[2])

    assert {Path(e.source).name for e in run_cache.entries()} == {"0.csv", "2.csv"}
    assert len(list(cache.glob("*.parquet"))) == 2


CHILD = """
import sys
from perda.formats import cached_log
cached_log.MIN_SIZE = 0
from perda.analyzer import Analyzer
print(len(Analyzer(sys.argv[1], verbose=0).data["a"]), flush=True)
{after}
"""


def child(log: Path, after: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD.format(after=after), str(log)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_process_that_ends_normally_finishes_the_copy(log, read_texts):
    with child(log) as process:
        assert process.communicate()[0] == "10000\n"

    open_log(log)

    assert read_texts == []


def test_a_killed_process_leaves_nothing_wrong(log, cache):
    for _ in range(6):
        with child(log, after="import time; time.sleep(30)") as process:
            process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            process.communicate()

    run = open_log(log)

    np.testing.assert_array_equal(run.data["a"].value_np, np.arange(0, 20_000, 2) / 4)


def test_processes_that_open_the_same_log_at_once_are_fine(log, read_texts):
    processes = [child(log) for _ in range(3)]

    outputs = [process.communicate()[0] for process in processes]

    assert outputs == ["10000\n"] * 3
    assert len(open_log(log).data["b"]) == 10_000
    assert read_texts == []


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_packed_logs_are_read_and_cached(log, ending, read_texts):
    packed = log.with_name(log.name + ending)
    codec = {".gz": "gzip", ".zst": "zstd"}[ending]
    packed.write_bytes(pa.Codec(codec).compress(log.read_bytes(), asbytes=True))

    first, second = open_log(packed), open_log(packed)

    assert read_texts == [packed]
    assert first.data["a"] == second.data["a"] == open_log(log).data["a"]


def test_a_packed_log_under_another_name_is_refused_unless_asked_for(log):
    log.write_bytes(pa.Codec("gzip").compress(log.read_bytes(), asbytes=True))

    with pytest.raises(LogFormatError, match="packed by gzip"):
        open_log(log)
    assert len(open_log(log, compressed=True).data["a"]) == 10_000


def test_a_packed_log_that_is_cut_says_so_also_from_its_copy(log):
    packed = log.with_name("run.csv.gz")
    packed.write_bytes(gzip.compress(log.read_bytes())[:-4000])

    reports = [open_log(packed).report for _ in range(2)]

    assert [report.count(Finding.CUT_OFF) for report in reports] == [1, 1]
    assert reports[0].samples > 1000
