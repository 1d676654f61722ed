from __future__ import annotations

import numpy as np
import pytest

from perda.analyzer import Analyzer, parse_csv
from perda.core_data_structures import Finding
from perda.errors import LogFormatError, PerdaError, TooManyParsingErrorsError


def test_a_well_formed_log_is_read_whole(make_log):
    run = parse_csv(make_log([(72, 1, 583.25), (114, 1, -3.5), (120, 2, "1e-3")]), verbose=0)

    assert run["ams.pack.voltage"].timestamp_np.tolist() == [72, 114]
    assert run["ams.pack.voltage"].value_np.tolist() == [583.25, -3.5]
    assert (run.data_start_time, run.data_end_time, run.total_data_points) == (72, 120, 3)
    assert run.report.lines == 5


def test_samples_are_ordered_by_time_with_ties_in_file_order(make_log):
    run = parse_csv(make_log([(30, 1, 1), (10, 1, 2), (10, 1, 3), (20, 1, 4)]), verbose=0)

    assert run[1].timestamp_np.tolist() == [10, 10, 20, 30]
    assert run[1].value_np.tolist() == [2, 3, 4, 1]


def test_an_offset_is_added_to_every_time(make_log):
    run = parse_csv(make_log([(72, 1, 0), (100, 1, 1)]), ts_offset=-70, verbose=0)

    assert run[1].timestamp_np.tolist() == [2, 30]
    assert run.data_start_time == 2


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("10,1", Finding.MALFORMED),
        ("10,1,2,3", Finding.MALFORMED),
        ("10,1,", Finding.MALFORMED),
        ("10,1,abc", Finding.MALFORMED),
        ('10,1,"2"', Finding.MALFORMED),
        ("10,1, 2", Finding.MALFORMED),
        ("1 0,1,2", Finding.MALFORMED),
        ("1_0,1,2", Finding.MALFORMED),
        ("10,1,1_0", Finding.MALFORMED),
        ("10,1,0x10", Finding.MALFORMED),
        ("10,1,1e400", Finding.MALFORMED),
        ("10,-1,2", Finding.MALFORMED),
        ("10,2147483648,2", Finding.MALFORMED),
        ("9223372036854775808,1,2", Finding.MALFORMED),
        ("9" * 5000 + ",1,2", Finding.MALFORMED),
        ("10,1,٣", Finding.MALFORMED),
        ("10.0,1,2", Finding.MALFORMED),
        ("\ufeff10,1,2", Finding.MALFORMED),
        ("10,1,2\x00", Finding.NUL_BYTES),
        ("-1,1,2", Finding.NEGATIVE_TIME),
    ],
)
def test_a_bad_line_is_reported_and_costs_no_good_one(make_log, line, finding):
    path = make_log([(5, 1, 1.0)])
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n20,1,2.0\n")

    report = parse_csv(path, verbose=0).report

    assert parse_csv(path, verbose=0)[1].value_np.tolist() == [1.0, 2.0]
    assert report.count(finding) == report.parsing_errors == report.reported == 1
    assert report.findings[finding].examples[0].line == 4
    assert report.lines == 5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nan", np.nan),
        ("-NaN", np.nan),
        ("inf", np.inf),
        ("+Infinity", np.inf),
        ("-INF", -np.inf),
        (".5", 0.5),
        ("5.", 5.0),
        ("1E+3", 1000.0),
        ("1e-400", 0.0),
        ("0.1", 0.1),
    ],
)
def test_values_that_are_numbers(make_log, text, value):
    run = parse_csv(make_log([(10, 1, text)]), verbose=0)

    np.testing.assert_array_equal(run[1].value_np, [value])
    assert run.report.is_clean


def test_blanks_around_a_line_blank_lines_and_windows_line_ends(make_log):
    path = make_log([(10, 1, 1), (20, 1, 2)], end="\r\n")
    with path.open("ab") as file:
        file.write(b"\r\n  \n  30,1,3 \r\n+40,+1,+4\n")

    run = parse_csv(path, verbose=0)

    assert run[1].value_np.tolist() == [1, 2, 3, 4]
    assert run["ams.pack.voltage"].unit == "V"
    assert run.report.blank == 2
    assert run.report.is_clean


