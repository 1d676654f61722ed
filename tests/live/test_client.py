"""The client against a server that loses, doubles, reorders, cuts, delays or says nothing."""

from __future__ import annotations

import math
import socket
import struct
import threading

import pytest

from perda.live import (
    CDPClient,
    CDPConnectionError,
    CDPException,
    CDPProtocolError,
    CDPServerError,
    CDPTimeoutError,
    ResponseStatus,
    ShortHistoryWarning,
    ValueType,
    get_range_value,
    get_value,
    set_value,
)

SLACK_S = 0.25  # for a busy machine


def test_a_value_is_read(car, client, value_answer):
    car.answers(value_answer(402.5))
    assert client.get("ams.pack.voltage", ValueType.FLOAT) == 402.5
    assert car.requests == [b"\x81" + b"ams.pack.voltage".ljust(56, b"\0") + bytes(8)]


def test_a_value_is_set(car, client):
    car.answers(b"\x01")
    client.set("pcm.limit", 80, ValueType.NUMERIC)
    assert car.requests == [b"\x00" + b"pcm.limit".ljust(56, b"\0") + struct.pack("<d", 80)]


def test_a_history_is_read(car, client, packet):
    car.answers(packet(10, [0.0, 1.0, 2.0, 3.0, 4.0]), packet(15, [5.0, 6.0, 7.0, 8.0, 9.0]))
    series = client.get_range("ams.pack.voltage", 1)
    assert series.timestamp_np.tolist() == list(range(1000, 2000, 100))
    assert series.value_np.tolist() == list(range(10))
    assert (series.label, series.cpp_name) == ("ams.pack.voltage", "ams.pack.voltage")


def test_a_history_longer_than_asked_for_is_whole(car, client, packet):
    car.answers(*(packet(10 * i, [float(i)] * 10) for i in range(5)))
    assert len(client.get_range("a", 1)) == 50


def test_packets_may_come_doubled_and_in_any_order(car, client, packet):
    first, second, third = (packet(4 * i, [float(i)] * 4, index=i) for i in range(3))
    car.answers(third, first, first, 0.02, second, third)
    assert client.get_range("a", 1).value_np.tolist() == [0.0] * 4 + [1.0] * 4 + [2.0] * 4


@pytest.mark.parametrize("lost", [0, 2])
def test_a_history_without_its_end_comes_with_a_warning(car, client, packet, lost):
    sent = [packet(4 * i, [float(i)] * 4, index=i) for i in range(3)]
    del sent[lost]
    car.answers(*sent)
    with pytest.warns(ShortHistoryWarning, match=r"'a' is 0\.8 s long, 1 s were asked for"):
        series = client.get_range("a", 1)
    assert len(series) == 8


def test_a_hole_is_an_error(car, client, packet):
    car.answers(packet(0, [1.0] * 4), packet(8, [1.0] * 4))
    with pytest.raises(CDPProtocolError, match="samples 4 to 7 did not arrive"):
        client.get_range("a", 1)


def test_a_history_of_cut_packets_is_an_error(car, client, packet):
    car.answers(packet(0, [1.0] * 10)[:-3])
    with pytest.raises(CDPProtocolError, match="readable"):
        client.get_range("a", 1)


def test_a_cut_last_packet_makes_the_history_shorter(car, client, packet):
    car.answers(packet(0, [1.0] * 8), packet(8, [2.0] * 8)[:-1])
    with pytest.warns(ShortHistoryWarning):
        series = client.get_range("a", 1)
    assert series.value_np.tolist() == [1.0] * 8


@pytest.mark.parametrize("status", [2, 3, 4, 5, 6])
def test_a_refusal_is_a_typed_error(car, client, status):
    car.answers(bytes([status]))
    for ask in (
        lambda: client.get("a", ValueType.FLOAT),
        lambda: client.set("a", 1, ValueType.FLOAT),
        lambda: client.get_range("a", 1),
    ):
        with pytest.raises(CDPServerError) as caught:
            ask()
        assert caught.value.status is ResponseStatus(status)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00",
        b"\x00" + bytes(7),
        b"\x00" + bytes(9),
        b"\x01" + bytes(8),
        b"\x07" + bytes(8),
        b"\xff" * 9,
    ],
)
def test_an_answer_of_another_form_is_no_value(car, client, answer, took):
    car.answers(answer)
    with pytest.raises(CDPProtocolError, match="expected GET_SUCCESS"):
        client.get("a", ValueType.FLOAT)
    assert took() < 0.3 + SLACK_S


@pytest.mark.parametrize("answer", [b"\x00", b"\x07", b"\x01\x00", b"\x00" + bytes(8)])
def test_an_answer_of_another_form_confirms_no_set(car, client, answer):
    car.answers(answer)
    with pytest.raises(CDPProtocolError, match="expected SET_SUCCESS"):
        client.set("a", 1, ValueType.FLOAT)


def test_a_damaged_answer_before_the_good_one_is_passed_over(car, client, value_answer):
    car.answers(b"\x00\x01", value_answer(5.0))
    assert client.get("a", ValueType.FLOAT) == 5.0


def test_a_doubled_answer_is_never_taken_for_the_next_one(car, client, value_answer):
    car.scripted([value_answer(1.0)] * 3, [0.02, value_answer(2.0)])
    assert client.get("a", ValueType.FLOAT) == 1.0
    assert client.get("b", ValueType.FLOAT) == 2.0


