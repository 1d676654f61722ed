from __future__ import annotations

from datetime import datetime

import pytest

from perda.analyzer.csv import parse_csv, parse_header_creation_time
from perda.core_data_structures import Finding
from perda.units import Timescale


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("PER Log: Thu Jun 11 17:06:37 2026 v2.0", datetime(2026, 6, 11, 17, 6, 37)),
        ("PER Log: Thu Jun 11 17:06:37 2026", datetime(2026, 6, 11, 17, 6, 37)),
        ("PER Log: Mon Jun  1 07:06:37 2026 v1.3", datetime(2026, 6, 1, 7, 6, 37)),
        ("PER Log: Thu Jun 31 17:06:37 2026 v2.0", None),
        ("PER Log: Don Jun 11 17:06:37 2026 v2.0", None),
        ("PER Log: 2026-06-11 v2.0", None),
        ("some other text", None),
        ("", None),
    ],
)
def test_the_recording_time_is_what_ctime_writes(header, expected):
    assert parse_header_creation_time(header) == expected


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("PER Log: Thu Jun 11 17:06:37 2026 v2.0", Timescale.US),
        ("PER Log: Thu Jun 11 17:06:37 2026 v2.0  ", Timescale.US),
        ("PER Log: Thu Jun 11 17:06:37 2026", Timescale.MS),
        ("PER Log: Thu Jun 11 17:06:37 2026 v1.0", Timescale.MS),
        ("free text v2.0", Timescale.US),
    ],
)
def test_version_2_counts_in_microseconds(make_log, header, unit):
    run = parse_csv(make_log(header=header), verbose=0)

    assert run.timestamp_unit is unit
    assert run.header == header.rstrip("\r\n")


@pytest.mark.parametrize(
    ("declaration", "name", "description", "unit"),
    [
        ("Pack voltage (ams.pack.voltage)", "ams.pack.voltage", "Pack voltage", None),
        ("Pack voltage [V] (ams.pack.voltage)", "ams.pack.voltage", "Pack voltage [V]", "V"),
        ("ams.pack.voltage", "ams.pack.voltage", "", None),
        ("(ams.pack.voltage)", "ams.pack.voltage", "", None),
        ("Torque (requested) [Nm] (moc.torque)", "moc.torque", "Torque (requested) [Nm]", "Nm"),
        ("Ratio: front: rear (a.b)", "a.b", "Ratio: front: rear", None),
        ("Speed [m/s] filtered (a.b)", "a.b", "Speed [m/s] filtered", None),
        ("Température [°C] (a.t)", "a.t", "Température [°C]", "°C"),
    ],
)
def test_a_declaration_gives_name_description_and_unit(
    make_log, declaration, name, description, unit
):
    run = parse_csv(make_log([(5, 8599, 1.5)], variables={8599: declaration}), verbose=0)

    assert run.cpp_name_to_id == {name: 8599}
    assert run.id_to_cpp_name == {8599: name}
    assert run.id_to_descript == {8599: description}
    assert run[name].unit == unit
    assert run[name].label == (description or name)


def test_a_declared_variable_without_samples_is_present_and_empty(make_log):
    run = parse_csv(make_log(variables={1: "a", 2: "b"}), verbose=0)

    assert len(run["b"]) == 0
    assert "b" in run


def test_a_declaration_that_does_not_parse_costs_no_other(make_log):
    path = make_log(variables={1: "a", "x": "b", "9" * 30: "c", -4: "d", 2: "e"})

    run = parse_csv(path, verbose=0)

    assert list(run) == ["a", "e"]
    assert run.report.count(Finding.BAD_DECLARATION) == 3
    assert [example.line for example in run.report.findings[Finding.BAD_DECLARATION].examples] == [
        3,
        4,
        5,
    ]


def test_the_later_of_two_declarations_of_an_id_wins(make_log):
    path = make_log()
    path.write_text("PER Log: x\nValue first: 1\nValue second: 1\n5,1,2.0\n")

    run = parse_csv(path, verbose=0)

    assert list(run) == ["second"]
    assert run[1].value_np.tolist() == [2.0]
    assert run.report.count(Finding.DUPLICATE_ID) == 1


def test_a_name_with_two_ids_reaches_the_later(make_log):
    path = make_log([(1, 1, 10), (2, 2, 20)], variables={1: "a", 2: "a"})

    run = parse_csv(path, verbose=0)

    assert run["a"].value_np.tolist() == [20]
    assert run[1].value_np.tolist() == [10]
    assert run.report.count(Finding.DUPLICATE_NAME) == 1


def test_a_missing_header_is_reported_and_the_line_used(make_log):
    declared = parse_csv(make_log(header=None), verbose=0)
    bare = parse_csv(make_log([(1, 5, 2)], header=None, variables={}), verbose=0)

    assert declared["ams.pack.voltage"].value_np.tolist() == [400.5, 399.5]
    assert bare[5].value_np.tolist() == [2]
    assert declared.header is None
    assert declared.report.count(Finding.MISSING_HEADER) == 1
    assert bare.report.count(Finding.MISSING_HEADER) == 1
