from __future__ import annotations

import numpy as np
import pytest

from perda.analyzer import Analyzer
from perda.utils.frequency_statistics import frequency_statistics
from perda.utils.integrate import average_over_time_range, integrate_over_time_range

WATKINS_GLEN_M = 5435
"""Length of the long course: 3.377 miles."""

KMH = 3.6


@pytest.fixture
def run(recording):
    return Analyzer(recording.path, verbose=0, cache=False).data


def only(recording, name):
    if recording.truth["name"] != name:
        pytest.skip("about another recording")


def test_the_speed_over_each_full_lap_is_the_tracks_length(recording, run):
    only(recording, "aim_watkins_glen_981gt4")
    laps = [row for row in recording.truth["lap_table_ms"] if row[3] == "full"]

    driven = [
        integrate_over_time_range(run["gps.speed"], start / 1000, end / 1000, run.timestamp_unit)
        for _, start, end, _ in laps
    ]

    assert len(driven) == 5
    assert driven == pytest.approx([WATKINS_GLEN_M] * 5, rel=0.01)
    assert np.ptp(driven) < 30  # a driver's lines differ by less


def test_the_mean_speed_is_that_of_other_software_and_of_the_gps(recording, run):
    only(recording, "comma2k19_rav4")
    theirs = recording.truth["decoded_by_comma_ai"]["wheel_speed_mps"]["FL"]
    wheel, gps = run["can.WHEEL_SPEEDS.WHEEL_SPEED_FL"], run["gps.speed"]

    mean = average_over_time_range(wheel, source_time_unit=run.timestamp_unit) / KMH

    assert mean == pytest.approx(theirs["mean"], rel=1e-3)
    over_ground = average_over_time_range(gps, source_time_unit=run.timestamp_unit)
    assert mean == pytest.approx(over_ground, rel=0.02)


def test_the_sampling_is_counted_as_the_truth_has_it(recording, run):
    only(recording, "comma2k19_rav4")
    truth = recording.truth["decoded_by_comma_ai"]["wheel_speed_mps"]["FL"]

    facts = frequency_statistics(
        run["can.WHEEL_SPEEDS.WHEEL_SPEED_FL"], source_time_unit=run.timestamp_unit
    )

    span = (truth["t_last"] - truth["t_first"]) / 1e6
    assert (facts.samples, facts.duration_s) == (truth["n"], pytest.approx(span))
    # Steps jitter, so only the harmonic mean of the frequencies is samples per second.
    harmonic = 1 / np.mean(1 / facts.frequencies_hz)
    assert harmonic == pytest.approx((truth["n"] - 1) / span)
