"""One variable of a run: its times and its values."""

from __future__ import annotations

import numbers
import operator
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from perda.core_data_structures import joins
from perda.core_data_structures.resampling import ResampleMethod, Times, Values, sample_at
from perda.units import Timescale

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Number = TypeVar("Number", np.int64, np.float64)
Ufunc = Callable[[Values, Values], npt.ArrayLike]


def _one_dimensional(array: object, dtype: type[Number]) -> npt.NDArray[Number]:
    if not isinstance(array, np.ndarray):
        raise ValueError(f"expected a numpy array, got {type(array).__name__}")
    if array.ndim != 1:
        raise ValueError(f"expected one dimension, got shape {array.shape}")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"expected numbers, got dtype {array.dtype}")
    if dtype is np.int64 and array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("times must be finite")
    # What a user edits must stay edited, so a read-only array is copied.
    return np.require(array, dtype=dtype, requirements=["W", "C"])


def _as_times(array: object) -> Times:
    times: Times = _one_dimensional(array, np.int64)
    if len(times) and times[0] < 0:
        raise ValueError(f"times must not be negative, the first is {times[0]}")
    falls = np.flatnonzero(times[1:] < times[:-1])
    if len(falls):
        i = int(falls[0])
        raise ValueError(f"times must not decrease: {times[i]}, then {times[i + 1]} at {i + 1}")
    return times


def _as_values(array: object) -> Values:
    return _one_dimensional(array, np.float64)


