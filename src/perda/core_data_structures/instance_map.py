"""The series of a run, each made when it is first touched, and the same object ever after."""

from __future__ import annotations

import re
import threading
from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from typing import Any, Protocol

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Times, Values
from perda.core_data_structures.statistics import VariableStatistics, statistics_of

_UNIT = re.compile(r"\[([^\[\]]+)\]\s*$")


class SeriesSource(Protocol):
    """Where samples come from: blocks of a text log in memory, or a columnar log on disk."""

    def read(self, var_id: int) -> tuple[Times, Values]:
        """Return times and values of a variable as new, writable arrays, in time order."""

    def statistics(self, var_id: int) -> VariableStatistics | None:
        """Return a variable's statistics if they are known without reading its samples."""


class InstanceMap(dict[int, DataInstance]):
    """A dict from id to series that looks complete and reads a series when it is first touched.

    Parameters
    ----------
    source : SeriesSource
        Gives the samples.
    names, descriptions : mapping of int to str
        By id.

    Notes
    -----
    What was touched stays, so that edits stay. :meth:`peek` reads without touching.
    """

    def __init__(
        self, source: SeriesSource, names: Mapping[int, str], descriptions: Mapping[int, str]
    ) -> None:
        # None stands where a series was not touched yet: order, len and `in` are then dict's own.
        super().__init__(dict.fromkeys(names))  # type: ignore[arg-type]  # see _touched
        self.source = source
        self._names = dict(names)
        self._descriptions = dict(descriptions)
        self._lock = threading.Lock()

    def __getitem__(self, var_id: int) -> DataInstance:
        series = self._touched(var_id)
        if series is not None:
            return series
        with self._lock:
            series = self._touched(var_id)
            if series is None:
                series = self._make(var_id)
                super().__setitem__(var_id, series)
        return series

    def with_source(self, source: SeriesSource) -> InstanceMap:
        """Return a map of the same variables, untouched, with samples from ``source``."""
        return InstanceMap(source, self._names, self._descriptions)

    def peek(self, var_id: int) -> DataInstance:
        """Return a series without keeping it, if nobody has touched it yet."""
        series = self._touched(var_id)
        return self._make(var_id) if series is None else series

    def statistics(self, var_id: int) -> VariableStatistics:
        """Return a variable's statistics as it is now, without touching it."""
        series = self._touched(var_id)
        known = self.source.statistics(var_id) if series is None else None
        if known is not None:
            return known
        shown = self._make(var_id) if series is None else series
        return statistics_of(shown.timestamp_np, shown.value_np)

    # A dict's own methods in C would hand out the None of an untouched series.

    def __iter__(self) -> Iterator[int]:
        return super().__iter__()  # defined so that dict(self) asks __getitem__ for each value

    def get(self, var_id: int, default: Any = None) -> Any:  # Any: as dict's own
        """Return a series, or ``default`` if there is none of that id."""
        return self[var_id] if var_id in self else default  # noqa: SIM401  # it is this method

    def values(self) -> ValuesView[DataInstance]:  # type: ignore[override]  # dict_values is C's
        """Return a view of the series, each read as it comes."""
        return ValuesView(self)

    def items(self) -> ItemsView[int, DataInstance]:  # type: ignore[override]
        """Return a view of ids and series, each read as it comes."""
        return ItemsView(self)

    def pop(self, var_id: int, *default: Any) -> Any:
        """Remove and return a series."""
        if var_id not in self:
            return super().pop(var_id, *default)
        series = self[var_id]
        del self[var_id]
        return series

    def popitem(self) -> tuple[int, DataInstance]:
        """Remove and return the last series."""
        if not self:
            raise KeyError("popitem(): there are no variables")
        last = next(reversed(self))
        return last, self.pop(last)

    def setdefault(self, var_id: int, default: Any = None) -> Any:
        """Return a series, after storing ``default`` if there was none."""
        if var_id not in self:
            self[var_id] = default
        return self[var_id]

    def copy(self) -> dict[int, DataInstance]:
        """Return a plain dict, with every series read."""
        return dict(self)

    def __or__(self, other: Any) -> dict[int, DataInstance]:  # type: ignore[override]
        return dict(self) | other  # type: ignore[no-any-return]

    def __ror__(self, other: Any) -> dict[int, DataInstance]:  # type: ignore[override]
        return dict(other) | dict(self)

    def __eq__(self, other: object) -> bool:
        return dict(self) == (dict(other) if isinstance(other, dict) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __repr__(self) -> str:
        return f"<{len(self)} series by id>"

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)  # a copy in another process has no source, so it has it all

    def _touched(self, var_id: int) -> DataInstance | None:
        return super().__getitem__(var_id)

    def _make(self, var_id: int) -> DataInstance:
        times, values = self.source.read(var_id)
        name, description = self._names[var_id], self._descriptions.get(var_id, "")
        # A source's arrays are right by its promise; checking them would cost as much as reading.
        return DataInstance.model_construct(
            timestamp_np=times,
            value_np=values,
            label=description or name,
            var_id=var_id,
            cpp_name=name,
            unit=unit_of(description),
        )


def unit_of(description: str) -> str | None:
    """Return the unit in square brackets at the end of a description, None if there is none."""
    found = _UNIT.search(description)
    return found[1].strip() or None if found else None