def test_a_late_answer_is_never_taken_for_the_next_one(car, client, value_answer):
    car.scripted([0.35, value_answer(1.0)], [0.15, value_answer(2.0)])
    with pytest.raises(CDPTimeoutError):
        client.get("a", ValueType.FLOAT)
    assert client.get("b", ValueType.FLOAT) == 2.0


def test_late_packets_are_never_mixed_into_the_next_history(car, client, packet):
    late = [packet(0, [9.0] * 10, answer_id=1), 0.45, packet(10, [9.0] * 10, answer_id=1)]
    car.scripted(late, [0.15, packet(0, [1.0] * 20, answer_id=2)])
    client.get_range("a", 1)
    assert client.get_range("b", 2).value_np.tolist() == [1.0] * 20


def test_silence_ends_at_the_deadline(client, took):
    with pytest.raises(CDPTimeoutError, match=r"did not answer to 'a' within 0\.3 s") as caught:
        client.get("a", ValueType.FLOAT)
    assert isinstance(caught.value, TimeoutError)
    assert isinstance(caught.value, ConnectionError)
    assert isinstance(caught.value, CDPException)
    assert 0.3 <= took() < 0.3 + SLACK_S


def test_silence_about_a_history_ends_at_its_own_deadline(client, took):
    with pytest.raises(CDPTimeoutError, match=r"within 0\.4 s"):
        client.get_range("a", 1)
    assert 0.4 <= took() < 0.4 + SLACK_S


def test_a_set_without_answer_says_that_it_is_open(car, client):
    with pytest.raises(CDPTimeoutError, match="may be set or not"):
        client.set("a", 1, ValueType.FLOAT)
    assert len(car.requests) == 1


def test_packets_that_trickle_in_do_not_move_the_deadline(car, client, packet, took):
    car.answers(*(part for i in range(40) for part in (packet(i, [1.0]), 0.05)))
    with pytest.warns(ShortHistoryWarning):
        series = client.get_range("a", 100)
    assert took() < 0.4 + SLACK_S
    assert 1 <= len(series) <= 9


def test_a_flood_of_damaged_answers_does_not_move_the_deadline(car, client, took):
    car.answers(*[part for _ in range(400) for part in (b"\x00", 0.002)])
    with pytest.raises(CDPProtocolError):
        client.get("a", ValueType.FLOAT)
    assert took() < 0.3 + SLACK_S


def test_a_lost_question_is_asked_again(car, value_answer):
    car.scripted([], [value_answer(3.0)])
    with CDPClient(timeout=5).connect("127.0.0.1", car.port) as client:
        assert client.get("a", ValueType.FLOAT) == 3.0
    assert len(car.requests) == 2


def test_a_port_where_nobody_listens_is_an_error_at_once(took):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with CDPClient().connect("127.0.0.1", port) as client:
        with pytest.raises(CDPConnectionError, match="Nothing listens"):
            client.get("a", ValueType.FLOAT)
        with pytest.raises(ConnectionError):
            client.get_range("a", 1)
    assert took() < 1


def test_another_sender_is_not_heard(car, client, value_answer):
    car.intrusion = value_answer(666.0)
    car.answers(0.05, value_answer(1.0))
    assert client.get("a", ValueType.FLOAT) == 1.0


def test_many_values_in_several_threads_are_each_their_own(car, client):
    car.behaviour = lambda request: [b"\x00" + struct.pack("<d", float(request[1:57].strip(b"\0")))]
    wrong = []

    def ask(base: int) -> None:
        wrong.extend(n for n in range(base, base + 100) if client.get(str(n), 0) != n)

    threads = [threading.Thread(target=ask, args=(base,)) for base in (0, 1000, 2000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_client_that_was_not_connected_says_so():
    client = CDPClient()
    with pytest.raises(ConnectionError, match="call connect"):
        client.get("a", ValueType.FLOAT)


def test_a_disconnected_client_can_connect_again(car, client, value_answer):
    car.answers(value_answer(1.0))
    client.disconnect()
    client.disconnect()
    with pytest.raises(CDPConnectionError):
        client.get("a", ValueType.FLOAT)
    client.connect("localhost", car.port)
    assert client.get("a", ValueType.FLOAT) == 1.0


@pytest.mark.parametrize("port", [0, 70000, -1, "5001"])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(ValueError, match="port"):
        CDPClient().connect("127.0.0.1", port)


@pytest.mark.parametrize("host", ["", "a b", "\ud800", "x" * 300, "256.1.1.1", None])
def test_a_host_that_cannot_be_is_a_typed_error(host):
    with pytest.raises(CDPException, match="host"):
        CDPClient(timeout=1).connect(host)


@pytest.mark.parametrize("timeout", [0, -1, math.nan, math.inf, "5"])
def test_a_timeout_without_end_is_refused(timeout):
    with pytest.raises(ValueError, match="timeout"):
        CDPClient(timeout=timeout)


def test_helpers_ask_once(car, value_answer, packet):
    car.answers(value_answer(7.0))
    assert get_value("a", ValueType.NUMERIC, port=car.port) == 7.0
    car.answers(b"\x01")
    set_value("a", 7.0, ValueType.FLOAT, port=car.port)
    car.answers(packet(0, [1.0] * 10))
    assert len(get_range_value("a", 1, port=car.port, range_timeout=0.4)) == 10
