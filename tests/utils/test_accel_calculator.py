from __future__ import annotations

import numpy as np
import pytest

from perda.units import Timescale
from perda.utils.accel_calculator import (
    AccelSegmentResult,
    compute_accel_results,
    detect_accel_event,
)
from perda.utils.integrate import cumulative_integral

RNG = np.random.default_rng(3)


def switched(torque, speed, torque_threshold=100, speed_threshold=0.5):
    """Follow the state sample by sample, as the definition has it."""
    state, states = 0, []
    for one, v in zip(torque, speed, strict=True):
        if one > torque_threshold and v > speed_threshold:
            state = 1
        elif v <= speed_threshold:
            state = 0
        states.append(state)
    return states


def test_it_is_on_from_torque_and_speed_until_the_speed_falls(make_series):
    times = np.arange(8)
    torque = make_series(times, [0, 200, 200, 0, 0, 200, 200, 0])
    speed = make_series(times, [0, 0.5, 0.6, 9, 0.5, 0.4, 0.6, 0.7], label="Speed")

    event = detect_accel_event(torque, speed)

    assert event.value_np.tolist() == [0, 0, 1, 1, 0, 0, 1, 1]
    assert event.label == "Accel Event"
    assert event.timestamp_np.tolist() == times.tolist()


def test_the_state_is_that_of_a_walk_sample_by_sample(make_series):
    torque = RNG.choice([0, 100, 101, np.nan], 2000)
    speed = RNG.choice([0, 0.5, 0.51, 3, np.nan], 2000)

    event = detect_accel_event(
        make_series(np.arange(2000), torque), make_series(np.arange(2000), speed)
    )

    assert event.value_np.tolist() == switched(torque, speed)


def test_the_torque_is_read_at_the_speeds_times(make_series):
    torque = make_series([0, 100], [0, 400])
    speed = make_series([10, 20, 30, 40], [1, 1, 1, 1])

    assert detect_accel_event(torque, speed).value_np.tolist() == [0, 0, 1, 1]
    assert len(detect_accel_event(torque, make_series([], []))) == 0
    assert detect_accel_event(make_series([], []), speed).value_np.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(("unit", "per_second"), [("ms", 1000), ("us", 1_000_000)])
def test_constant_acceleration_takes_the_time_of_the_closed_form(make_series, unit, per_second):
    # From rest at 2 s with 10 m/s²: 75 m after √(2·75/10) s.
    t = np.arange(0, 8, 0.01)
    speed = np.where(t < 2, 0, 10 * np.minimum(t - 2, 4.5))
    times = np.rint(t * per_second)
    distance = cumulative_integral(make_series(times, speed), unit)
    event = detect_accel_event(
        make_series(times, np.full(len(t), 180)), make_series(times, speed), speed_threshold=0
    )

    [result] = compute_accel_results(event, distance, source_time_unit=unit)

    # The first sample that moves is one step later, 0.5 mm on.
    assert result.start_time == pytest.approx(2.01)
    assert result.time_to_dist == pytest.approx(np.sqrt(15) - 0.01, abs=2e-4)
    assert result.dist_reached == 75
    assert result.timescale is Timescale.S


def test_each_run_that_is_long_enough_counts(make_series):
    times = np.arange(0, 60_000, 100)
    distance = make_series(times, times / 100)  # 10 m/s
    running = (times % 20_000 >= 1000) & (times % 20_000 < np.where(times < 20_000, 3000, 15_000))
    event = make_series(times, running)

    results = compute_accel_results(event, distance)

    assert [result.start_time for result in results] == [21, 41]
    assert [result.time_to_dist for result in results] == pytest.approx([7.5, 7.5])
    shorter = compute_accel_results(event, distance, target_dist=12.34)
    assert [result.time_to_dist for result in shorter] == pytest.approx([1.234] * 3)
    in_ms = compute_accel_results(event, distance, target_time_unit="ms")
    assert (in_ms[0].start_time, in_ms[0].timescale) == (21_000, Timescale.MS)


def test_nothing_to_time(make_series):
    on = make_series([0, 1], [1, 1])

    assert compute_accel_results(make_series([], []), on) == []
    assert compute_accel_results(on, make_series([], [])) == []
    assert compute_accel_results(make_series([0], [1]), on) == []
    assert compute_accel_results(make_series([0, 1], [0, 0]), on) == []
    with pytest.raises(ValueError, match="target_dist is 0"):
        compute_accel_results(on, on, 0)


def test_its_text():
    result = AccelSegmentResult(1.5, 3.2, 75.0, Timescale.S)

    assert str(result) == "Accel at 1.50s: reached 75m in 3.200s"
