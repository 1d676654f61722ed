from __future__ import annotations

import numpy as np
import pytest

from perda.utils.frequency_analysis import analyze_frequency
from perda.utils.frequency_statistics import frequency_statistics

RNG = np.random.default_rng(2)


@pytest.mark.parametrize(("unit", "per_second"), [("ms", 1000), ("us", 1_000_000)])
def test_the_statistics_are_numpys(make_series, unit, per_second):
    times = np.cumsum(RNG.integers(5, 20, 400)) * (per_second // 1000)

    facts = frequency_statistics(make_series(times, times), source_time_unit=unit)

    hz = 1 / np.diff(times / per_second)
    assert np.allclose(facts.frequencies_hz, hz)
    assert np.allclose(facts.times_s, times[1:] / per_second)
    assert facts.duration_s == pytest.approx((times[-1] - times[0]) / per_second)
    expected = [
        *(hz.mean(), np.median(hz), hz.std(), hz.min(), hz.max()),
        *np.percentile(hz, [5, 95]),
    ]
    assert list(facts.summary().values()) == pytest.approx(expected)


def test_gaps_are_longer_than_so_many_expected_steps(make_series):
    series = make_series([0, 10, 20, 30, 51, 60, 100], range(7))

    facts = frequency_statistics(series)
    strict = frequency_statistics(series, 100, gap_threshold_multiplier=3)

    assert facts.gap_threshold_s == pytest.approx(0.02)
    assert facts.gap_starts_s == pytest.approx([0.03, 0.06])
    assert facts.gap_lengths_s == pytest.approx([0.021, 0.04])
    assert strict.gap_starts_s == pytest.approx([0.06])


def test_equal_times_have_no_frequency_and_are_counted(make_series):
    facts = frequency_statistics(make_series([0, 10, 10, 20], [1, 2, 3, 4]))

    assert facts.frequencies_hz == pytest.approx([100, 100])
    assert facts.at_equal_times == 1
    assert "sample before: 1" in str(facts)


def test_the_figure_and_what_is_printed(make_series, capsys):
    times = np.delete(np.arange(0, 1000, 10), [50, 51])

    figure = analyze_frequency(make_series(times, times), expected_frequency_hz=100)

    assert np.allclose(figure.data[0].y[:5], 100)
    assert "Power" in figure.layout.title.text
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "===== Frequency Analysis ====="
    assert "Duration: 0.9900 s" in printed
    assert "Samples: 98" in printed
    assert "Median: 100.0000 Hz" in printed
    assert "Min: 33.3333 Hz" in printed
    assert printed[-2:] == ["Gaps above 0.0200 s: 1", "  0.0300 s from 0.4900 s"]


@pytest.mark.parametrize("times", [[], [4], [4, 4]])
def test_a_series_that_has_no_frequency(make_series, capsys, times):
    figure = analyze_frequency(make_series(times, times))

    assert len(figure.data) == 0
    assert "No frequency" in capsys.readouterr().out


def test_of_many_gaps_the_longest_are_listed(make_series):
    steps = np.tile([1, 1, 1, 10], 30)
    steps[7] = 500
    text = str(frequency_statistics(make_series(np.cumsum(steps), steps)))

    assert "Gaps above 0.0020 s: 30" in text
    assert "0.5000 s from" in text
    assert len(text.splitlines()) < 30


def test_settings_that_mean_nothing_are_refused(make_series):
    with pytest.raises(ValueError, match="expected_frequency_hz is 0"):
        frequency_statistics(make_series(), 0)
    with pytest.raises(ValueError, match="gap_threshold_multiplier is -1"):
        frequency_statistics(make_series(), gap_threshold_multiplier=-1)
