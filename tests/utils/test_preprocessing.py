from __future__ import annotations

import numpy as np
import pytest

from perda.analyzer import Analyzer
from perda.core_data_structures.resampling import sample_at
from perda.sample import write_sample_log
from perda.units import mph_to_m_per_s
from perda.utils.accel_calculator import accel_times
from perda.utils.preprocessing import (
    DEFAULT_MOTOR_RPM,
    DEFAULT_MOTOR_WHEELSPEED,
    DEFAULT_STEERING_ANGLE,
    DEFAULT_STEERING_RAW,
    DEFAULT_WHEELSPEED_FL,
    DEFAULT_WHEELSPEED_FR,
    DEFAULT_WHEELSPEED_RL,
    DEFAULT_WHEELSPEED_RR,
    apply_preprocessing,
    convert_wheelspeeds_to_m_per_s,
    correct_motor_data,
    correct_steering_angle,
    patch_ned_velocity,
)

ALL = [
    patch_ned_velocity,
    convert_wheelspeeds_to_m_per_s,
    correct_motor_data,
    correct_steering_angle,
]
BODY = "pcm.vnav.velocityBody."
WHEELS = [
    DEFAULT_WHEELSPEED_FR,
    DEFAULT_WHEELSPEED_FL,
    DEFAULT_WHEELSPEED_RR,
    DEFAULT_WHEELSPEED_RL,
]


