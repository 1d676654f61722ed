"""The variables of a sample log agree with each other, as those of a car would."""

from __future__ import annotations

import numpy as np
import pytest

R_EARTH_M = 6_371_000.0
MPH = 1609.34 / 3600
PLACES = ("frontRight", "frontLeft", "backRight", "backLeft")


def position(log):
    """Return times [s] and metres east and north of where the car started."""
    times, latitude = log.series("pcm.vnav.posLla.latitude")
    _, longitude = log.series("pcm.vnav.posLla.longitude")
    shrink = np.cos(np.radians(latitude[0]))
    east = np.radians(longitude - longitude[0]) * R_EARTH_M * shrink
    return times, east, np.radians(latitude - latitude[0]) * R_EARTH_M


def integral(times, values):
    return np.concatenate(([0.0], np.cumsum(np.diff(times) * (values[1:] + values[:-1]) / 2)))


def test_velocity_integrates_to_the_position(log):
    times, east, north = position(log)
    gone_north = integral(times, log.at("pcm.vnav.velocityBody.x", times))
    gone_east = integral(times, log.at("pcm.vnav.velocityBody.y", times))
    assert np.abs(gone_east - east).max() < 1.0
    assert np.abs(gone_north - north).max() < 1.0


def test_velocity_down_is_the_negative_rate_of_the_altitude(log):
    times, altitude = log.series("pcm.vnav.posLla.altitude")
    climbed = -integral(times, log.at("pcm.vnav.velocityBody.z", times))
    assert np.abs(climbed - (altitude - altitude[0])).max() < 1.2
    assert np.ptp(altitude) > 1.5


def test_wheel_speeds_are_the_speed_over_ground_in_mph(log):
    times, speed = log.series("pcm.vnav.groundSpeed")
    wheels = [log.at(f"pcm.wheelSpeeds.{place}", times) * MPH for place in PLACES]
    moving = speed > 3
    assert np.mean(wheels, axis=0)[moving] / speed[moving] == pytest.approx(1.0, abs=0.04)
    assert np.median(np.mean(wheels, axis=0)[moving] / speed[moving]) == pytest.approx(1, abs=0.01)


def test_the_outer_wheel_is_faster_by_track_width_times_yaw_rate(log):
    times, rate = log.series("pcm.vnav.angularRate.z")
    left, right = (
        log.at(f"pcm.wheelSpeeds.front{side}", times) * MPH for side in ("Left", "Right")
    )
    slope = np.polyfit(np.radians(rate), left - right, 1)[0]
    assert slope == pytest.approx(1.2, abs=0.1)


def test_lateral_acceleration_is_speed_times_yaw_rate(log):
    times, lateral = log.series("pcm.vnav.linearAccelBody.y")
    speed = log.at("pcm.vnav.groundSpeed", times)
    expected = speed * np.radians(log.at("pcm.vnav.angularRate.z", times))
    steady = np.abs(log.at("pcm.vnav.linearAccelBody.x", times)) < 2
    assert np.corrcoef(lateral, expected)[0, 1] > 0.98
    assert np.polyfit(expected[steady], lateral[steady], 1)[0] == pytest.approx(1.0, abs=0.05)


def test_forward_acceleration_integrates_to_the_speed(log):
    times, forward = log.series("pcm.vnav.linearAccelBody.x")
    lateral = log.at("pcm.vnav.linearAccelBody.y", times)
    slip = 0.73 * log.at("pcm.estimator.curvature", times) - 0.0032 * lateral
    along = forward * np.cos(slip) - lateral * np.sin(slip)
    assert integral(times, along)[-1] == pytest.approx(0.0, abs=1.5)
    launch = times < 9.5
    gained = integral(times[launch], forward[launch])[-1]
    assert gained == pytest.approx(log.at("pcm.vnav.groundSpeed", times[launch][-1:])[0], rel=0.03)


