from __future__ import annotations

import numpy as np
import pytest

from perda.utils.diff_matching import match_in_time_order

RNG = np.random.default_rng(11)


def one_by_one(base, incoming, tolerance):
    """Walk both series sample by sample, as the definition has it."""
    i = j = 0
    pairs = []
    while i < len(base) and j < len(incoming):
        if abs(int(incoming[j]) - int(base[i])) <= tolerance:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif base[i] < incoming[j]:
            i += 1
        else:
            j += 1
    return pairs


def pairs_of(base, incoming, tolerance):
    in_base, in_incoming = match_in_time_order(
        np.asarray(base, dtype=np.int64), np.asarray(incoming, dtype=np.int64), tolerance
    )
    return list(zip(in_base.tolist(), in_incoming.tolist(), strict=True))


@pytest.mark.parametrize("tolerance", [0, 1, 2, 7, 60])
@pytest.mark.parametrize("step", [1, 2, 5, 40])
@pytest.mark.parametrize("trial", range(4))
def test_it_is_the_walk_sample_by_sample(tolerance, step, trial):
    # Sparse to crowded, with repeated times, lost samples and jitter on both sides.
    times = np.cumsum(RNG.integers(0, 2 * step, 900))
    base = np.sort(times[RNG.random(900) > 0.1] + RNG.integers(0, 3, 1)[0])
    jitter = RNG.integers(-2, 3, 900) * (RNG.random(900) > 0.5)
    incoming = np.sort((times + jitter)[RNG.random(900) > 0.1 * trial])

    assert pairs_of(base, incoming, tolerance) == one_by_one(base, incoming, tolerance)


def test_a_long_crowded_stretch_with_a_hole_is_walked_alike():
    base = np.arange(0, 5000)
    incoming = np.delete(base, np.r_[200:203, 1000:1400, 4000])

    assert pairs_of(base, incoming, 2) == one_by_one(base, incoming, 2)


def test_equal_times_far_apart_and_nothing():
    assert pairs_of([5, 5, 5], [5, 5], 0) == [(0, 0), (1, 1)]
    assert pairs_of([0, 10], [5, 15], 4) == []
    assert pairs_of([0, 10], [4, 14], 4) == [(0, 0), (1, 1)]
    assert pairs_of([], [1], 2) == []
    assert pairs_of([1], [], 2) == []
    assert pairs_of([], [], 2) == []


def test_times_beyond_the_precision_of_a_float_stay_exact():
    late = 2**60
    assert pairs_of([late], [late + 1], 0) == []
    assert pairs_of([late, late + 9], [late + 1, late + 30], 1) == [(0, 0)]
