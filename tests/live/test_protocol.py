"""Requests and answers as bytes, against the protocol's own words."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perda.errors import PerdaError
from perda.live import CDPException, CDPProtocolError, CDPServerError, ResponseStatus, ValueType
from perda.live.protocol import decode_get, decode_set, encode_get, encode_range, encode_set

NAMES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=56
).filter(lambda name: len(name.encode()) <= 56)


def test_a_get_is_these_65_bytes():
    assert encode_get("ams.x", ValueType.BOOL) == b"\x82" + b"ams.x" + bytes(51) + bytes(8)


def test_a_set_is_these_65_bytes():
    request = encode_set("ams.x", 1.5, ValueType.FLOAT)
    assert request == b"\x01" + b"ams.x" + bytes(51) + bytes.fromhex("000000000000f83f")


def test_a_range_is_these_65_bytes():
    request = encode_range("ams.x", 300)
    assert request == b"\x83" + b"ams.x" + bytes(51) + bytes.fromhex("2c01000000000000")


@given(NAMES, st.floats(), st.sampled_from([ValueType.NUMERIC, ValueType.FLOAT]))
def test_a_set_carries_every_name_and_number(name, value, value_type):
    request = encode_set(name, value, value_type)
    assert len(request) == 65
    assert request[0] == value_type
    assert request[1:57].rstrip(b"\0").decode() == name
    (sent,) = struct.unpack("<d", request[57:])
    assert sent == value or (math.isnan(sent) and math.isnan(value))


@given(NAMES, st.integers(1, 2**32 - 1))
def test_a_range_carries_every_name_and_time(name, seconds):
    request = encode_range(name, seconds)
    assert len(request) == 65
    assert request[1:57].rstrip(b"\0").decode() == name
    assert struct.unpack("<I4x", request[57:]) == (seconds,)


@given(st.floats())
def test_a_value_is_read_back_to_the_last_bit(value):
    got = decode_get(b"\0" + struct.pack("<d", value), "a")
    assert struct.pack("<d", got) == struct.pack("<d", value)


@given(st.binary(max_size=40))
def test_garbage_is_a_value_only_where_it_has_the_form_of_one(garbage):
    try:
        value = decode_get(garbage, "a")
    except CDPException:
        assert len(garbage) != 9 or garbage[0] != 0
    else:
        assert len(garbage) == 9
        assert garbage[0] == 0
        assert struct.pack("<d", value) == garbage[1:] or math.isnan(value)


@given(st.binary(max_size=12))
def test_garbage_confirms_no_set(garbage):
    if len(garbage) in (1, 9) and garbage[0] == 1:
        decode_set(garbage, "a")
    else:
        with pytest.raises(CDPException):
            decode_set(garbage, "a")


@pytest.mark.parametrize("size", [1, 9])
@pytest.mark.parametrize("status", [2, 3, 4, 5, 6])
def test_a_refusal_has_its_status(status, size):
    with pytest.raises(CDPServerError, match=r"'ams\.x'") as caught:
        decode_get(bytes([status]).ljust(size, b"\0"), "ams.x")
    assert caught.value.status is ResponseStatus(status)


def test_an_access_string_may_have_56_bytes():
    assert encode_get("a" * 56, ValueType.FLOAT)[1:57] == b"a" * 56


@pytest.mark.parametrize("name", ["a" * 57, "ä" * 29, "", "a\0b", "\ud800", 5])
def test_what_is_no_access_string_is_refused(name):
    with pytest.raises(CDPProtocolError, match="access string") as caught:
        encode_get(name, ValueType.FLOAT)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("seconds", [0, -1, 2**32, 0.5, 1.5, math.nan, "30", None])
def test_a_time_that_is_no_number_of_seconds_is_refused(seconds):
    with pytest.raises(CDPProtocolError, match="time_secs"):
        encode_range("a", seconds)


@pytest.mark.parametrize("value", ["1", None, 2**53 + 1, 10**400, [1.0], 1j])
def test_what_a_float64_does_not_hold_cannot_be_set(value):
    with pytest.raises(CDPProtocolError, match="cannot be set"):
        encode_set("a", value, ValueType.NUMERIC)


def test_a_bool_is_set_to_true_or_false_only():
    assert encode_set("a", True, ValueType.BOOL)[57:] == struct.pack("<d", 1.0)
    with pytest.raises(ValueError, match="True or False"):
        encode_set("a", 2, ValueType.BOOL)


def test_an_unknown_type_is_refused():
    with pytest.raises(ValueError, match=r"ValueType\.FLOAT"):
        encode_get("a", 3)


def test_names_have_their_numbers_and_errors_their_bases():
    assert [(one.name, one.value) for one in ValueType] == [
        ("NUMERIC", 0),
        ("FLOAT", 1),
        ("BOOL", 2),
    ]
    assert [one.name for one in ResponseStatus] == [
        "GET_SUCCESS",
        "SET_SUCCESS",
        "COMM_ERROR",
        "INVALID_ACCESS",
        "INCORRECT_TYPE",
        "DISCONNECTED",
        "BADLY_FORMED",
        "GET_RANGED_SUCCESS",
    ]
    assert [one.value for one in ResponseStatus] == list(range(8))
    assert issubclass(CDPProtocolError, CDPException)
    assert issubclass(CDPServerError, CDPException)
    assert issubclass(CDPException, PerdaError)
    assert CDPServerError(3).status is ResponseStatus.INVALID_ACCESS