def test_yaw_turns_the_ned_velocity_into_forward_motion(log):
    times, yaw = log.series("pcm.vnav.yawPitchRoll.yaw")
    north, east = (log.at(f"pcm.vnav.velocityBody.{axis}", times) for axis in "xy")
    cosine, sine = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
    forward, right = north * cosine + east * sine, -north * sine + east * cosine
    # Turning through south the yaw jumps from 180 to -180, one sample early or late: leave it out.
    inside = np.abs(yaw) < 170
    speed = log.at("pcm.vnav.groundSpeed", times)
    assert np.abs(forward - speed)[inside].max() < 0.3
    assert np.abs(right)[inside].max() < 2.5
    assert yaw.min() >= -180
    assert yaw.max() < 180


def test_each_lap_returns_to_the_start_line(log):
    times, east, north = position(log)
    lap_times, lap = log.series("pcm.lap.number")
    crossings = lap_times[1:][np.diff(lap) == 1]
    assert len(crossings) == 1
    at_line = (np.interp(crossings, times, east), np.interp(crossings, times, north))
    # The lap counter is sent at 5 Hz: the car is up to 7 m past the line, which points east.
    assert -1.0 < at_line[0][0] < 8.0
    assert abs(at_line[1][0]) < 1.5


def test_the_circuit_is_about_a_kilometre_with_turns_to_both_sides(log):
    lap = log.series("pcm.lap.distance")[1]
    assert 900 < lap.max() < 1100
    rate = log.series("pcm.vnav.angularRate.z")[1]
    assert rate.min() < -50
    assert rate.max() > 50


def test_motor_speed_counts_backwards_and_follows_the_rear_wheels(log):
    times, rpm = log.series("pcm.moc.motor.angularSpeed")
    rear = [log.at(f"pcm.wheelSpeeds.back{side}", times) * MPH for side in ("Left", "Right")]
    from_motor = -rpm * 2 * np.pi * (7.85 * 0.0254) / (60 * 5.6)
    assert rpm.max() <= 0
    assert np.abs(from_motor - np.mean(rear, axis=0)).max() < 0.6


def test_steering_voltage_gives_the_angle_that_the_turn_needs(log):
    times, raw = log.series("ludwig.steeringWheel.raw")
    angle = np.polyval(np.polyfit([1.86, 2.93, 3.96], [-97.0, 0.0, 97.0], 2), raw)
    curvature = log.at("pcm.estimator.curvature", times)
    lateral = log.at("pcm.vnav.linearAccelBody.y", times)
    expected = np.degrees(1.55 * curvature + 0.0011 * lateral) * 4.6
    assert np.abs(angle - expected).max() < 2.0
    # The car's own angle is off: the correction has something to correct.
    own = log.at("ludwig.steeringWheel.angle", times)
    assert 1.0 < np.abs(own - angle).mean() < 6.0


def test_mechanical_power_is_a_fair_share_of_the_pack_power(log):
    times, torque = log.series("pcm.moc.motor.torque")
    mechanical = torque * -log.at("pcm.moc.motor.angularSpeed", times) * np.pi / 30
    electrical = log.at("ams.pack.voltage", times) * log.at("ams.pack.current", times)
    hard = (mechanical > 20_000) & (np.abs(np.gradient(mechanical)) < 300)
    efficiency = mechanical[hard] / electrical[hard]
    assert hard.sum() > 500
    assert np.percentile(efficiency, 5) > 0.85
    assert np.percentile(efficiency, 95) < 1.0
    recovered = mechanical < -5000
    assert (electrical[recovered] > mechanical[recovered]).mean() > 0.98


def test_state_of_charge_counts_the_current(log):
    times, current = log.series("ams.pack.current")
    capacity = log.series("ams.pack.capacity")[1][0]
    charge = log.series("ams.pack.soc")[1]
    drop = integral(times, current)[-1] / 3600 / capacity * 100
    assert charge[0] - charge[-1] == pytest.approx(drop, abs=0.03)
    assert drop > 4


