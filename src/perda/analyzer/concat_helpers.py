"""Joining two runs into one, the second after the first."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from perda.analyzer.analyzer import Analyzer
from perda.analyzer.analyzer_factory import from_single_run_data
from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Times
from perda.core_data_structures.single_run_data import SingleRunData
from perda.units import Timescale

logger = logging.getLogger(__name__)

# A name, and which of the variables declared under it: 0 is the one that the name leads to.
_Key = tuple[str, int]


def concat(
    first: Analyzer | SingleRunData, second: Analyzer | SingleRunData, gap: int = 1
) -> Analyzer:
    """Join two runs: the second's times are shifted to follow the first's end.

    Parameters
    ----------
    first, second : Analyzer or SingleRunData
        Runs, in the order in which they come; both stay as they are.
    gap : int
        Time from the first's end to the second's start, in the joined run's unit.

    Returns
    -------
    Analyzer
        Of a new run with ids from 0. Variables are matched by name; those that only one run has
        are kept. If the units differ, times are in the finer one. ``concat_boundaries`` holds
        the seams of both runs and the new one: the time at which the second starts.

    Raises
    ------
    ValueError
        If ``gap`` is negative.

    Examples
    --------
    >>> whole = concat(Analyzer("stint1.csv"), Analyzer("stint2.csv"))  # doctest: +SKIP
    """
    if gap < 0:
        raise ValueError(f"gap is {gap}; expected 0 or more, as runs cannot overlap.")
    one, two = _data(first), _data(second)
    unit = max(one.timestamp_unit, two.timestamp_unit, key=lambda u: u.per_second)
    head = _Part(one, _factor(one, unit), 0)
    seam = head.moved(_end(one)) + gap
    tail = _Part(two, _factor(two, unit), seam - _start(two) * _factor(two, unit))
    return from_single_run_data(_join(head, tail, seam, unit))


@dataclass(frozen=True)
class _Part:
    """A run, and where it goes: time becomes ``time * factor + offset``."""

    run: SingleRunData
    factor: int
    offset: int

    def moved(self, time: int) -> int:
        return time * self.factor + self.offset

    def times(self, series: DataInstance) -> Times:
        return series.timestamp_np * self.factor + self.offset


def _join(head: _Part, tail: _Part, seam: int, unit: Timescale) -> SingleRunData:
    one, two = head.run, tail.run
    ids, other_ids = _by_key(one), _by_key(two)
    keys = list(ids | other_ids)
    instances: dict[int, DataInstance] = {}
    descriptions: dict[int, str] = {}
    for new_id, key in enumerate(keys):
        old = [(p, i[key]) for p, i in ((head, ids), (tail, other_ids)) if key in i]
        instances[new_id] = _joined_series(new_id, old)
        found = (part.run.id_to_descript.get(var_id, "") for part, var_id in old)
        descriptions[new_id] = next(filter(None, found), "")
    started = one.creation_timestamp
    return SingleRunData(
        id_to_instance=instances,
        cpp_name_to_id={name: new_id for new_id, (name, nth) in enumerate(keys) if nth == 0},
        id_to_cpp_name={new_id: name for new_id, (name, _) in enumerate(keys)},
        id_to_descript=descriptions,
        creation_time=one.creation_time,
        creation_timestamp=None if started is None else head.moved(started),
        total_data_points=sum(map(len, instances.values())),
        data_start_time=head.moved(one.data_start_time),
        data_end_time=tail.moved(_end(two)),
        timestamp_unit=unit,
        concat_boundaries=[
            *map(head.moved, one.concat_boundaries),
            seam,
            *map(tail.moved, two.concat_boundaries),
        ],
        header=one.header,
    )


def _joined_series(new_id: int, old: list[tuple[_Part, int]]) -> DataInstance:
    # peek: what nobody has touched in the runs need not stay in memory for them.
    series = [(part, part.run.peek(var_id)) for part, var_id in old]
    shown = series[0][1]
    units = {one.unit for _, one in series}
    if len(units) > 1:
        logger.warning("%s is in %s: its values are joined as they are.", shown.cpp_name, units)
    return DataInstance(
        timestamp_np=np.concatenate([part.times(one) for part, one in series]),
        value_np=np.concatenate([one.value_np for _, one in series]),
        label=shown.label,
        var_id=new_id,
        cpp_name=shown.cpp_name,
        unit=shown.unit,
    )


def _by_key(run: SingleRunData) -> dict[_Key, int]:
    seen: dict[str, int] = {}
    keys: dict[_Key, int] = {}
    for var_id in run.id_to_instance:
        name = run.id_to_cpp_name[var_id]
        is_reached = run.cpp_name_to_id.get(name) == var_id
        nth = 0 if is_reached else seen.get(name, 0) + 1
        seen[name] = max(nth, seen.get(name, 0))
        keys[name, nth] = var_id
    return keys


def _data(run: Analyzer | SingleRunData) -> SingleRunData:
    return run.data if isinstance(run, Analyzer) else run


def _factor(run: SingleRunData, unit: Timescale) -> int:
    return unit.per_second // run.timestamp_unit.per_second


# A series that was added may reach beyond the run's own bounds.


def _start(run: SingleRunData) -> int:
    firsts = (run.statistics(var_id).first_timestamp for var_id in run.id_to_instance)
    return min([run.data_start_time, *(first for first in firsts if first is not None)])


def _end(run: SingleRunData) -> int:
    lasts = (run.statistics(var_id).last_timestamp for var_id in run.id_to_instance)
    return max([run.data_end_time, *(last for last in lasts if last is not None)])
