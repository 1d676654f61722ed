"""A run as a MATLAB file (version 5, MathWorks' "MAT-File Format"), by scipy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from perda._files import whole_file
from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.single_run_data import SingleRunData
from perda.errors import ExportError
from perda.formats.progress import Progress
from perda.units import to_seconds

LOG_STRUCT = "perda_log"
"""Name of the struct about the log itself."""

MAX_NAME = 63
"""Characters in a MATLAB name (``namelengthmax`` up to R2024)."""

_MAX_SAMPLES = (2**31 - 2**16) // 16  # a variable of version 5 is smaller than 2 GiB
_KEYWORDS = re.compile(
    "break|case|catch|classdef|continue|else|elseif|end|for|function|global|if|otherwise|"
    "parfor|persistent|return|spmd|switch|try|while"
)


def write_mat(
    run: SingleRunData,
    path: Path,
    *,
    progress: Progress | None = None,
    overwrite: bool = True,
) -> None:
    """Write a run as a MATLAB file with one struct per variable.

    Each struct has ``time`` (seconds) and ``value`` (columns of doubles), ``unit``, ``name``,
    ``description`` (char) and ``id``. The structs are called by :func:`matlab_names`; the struct
    ``perda_log`` holds ``structs`` and ``names`` (cells of the same length: which struct has
    which variable), ``header``, ``recorded`` and ``timestamp_unit``.

    Parameters
    ----------
    run : SingleRunData
        Run.
    path : Path
        The file appears, or is replaced, when it is complete and on disk.
    progress : object with ``update(n)`` and ``close()``, optional
        Told the number of samples written.
    overwrite : bool
        Whether a file of that name may be replaced.

    Raises
    ------
    ExportError
        If the run has no samples, or a variable more than such a file can hold (134 million).
    LocalFileError
        If the file exists and may not be replaced, or cannot be written.
    """
    if run.total_data_points == 0:
        raise ExportError("There is nothing to write: the run has no samples.")
    from scipy.io import savemat

    with whole_file(path, overwrite=overwrite) as file:
        structs = _Structs(run, progress)
        savemat(file, structs, long_field_names=True, oned_as="column")


def matlab_names(names: Iterable[str]) -> list[str]:
    """Return legal and distinct MATLAB names for dotted names.

    What is not an ASCII letter, digit or underscore becomes an underscore; a name that does not
    begin with a letter gets ``v_`` in front, a keyword ``_`` behind; at most 63 characters; of
    equal ones the second gets ``_2``, the third ``_3`` behind.

    Parameters
    ----------
    names : iterable of str
        Dotted names.

    Returns
    -------
    list of str
        In the same order.

    Examples
    --------
    >>> matlab_names(["ams.pack.voltage", "ams.pack_voltage", "12v", "end"])
    ['ams_pack_voltage', 'ams_pack_voltage_2', 'v_12v', 'end_']
    """
    taken = {LOG_STRUCT}
    legal = []
    for name in names:
        base = _legal(name)
        chosen, count = base, 1
        while chosen in taken:
            count += 1
            ending = f"_{count}"
            chosen = base[: MAX_NAME - len(ending)] + ending
        taken.add(chosen)
        legal.append(chosen)
    return legal


def _legal(name: str) -> str:
    text = re.sub(r"[^A-Za-z0-9_]", "_", name)
    if not text[:1].isalpha():
        text = f"v_{text}"
    return f"{text}_" if _KEYWORDS.fullmatch(text) else text[:MAX_NAME]


class _Structs(dict[str, object]):
    """What the file holds; a variable's struct is made when scipy's writer comes to it."""

    def __init__(self, run: SingleRunData, progress: Progress | None) -> None:
        super().__init__()
        self._run, self._progress = run, progress

    def items(self) -> Iterator[tuple[str, object]]:  # type: ignore[override]  # one at a time
        names = {
            i: self._run.id_to_cpp_name.get(i, f"undeclared.{i}") for i in self._run.id_to_instance
        }
        structs = matlab_names(names.values())
        yield LOG_STRUCT, _about(self._run, structs, list(names.values()))
        for struct, (var_id, name) in zip(structs, names.items(), strict=True):
            series = self._run.peek(var_id)
            yield struct, _struct(self._run, series, var_id, name)
            if self._progress is not None:
                self._progress.update(len(series))


def _about(run: SingleRunData, structs: list[str], names: list[str]) -> dict[str, object]:
    return {
        "structs": np.array(structs, dtype=object),
        "names": np.array(names, dtype=object),
        "header": run.header or "",
        "recorded": run.creation_time.isoformat() if run.creation_time else "",
        "timestamp_unit": run.timestamp_unit.value,
    }


def _struct(run: SingleRunData, series: DataInstance, var_id: int, name: str) -> dict[str, object]:
    if len(series) > _MAX_SAMPLES:
        raise ExportError(
            f"{name} has {len(series):,} samples; a MATLAB file holds {_MAX_SAMPLES:,} of a "
            "variable. Choose a shorter stretch of time."
        )
    return {
        "time": to_seconds(series.timestamp_np, run.timestamp_unit),
        "value": series.value_np,
        "unit": series.unit or "",
        "name": name,
        "description": run.id_to_descript.get(var_id, ""),
        "id": float(var_id),
    }
