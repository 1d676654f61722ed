"""How regularly a series was sampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perda.constants import title_block
from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Values
from perda.units import Timescale, to_seconds

_GAPS_SHOWN = 10


@dataclass(frozen=True)
class FrequencyStatistics:
    """Sampling frequency of a series; times in seconds, frequencies in Hz.

    Attributes
    ----------
    name : str
        Which series it is.
    samples : int
        Number of samples.
    duration_s : float
        From the first to the last.
    times_s, frequencies_hz : numpy.ndarray of float64, shapes (k,)
        1 / (tᵢ - tᵢ₋₁) at tᵢ, for every sample that is later than the one before it.
    at_equal_times : int
        Samples that share their time with the one before; they have no frequency.
    gap_threshold_s : float
        From which distance two samples have a gap between them.
    gap_starts_s, gap_lengths_s : numpy.ndarray of float64, shapes (g,)
        The gaps, in time order.
    """

    name: str
    samples: int
    duration_s: float
    times_s: Values
    frequencies_hz: Values
    at_equal_times: int
    gap_threshold_s: float
    gap_starts_s: Values
    gap_lengths_s: Values

    def __str__(self) -> str:
        lines = [
            title_block("Frequency Analysis"),
            self.name,
            f"Duration: {self.duration_s:.4f} s",
            f"Samples: {self.samples}",
        ]
        if len(self.frequencies_hz) == 0:
            return "\n".join([*lines, "No frequency: fewer than two samples of different time."])
        lines += [f"{name}: {value:.4f} Hz" for name, value in self.summary().items()]
        if self.at_equal_times:
            lines.append(f"At the time of the sample before: {self.at_equal_times}")
        return "\n".join([*lines, *self._gap_lines()])

    def summary(self) -> dict[str, float]:
        """Return mean, median, standard deviation, extremes and percentiles in Hz, by name.

        The standard deviation is that of the population; percentiles lie on the straight line
        between two ranks, as :func:`numpy.percentile`.
        """
        hz = self.frequencies_hz
        low, median, high = np.percentile(hz, [5, 50, 95])
        return {
            "Mean": float(np.mean(hz)),
            "Median": float(median),
            "Std": float(np.std(hz)),
            "Min": float(np.min(hz)),
            "Max": float(np.max(hz)),
            "P5": float(low),
            "P95": float(high),
        }

    def _gap_lines(self) -> list[str]:
        count = len(self.gap_lengths_s)
        longest = np.argsort(-self.gap_lengths_s, kind="stable")[:_GAPS_SHOWN]
        lines = [f"Gaps above {self.gap_threshold_s:.4f} s: {count}"]
        if count > _GAPS_SHOWN:
            lines.append(f"  the {_GAPS_SHOWN} longest:")
        return lines + [
            f"  {self.gap_lengths_s[i]:.4f} s from {self.gap_starts_s[i]:.4f} s"
            for i in np.sort(longest)
        ]


def frequency_statistics(
    data_instance: DataInstance,
    expected_frequency_hz: float | None = None,
    source_time_unit: Timescale | str = Timescale.MS,
    gap_threshold_multiplier: float = 2.0,
) -> FrequencyStatistics:
    """Measure how often and how regularly a series was sampled.

    Parameters
    ----------
    data_instance : DataInstance
        Series of any length; only its times count.
    expected_frequency_hz : float or None
        Frequency it should have, > 0; None: that of the median step.
    source_time_unit : Timescale or str
        Unit of the series' times.
    gap_threshold_multiplier : float
        A gap is longer than this many expected steps, > 0.

    Returns
    -------
    FrequencyStatistics

    Raises
    ------
    ValueError
        If a setting is not positive.
    """
    if expected_frequency_hz is not None and not expected_frequency_hz > 0:
        raise ValueError(f"expected_frequency_hz is {expected_frequency_hz}; expected > 0.")
    if not gap_threshold_multiplier > 0:
        raise ValueError(f"gap_threshold_multiplier is {gap_threshold_multiplier}; expected > 0.")
    times = data_instance.timestamp_np
    ticks = np.diff(times)
    later = ticks > 0
    steps = to_seconds(ticks[later], source_time_unit)
    # Differences of the integers: late microseconds would lose digits as seconds.
    ends = to_seconds(times[1:][later], source_time_unit)
    threshold = gap_threshold_multiplier * _expected_step(steps, expected_frequency_hz)
    wide = steps > threshold
    return FrequencyStatistics(
        name=str(data_instance),
        samples=len(times),
        duration_s=to_seconds(int(times[-1] - times[0]), source_time_unit) if len(times) else 0.0,
        times_s=ends,
        frequencies_hz=1.0 / steps,
        at_equal_times=int(np.count_nonzero(~later)),
        gap_threshold_s=threshold,
        gap_starts_s=ends[wide] - steps[wide],
        gap_lengths_s=steps[wide],
    )


def _expected_step(steps: npt.NDArray[np.float64], expected_frequency_hz: float | None) -> float:
    if expected_frequency_hz is not None:
        return 1.0 / expected_frequency_hz
    return float(np.median(steps)) if len(steps) else 0.0
