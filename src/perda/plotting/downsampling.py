"""Fewer points for a figure: every n-th sample, or those that keep the curve's shape and peaks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

DOWNSAMPLE_POINTS = 10_000
"""Points per line that ``minmaxlttb`` keeps when ``max_points`` does not say: some eight per
pixel of a figure's width, so that zooming in shows more."""

FEWEST_POINTS = 8
METHODS = ("minmaxlttb", "none")

_default_method: str | None = None


@dataclass(frozen=True)
class Shown:
    """Which samples of a series a figure shows, and the rule in words; no words: all."""

    indices: Indices | slice
    rule: str = ""
    every_nth: bool = False


def set_default_downsample(method: str | None) -> None:
    """Choose how all further time plots thin out long series, unless a call says otherwise.

    Parameters
    ----------
    method : str or None
        ``"minmaxlttb"`` keeps shape and peaks; None or ``"none"`` shows every sample (or every
        n-th, where ``max_points`` asks for it).

    Raises
    ------
    ValueError
        If the method is unknown.

    Examples
    --------
    >>> set_default_downsample("minmaxlttb")
    >>> set_default_downsample(None)
    """
    global _default_method  # one setting per notebook is its purpose
    _default_method = _checked(method)


def choose_samples(
    times_s: Floats,
    values: Floats,
    max_points: int | None,
    downsample: str | None,
    *,
    is_state: bool = False,
) -> Shown:
    """Choose which samples of a series to show.

    Parameters
    ----------
    times_s, values : numpy.ndarray of float64, shape (n,)
        The series, times not decreasing.
    max_points : int or None
        Without a method: show every ceil(n / max_points)-th sample. With one: how many it keeps.
    downsample : str or None
        ``"minmaxlttb"``, ``"none"``, or None for the default (:func:`set_default_downsample`).
    is_state : bool
        Whether the values are states: then the method keeps every change, if they are few enough.

    Returns
    -------
    Shown
        Ascending positions.

    Raises
    ------
    ValueError
        If ``max_points`` is below 1 or the method is unknown.
    """
    if max_points is not None and max_points < 1:
        raise ValueError(f"max_points is {max_points}; expected 1 or more, or None for all.")
    method = _checked(downsample) or _default_method or "none"
    if method == "none":
        return _every_nth(len(values), max_points)
    points = max(max_points or DOWNSAMPLE_POINTS, FEWEST_POINTS)
    if len(values) <= points:
        return Shown(slice(None))
    if is_state:
        changes = _changes(values)
        if len(changes) <= points:
            return Shown(changes, "every change kept")
    return Shown(_keeping_peaks(times_s, values, points), "peaks kept")


def _checked(method: str | None) -> str | None:
    if method is not None and method not in METHODS:
        raise ValueError(f"downsample is {method!r}; expected one of {', '.join(METHODS)} or None.")
    return method


def _every_nth(count: int, max_points: int | None) -> Shown:
    step = 1 if max_points is None else max(1, math.ceil(count / max_points))
    return Shown(slice(None, None, step), f"every {_ordinal(step)}" if step > 1 else "", True)


def _ordinal(number: int) -> str:
    teen = number // 10 % 10 == 1
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _changes(values: Floats) -> Indices:
    """Return the first and last position and those whose value differs from the one before."""
    same = values[1:] == values[:-1]
    same |= np.isnan(values[1:]) & np.isnan(values[:-1])
    return np.unique(np.concatenate([[0], np.flatnonzero(~same) + 1, [len(values) - 1]]))


def _keeping_peaks(times_s: Floats, values: Floats, points: int) -> Indices:
    """Return at most ``points`` positions, and one per visible hole.

    MinMaxLTTB (Van Der Donckt et al., "MinMaxLTTB", IEEE VIS 2023) draws the shape well, but of
    two peaks close together it may keep one. So half of the points go to the smallest and the
    largest sample of every short stretch, and no peak is lost.
    """
    known = np.flatnonzero(np.isfinite(values))
    kept = known
    if len(known) > points:
        y = np.ascontiguousarray(values[known])
        kept = known[np.union1d(_shape(y, points // 2), _extremes(y, points // 4))]
    return np.union1d(kept, _holes(times_s, values, points))


def _shape(values: Floats, points: int) -> Indices:
    from tsdownsample import MinMaxLTTBDownsampler

    # By position, not by time: given times, tsdownsample 0.1.5 drops samples of a series with
    # large gaps, or panics when many times are equal.
    downsampler = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]  # it has no types
    chosen: Indices = np.asarray(downsampler.downsample(values, n_out=points), dtype=np.intp)
    return chosen


def _extremes(values: Floats, stretches: int) -> Indices:
    """Return where each of at most ``stretches`` stretches is smallest and largest."""
    width = math.ceil(len(values) / stretches)
    full = len(values) // width * width
    starts = np.arange(0, full, width)
    table = values[:full].reshape(-1, width)
    ends = [np.zeros(0, dtype=np.intp)]
    if full < len(values):
        ends.append(full + np.array([values[full:].argmin(), values[full:].argmax()]))
    return np.concatenate([starts + table.argmin(axis=1), starts + table.argmax(axis=1), *ends])


def _holes(times_s: Floats, values: Floats, points: int) -> Indices:
    """Return where stretches without a value begin that are long enough to be seen."""
    missing = np.concatenate([[False], ~np.isfinite(values), [False]])
    starts = np.flatnonzero(missing[1:] & ~missing[:-1])
    after = np.flatnonzero(~missing[1:] & missing[:-1])
    last = len(values) - 1
    length = times_s[np.minimum(after, last)] - times_s[np.maximum(starts - 1, 0)]
    chosen: Indices = starts[length * points > times_s[-1] - times_s[0]]
    return chosen
