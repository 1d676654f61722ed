"""The facade over a running car."""

from __future__ import annotations

import pytest

from perda.errors import SettingsError
from perda.live import CDPConnectionError, CDPServerError, LiveAnalyzer, ValueType


@pytest.fixture
def live(car):
    with LiveAnalyzer.local(port=car.port, timeout=0.3, range_timeout=0.4) as live:
        yield live


def test_values_are_read_and_set(car, live, value_answer):
    car.answers(value_answer(1.5))
    assert live.get("a") == 1.5
    car.answers(b"\x01")
    live.set("a", True, ValueType.BOOL)
    assert [request[0] for request in car.requests] == [0x81, 0x02]


def test_the_last_seconds_are_fetched(car, live, packet):
    car.answers(packet(0, [1.0] * 20))
    assert len(live.fetch("a", time_secs=2)) == 20
    assert car.requests[0][57:61] == (2).to_bytes(4, "little")


def test_thirty_seconds_are_fetched_unless_told_otherwise(car, live, packet):
    car.answers(packet(0, [1.0] * 300))
    assert len(live.fetch("a")) == 300
    assert car.requests[0][57:61] == (30).to_bytes(4, "little")


def test_variables_are_plotted_over_seconds(car, live, packet):
    car.answers(packet(10, [float(i) for i in range(10)]))
    figure = live.plot(["a", "b"], "c", time_secs=1, title="Now", y_label_1="left")
    assert [trace.name for trace in figure.data] == ["a", "b", "c"]
    assert list(figure.data[0].x) == pytest.approx([1 + i / 10 for i in range(10)])
    assert figure.data[2].yaxis == "y2"


def test_a_fetched_series_is_plotted_without_asking_again(car, live, packet):
    car.answers(packet(0, [1.0] * 10))
    series = live.fetch("a", time_secs=1)
    figure = live.plot(series * 2)
    assert list(figure.data[0].y) == [2.0] * 10
    assert len(car.requests) == 1


def test_frequency_is_analysed(car, live, packet, capsys):
    pytest.importorskip("perda.utils.frequency_analysis")
    car.answers(packet(0, [1.0] * 100))
    figure = live.analyze_frequency("a", expected_frequency_hz=10, time_secs=10)
    assert len(figure.data) >= 1
    assert "10.0" in capsys.readouterr().out


def test_a_server_that_answers_anything_is_connected(car, live):
    car.answers(b"\x03")
    assert live.is_connected()
    live.ensure_connected()


def test_a_silent_server_is_not_connected(live, took):
    assert not live.is_connected()
    assert took() < 0.6
    with pytest.raises(ConnectionError):
        live.ensure_connected()


def test_a_server_without_its_car_is_not_connected(car, live):
    car.answers(b"\x05")
    assert not live.is_connected()
    with pytest.raises(CDPConnectionError, match="not connected to it"):
        live.ensure_connected()


def test_the_last_outcome_counts_until_it_is_refreshed(car, live, value_answer):
    car.answers(value_answer(1.0))
    live.get("a")
    car.answers()
    assert live.is_connected()
    assert len(car.requests) == 1
    assert not live.is_connected(refresh=True)
    car.answers(value_answer(1.0))
    assert not live.is_connected()
    assert live.is_connected(refresh=True)


def test_a_refused_name_does_not_mean_disconnected(car, live):
    car.answers(b"\x03")
    with pytest.raises(CDPServerError):
        live.get("nonsense")
    assert live.is_connected()
    assert len(car.requests) == 1


def test_the_data_server_s_address_is_a_setting(car, value_answer, monkeypatch):
    monkeypatch.setenv("PERDA_LIVE_HOST", "127.0.0.1")
    car.answers(value_answer(2.0))
    with LiveAnalyzer.dataserver(port=car.port, timeout=0.3) as live:
        assert live.get("a") == 2.0


@pytest.mark.parametrize("host", [None, "", "http://car/", "a b"])
def test_a_wrong_setting_is_named(host, monkeypatch):
    monkeypatch.delenv("PERDA_LIVE_HOST", raising=False)
    if host is not None:
        monkeypatch.setenv("PERDA_LIVE_HOST", host)
    with pytest.raises(SettingsError, match="PERDA_LIVE_HOST"):
        LiveAnalyzer.dataserver()


def test_a_remote_car_is_another_host(car, value_answer):
    car.answers(value_answer(2.0))
    with LiveAnalyzer.remote("localhost", port=car.port, timeout=0.3) as live:
        assert live.get("a") == 2.0
        assert repr(live) == f"<LiveAnalyzer of localhost:{car.port}>"
