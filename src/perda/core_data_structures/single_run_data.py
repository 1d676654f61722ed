"""One run: all variables of one log."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict, PrivateAttr

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.parse_report import ParseReport
from perda.errors import VariableExistsError, VariableNotFoundError
from perda.units import Timescale

VariableKey = str | int | DataInstance

_SUGGESTIONS = 3


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

    id_to_instance: dict[int, DataInstance]
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
