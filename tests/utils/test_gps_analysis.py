from __future__ import annotations

import logging

import numpy as np
import pytest

from perda.plotting.plotting_constants import GpsMapConfig
from perda.units import to_seconds
from perda.utils.gps_analysis import (
    create_representative_gps_image,
    filter_gps_cartesian,
    gps_to_enu,
    plot_gps_comparison,
    plot_gps_trimmer,
)

METRE = 1 / 111_194.93  # degrees of latitude on a sphere of 6 371 000 m


@pytest.fixture
def circle(make_series):
    """A lap on a circle of 50 m radius at 40° north, 100 fixes, as (lat, lon)."""
    angle = np.linspace(0, 2 * np.pi, 100)
    lat = 40 + 50 * np.sin(angle) * METRE
    lon = -75 + 50 * np.cos(angle) * METRE / np.cos(np.radians(40))
    times = range(0, 10_000, 100)
    return make_series(times, lat, label="Latitude"), make_series(times, lon, label="Longitude")


def haversine(lat_1, lon_1, lat_2, lon_2):
    """Great-circle distance in metres (Sinnott, Sky & Telescope 68, 1984)."""
    phi_1, phi_2 = np.radians(lat_1), np.radians(lat_2)
    d_phi, d_lambda = phi_2 - phi_1, np.radians(lon_2 - lon_1)
    a = np.sin(d_phi / 2) ** 2 + np.cos(phi_1) * np.cos(phi_2) * np.sin(d_lambda / 2) ** 2
    return 2 * 6_371_000 * np.arcsin(np.sqrt(a))


def test_metres_agree_with_the_great_circle():
    rng = np.random.default_rng(5)
    lat, lon = 40 + rng.normal(0, 0.01, 200), -75 + rng.normal(0, 0.01, 200)

    east, north = gps_to_enu(lat, lon, 40, -75)

    assert np.allclose(np.hypot(east, north), haversine(40, -75, lat, lon), rtol=1e-3)
    assert np.sign(east[0]) == np.sign(lon[0] + 75)
    assert np.sign(north[0]) == np.sign(lat[0] - 40)


def test_the_reference_is_the_median_and_nan_stays():
    east, north = gps_to_enu([10.0, 11, 12, np.nan], [20.0, 21, 22, 21])

    assert (east[1], north[1]) == (0, 0)
    assert np.isnan(north[3])
    assert [len(one) for one in gps_to_enu([], [])] == [0, 0]
    with pytest.raises(ValueError, match="Latitude has shape"):
        gps_to_enu([1.0], [1.0, 2.0])


def test_the_date_line_is_crossed_the_short_way():
    east, _ = gps_to_enu([0.0, 0.0], [179.9999, -179.9999], 0, 180)

    assert np.allclose(east, [-11.12, 11.12], atol=0.01)


def test_spikes_go_and_their_neighbours_stay(circle):
    lat, lon = (series.value_np for series in circle)
    lat[50] += 200 * METRE
    lon[70:72] += [0.003, -0.003]
    lat[90] = 0
    lat[95] = np.nan

    good = filter_gps_cartesian(*circle)

    assert list(np.flatnonzero(~good)) == [50, 70, 71, 90, 95]


def test_a_hole_in_the_recording_is_no_spike():
    north = np.concatenate([np.arange(100), np.arange(300, 400)]) * METRE

    assert filter_gps_cartesian(40 + north, np.full(200, -75.0)).all()


def test_slow_fixes_of_a_fast_car_are_no_spikes():
    assert filter_gps_cartesian(40 + np.arange(100) * 45 * METRE, np.full(100, -75.0)).all()


def test_the_limits_are_settings(circle):
    config = GpsMapConfig(max_radius_m=20)

    assert filter_gps_cartesian(*circle).all()
    assert not filter_gps_cartesian(*circle, config).any()
    assert filter_gps_cartesian([], []).shape == (0,)
    assert filter_gps_cartesian([40.0], [-75.0]).all()


def test_tracks_are_metres_on_equal_scales_with_their_starts_marked(circle):
    figure = plot_gps_comparison([(*circle, "first"), (*circle, "second")], title="Laps")

    lines = [trace for trace in figure.data if trace.mode == "lines"]
    starts = [trace for trace in figure.data if trace.name == "Start"]
    assert [line.name for line in lines] == ["first", "second"]
    assert np.ptp(lines[0].x) == pytest.approx(100, abs=0.2)
    assert (starts[0].x[0], starts[0].y[0]) == (lines[0].x[0], lines[0].y[0])
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.xaxis.title.text == "East [m]"
    assert {trace.type for trace in figure.data} == {"scatter"}  # no map, no tile server


def test_standing_is_left_out_and_speed_colours_the_track(circle, make_series):
    speed = make_series([0, 4_900, 5_000, 9_900], [0, 0, 10, 20], label="Speed [m/s]", unit="m/s")

    figure = create_representative_gps_image(*circle, speed)

    points = next(
        trace for trace in figure.data if trace.mode == "markers" and trace.marker.colorscale
    )
    assert len(points.x) == 50
    assert points.marker.color[-1] == 20
    assert points.marker.colorbar.title.text == "Speed [m/s]"


def test_any_variable_can_colour_the_track(circle, make_series):
    heat = make_series([0, 9_900], [20, 80], label="Tire", unit="°C")

    figure = create_representative_gps_image(*circle, color_by=heat)

    assert figure.data[1].marker.colorbar.title.text == "Tire [°C]"
    assert figure.data[1].marker.color[0] == 20
    assert len(create_representative_gps_image(*circle).data) == 2


def test_no_fixes_give_an_empty_figure_and_a_warning(make_series, caplog):
    none = make_series([], [])

    with caplog.at_level(logging.WARNING):
        assert len(create_representative_gps_image(none, none).data) == 0
        assert len(plot_gps_comparison([(none, none, "quiet")]).data) == 0
        assert len(plot_gps_comparison([]).data) == 0

    assert "There are no fixes" in caplog.text
    assert "quiet has no fixes" in caplog.text


def test_the_trimmer_shows_the_stretch(circle):
    pytest.importorskip("ipywidgets")
    pytest.importorskip("anywidget")

    box = plot_gps_trimmer(*circle)
    slider, text, figure = box.children
    slider.value = (10, 20)

    assert len(figure.data[1].x) == 11
    assert text.value == "timestamps 1000 to 2000 (1.000 s to 2.000 s)"
    box.close_all()


def test_the_trimmer_wants_the_same_times(circle):
    lat, lon = circle

    with pytest.raises(ValueError, match="different times"):
        plot_gps_trimmer(lat, lon.trim(0, 500))


def test_a_real_track_is_as_long_as_its_speed_says(recording):
    from perda.analyzer import Analyzer

    data = Analyzer(recording.path, verbose=0).data
    if "gps.latitude" not in data:
        pytest.skip("a recording without positions")
    lat, lon, speed = data["gps.latitude"], data["gps.longitude"], data["gps.speed"]

    good = filter_gps_cartesian(lat, lon)
    east, north = gps_to_enu(lat.value_np[good], lon.value_np[good])

    driven_m = np.trapezoid(speed.value_np, to_seconds(speed.timestamp_np, data.timestamp_unit))
    assert good.mean() > 0.99
    assert np.hypot(np.diff(east), np.diff(north)).sum() == pytest.approx(driven_m, rel=0.02)
