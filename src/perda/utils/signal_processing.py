"""Filters and spectra of series."""

from __future__ import annotations

import logging
from typing import overload

import numpy as np
import numpy.typing as npt

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Times, Values
from perda.units import Timescale
from perda.utils.distance_grid import on_distance
from perda.utils.outliers import zscore_outliers
from perda.utils.sampling import OneOrMore, SeriesOrList, mean_step_s, median_step_s, over_each

_log = logging.getLogger(__name__)

_FEWEST_FOR_STEP = 2


def apply_sos_filter(signal: npt.ArrayLike, sos: npt.ArrayLike, order: int) -> Values | None:
    """Filter forwards and backwards, so that nothing is delayed.

    :func:`scipy.signal.sosfiltfilt` (Gustafsson, IEEE Trans. Signal Processing 44, 1996, on
    such filters); the attenuation is that of two passes: 6 dB at a Butterworth cutoff.

    Parameters
    ----------
    signal : array-like of float, shape (n,)
        Equally spaced samples. NaN are bridged by straight lines for the filter, and stay NaN.
    sos : array-like of float, shape (sections, 6)
        Filter in second-order sections.
    order : int
        Order of the filter.

    Returns
    -------
    numpy.ndarray of float64, shape (n,), or None
        None if fewer than 3·(2·order + 1) samples are not NaN.
    """
    values = np.asarray(signal, dtype=np.float64)
    known = ~np.isnan(values)
    if np.count_nonzero(known) < 3 * (2 * order + 1):
        return None
    from scipy.signal import sosfiltfilt

    if known.all():
        whole: Values = sosfiltfilt(sos, values)
        return whole
    place = np.flatnonzero(known)
    between = np.arange(place[0], place[-1] + 1)
    filtered = np.full(len(values), np.nan)
    filtered[between] = sosfiltfilt(sos, np.interp(between, place, values[place]))
    filtered[~known] = np.nan
    return filtered


@overload
def lowpass_filter(
    data_instances: DataInstance,
    cutoff_hz: float,
    source_time_unit: Timescale | str = ...,
    order: int = ...,
) -> DataInstance: ...
@overload
def lowpass_filter(
    data_instances: SeriesOrList,
    cutoff_hz: float,
    source_time_unit: Timescale | str = ...,
    order: int = ...,
) -> OneOrMore: ...
def lowpass_filter(
    data_instances: SeriesOrList,
    cutoff_hz: float,
    source_time_unit: Timescale | str = Timescale.MS,
    order: int = 4,
) -> OneOrMore:
    """Take out what changes faster than ``cutoff_hz``, without delay.

    Butterworth filter (:func:`scipy.signal.butter`) run forwards and backwards, see
    :func:`apply_sos_filter`. Samples count as equally spaced by the median time step.

    Parameters
    ----------
    data_instances : DataInstance or list of DataInstance
        Series. NaN stay NaN. A series with too few samples to filter comes back unchanged,
        with a warning in the log of the program.
    cutoff_hz : float
        Frequency that is weakened by 6 dB, > 0. At or above half the sampling rate (the
        Nyquist frequency) the series comes back unchanged and a line is printed.
    source_time_unit : Timescale or str
        Unit of the series' times.
    order : int
        Order of the filter, in one pass.

    Returns
    -------
    DataInstance or list of DataInstance
        Copies with the same times and metadata; for a list of one series, the series.

    Raises
    ------
    ValueError
        If the cutoff, or a series' median time step, is not positive.
    """
    _check_positive("cutoff_hz", cutoff_hz)

    def filtered(series: DataInstance) -> DataInstance:
        if len(series) < _FEWEST_FOR_STEP:
            return _with_values(series, None)
        step = median_step_s(series.timestamp_np, source_time_unit)
        return _with_values(
            series, _lowpass(series.value_np, cutoff_hz, step, order, f"{series}", "Hz")
        )

    return over_each(data_instances, filtered)


@overload
def lowpass_filter_by_distance(
    data_instances: DataInstance,
    distance_di: DataInstance,
    cutoff_freq_per_meter: float,
    order: int = ...,
) -> DataInstance: ...
@overload
def lowpass_filter_by_distance(
    data_instances: SeriesOrList,
    distance_di: DataInstance,
    cutoff_freq_per_meter: float,
    order: int = ...,
) -> OneOrMore: ...
def lowpass_filter_by_distance(
    data_instances: SeriesOrList,
    distance_di: DataInstance,
    cutoff_freq_per_meter: float,
    order: int = 4,
) -> OneOrMore:
    """Take out what changes faster than ``cutoff_freq_per_meter`` along the way driven.

    The series is read at equal steps of distance (:func:`.distance_grid.on_distance`),
    filtered there as by :func:`lowpass_filter`, and read back at its own samples: what is
    filtered does not depend on the speed.

    Parameters
    ----------
    data_instances : DataInstance or list of DataInstance
        Series. NaN stay NaN.
    distance_di : DataInstance
        Distance driven in metres, at times of its own.
    cutoff_freq_per_meter : float
        Spatial frequency in 1/m that is weakened by 6 dB, > 0; above Nyquist's as in
        :func:`lowpass_filter`.
    order : int
        Order of the filter, in one pass.

    Returns
    -------
    DataInstance or list of DataInstance
        Copies with the same times and metadata; for a list of one series, the series.

    Raises
    ------
    ValueError
        If the cutoff is not positive, or the distance never increases ("No positive distance
        steps").
    """
    _check_positive("cutoff_freq_per_meter", cutoff_freq_per_meter)

    def filtered(series: DataInstance) -> DataInstance:
        there = on_distance(series, distance_di)
        smooth = _lowpass(
            there.values, cutoff_freq_per_meter, there.step, order, f"{series}", "1/m"
        )
        if smooth is None:
            return _with_values(series, None)
        back = np.interp(there.distance, there.grid, smooth)
        return _with_values(series, np.where(np.isnan(series.value_np), np.nan, back))

    return over_each(data_instances, filtered)