def test_pack_voltage_sags_with_the_current(log):
    times, voltage = log.series("ams.pack.voltage")
    open_circuit = log.at("ams.pack.openCircuitVoltage", times)
    current = log.at("ams.pack.current", times)
    resistance = np.polyfit(current, open_circuit - voltage, 1)[0]
    assert resistance == pytest.approx(0.36, abs=0.01)
    assert voltage.max() < 600


def test_cells_add_up_to_the_pack_and_stay_between_lowest_and_highest(log):
    cells = [name for name in log.ids if name.endswith(".voltage") and ".cell" in name]
    cells = [name for name in cells if name.startswith("ams.segment")]
    at = np.array([3.0, 118.0])
    values = np.array([log.at(name, at) for name in cells])
    assert len(cells) == 140
    assert values.sum(axis=0) == pytest.approx(log.at("ams.pack.voltage", at), abs=0.8)
    assert (values > log.at("ams.mma.minCellVoltage", at) - 0.004).all()
    assert (values < log.at("ams.mma.maxCellVoltage", at) + 0.004).all()


def test_phase_currents_cancel_and_grow_with_the_torque(log):
    phases = [log.series(f"pcm.moc.phase.{letter}")[1] for letter in "abc"]
    assert np.abs(sum(phases)).max() < 6
    times, rms = log.series("pcm.moc.phase.rmsCurrent")
    torque = np.abs(log.at("pcm.moc.motor.torque", times))
    assert np.corrcoef(rms, torque)[0, 1] > 0.98


def test_grip_power_and_speed_stay_within_the_car(log):
    times, forward = log.series("pcm.vnav.linearAccelBody.x")
    lateral = log.at("pcm.vnav.linearAccelBody.y", times)
    speed = log.at("pcm.vnav.groundSpeed", times)
    load = 9.81 + 0.5 * 1.2 * 2.4 / 286 * speed**2
    assert (np.hypot(forward, lateral) / load).max() < 1.65
    assert (log.series("ams.pack.power")[1]).max() < 80
    assert 25 < speed.max() < 36
    assert np.percentile(np.abs(lateral), 95) > 12


def test_the_run_begins_and_ends_at_rest(log):
    for name in ("pcm.vnav.groundSpeed", "pcm.wheelSpeeds.frontLeft", "pcm.moc.motor.torque"):
        times, values = log.series(name)
        assert not values[times < 5].any(), name
        assert not values[times > times[-1] - 3].any(), name


def test_a_standing_start_covers_75_metres_in_about_four_seconds(log):
    times, right = log.series("pcm.wheelSpeeds.frontRight")
    speed = (right + log.at("pcm.wheelSpeeds.frontLeft", times)) / 2 * MPH
    torque = log.at("pcm.moc.motor.requestedTorque", times)
    start = np.argmax((torque > 100) & (speed > 0.5))
    distance = integral(times[start:], speed[start:])
    taken = times[start + np.searchsorted(distance, 75.0)] - times[start]
    assert 3.3 < taken < 4.5
    assert (np.diff(speed[start : start + 200 : 10]) > 0).all()


def test_parts_warm_up_while_driving(log):
    for name, least in (
        ("ams.mma.avgTemp", 2),
        ("pcm.moc.motor.windingTemp", 8),
        ("ludwig.brakeTemp.frontLeft", 80),
        ("ludwig.tireTemp.backRight.middle", 15),
    ):
        values = log.series(name)[1]
        assert values[-20:].mean() - values[:5].mean() > least, name
        assert values.max() < 400, name


def test_driver_either_brakes_or_accelerates(log):
    times, throttle = log.series("pcm.pedals.throttle")
    brake = log.at("pcm.pedals.brake", times)
    pressure = log.at("ludwig.brakePressure.front", times)
    assert ((throttle > 10) & (brake > 10)).mean() < 0.001
    assert np.corrcoef(brake, pressure)[0, 1] > 0.99
    forward = log.at("pcm.vnav.linearAccelBody.x", times)
    assert forward[pressure > 10].max() < 0
