"""Putting the packets of a history together: whole, or refused, and never wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perda.live import CDPProtocolError
from perda.live.history import decode_history

TYPES = {
    0: ("?", [True, False, True]),
    1: ("B", [0, 200, 255]),
    2: ("H", [0, 500, 65535]),
    3: ("I", [0, 1, 2**32 - 1]),
    4: ("Q", [0, 1, 2**53]),
    5: ("b", [-128, 0, 127]),
    6: ("h", [-32768, 0, 5]),
    7: ("i", [-(2**31), 0, 5]),
    8: ("q", [-(2**53), 0, 5]),
    9: ("f", [0.5, -2.25, 1e10]),
    10: ("d", [0.1, -1e300, 5.0]),
}


@pytest.mark.parametrize("number", TYPES)
def test_every_type_of_sample_is_read(packet, number):
    code, values = TYPES[number]
    history = decode_history([packet(3, values, code=code, number=number, interval=20)], "a")
    assert history.values.dtype == np.float64
    assert history.values.tolist() == [float(value) for value in values]
    assert history.times_ms.tolist() == [60, 80, 100]


@given(st.data())
def test_loss_doubling_and_reordering_give_a_true_piece_or_an_error(packet, data):
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=6))
    starts = np.cumsum([0, *sizes])
    sent = [
        packet(int(start), [float(start + i) for i in range(size)], index=index)
        for index, (start, size) in enumerate(zip(starts, sizes, strict=False))
    ]
    kept = data.draw(st.lists(st.integers(0, len(sent) - 1), min_size=1, max_size=12))
    try:
        history = decode_history([sent[i] for i in kept], "a")
    except CDPProtocolError:
        assert sorted(set(kept)) != list(range(min(kept), max(kept) + 1))
    else:
        assert sorted(set(kept)) == list(range(min(kept), max(kept) + 1))
        assert history.values.tolist() == list(range(starts[min(kept)], starts[max(kept) + 1]))
        assert history.times_ms.tolist() == (history.values * 100).tolist()


@given(st.data())
def test_a_packet_cut_anywhere_adds_nothing(packet, data):
    whole, cut = packet(0, [1.0, 2.0]), packet(2, [3.0, 4.0])
    cut = cut[: data.draw(st.integers(0, len(cut) - 1))]
    assert decode_history([cut, whole], "a").values.tolist() == [1.0, 2.0]


@given(st.data())
def test_single_samples_all_cut_are_refused(packet, data):
    sent = [packet(begin, [5.0]) for begin in (7, 8)]
    cuts = [one[: data.draw(st.integers(2, len(one) - 1))] for one in sent]
    with pytest.raises(CDPProtocolError, match="readable"):
        decode_history(cuts, "a")


@given(st.lists(st.binary(max_size=64), max_size=5))
def test_garbage_is_refused(garbage):
    try:
        history = decode_history(garbage, "a")
    except CDPProtocolError:
        return
    assert len(history.values) >= 1
    assert (np.diff(history.times_ms) > 0).all()


def test_a_status_that_comes_alone_goes_before_bare_packets(packet):
    sent = [b"\x07", packet(0, [1.0], status=b""), packet(1, [2.0], status=b"")]
    assert decode_history(sent, "a").values.tolist() == [1.0, 2.0]


def test_bare_packets_without_a_status_are_refused(packet):
    with pytest.raises(CDPProtocolError, match="None of the 1 packets"):
        decode_history([packet(0, [1.0], status=b"")], "a")


def test_both_forms_at_once_are_refused(packet):
    with pytest.raises(CDPProtocolError, match="differ in their form"):
        decode_history([b"\x07", packet(0, [1.0], status=b""), packet(1, [2.0])], "a")


def test_a_hole_is_named(packet):
    with pytest.raises(CDPProtocolError, match="samples 2 to 4 did not arrive"):
        decode_history([packet(5, [6.0]), packet(0, [1.0, 2.0])], "ams.x")


@pytest.mark.parametrize(
    ("what", "other"),
    [
        ("id", {"answer_id": 78}),
        ("interval", {"interval": 10}),
        ("type", {"code": "q", "number": 8}),
    ],
)
def test_packets_of_different_answers_are_never_mixed(packet, what, other):
    with pytest.raises(CDPProtocolError, match=f"differ in their {what}"):
        decode_history([packet(0, [1]), packet(1, [2], **other)], "a")


def test_packets_that_disagree_are_refused(packet):
    with pytest.raises(CDPProtocolError, match="disagree about samples 1 to 2"):
        decode_history([packet(0, [1.0, 2.0]), packet(1, [9.0, 3.0])], "a")


def test_packets_that_overlap_and_agree_are_joined(packet):
    sent = [packet(1, [2.0, 3.0, 4.0]), packet(0, [1.0, 2.0, 3.0]), packet(1, [2.0])]
    assert decode_history(sent, "a").values.tolist() == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("wrong", [{"interval": 0}, {"number": 11}, {"interval": 2**32 - 1}])
def test_a_header_that_cannot_be_is_refused(packet, wrong):
    with pytest.raises(CDPProtocolError, match="readable"):
        decode_history([packet(2**32 - 1, [1.0], **wrong)], "a")


def test_a_packet_that_ends_before_it_begins_is_refused(packet):
    with pytest.raises(CDPProtocolError, match="readable"):
        decode_history([packet(5, [])], "a")