@pytest.fixture(scope="module")
def sample_log(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "run.csv"
    write_sample_log(path, 1.0)
    return path


@pytest.fixture
def sample_run(sample_log):
    return Analyzer(sample_log, verbose=0, cache=False).data


@pytest.fixture
def make_run(make_log):
    """Build a run of named variables, two samples each."""

    def build(**values):
        names = [name.replace("__", ".") for name in values]
        log = make_log(
            [(t, i, v) for i, pair in enumerate(values.values()) for t, v in enumerate(pair)],
            variables={i: f"Some text [u] ({name})" for i, name in enumerate(names)},
        )
        return Analyzer(log, verbose=0, cache=False).data

    return build


def at_times_of(series, other):
    return sample_at(series.timestamp_np, other.timestamp_np, other.value_np)


def test_on_a_drive_all_channels_agree_afterwards(sample_run):
    run = apply_preprocessing(sample_run, ALL)

    forward, right = run[BODY + "x"], run[BODY + "y"]
    over_ground = at_times_of(forward, run["pcm.vnav.groundSpeed"])
    front = at_times_of(forward, (run[WHEELS[0]] + run[WHEELS[1]]) / 2)
    motor = run[DEFAULT_MOTOR_WHEELSPEED]
    driven = at_times_of(motor, (run[WHEELS[2]] + run[WHEELS[3]]) / 2)
    assert np.abs(forward.value_np - over_ground).max() < 1
    assert np.abs(right.value_np).max() < 2
    assert np.abs(forward.value_np - front).mean() < 0.2
    assert np.abs(motor.value_np - driven).mean() < 0.5
    assert np.corrcoef(motor.value_np, driven)[0, 1] > 0.995
    assert run[DEFAULT_MOTOR_RPM].value_np.max() > 5000
    # Steering to the right turns the yaw clockwise.
    steering = run[DEFAULT_STEERING_ANGLE]
    turning = at_times_of(steering, run["pcm.vnav.angularRate.z"])
    moving = at_times_of(steering, forward) > 5
    assert np.corrcoef(steering.value_np[moving], turning[moving])[0, 1] > 0.8


def test_the_standing_start_is_timed_in_metres(sample_run):
    convert_wheelspeeds_to_m_per_s(sample_run)

    results = accel_times(sample_run)

    assert len(results) == 1
    assert results[0].time_to_dist == pytest.approx(3.9, abs=0.2)


def test_accel_times_in_miles_per_hour_are_warned_about(sample_run):
    with pytest.warns(UserWarning, match="convert_wheelspeeds_to_m_per_s"):
        accel_times(sample_run)


def test_north_and_east_are_turned_into_forward_and_right(make_run):
    run = make_run(
        pcm__vnav__velocityBody__x=[3, 0],
        pcm__vnav__velocityBody__y=[4, 2],
        pcm__vnav__velocityBody__z=[5, 6],
        pcm__vnav__yawPitchRoll__yaw=[90, 180],
    )

    same = patch_ned_velocity(run)

    # Facing east, north is to the left; facing south, east is.
    assert same is run
    assert np.allclose(run[BODY + "x"].value_np, [4, 0])
    assert np.allclose(run[BODY + "y"].value_np, [-3, -2])
    assert run[BODY + "z"].value_np.tolist() == [5, 6]
    assert [run[name].value_np.tolist() for name in ("velN", "velE", "velD")] == [
        [3, 0],
        [4, 2],
        [5, 6],
    ]


def test_between_179_and_minus_179_degrees_the_car_faces_south(make_run, make_series):
    run = make_run(
        pcm__vnav__velocityBody__x=[-1, -1],
        pcm__vnav__velocityBody__y=[0, 0],
        pcm__vnav__velocityBody__z=[0, 0],
        pcm__vnav__yawPitchRoll__yaw=[0, 0],
    )
    run["pcm.vnav.yawPitchRoll.yaw"] = make_series([0, 1, 2], [179, np.nan, -179])
    for axis in "xyz":
        run[BODY + axis] = make_series([1], [-1 if axis == "x" else 0])

    patch_ned_velocity(run)

    assert run[BODY + "x"].value_np == pytest.approx([1])
    assert run[BODY + "y"].value_np == pytest.approx([0], abs=1e-12)


def test_wheel_speeds_motor_and_steering_by_their_formulas(make_run):
    run = make_run(
        **{name.replace(".", "__"): [60, 0] for name in WHEELS},
        pcm__moc__motor__angularSpeed=[-5600, 0],
        ludwig__steeringWheel__raw=[1.86, 3.96],
        ludwig__steeringWheel__angle=[7, 8],
    )

    apply_preprocessing(run, ALL[1:])

    assert run[WHEELS[0]].value_np == pytest.approx([26.8223, 0], abs=1e-4)
    assert run[WHEELS[0]].unit == "m/s"
    assert run[WHEELS[0] + "_mph"].value_np.tolist() == [60, 0]
    assert run[DEFAULT_MOTOR_RPM].value_np.tolist() == [5600, 0]
    assert run[DEFAULT_MOTOR_RPM + "_raw"].value_np.tolist() == [-5600, 0]
    # 1000 wheel turns a minute of a 7.85 inch wheel.
    expected = 1000 / 60 * 2 * np.pi * 7.85 * 0.0254
    assert run[DEFAULT_MOTOR_WHEELSPEED].value_np == pytest.approx([expected, 0])
    assert run[DEFAULT_STEERING_ANGLE].value_np == pytest.approx([-97, 97])
    assert run[DEFAULT_STEERING_ANGLE + "_original"].value_np.tolist() == [7, 8]


def test_applying_a_step_twice_is_applying_it_once(sample_run):
    names = [BODY + "x", BODY + "y", *WHEELS, DEFAULT_MOTOR_RPM, DEFAULT_STEERING_ANGLE, "velN"]
    apply_preprocessing(sample_run, ALL)
    once = {name: sample_run[name].value_np.copy() for name in names}

    apply_preprocessing(sample_run, ALL)

    for name, values in once.items():
        assert np.array_equal(sample_run[name].value_np, values), name
    mph = sample_run[WHEELS[0] + "_mph"].value_np
    assert np.array_equal(once[WHEELS[0]], mph_to_m_per_s(mph))


def test_keywords_give_another_step_and_leave_this_one(make_run):
    shorter = correct_motor_data(gear_ratio=4.0, motor_rpm="m.rpm", motor_wheelspeed="m.speed")
    run = make_run(m__rpm=[-60, 0])

    shorter(run)

    assert (shorter.gear_ratio, correct_motor_data.gear_ratio) == (4.0, 5.6)
    assert shorter.tire_radius_in == 7.85
    assert run["m.speed"].value_np[0] == pytest.approx(2 * np.pi * 7.85 * 0.0254 / 4)
    with pytest.raises(TypeError, match="gear"):
        correct_motor_data(gear=3)


@pytest.mark.parametrize(
    ("calibration", "at_three_volts"),
    [
        (((1, -10), (2, 10)), 30),
        (((0, 0), (1, 1), (2, 4)), 9),
        (((0, 0), (1, 1), (2, 2), (4, 4)), 3),
        (((1, -10), (1, -10), (2, 10)), 30),
    ],
)
def test_the_steering_follows_its_calibration(make_run, calibration, at_three_volts):
    run = make_run(ludwig__steeringWheel__raw=[3, 3], ludwig__steeringWheel__angle=[0, 0])

    correct_steering_angle(calibration=calibration)(run)

    assert run[DEFAULT_STEERING_ANGLE].value_np == pytest.approx([at_three_volts] * 2)


@pytest.mark.parametrize("calibration", [(), ((1, 2),), ((1, 2), (1, 3))])
def test_a_calibration_needs_two_voltages(calibration):
    with pytest.raises(ValueError, match="at least 2"):
        correct_steering_angle(calibration=calibration)


def test_a_missing_variable_skips_the_step_and_says_which(make_run, capsys):
    run = make_run(ludwig__steeringWheel__raw=[3, 3])

    after = apply_preprocessing(run, ALL)

    assert after is run
    assert list(run) == [DEFAULT_STEERING_RAW]
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("patch_ned_velocity skipped")
    assert "pcm.vnav.yawPitchRoll.yaw" in printed[0]
    assert printed[1].startswith("convert_wheelspeeds_to_m_per_s skipped")
    assert printed[2].startswith("correct_motor_data skipped")
    assert printed[3] == f"correct_steering_angle skipped: missing {DEFAULT_STEERING_ANGLE}"


def test_an_analyzer_applies_them_in_order(sample_log):
    run = Analyzer(
        sample_log, verbose=0, cache=False, preprocessing=[convert_wheelspeeds_to_m_per_s]
    )

    assert run.data[WHEELS[0]].unit == "m/s"
    assert WHEELS[0] + "_mph" in run.data
