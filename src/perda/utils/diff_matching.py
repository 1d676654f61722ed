"""Pairing the samples of two recordings of one thing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from perda.core_data_structures.resampling import Times

Places = npt.NDArray[np.int64]
Pairs = tuple[Places, Places]

_LOCKSTEP_SAMPLES = 64
"""Groups up to this many samples are walked all at once, longer ones one after the other."""

_FIRST_LOOK = 256
"""Pairs compared at first when a long stretch of pairs is looked for; doubled at each success.
So many take numpy hardly longer than one."""


def match_in_time_order(base_ts: Times, incoming_ts: Times, tolerance: int) -> Pairs:
    """Pair the samples of two series in time order.

    Both series are walked from the start: the next sample of each make a pair if their times
    differ by at most ``tolerance``; otherwise the earlier of the two is left alone.

    Parameters
    ----------
    base_ts, incoming_ts : numpy.ndarray of int64, shapes (n,) and (m,)
        Non-decreasing times in one unit.
    tolerance : int
        In that unit, ≥ 0.

    Returns
    -------
    tuple of numpy.ndarray of int64, shapes (k,)
        Places in the base and in the incoming series of each pair, rising.

    Notes
    -----
    Samples farther than the tolerance from all others belong to no walk but their own, so the
    merged times are cut wherever two neighbours are farther apart. Groups of one sample of
    each side are pairs; small groups are walked in lockstep, one step of all of them at a
    time; in long ones whole stretches of pairs, or of samples left alone, are found at once.
    """
    if len(base_ts) == len(incoming_ts) and _all_near(base_ts, incoming_ts, tolerance):
        same = np.arange(len(base_ts), dtype=np.int64)
        return same, same.copy()
    base_in, incoming_in = _group_sizes(base_ts, incoming_ts, tolerance)
    base_from, incoming_from = _starts(base_in), _starts(incoming_in)
    simple = (base_in == 1) & (incoming_in == 1)
    crowded = (base_in > 0) & (incoming_in > 0) & ~simple
    small = crowded & (base_in + incoming_in <= _LOCKSTEP_SAMPLES)
    pairs = [
        (base_from[simple], incoming_from[simple]),
        _walk_in_lockstep(
            base_ts,
            incoming_ts,
            tolerance,
            (base_from[small], incoming_from[small]),
            (base_from[small] + base_in[small], incoming_from[small] + incoming_in[small]),
        ),
    ]
    for group in np.flatnonzero(crowded & ~small):
        piece = slice(base_from[group], base_from[group] + base_in[group])
        other = slice(incoming_from[group], incoming_from[group] + incoming_in[group])
        in_base, in_incoming = _walk(base_ts[piece], incoming_ts[other], tolerance)
        pairs.append((in_base + piece.start, in_incoming + other.start))
    return _joined(pairs)


def _all_near(base_ts: Times, incoming_ts: Times, tolerance: int) -> bool:
    return bool((np.abs(base_ts - incoming_ts) <= tolerance).all())


def _group_sizes(base_ts: Times, incoming_ts: Times, tolerance: int) -> Pairs:
    """Return how many samples of each side are in each group of the merged times."""
    merged = np.concatenate([base_ts, incoming_ts])
    order = np.argsort(merged, kind="stable")  # two sorted halves: the stable sort merges them
    merged = merged[order]
    group = np.cumsum(np.append(0, merged[1:] - merged[:-1] > tolerance)[: len(merged)])
    is_base = order < len(base_ts)
    groups = int(group[-1]) + 1 if len(group) else 0
    return (
        np.bincount(group[is_base], minlength=groups),
        np.bincount(group[~is_base], minlength=groups),
    )


def _starts(sizes: Places) -> Places:
    starts: Places = np.cumsum(sizes) - sizes
    return starts


def _walk_in_lockstep(
    base_ts: Times, incoming_ts: Times, tolerance: int, starts: Pairs, stops: Pairs
) -> Pairs:
    (i, j), (i_stop, j_stop) = starts, stops
    pairs = [(i[:0], j[:0])]
    while len(i):
        ahead = incoming_ts[j] - base_ts[i]
        near = np.abs(ahead) <= tolerance
        pairs.append((i[near], j[near]))
        i, j = i + (near | (ahead > 0)), j + (near | (ahead < 0))
        alive = (i < i_stop) & (j < j_stop)
        i, j, i_stop, j_stop = i[alive], j[alive], i_stop[alive], j_stop[alive]
    return _joined(pairs)


def _walk(base_ts: Times, incoming_ts: Times, tolerance: int) -> Pairs:
    """Walk two series, one step for every stretch of pairs or of samples left alone."""
    i = j = 0
    stretches: list[tuple[int, int, int]] = []
    while i < len(base_ts) and j < len(incoming_ts):
        ahead = int(incoming_ts[j]) - int(base_ts[i])
        if ahead > tolerance:
            i += int(base_ts[i:].searchsorted(incoming_ts[j] - tolerance))
        elif ahead < -tolerance:
            j += int(incoming_ts[j:].searchsorted(base_ts[i] - tolerance))
        else:
            length = _stretch(base_ts[i:], incoming_ts[j:], tolerance)
            stretches.append((i, j, length))
            i, j = i + length, j + length
    return _all_of(np.array(stretches, dtype=np.int64).reshape(-1, 3))


def _all_of(stretches: Places) -> Pairs:
    """Return every pair of stretches given by their first places and lengths."""
    in_base, in_incoming, length = stretches.T
    step = np.arange(length.sum()) - np.repeat(_starts(length), length)
    return np.repeat(in_base, length) + step, np.repeat(in_incoming, length) + step


def _stretch(base_ts: Times, incoming_ts: Times, tolerance: int) -> int:
    """Return how many pairs in a row lie within the tolerance."""
    most = min(len(base_ts), len(incoming_ts))
    length, look = 0, _FIRST_LOOK
    while length < most:
        piece = slice(length, min(length + look, most))
        far = np.abs(base_ts[piece] - incoming_ts[piece]) > tolerance
        first = int(far.argmax())
        if far[first]:
            return length + first
        length, look = piece.stop, 2 * look
    return length


def _joined(pairs: list[Pairs]) -> Pairs:
    if not pairs:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    in_base = np.concatenate([pair[0] for pair in pairs])
    in_incoming = np.concatenate([pair[1] for pair in pairs])
    # Pairs never cross, so what sorts the one side sorts the other.
    in_base.sort()
    in_incoming.sort()
    return in_base, in_incoming
