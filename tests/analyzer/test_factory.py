from __future__ import annotations

from perda.analyzer import parse_csv
from perda.analyzer.analyzer_factory import from_single_run_data


def test_an_analyzer_of_a_run_in_memory(make_log):
    run = parse_csv(make_log(), verbose=0)

    analyzer = from_single_run_data(run)

    assert analyzer.data is run
    assert "Total Variable: 1" in str(analyzer)
    assert len(analyzer.plot("ams.pack.voltage").data[0].x) == 2