@overload
def zscore_filter(
    data_instances: DataInstance,
    window_s: float,
    threshold: float,
    source_time_unit: Timescale | str = ...,
) -> DataInstance: ...
@overload
def zscore_filter(
    data_instances: SeriesOrList,
    window_s: float,
    threshold: float,
    source_time_unit: Timescale | str = ...,
) -> OneOrMore: ...
def zscore_filter(
    data_instances: SeriesOrList,
    window_s: float,
    threshold: float,
    source_time_unit: Timescale | str = Timescale.MS,
) -> OneOrMore:
    """Replace samples far from the rolling mean by a straight line between their neighbours.

    Parameters
    ----------
    data_instances : DataInstance or list of DataInstance
        Series. NaN stay NaN. Fewer than two samples come back unchanged.
    window_s : float
        Length of the window around each sample in seconds, > 0, made into a number of samples
        by the median time step (at least 3).
    threshold : float
        Largest distance from the window's mean, in its standard deviations, that stays; see
        :func:`.outliers.zscore_outliers` for what a short window can find.
    source_time_unit : Timescale or str
        Unit of the series' times.

    Returns
    -------
    DataInstance or list of DataInstance
        Copies with the same times and metadata; for a list of one series, the series.

    Raises
    ------
    ValueError
        If the window, the threshold or a series' median time step is not positive.
    """
    _check_positive("window_s", window_s)
    _check_positive("threshold", threshold)

    def filtered(series: DataInstance) -> DataInstance:
        if len(series) < _FEWEST_FOR_STEP:
            return _with_values(series, None)
        samples = round(window_s / median_step_s(series.timestamp_np, source_time_unit))
        window = min(max(samples, 3), 2 * len(series) + 1)
        out = zscore_outliers(series.value_np, window, threshold)
        return _with_values(series, _interpolated(series.timestamp_np, series.value_np, out))

    return over_each(data_instances, filtered)


def compute_fft(
    di: DataInstance,
    source_time_unit: Timescale | str = Timescale.MS,
    distance_di: DataInstance | None = None,
) -> tuple[Values, Values]:
    """Return the magnitudes of a series' spectrum, its mean taken off.

    abs(rfft(x - mean(x))) by :func:`numpy.fft.rfft`, not scaled: a sine of amplitude A over a
    whole number of periods has the peak A·n/2. Samples count as equally spaced by the mean
    time step (steps above 1.5 medians, which are holes, left out of that mean).

    Parameters
    ----------
    di : DataInstance
        Series; NaN samples are dropped.
    source_time_unit : Timescale or str
        Unit of the series' times.
    distance_di : DataInstance, optional
        Distance driven in metres; the series is then read at equal steps of it
        (:func:`.distance_grid.on_distance`) and frequencies are in 1/m.

    Returns
    -------
    tuple of numpy.ndarray of float64, shapes (n // 2 + 1,)
        Frequencies in Hz (or 1/m), from 0, and magnitudes in the series' unit.

    Raises
    ------
    ValueError
        If fewer than two samples are not NaN, or time or distance does not advance.
    """
    known = ~np.isnan(di.value_np)
    if np.count_nonzero(known) < _FEWEST_FOR_STEP:
        raise ValueError(
            f"{str(di)!r} has {np.count_nonzero(known)} samples that are numbers; "
            "a spectrum needs at least 2."
        )
    if distance_di is not None:
        there = on_distance(di, distance_di)
        values, step = there.values, there.step
    else:
        values, step = di.value_np[known], mean_step_s(di.timestamp_np[known], source_time_unit)
    frequencies = np.arange(len(values) // 2 + 1) / (len(values) * step)  # numpy.fft.rfftfreq
    magnitudes: Values = np.abs(np.fft.rfft(values - np.mean(values)))
    return frequencies, magnitudes


def _lowpass(
    values: Values, cutoff: float, step: float, order: int, name: str, unit: str
) -> Values | None:
    nyquist = 0.5 / step
    if cutoff >= nyquist:
        print(  # noqa: T201  # its contract is to print
            f"{name}: the cutoff of {cutoff:g} {unit} is not below the Nyquist frequency, "
            f"{nyquist:g} {unit}; left unfiltered."
        )
        return None
    from scipy.signal import butter

    filtered = apply_sos_filter(values, butter(order, cutoff / nyquist, output="sos"), order)
    if filtered is None:
        _log.warning("%s has too few samples for a filter of order %d.", name, order)
    return filtered


def _with_values(series: DataInstance, values: Values | None) -> DataInstance:
    kept = series.value_np.copy() if values is None else values
    return series._with_samples(series.timestamp_np.copy(), kept)


def _interpolated(times: Times, values: Values, out: npt.NDArray[np.bool_]) -> Values:
    replaced = values.copy()
    good = ~out & ~np.isnan(values)
    if out.any() and good.any():
        origin = times[0]
        replaced[out] = np.interp(times[out] - origin, times[good] - origin, values[good])
    return replaced


def _check_positive(name: str, value: float) -> None:
    if not value > 0:
        raise ValueError(f"{name} is {value}; expected a number > 0.")
