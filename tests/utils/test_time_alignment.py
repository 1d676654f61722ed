from __future__ import annotations

import numpy as np
import pytest

from perda.utils.time_alignment import apply_time_offset


@pytest.mark.parametrize(("unit", "step"), [("ms", 10), ("us", 10_000)])
def test_values_move_later_and_the_first_is_held(make_series, unit, step):
    series = make_series(np.arange(5) * step, [0, 1, 2, 3, 4])

    later = apply_time_offset(series, 0.02, unit)

    assert later.value_np.tolist() == [0, 0, 0, 1, 2]
    assert later.timestamp_np.tolist() == series.timestamp_np.tolist()
    assert (later.label, later.var_id) == (series.label, series.var_id)
    assert series.value_np.tolist() == [0, 1, 2, 3, 4]


def test_a_negative_offset_moves_earlier_and_holds_the_last(make_series):
    assert apply_time_offset(make_series(), -0.015).value_np.tolist() == [2.5, 3, 3]


def test_fractions_of_the_unit_count(make_series):
    assert apply_time_offset(make_series([0, 1, 2], [0, 1, 2]), 0.00025).value_np.tolist() == [
        0,
        0.75,
        1.75,
    ]


def test_late_microseconds_stay_exact(make_series):
    late = 2**60
    series = make_series([late, late + 1, late + 2], [1, 2, 3])

    assert apply_time_offset(series, 1e-6, "us").value_np.tolist() == [1, 1, 2]


def test_lists_and_empty_series(make_series):
    assert len(apply_time_offset(make_series([], []), 1)) == 0
    assert len(apply_time_offset([make_series(), make_series()], 1)) == 2
    assert apply_time_offset([make_series(label="one")], 1).label == "one"
