"""Finding samples that do not belong, by statistics of the samples around them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from perda.core_data_structures.resampling import Values
from perda.units import MAD_TO_STD

Mask = npt.NDArray[np.bool_]

_CHUNK_CELLS = 1 << 17
"""Windows are laid out and sorted in pieces of this many cells, which stay in the CPU's cache."""


def hampel_outliers(values: Values, window: int, n_sigmas: float) -> Mask:
    """Mark samples far from the median of their neighbours.

    A sample is out if its distance from the median of the window around it exceeds
    ``n_sigmas`` · 1.4826 · MAD, where MAD is the median distance of the window's samples from
    that median (Hampel identifier; Davies and Gather, JASA 88, 1993).

    Parameters
    ----------
    values : numpy.ndarray of float64, shape (n,)
        Samples. NaN is neither counted nor out.
    window : int
        Samples in a window, ≥ 1: ``window // 2`` before the sample, itself, the rest after;
        fewer at the ends.
    n_sigmas : float
        Threshold in robust standard deviations. Where more than half of a window are equal
        the MAD is 0 and every other value in the middle of it is out.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)

    Raises
    ------
    ValueError
        If the window is empty or ``n_sigmas`` is negative.
    """
    _check_window(window)
    if not n_sigmas >= 0:
        raise ValueError(f"n_sigmas is {n_sigmas}; expected a number ≥ 0.")
    out = np.zeros(len(values), dtype=np.bool_)
    if len(values) == 0:
        return out
    before = window // 2
    padded = np.pad(values, (before, window - 1 - before), constant_values=np.nan)
    windows = sliding_window_view(padded, window)
    rows = max(_CHUNK_CELLS // window, 1)
    for start in range(0, len(values), rows):
        piece = slice(start, start + rows)
        median, mad = _median_and_mad(windows[piece])
        out[piece] = np.abs(values[piece] - median) > n_sigmas * MAD_TO_STD * mad
    return out


def zscore_outliers(values: Values, window: int, threshold: float) -> Mask:
    """Mark samples more than ``threshold`` standard deviations from the mean around them.

    z = (x - mean) / std, both over the window, the sample included, std of the population as
    in :func:`scipy.stats.zscore`. In a window of w samples no z exceeds (w - 1) / √w
    (Shiffler, The American Statistician 42, 1988): a short window finds nothing.

    Parameters
    ----------
    values : numpy.ndarray of float64, shape (n,)
        Samples. NaN is neither counted nor out.
    window : int
        Samples in a window, as in :func:`hampel_outliers`.
    threshold : float
        Largest z that is not out, > 0.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)

    Raises
    ------
    ValueError
        If the window is empty or the threshold is not positive.
    """
    _check_window(window)
    if not threshold > 0:
        raise ValueError(f"threshold is {threshold}; expected a number > 0.")
    mean, std = rolling_mean_and_std(values, window)
    with np.errstate(invalid="ignore"):
        out: Mask = (np.abs(values - mean) > threshold * std) & (std > 0)
    return out


def rolling_mean_and_std(values: Values, window: int) -> tuple[Values, Values]:
    """Return mean and population standard deviation of the window around each sample.

    Parameters
    ----------
    values : numpy.ndarray of float64, shape (n,)
        Samples; NaN is passed over.
    window : int
        Samples in a window, as in :func:`hampel_outliers`.

    Returns
    -------
    tuple of numpy.ndarray of float64, shapes (n,)
        NaN where a window holds nothing but NaN.
    """
    known = np.isfinite(values)
    if not known.any():
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    # Squares of what is far from zero would drown the variance in rounding.
    centre = float(np.median(values if known.all() else values[known]))
    centred = np.where(known, values - centre, 0.0)
    counts = _rolling_sum(known.astype(np.float64), window)
    squares = _rolling_sum(centred * centred, window)
    with np.errstate(invalid="ignore"):
        mean = _rolling_sum(centred, window) / counts
        square = squares / counts
        variance = square - mean * mean
        # What is left of two equal numbers after rounding is no spread.
        variance[variance < 4 * np.finfo(np.float64).eps * square] = 0.0
        return mean + centre, np.sqrt(variance)


def _rolling_sum(values: Values, window: int) -> Values:
    """Sum the window around each sample, zeros beyond the ends.

    Every window of w samples is the end of one block of w samples and the start of the next
    (van Herk, Pattern Recognition Letters 13, 1992). Nothing is ever subtracted, so one huge
    sample spoils the sums of its own windows only; differences of one running sum it would
    spoil all the way to the end.
    """
    count = len(values)
    before = window // 2
    blocks = -(-(count + window - 1) // window)
    padded = np.zeros(blocks * window)
    padded[before : before + count] = values
    table = padded.reshape(blocks, window)
    ends = np.cumsum(table[:, ::-1], axis=1)[:, ::-1].ravel()
    starts = np.cumsum(table, axis=1)
    starts[:, -1] = 0.0  # a window that is one whole block has its sum from `ends`
    total: Values = ends[:count] + starts.ravel()[window - 1 : window - 1 + count]
    return total


def _median_and_mad(windows: Values) -> tuple[Values, Values]:
    ordered = np.sort(windows, axis=1)  # NaN last
    counts = None
    if np.isnan(ordered[:, -1]).any():
        counts = np.count_nonzero(~np.isnan(ordered), axis=1)
    median = _middle(ordered, counts)
    distances = np.abs(ordered - median[:, np.newaxis])
    distances.sort(axis=1)
    return median, _middle(distances, counts)


def _middle(ordered: Values, counts: npt.NDArray[np.int64] | None) -> Values:
    """Return the median of each ordered row, of its first ``counts`` cells only if given."""
    width = ordered.shape[1]
    if counts is None:
        middle: Values = (ordered[:, (width - 1) // 2] + ordered[:, width // 2]) / 2
        return middle
    row = np.arange(len(ordered))
    low, high = np.maximum(counts - 1, 0) // 2, np.minimum(counts // 2, width - 1)
    picked: Values = (ordered[row, low] + ordered[row, high]) / 2
    return picked


def _check_window(window: int) -> None:
    if window < 1:
        raise ValueError(f"The window has {window} samples; expected at least 1.")
