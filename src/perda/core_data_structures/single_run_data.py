"""One run: all variables of one log."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    PrivateAttr,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.instance_map import InstanceMap
from perda.core_data_structures.parse_report import ParseReport
from perda.core_data_structures.resampling import ResampleMethod
from perda.core_data_structures.statistics import VariableStatistics, statistics_of
from perda.errors import VariableExistsError, VariableNotFoundError
from perda.units import Timescale

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr

    from perda.core_data_structures.frames import Names

VariableKey = str | int | DataInstance

_SUGGESTIONS = 3


def _as_instances(value: object, validate: ValidatorFunctionWrapHandler) -> dict[int, DataInstance]:
    # pydantic would copy the map into a plain dict, and read every variable for it.
    if isinstance(value, InstanceMap):
        return value
    checked: dict[int, DataInstance] = validate(value)
    return checked


Instances = Annotated[dict[int, DataInstance], WrapValidator(_as_instances)]


class SingleRunData(BaseModel):
    """The variables of one run, by id and by dotted name.

    Attributes
    ----------
    id_to_instance : dict of int to DataInstance
        The series; variables that were added carry negative ids.
    cpp_name_to_id, id_to_cpp_name : dict
        Dotted name to id and back. A name declared twice leads to the later id.
    id_to_descript : dict of int to str
        Descriptions, empty where the log has none.
    creation_time : datetime or None
        When the log was recorded, in the car's local time, if the header says so.
    creation_timestamp : int or None
        Time at ``creation_time``, for a run that was cut; None: ``data_start_time``.
    total_data_points : int
        Samples of all variables together.
    data_start_time, data_end_time : int
        First and last time, in ``timestamp_unit``.
    timestamp_unit : Timescale
        Unit of all timestamps.
    concat_boundaries : list of int
        Times at which runs were joined.
    header : str or None
        First line of the log.
    report : ParseReport or None
        The account of the log's lines, if it was read from one.

    Examples
    --------
    >>> run["ams.pack.voltage"].value_np.max()  # doctest: +SKIP
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    id_to_instance: Instances
    cpp_name_to_id: dict[str, int]
    id_to_cpp_name: dict[int, str]
    id_to_descript: dict[int, str]
    creation_time: datetime | None = None
    total_data_points: int
    data_start_time: int
    data_end_time: int
    timestamp_unit: Timescale = Timescale.MS
    concat_boundaries: list[int] = []
    header: str | None = None
    report: ParseReport | None = None
    creation_timestamp: int | None = None

    # Counts changes of the set of variables, so that an index built on it knows when it is stale.
    _revision: int = PrivateAttr(default=0)

    def __getitem__(self, key: VariableKey) -> DataInstance:
        if isinstance(key, DataInstance):
            return key
        return self.id_to_instance[self._id_of(key)]

    def __contains__(self, key: object) -> bool:
        return key in self.cpp_name_to_id or key in self.id_to_instance

    def __setitem__(self, cpp_name: str, data: DataInstance) -> None:
        if cpp_name in self.cpp_name_to_id:
            self.replace(cpp_name, data)
        else:
            self.add(cpp_name, data)

    def __len__(self) -> int:
        return len(self.id_to_instance)

    # To its users a run is a collection of names; pydantic's iteration over fields is not missed.
    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        return iter(self.cpp_name_to_id)

    def __str__(self) -> str:
        return repr(self)  # pydantic's would print every mapping

    def __repr__(self) -> str:
        return f"<SingleRunData {len(self):,} variables, {self.total_data_points:,} samples>"

    def add(self, cpp_name: str, data: DataInstance) -> None:
        """Add a computed series under a new name and a new negative id.

        Parameters
        ----------
        cpp_name : str
            Name that the run does not have yet.
        data : DataInstance
            Series; a copy is kept, so that neither changes with the other.

        Raises
        ------
        KeyError
            If the name exists.
        """
        if cpp_name in self.cpp_name_to_id:
            raise VariableExistsError(
                f"The run already has {cpp_name!r}; use replace() to change it."
            )
        var_id = min(0, min(self.id_to_instance, default=0)) - 1
        self.cpp_name_to_id[cpp_name] = var_id
        self.id_to_cpp_name[var_id] = cpp_name
        self.id_to_descript[var_id] = data.label or ""
        self._store(var_id, cpp_name, data)

    def replace(self, cpp_name: str, data: DataInstance) -> None:
        """Put another series in the place of a variable; its id and name stay.

        Parameters
        ----------
        cpp_name : str
            Name of a variable of the run.
        data : DataInstance
            Series; a copy is kept.

        Raises
        ------
        KeyError
            If the run has no such variable.
        """
        var_id = self._id_of(cpp_name)
        self.total_data_points -= len(self.id_to_instance[var_id])
        self._store(var_id, cpp_name, data)

    def trim(self, ts_start: int | None = None, ts_end: int | None = None) -> SingleRunData:
        """Return the part of the run from ``ts_start`` to ``ts_end``, both ends in.

        Parameters
        ----------
        ts_start, ts_end : int or None
            Bounds in the run's time unit; None leaves that end open.

        Returns
        -------
        SingleRunData
            A copy with every variable trimmed, as :func:`.split_helpers.trim_single_run_data`.

        Raises
        ------
        ValueError
            If ``ts_end`` lies before ``ts_start``.
        """
        from perda.core_data_structures.split_helpers import trim_single_run_data

        end = self.data_end_time if ts_end is None else ts_end
        start = min(self.data_start_time, end) if ts_start is None else ts_start
        return trim_single_run_data(self, start, max(start, end) if ts_end is None else end)

    def to_polars(
        self,
        names: Names = None,
        method: ResampleMethod | str = ResampleMethod.LINEAR,
        freq_hz: float | None = None,
        *,
        max_cells: int | None = None,
    ) -> pl.DataFrame:
        """Return variables on common times as a table (see :func:`.frames.run_to_polars`)."""
        from perda.core_data_structures import frames

        return frames.run_to_polars(self, names, method, freq_hz, max_cells=max_cells)

    def to_pandas(
        self,
        names: Names = None,
        method: ResampleMethod | str = ResampleMethod.LINEAR,
        freq_hz: float | None = None,
        *,
        wall_time: bool = False,
        max_cells: int | None = None,
    ) -> pd.DataFrame:
        """Return variables on common times, by seconds or wall time (``frames.run_to_pandas``)."""
        from perda.core_data_structures import frames

        return frames.run_to_pandas(
            self, names, method, freq_hz, wall_time=wall_time, max_cells=max_cells
        )

    def to_xarray(
        self,
        names: Names = None,
        method: ResampleMethod | str = ResampleMethod.LINEAR,
        freq_hz: float | None = None,
        *,
        wall_time: bool = False,
        max_cells: int | None = None,
    ) -> xr.Dataset:
        """Return variables on common times as a dataset (see :func:`.frames.run_to_xarray`)."""
        from perda.core_data_structures import frames

        return frames.run_to_xarray(
            self, names, method, freq_hz, wall_time=wall_time, max_cells=max_cells
        )

    def _repr_html_(self) -> str:
        from perda.core_data_structures.html import run_html

        return run_html(self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def statistics(self, key: VariableKey) -> VariableStatistics:
        """Return count, time range, minimum, maximum and mean of a variable.

        Of a variable that nobody has touched yet this takes no reading of its samples where
        the log's columnar copy knows them.

        Parameters
        ----------
        key : str, int or DataInstance
            Name, id or series.

        Returns
        -------
        VariableStatistics

        Raises
        ------
        KeyError
            If the run has no such variable.
        """
        if isinstance(key, DataInstance):
            return statistics_of(key.timestamp_np, key.value_np)
        var_id = self._id_of(key)
        if isinstance(self.id_to_instance, InstanceMap):
            return self.id_to_instance.statistics(var_id)
        return self.statistics(self.id_to_instance[var_id])

    def peek(self, key: str | int) -> DataInstance:
        """Return a variable for reading only; unlike ``run[key]`` it is not kept in memory.

        Parameters
        ----------
        key : str or int
            Name or id.

        Returns
        -------
        DataInstance
            What was edited before is seen; edits of what comes back may be lost.

        Raises
        ------
        KeyError
            If the run has no such variable.
        """
        var_id = self._id_of(key)
        if isinstance(self.id_to_instance, InstanceMap):
            return self.id_to_instance.peek(var_id)
        return self.id_to_instance[var_id]

    def _store(self, var_id: int, cpp_name: str, data: DataInstance) -> None:
        self.id_to_instance[var_id] = DataInstance(
            timestamp_np=data.timestamp_np.copy(),
            value_np=data.value_np.copy(),
            label=data.label if data.label is not None else cpp_name,
            var_id=var_id,
            cpp_name=cpp_name,
            unit=data.unit,
        )
        self.total_data_points += len(data)
        self._revision += 1

    def _id_of(self, key: str | int) -> int:
        if isinstance(key, str):
            if key in self.cpp_name_to_id:
                return self.cpp_name_to_id[key]
            raise VariableNotFoundError(self._no_such_name(key))
        if isinstance(key, int) and not isinstance(key, bool):
            if key in self.id_to_instance:
                return key
            raise VariableNotFoundError(
                f"The run has no variable with id {key} (it has {len(self)} variables)."
            )
        raise ValueError(
            f"A variable is given by name, id or DataInstance, not by {type(key).__name__}."
        )

    def _no_such_name(self, name: str) -> str:
        lowered = {known.lower(): known for known in self.cpp_name_to_id}
        close = difflib.get_close_matches(name.lower(), lowered, n=_SUGGESTIONS, cutoff=0.5)
        hint = f" Did you mean {', '.join(lowered[c] for c in close)}?" if close else ""
        return f"The run has no variable {name!r}.{hint}"
