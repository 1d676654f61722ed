"""The reader against a plain one, on generated and mutated logs, sample for sample."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from perda.core_data_structures import Finding
from perda.errors import LogFormatError
from perda.formats import text_log, text_samples
from perda.formats.text_log import read_text_log

_spec = importlib.util.spec_from_file_location(
    "reference", Path(__file__).with_name("reference.py")
)
reference = importlib.util.module_from_spec(_spec)
sys.modules["reference"] = reference
_spec.loader.exec_module(reference)

LEFT_OUT = {
    "malformed": Finding.MALFORMED,
    "NUL": Finding.NUL_BYTES,
    "negative": Finding.NEGATIVE_TIME,
    "truncated": Finding.TRUNCATED,
    "bad declaration": Finding.BAD_DECLARATION,
}

whole = st.one_of(
    st.integers(-20, 300).map(str),
    st.sampled_from(
        ["", "+5", "-0", "007", "1_0", " 3", "3 ", "٣", "1.0", "1e3", "0x1", str(2**31)]
    )
    | st.sampled_from([str(2**63 - 1), str(2**63), str(-(2**63)), "9" * 30, "9" * 5000]),
)
value = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**25), 10**25).map(str),
    st.sampled_from(
        ["", "nan", "-NaN", "inf", "+Infinity", "1e400", "-1e999", "1e-400", ".5", "5."]
    )
    | st.sampled_from(
        [".", "e5", "1e", "1e+", "--1", '"1"', "1_0", " 1", "1 ", "0x10", "1,2", "\x00"]
    )
    | st.sampled_from(
        ["1e05", "1.5E+3", "infi", "nano", "1d5", "true", "٣", "4.9406564584124654e-324"]
    ),
)
sample = st.tuples(whole, whole, value).map(",".join)
good_sample = st.tuples(st.integers(0, 50), st.integers(0, 4), st.floats(width=32)).map(
    lambda s: f"{s[0]},{s[1]},{s[2]!r}"
)
declaration = st.tuples(
    st.sampled_from(
        ["Pack [V] (a.b)", "a.b", "x (y) (z.w) tail", "()", "", "( )", "t: u", "ü [°C] (é)"]
    ),
    st.sampled_from(["1", "2", "3", "-1", "x", "", "99999999999", "0003", "+4", "1 ", " 1"]),
).map(lambda d: f"Value {d[0]}: {d[1]}")
odd = st.sampled_from(
    [
        "",
        " ",
        "\t",
        "Value",
        "Value ",
        "hello",
        "1,2",
        "1,2,3,4",
        "\ufeff1,2,3",
        " 5,1,2 ",
        "5,1,2\t",
        "\x0c",
    ]
)
line = st.one_of(good_sample, sample, declaration, odd)
line_end = st.sampled_from([b"\n", b"\n", b"\r\n"])
header = st.sampled_from(
    ["PER Log: Thu Jun 11 17:06:37 2026 v2.0", "PER Log: x", "5,1,2", "", "Value a: 1", "\ufeffhi"]
)


@st.composite
def logs(draw) -> bytes:
    lines = [
        draw(header),
        *draw(st.lists(declaration, max_size=4)),
        *draw(st.lists(line, max_size=25)),
    ]
    end = draw(line_end)
    content = b"".join(text.encode() + end for text in lines)
    return mutated(draw, content)


def mutated(draw, content: bytes) -> bytes:
    kind = draw(st.sampled_from(["none", "none", "cut", "NULs", "latin-1", "flip"]))
    at = draw(st.integers(0, max(0, len(content) - 1)))
    if kind == "cut":
        return content[:at]
    if kind == "NULs":
        return content[:at] + b"\x00" * draw(st.integers(1, 40))
    if kind == "latin-1":
        return content[:at] + "größe".encode("latin-1") + content[at:]
    if kind == "flip" and content:
        return content[:at] + bytes([draw(st.integers(0, 255))]) + content[at + 1 :]
    return content


def check_against_reference(content: bytes, path: Path, ts_offset: int = 0) -> None:
    path.write_bytes(content)
    expected = reference.read(content, ts_offset)
    if not expected.samples:
        with pytest.raises(LogFormatError):
            read_text_log(path, ts_offset=ts_offset)
        return
    run = read_text_log(path, ts_offset=ts_offset)
    report = run.report
    counted = {name: getattr(report, name) for name in ("lines", "header", "samples", "blank")}
    assert counted == {name: expected.counts.get(name, 0) for name in counted}
    assert report.declarations == expected.counts.get("declarations", 0)
    for name, finding in LEFT_OUT.items():
        assert report.count(finding) == expected.counts.get(name, 0), name
    assert report.lines == (
        report.header + report.declarations + report.samples + report.blank + report.reported
    )
    shown = {
        e.line
        for kind in LEFT_OUT.values()
        if kind in report.findings
        for e in report.findings[kind].examples
    }
    assert shown <= set(expected.left_out)
    assert run.header == expected.header
    for var_id, (name, description) in expected.names.items():
        assert (run.id_to_cpp_name[var_id], run.id_to_descript[var_id]) == (name, description)
    assert set(run.id_to_instance) == set(expected.names) | set(expected.samples)
    for var_id, series in expected.samples.items():
        times, values = zip(*series, strict=True)
        assert run[var_id].timestamp_np.tolist() == list(times)
        np.testing.assert_array_equal(
            run[var_id].value_np.view(np.uint64)[~np.isnan(values)],
            np.array(values).view(np.uint64)[~np.isnan(values)],
        )
        np.testing.assert_array_equal(np.isnan(run[var_id].value_np), np.isnan(values))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("generated") / "log.csv"


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(text_log, "BLOCK_SIZE", 97)
    monkeypatch.setattr(text_samples, "PIECE_SIZE", 29)


fixtures_are_fine = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@fixtures_are_fine
@given(content=logs(), ts_offset=st.sampled_from([0, 0, -10, 7, 2**62]))
@example(content=b"1,2,3\n", ts_offset=0)
@example(content=b"h\n9223372036854775807,5,0.0\n", ts_offset=7)
@example(content=b"h\n1,2, 3\n", ts_offset=0)
@example(content=b"h\n1\r,2,3\n", ts_offset=0)
@example(content=b"h\n\x1f\x8b\x08\x00\n1,2,3\n", ts_offset=0)
@example(content=b"h\nx\x9c\n1,2,3\n", ts_offset=0)
@example(content=b"h\n\x28\xb5\x2f\xfd\n1,2,3\n", ts_offset=0)
@example(content=b"h\n1,2,inf\n1,2,1e400\n", ts_offset=0)
@example(content=b"h\n1,2,3\r\r\n", ts_offset=0)
def test_generated_logs(content, ts_offset, scratch):
    check_against_reference(content, scratch, ts_offset)


def test_cut_at_every_byte_of_the_tail(make_log, scratch):
    content = make_log([(10 * i, i % 2, f"{i}.75") for i in range(12)]).read_bytes()

    for length in range(len(content) - 60, len(content) + 1):
        check_against_reference(content[:length], scratch)


def test_a_recording_with_damage_all_over(recording, scratch):
    content = bytearray(recording.path.read_bytes()[: 1 << 19])
    generator = np.random.default_rng(1)
    for at in generator.integers(0, len(content), 300):
        content[at] = int(generator.integers(0, 256))

    check_against_reference(bytes(content), scratch)