def test_a_last_line_without_line_end_is_not_trusted(make_log):
    path = make_log([(10, 1, 19.75)])
    with path.open("a") as file:
        file.write("20,1,19")

    run = parse_csv(path, verbose=0)

    assert run[1].value_np.tolist() == [19.75]
    assert run.report.count(Finding.TRUNCATED) == 1
    assert run.report.parsing_errors == 0


def test_undeclared_ids_are_kept(make_log):
    run = parse_csv(make_log([(1, 1, 1), (2, 77, 5), (3, 77, 6)]), verbose=0)

    assert run[77].value_np.tolist() == [5, 6]
    assert run["undeclared.77"] is run[77]
    assert run.report.count(Finding.UNDECLARED_ID) == 2


def test_ids_may_be_any_31_bit_number(make_log):
    ids = [0, 65535, 65536, 2**31 - 1]
    run = parse_csv(make_log([(i, id_, i) for i, id_ in enumerate(ids)], variables={}), verbose=0)

    assert sorted(run.id_to_instance) == ids


def test_a_byte_order_mark_is_accepted(make_log):
    path = make_log()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    run = parse_csv(path, verbose=0)

    assert run.header == "PER Log: Thu Jun 11 17:06:37 2026 v2.0"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"PER Log: x\nValue a: 1\n", "none of its 2 lines is a sample"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not a log"),
        (b"time,speed\nhello,you\n", "Line 2 reads 'hello,you'"),
    ],
)
def test_what_is_no_log_is_refused_with_a_reason(tmp_path, content, reason):
    path = tmp_path / "picture.csv"
    path.write_bytes(content)

    with pytest.raises(LogFormatError, match=reason) as caught:
        Analyzer(path, verbose=0)

    assert str(path) in str(caught.value)
    assert isinstance(caught.value, PerdaError)
    assert isinstance(caught.value, ValueError)


def test_a_missing_file_is_a_plain_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        Analyzer(tmp_path / "none.csv")


def test_the_limit_of_parsing_errors(make_log):
    path = make_log([(5, 1, 1.0), (1, 1, "x"), (2, 1, "y"), (-3, 1, 1)])

    with pytest.raises(TooManyParsingErrorsError, match="3 bad lines; the limit is 3") as caught:
        parse_csv(path, parsing_errors_limit=3, verbose=0)

    assert caught.value.report.parsing_errors == 3
    for limit in (4, -1, 0):
        assert len(parse_csv(path, parsing_errors_limit=limit, verbose=0)[1]) == 1


@pytest.mark.parametrize("block_size", [1, 7, 64])
def test_where_the_blocks_end_makes_no_difference(make_log, monkeypatch, block_size):
    rows = [(10 * i, i % 3, i if i % 4 else "oops") for i in range(40)]
    path = make_log(rows, variables={0: "a", 1: "b", 2: "c"})
    with path.open("a") as file:
        file.write("\n\n5,")
    whole = parse_csv(path, verbose=0)

    monkeypatch.setattr("perda.formats.text_log.BLOCK_SIZE", block_size)
    monkeypatch.setattr("perda.formats.text_samples.PIECE_SIZE", block_size)
    cut = parse_csv(path, verbose=0)

    assert cut.report == whole.report
    assert cut.report.blank == 2
    assert all(cut[i] == whole[i] for i in range(3))


def test_one_bad_line_in_a_large_block_is_found_at_its_place(make_log):
    rows = [(i, 1, float(i)) for i in range(60_000)]
    rows[45_000] = (45_000, 1, "bad")
    run = parse_csv(make_log(rows), verbose=0)

    assert len(run[1]) == 59_999
    assert run.report.findings[Finding.MALFORMED].examples[0].line == 45_003


def test_what_is_shown_of_a_damaged_log_cannot_steer_a_terminal(make_log):
    path = make_log([(5, 1, 1.0), (6, 1, "\x1b[2J\x07"), (7, 77, 1)])

    shown = str(parse_csv(path, verbose=0).report)

    assert "line 4: 6,1,�[2J�" in shown
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    assert "line 0" not in shown
    assert "1 samples of undeclared.77" in shown


def test_a_picture_is_refused_in_a_short_line(tmp_path):
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50)

    with pytest.raises(LogFormatError) as caught:
        parse_csv(path, verbose=0)

    assert len(str(caught.value)) < 250 + len(str(path))
    assert str(caught.value).isprintable()
