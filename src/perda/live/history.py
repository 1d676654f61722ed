"""A variable's history, put together from the datagrams of one answer.

The protocol names no total: what ties the packets together is that their samples are numbered.
Nothing is returned that has a hole, or in which two packets disagree.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perda.live.codes import ResponseStatus
from perda.live.errors import CDPProtocolError

_HEADER = struct.Struct("<IIIIBI")
_STATUS = bytes([ResponseStatus.GET_RANGED_SUCCESS])
# By the number in the packet: 0 bool, 1-4 u8 to u64, 5-8 i8 to i64, 9 float, 10 double.
_SAMPLE_TYPES = ("u1", "u1", "<u2", "<u4", "<u8", "i1", "<i2", "<i4", "<i8", "<f4", "<f8")
_BOOL = 0
_MAX_TIME_MS = 2**63 - 1


@dataclass(frozen=True)
class History:
    """Samples at equal distances without a hole.

    Attributes
    ----------
    first : int
        Number of the first sample.
    interval_ms : int
        Milliseconds from one sample to the next.
    values : numpy.ndarray of float64, shape (n,)
        Values, n ≥ 1.
    """

    first: int
    interval_ms: int
    values: npt.NDArray[np.float64]

    @property
    def times_ms(self) -> npt.NDArray[np.int64]:
        """Time of each sample in milliseconds, shape (n,): its number times the interval."""
        numbers = self.first + np.arange(len(self.values), dtype=np.int64)
        return numbers * self.interval_ms

    @property
    def seconds(self) -> float:
        """How long the history is: the samples times the interval."""
        return len(self.values) * self.interval_ms / 1000


@dataclass(frozen=True)
class _Packet:
    answer_id: int
    begin: int
    end: int
    sample_type: int
    interval_ms: int
    samples: bytes


def decode_history(datagrams: Sequence[bytes], access_string: str) -> History:
    """Put the packets of an answer together, in whatever order and however often they came.

    Parameters
    ----------
    datagrams : sequence of bytes
        Everything that came; damaged packets are left out.
    access_string : str
        What was asked for, named in errors.

    Returns
    -------
    History

    Raises
    ------
    CDPProtocolError
        If no packet is readable, one in the middle is missing, or packets contradict each other.
    """
    packets = sorted(_packets(datagrams, access_string), key=lambda one: (one.begin, one.end))
    if not packets:
        raise CDPProtocolError(
            f"None of the {len(datagrams)} packets with the history of {access_string!r} is "
            "readable; ask again."
        )
    _check_one_answer(packets, access_string)
    _check_no_hole(packets, access_string)
    return History(
        first=packets[0].begin,
        interval_ms=packets[0].interval_ms,
        values=_merged(packets, access_string),
    )


def _packets(datagrams: Sequence[bytes], access_string: str) -> list[_Packet]:
    # Each packet has its status byte, or one status byte comes alone and the packets follow bare.
    # A packet cut down to its first byte looks like the latter, so whole packets decide.
    whole = [_packet(one[1:]) if one[:1] == _STATUS else None for one in datagrams]
    with_status = [one for one in whole if one is not None]
    if _STATUS not in datagrams:
        return with_status
    rest = [_packet(one) for one, known in zip(datagrams, whole, strict=True) if known is None]
    bare = [one for one in rest if one is not None]
    if with_status and bare:
        raise _mixed(access_string, "form")
    return with_status or bare


def _packet(data: bytes) -> _Packet | None:
    if len(data) < _HEADER.size:
        return None
    answer_id, _, begin, end, sample_type, interval_ms = _HEADER.unpack_from(data)
    if sample_type >= len(_SAMPLE_TYPES) or end < begin or interval_ms == 0:
        return None
    if end * interval_ms > _MAX_TIME_MS:
        return None
    samples = data[_HEADER.size :]
    if len(samples) != (end - begin + 1) * np.dtype(_SAMPLE_TYPES[sample_type]).itemsize:
        return None
    return _Packet(answer_id, begin, end, sample_type, interval_ms, samples)


def _check_one_answer(packets: Sequence[_Packet], access_string: str) -> None:
    if len({one.answer_id for one in packets}) > 1:
        raise _mixed(access_string, "id")
    if len({one.sample_type for one in packets}) > 1:
        raise _mixed(access_string, "type")
    if len({one.interval_ms for one in packets}) > 1:
        raise _mixed(access_string, "interval")


def _mixed(access_string: str, what: str) -> CDPProtocolError:
    return CDPProtocolError(
        f"The packets with the history of {access_string!r} differ in their {what}: "
        "they belong to more than one answer; ask again."
    )


def _check_no_hole(packets: Sequence[_Packet], access_string: str) -> None:
    last = packets[0].end
    for one in packets:
        if one.begin > last + 1:
            raise CDPProtocolError(
                f"The history of {access_string!r} has a hole: samples {last + 1} to "
                f"{one.begin - 1} did not arrive; ask again."
            )
        last = max(last, one.end)


def _merged(packets: Sequence[_Packet], access_string: str) -> npt.NDArray[np.float64]:
    dtype = np.dtype(_SAMPLE_TYPES[packets[0].sample_type])
    size, first = dtype.itemsize, packets[0].begin
    merged = bytearray()
    for one in packets:
        start = (one.begin - first) * size
        known = merged[start : start + len(one.samples)]
        if known != one.samples[: len(known)]:
            raise CDPProtocolError(
                f"Two packets with the history of {access_string!r} disagree about samples "
                f"{one.begin} to {one.end}; ask again."
            )
        merged += one.samples[len(known) :]
    samples = np.frombuffer(merged, dtype=dtype)
    if packets[0].sample_type == _BOOL:
        samples = samples != 0
    return samples.astype(np.float64)