class DataInstance(BaseModel):
    """One variable as a time series.

    Attributes
    ----------
    timestamp_np : numpy.ndarray of int64, shape (n,)
        Times in the log's unit; not negative, not decreasing.
    value_np : numpy.ndarray of float64, shape (n,)
        Values.
    label : str or None
        What figures call the series.
    var_id : int or None
        Id in the log.
    cpp_name : str or None
        Dotted name in the car's software.
    unit : str or None
        Unit of the values where the log names one, else None; never guessed.

    Raises
    ------
    pydantic.ValidationError
        If an array is not a one-dimensional numpy array of numbers, lengths differ, or
        times are negative or decrease.

    Examples
    --------
    >>> import numpy as np
    >>> volts = DataInstance(timestamp_np=np.array([0, 10]), value_np=np.array([400.0, 390.0]))
    >>> (volts / 2).value_np
    array([200., 195.])
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    # numpy scalars and arrays on the left then leave `2.0 * series` to us.
    __array_ufunc__: ClassVar[None] = None

    timestamp_np: Annotated[npt.NDArray[np.int64], BeforeValidator(_as_times)]
    value_np: Annotated[npt.NDArray[np.float64], BeforeValidator(_as_values)]
    label: str | None = None
    var_id: int | None = None
    cpp_name: str | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if len(self.timestamp_np) != len(self.value_np):
            raise ValueError(f"{len(self.timestamp_np)} times but {len(self.value_np)} values")
        return self

    def __len__(self) -> int:
        return len(self.timestamp_np)

    def __str__(self) -> str:
        return f"{self.label} | ID: {self.var_id} | C++ Name: {self.cpp_name}"

    def __repr__(self) -> str:
        return f"<DataInstance {self} ({len(self):,} samples)>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DataInstance):
            return NotImplemented
        return (
            self._metadata() == other._metadata()
            and np.array_equal(self.timestamp_np, other.timestamp_np)
            and np.array_equal(self.value_np, other.value_np, equal_nan=True)
        )

    __hash__ = None  # type: ignore[assignment]  # a series can be edited in place

    def trim(self, ts_start: float | None = None, ts_end: float | None = None) -> DataInstance:
        """Return the points from ``ts_start`` to ``ts_end``, both ends in.

        Parameters
        ----------
        ts_start, ts_end : float or None
            Bounds in the log's own time unit; None leaves that end open.

        Returns
        -------
        DataInstance
            A copy with the same metadata.
        """
        times = self.timestamp_np
        first = 0 if ts_start is None else int(np.searchsorted(times, ts_start, side="left"))
        last = len(times) if ts_end is None else int(np.searchsorted(times, ts_end, side="right"))
        return self._with_samples(times[first:last].copy(), self.value_np[first:last].copy())

    def resample_to_freq(
        self,
        freq_hz: float,
        source_time_unit: Timescale | str = Timescale.MS,
        method: ResampleMethod | str = ResampleMethod.LINEAR,
    ) -> DataInstance:
        """Read the series on a uniform grid from its first time, the last time excluded.

        Parameters
        ----------
        freq_hz : float
            Samples per second, > 0 and at most one per unit of time.
        source_time_unit : Timescale or str
            Unit of the series' times.
        method : ResampleMethod or str
            How values between samples are found.

        Returns
        -------
        DataInstance
            With the same metadata; grid times are rounded to whole units, and each value
            is the one at the rounded time.

        Raises
        ------
        ValueError
            If the frequency is not positive, or too high for the unit of time.
        """
        step = Timescale(source_time_unit).per_second / freq_hz if freq_hz > 0 else 0.0
        if not step >= 1:
            raise ValueError(
                f"freq_hz is {freq_hz}; expected a number > 0 and at most "
                f"{Timescale(source_time_unit).per_second} (one sample per time unit)."
            )
        if len(self) == 0:
            return self._with_samples(self.timestamp_np.copy(), self.value_np.copy())
        span = int(self.timestamp_np[-1] - self.timestamp_np[0])
        steps = np.arange(np.ceil(span / step), dtype=np.float64) * step
        grid = self.timestamp_np[0] + np.rint(steps).astype(np.int64)
        return self._with_samples(
            grid, sample_at(grid, self.timestamp_np, self.value_np, ResampleMethod(method))
        )

    def to_polars(self, timestamp_unit: Timescale | str = Timescale.MS) -> pl.DataFrame:
        """Return the samples as a table (see :func:`.frames.series_to_polars`)."""
        from perda.core_data_structures import frames

        return frames.series_to_polars(self, timestamp_unit)

    def to_pandas(
        self,
        timestamp_unit: Timescale | str = Timescale.MS,
        creation_time: datetime | None = None,
        creation_timestamp: int | None = None,
    ) -> pd.Series:
        """Return the samples over time (see :func:`.frames.series_to_pandas`)."""
        from perda.core_data_structures import frames

        return frames.series_to_pandas(self, timestamp_unit, creation_time, creation_timestamp)

    def _repr_html_(self) -> str:
        from perda.core_data_structures.html import series_html

        return series_html(self)

    def __neg__(self) -> DataInstance:
        return self._computed(-self.value_np)

    def __add__(self, other: object) -> DataInstance:
        return self._arithmetic(other, operator.add)

    def __sub__(self, other: object) -> DataInstance:
        return self._arithmetic(other, operator.sub)

    def __mul__(self, other: object) -> DataInstance:
        return self._arithmetic(other, operator.mul)

    def __truediv__(self, other: object) -> DataInstance:
        return self._arithmetic(other, operator.truediv)

    def __pow__(self, other: object) -> DataInstance:
        return self._arithmetic(other, operator.pow)

    def __radd__(self, other: object) -> DataInstance:
        return self._arithmetic(other, lambda mine, theirs: theirs + mine)

    def __rsub__(self, other: object) -> DataInstance:
        return self._arithmetic(other, lambda mine, theirs: theirs - mine)

    def __rmul__(self, other: object) -> DataInstance:
        return self._arithmetic(other, lambda mine, theirs: theirs * mine)

    def __rtruediv__(self, other: object) -> DataInstance:
        return self._arithmetic(other, lambda mine, theirs: theirs / mine)

    def __rpow__(self, other: object) -> DataInstance:
        return self._arithmetic(other, lambda mine, theirs: theirs**mine)

    # Any: operator's functions are not typed for arrays.
    def _arithmetic(self, other: object, operation: Callable[[Any, Any], Any]) -> DataInstance:
        if isinstance(other, DataInstance):
            return apply_ufunc_left_join(self, other, operation)
        if isinstance(other, numbers.Real):
            # Division by zero and the like give inf or NaN, as IEEE 754 has it.
            with np.errstate(all="ignore"):
                return self._computed(operation(self.value_np, np.float64(other)))
        raise TypeError(
            f"A series can be combined with a number or another series, not {type(other).__name__}."
        )

    def _computed(self, values: Values) -> DataInstance:
        # Not the cpp_name nor the unit: what was computed is not the car's variable any more.
        return DataInstance(
            timestamp_np=self.timestamp_np.copy(),
            value_np=values,
            label=self.label,
            var_id=self.var_id,
        )

    def _metadata(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "var_id": self.var_id,
            "cpp_name": self.cpp_name,
            "unit": self.unit,
        }

    def _with_samples(self, times: Times, values: Values) -> DataInstance:
        return DataInstance(timestamp_np=times, value_np=values, **self._metadata())


def left_join_data_instances(
    left: DataInstance,
    right: DataInstance | list[DataInstance],
    *,
    method: ResampleMethod | str = ResampleMethod.LINEAR,
    max_gap_s: float | None = None,
    source_time_unit: Timescale | str = Timescale.MS,
) -> tuple[DataInstance, ...]:
    """Read one or more series at the times of the left one.

    Parameters
    ----------
    left : DataInstance
        Gives the times, n of them.
    right : DataInstance or list of DataInstance
        Series to align.
    method : ResampleMethod or str
        How values between samples are found.
    max_gap_s : float or None
        Seconds; in gaps of a right series longer than this it is NaN (:func:`.joins.left_join`).
    source_time_unit : Timescale or str
        Unit of the times; only ``max_gap_s`` needs it, here and in the other joins.

    Returns
    -------
    tuple of DataInstance
        The left series and each aligned right one, all with n samples and their own metadata.

    Raises
    ------
    ValueError
        If a series is empty.
    """
    rights = right if isinstance(right, list) else [right]
    aligned = []
    for series in rights:
        times, _, values = joins.left_join(
            *_arrays(left),
            *_arrays(series),
            method=method,
            max_gap_s=max_gap_s,
            source_time_unit=source_time_unit,
        )
        aligned.append(series._with_samples(times, values))
    return (left, *aligned)


def outer_join_data_instances(
    left: DataInstance,
    right: DataInstance,
    *,
    drop_nan: bool = True,
    fill: float = 0.0,
    max_gap_s: float | None = None,
    source_time_unit: Timescale | str = Timescale.MS,
) -> tuple[DataInstance, DataInstance]:
    """Read two series at the union of their times (see :func:`.joins.outer_join`)."""
    times, left_values, right_values = joins.outer_join(
        *_arrays(left),
        *_arrays(right),
        drop_nan=drop_nan,
        fill=fill,
        max_gap_s=max_gap_s,
        source_time_unit=source_time_unit,
    )
    return left._with_samples(times, left_values), right._with_samples(times.copy(), right_values)


def inner_join_data_instances(
    left: DataInstance,
    right: DataInstance,
    *,
    tolerance: float,
    method: ResampleMethod | str = ResampleMethod.LINEAR,
    max_gap_s: float | None = None,
    source_time_unit: Timescale | str = Timescale.MS,
) -> tuple[DataInstance, DataInstance]:
    """Read both series at the left times that have a right time within ``tolerance``."""
    times, left_values, right_values = joins.inner_join(
        *_arrays(left),
        *_arrays(right),
        tolerance=tolerance,
        method=method,
        max_gap_s=max_gap_s,
        source_time_unit=source_time_unit,
    )
    return left._with_samples(times, left_values), right._with_samples(times.copy(), right_values)


def apply_ufunc_left_join(left: DataInstance, right: DataInstance, ufunc: Ufunc) -> DataInstance:
    """Combine two series on the left one's times; the result has the left's label and id.

    Parameters
    ----------
    left, right : DataInstance
        Series; neither empty.
    ufunc : callable
        Gets the left and right values, both (n,), and returns n values.

    Returns
    -------
    DataInstance

    Raises
    ------
    ValueError
        If a series is empty.
    """
    return _combine(left, joins.left_join(*_arrays(left), *_arrays(right)), ufunc)


def apply_ufunc_outer_join(
    left: DataInstance,
    right: DataInstance,
    ufunc: Ufunc,
    *,
    drop_nan: bool = True,
    fill: float = 0.0,
) -> DataInstance:
    """Combine two series on the union of their times (see :func:`apply_ufunc_left_join`)."""
    joined = joins.outer_join(*_arrays(left), *_arrays(right), drop_nan=drop_nan, fill=fill)
    return _combine(left, joined, ufunc)


def apply_ufunc_inner_join(
    left: DataInstance, right: DataInstance, ufunc: Ufunc, *, tolerance: float
) -> DataInstance:
    """Combine two series at times within ``tolerance`` (see :func:`apply_ufunc_left_join`)."""
    joined = joins.inner_join(*_arrays(left), *_arrays(right), tolerance=tolerance)
    return _combine(left, joined, ufunc)


def _arrays(series: DataInstance) -> tuple[Times, Values]:
    return series.timestamp_np, series.value_np


def _combine(left: DataInstance, joined: joins.Joined, ufunc: Ufunc) -> DataInstance:
    times, left_values, right_values = joined
    with np.errstate(all="ignore"):
        values = np.asarray(ufunc(left_values, right_values))
    return DataInstance(timestamp_np=times, value_np=values, label=left.label, var_id=left.var_id)
