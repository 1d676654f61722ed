"""Packed logs: unpacked when asked for, whole, within limits; cut and damaged ones."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib

import pyarrow as pa
import pytest

from perda.errors import LogFormatError, SettingsError
from perda.formats.compressed import DEFAULT_LIMIT, is_cut, max_decompressed_bytes, open_source

LOG = b"PER Log: Thu Jun 11 17:06:37 2026 v2.0\nValue a: 1\n" + b"".join(
    b"%d,1,%d.25\n" % (i, i * 7919 % 1000) for i in range(100_000)
)
SMALL_LOG = b"PER Log: x v2.0\nValue a: 1\n1,1,2.5\n2,1,3.5\n"
# As the zstd program packs it: with a checksum, which pyarrow does not write.
SMALL_LOG_ZST = bytes.fromhex(
    "28b52ffd242b590100504552204c6f673a20782076322e300a56616c756520613a20310a312c312c322e350a"
    "322c312c332e350a9ff2d220"
)
ZSTD_BLOCK = 128 * 1024  # unpacked by the whole
SKIPPABLE_FRAME = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


PACKERS = {"gz": gzip.compress, "zst": zstd}


@pytest.fixture(params=PACKERS)
def ending(request):
    return request.param


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def read(path, compressed=None):
    with open_source(path, compressed) as source:
        return source.read()


def test_a_packed_log_is_read_whole(file, ending):
    assert read(file(f"run.csv.{ending}", PACKERS[ending](LOG))) == LOG


def test_the_endings_case_does_not_matter(file):
    assert read(file("RUN.CSV.GZ", gzip.compress(LOG))) == LOG


def test_lines_blocks_and_the_position_work_as_in_a_file(file, ending):
    with open_source(file(f"run.{ending}", PACKERS[ending](LOG))) as source:
        header = source.readline()
        assert header == LOG.splitlines(keepends=True)[0]
        assert source.tell() == len(header)
        assert source.read(100) == LOG[len(header) : len(header) + 100]
        assert source.read() == LOG[len(header) + 100 :]
        assert source.read() == b""
        assert source.tell() == len(LOG)
        assert not is_cut(source)


@pytest.mark.parametrize(
    "join", [lambda a, b: a + b, lambda a, b: a + b"\0" * 100 + b], ids=["joined", "padded"]
)
def test_members_of_gzip_are_read_one_after_the_other(file, join):
    half = len(LOG) // 2
    packed = join(gzip.compress(LOG[:half]), gzip.compress(LOG[half:]))
    assert read(file("run.gz", packed + b"\0" * 70_000)) == LOG


def test_frames_of_zstd_are_read_one_after_the_other(file):
    half = len(LOG) // 2
    packed = SKIPPABLE_FRAME + zstd(LOG[:half]) + SKIPPABLE_FRAME + zstd(LOG[half:])
    assert read(file("run.zst", packed)) == LOG


def test_what_the_zstd_program_packs_is_read(file):
    assert read(file("run.zst", SMALL_LOG_ZST)) == SMALL_LOG


def test_a_packed_log_under_a_plain_name_is_refused_with_advice(file, ending):
    path = file("run.csv", PACKERS[ending](LOG))
    with pytest.raises(LogFormatError, match=rf"packed by .*Rename it to 'run\.csv\.{ending}'"):
        open_source(path)


def test_a_packed_log_under_a_plain_name_is_read_when_asked_for(file, ending):
    assert read(file("run.csv", PACKERS[ending](LOG)), compressed=True) == LOG


def test_packed_bytes_are_left_alone_when_asked_for(file, ending):
    packed = PACKERS[ending](LOG)
    assert read(file(f"run.{ending}", packed), compressed=False) == packed


@pytest.mark.parametrize("compressed", [None, True, False])
@pytest.mark.parametrize("content", [b"", b"P", LOG], ids=["empty", "one byte", "log"])
def test_plain_bytes_are_read_as_they_are_whatever_the_name(file, ending, content, compressed):
    assert read(file(f"run.{ending}", content), compressed) == content


@pytest.mark.parametrize("share", [0.3, 0.7, 0.9999])
def test_a_cut_log_gives_what_comes_before_the_cut(file, ending, share, caplog):
    packed = PACKERS[ending](LOG)
    path = file(f"run.{ending}", packed[: int(len(packed) * share)])
    with open_source(path) as source:
        unpacked = source.read()
        assert is_cut(source)
    assert LOG.startswith(unpacked)
    assert len(unpacked) > len(LOG) * share - 3 * ZSTD_BLOCK
    assert f"{path} is cut off" in caplog.text


def test_a_log_cut_anywhere_gives_all_that_can_be_unpacked(file):
    packed = gzip.compress(SMALL_LOG)
    for end in range(4, len(packed)):
        with open_source(file("run.gz", packed[:end])) as source:
            best = zlib.decompressobj(wbits=31).decompress(packed[:end])
            assert source.read() == best
            assert is_cut(source)


def test_a_cut_zstd_log_gives_all_whole_blocks(file):
    blocks = len(LOG) // ZSTD_BLOCK * ZSTD_BLOCK
    assert read(file("run.zst", zstd(LOG)[:-1])) == LOG[:blocks]


def test_a_damaged_gzip_log_is_refused_and_the_place_named(file):
    packed = bytearray(gzip.compress(LOG))
    packed[-6] ^= 0xFF  # the checksum
    path = file("run.gz", bytes(packed))
    with pytest.raises(
        LogFormatError, match=r"damaged between its bytes [\d,]+ and [\d,]+: .*data check"
    ):
        read(path)


def test_a_damaged_zstd_log_is_refused_and_the_place_named(file):
    path = file("run.zst", SMALL_LOG_ZST[:-1] + b"\xff")
    with pytest.raises(LogFormatError, match=r"damaged between its bytes 0 and 56: .*checksum"):
        read(path)


def test_other_bytes_after_the_packed_log_are_damage(file, ending):
    path = file(f"run.{ending}", PACKERS[ending](LOG) + b"more")
    with pytest.raises(LogFormatError, match="damaged between its bytes"):
        read(path)


def test_a_log_of_exactly_the_limit_is_read(file, ending, monkeypatch):
    monkeypatch.setenv("PERDA_MAX_DECOMPRESSED_BYTES", str(len(LOG)))
    assert read(file(f"run.{ending}", PACKERS[ending](LOG))) == LOG


def test_a_log_above_the_limit_is_refused(file, ending, monkeypatch):
    monkeypatch.setenv("PERDA_MAX_DECOMPRESSED_BYTES", str(len(LOG) - 1))
    path = file(f"run.{ending}", PACKERS[ending](LOG))
    with pytest.raises(LogFormatError, match=r"more than [\d,]+ bytes.*DECOMPRESSED_BYTES"):
        read(path)


def test_the_limit_is_for_all_members_together(file, monkeypatch):
    monkeypatch.setenv("PERDA_MAX_DECOMPRESSED_BYTES", str(len(LOG)))
    path = file("run.gz", gzip.compress(LOG) + gzip.compress(b"1,1,1\n"))
    with pytest.raises(LogFormatError, match="more than"):
        read(path)


def test_without_the_setting_8_gib_are_allowed(monkeypatch):
    monkeypatch.delenv("PERDA_MAX_DECOMPRESSED_BYTES", raising=False)
    assert max_decompressed_bytes() == DEFAULT_LIMIT == 8 * 2**30


@pytest.mark.parametrize("text", ["0", "-1", "8G", "1.5", "²"])
def test_a_wrong_limit_is_named(file, monkeypatch, text):
    monkeypatch.setenv("PERDA_MAX_DECOMPRESSED_BYTES", text)
    path = file("run.gz", gzip.compress(LOG))
    with pytest.raises(SettingsError, match="PERDA_MAX_DECOMPRESSED_BYTES is"):
        open_source(path)


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_source(tmp_path / "none.gz")


READ_LINES = """
import resource, sys
from pathlib import Path
import pyarrow
from perda.errors import LogFormatError
from perda.formats.compressed import open_source
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
try:
    with open_source(Path(sys.argv[1])) as source:
        while source.readline():
            pass
except LogFormatError as error:
    print(error)
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="measures with getrusage")
@pytest.mark.parametrize("content", [bytes(1 << 20), b"\n" * (1 << 20)], ids=["zeros", "lines"])
def test_a_bomb_stops_at_the_limits_in_bounded_memory(file, ending, content, monkeypatch):
    monkeypatch.setenv("PERDA_MAX_DECOMPRESSED_BYTES", str(200 << 20))
    packed = PACKERS[ending](content) * 300
    path = file(f"bomb.{ending}", packed)
    limited = content[:1] == b"\n"
    code = (
        READ_LINES
        if not limited
        else READ_LINES.replace("source.readline()", "source.read(1 << 20)")
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    message, grown_mb = done.stdout.splitlines()
    assert ("more than 209,715,200 bytes" if limited else "without a line end") in message
    assert int(grown_mb) < 160
