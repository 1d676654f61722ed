"""Write a simulated run as the car's text log."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, isfinite
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
import polars as pl

from perda.errors import LocalFileError, SettingsError
from perda.sample.catalogue import DEFAULT_VARIABLES, catalogue
from perda.sample.model import RunModel, simulate_run, state_window
from perda.sample.sensing import Message, Rows, plan_messages
from perda.sample.variable import Variable

_LONGEST_MINUTES = 240.0
_ROWS_PER_SLICE = 250_000
_LONGEST_SLICE_S = 60.0


class Progress(Protocol):
    """Anything that can be told how many percent more are done; a tqdm bar is one."""

    def update(self, n: float, /) -> object:
        """Add ``n`` percent."""

    def close(self) -> object:
        """End the display; the caller of ``write_sample_log`` does this."""


@dataclass(frozen=True)
class SampleSummary:
    """What was written.

    Attributes
    ----------
    path : Path
        The log.
    samples : int
        Rows in it.
    variables : int
        Variables declared in it.
    duration_s : float
        Length of the run [s].
    """

    path: Path
    samples: int
    variables: int
    duration_s: float


def write_sample_log(
    path: str | os.PathLike[str],
    minutes: float = 5.0,
    seed: int = 1,
    variables: int = DEFAULT_VARIABLES,
    progress: Progress | None = None,
) -> SampleSummary:
    """Write the log of a simulated electric Formula car driving laps.

    The same arguments give the same bytes (with the same numpy). The file appears under its
    name when it is complete; one that is already there is replaced.

    Parameters
    ----------
    path : str or os.PathLike
        Where to write.
    minutes : float
        Length of the run, at most 240.
    seed : int
        Decides weather, driver, sensors and the date in the header.
    variables : int
        How many variables; the most important come first, so 5 is a useful number too.
    progress : Progress, optional
        Told the percent points done, 100 in all. It is not closed.

    Returns
    -------
    SampleSummary

    Raises
    ------
    SettingsError
        If ``minutes`` or ``variables`` is out of range.
    LocalFileError
        If the file cannot be written.
    """
    if not (isfinite(minutes) and 0 < minutes <= _LONGEST_MINUTES):
        raise SettingsError(
            f"minutes is {minutes:g}: a sample log is more than 0 and at most "
            f"{_LONGEST_MINUTES:g} minutes long."
        )
    # Sorted as the car's software declares them: node by node.
    chosen = sorted(catalogue(variables), key=lambda variable: variable.name)
    target, duration_s = Path(path), minutes * 60
    if not target.parent.is_dir():
        raise LocalFileError(f"Cannot write {target}: there is no directory {target.parent}.")
    unfinished = target.with_name(f".perda-sample-{secrets.token_hex(6)}.part")
    try:
        with unfinished.open("xb") as file:
            samples = _write_run(file, chosen, duration_s, seed, progress)
        unfinished.replace(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise LocalFileError(f"Cannot write {target}: {reason}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return SampleSummary(target, samples, len(chosen), duration_s)


def _write_run(
    file: BinaryIO,
    variables: Sequence[Variable],
    duration_s: float,
    seed: int,
    progress: Progress | None,
) -> int:
    # Seeds below zero are as good as others, but numpy takes none.
    streams = np.random.SeedSequence(seed % 2**64).spawn(3)
    driving, fitting, sending = (np.random.default_rng(stream) for stream in streams)
    first_id = int(fitting.integers(1000, 1500))
    boot_us = int(fitting.integers(25_000_000, 70_000_000))
    file.write(_head(variables, first_id, seed).encode())
    model = simulate_run(duration_s, driving)
    columns = state_window(model, 0.0, 0.0).columns
    messages = plan_messages(variables, columns, fitting)
    samples = 0
    for rows, share in _slices(model, messages, duration_s, sending):
        table = pl.DataFrame(
            {
                "timestamp": rows.timestamp + boot_us,
                "id": rows.variable + first_id,
                "value": rows.value,
            }
        )
        table.write_csv(file, include_header=False, float_scientific=False)
        samples += len(table)
        if progress is not None:
            progress.update(100 * share)
    return samples


def _head(variables: Sequence[Variable], first_id: int, seed: int) -> str:
    """Return the header and the declarations."""
    day, minute = divmod(seed % 30, 10)
    recorded = datetime(2026, 4, 1 + day, 9, 12, seed % 60) + timedelta(minutes=41 * minute)
    lines = [f"PER Log: {recorded.ctime()} v2.0"]
    lines += [
        f"Value {variable.description} ({variable.name}): {first_id + i}"
        for i, variable in enumerate(variables)
    ]
    return "\n".join(lines) + "\n"


def _slices(
    model: RunModel, messages: Sequence[Message], duration_s: float, rng: np.random.Generator
) -> Iterator[tuple[Rows, float]]:
    """Yield the log in order of arrival, some seconds at a time, with each part's share."""
    rate = sum(message.rate_hz * len(message.variable) for message in messages)
    count = ceil(max(duration_s / _LONGEST_SLICE_S, duration_s * rate / _ROWS_PER_SLICE))
    bounds = np.linspace(0.0, duration_s, count + 1).tolist()
    late: list[Rows] = []
    for start, end in pairwise(bounds):
        state = state_window(model, start, end)
        parts = late + [message.rows(state, start, end, rng) for message in messages]
        rows = _by_arrival(parts)
        # What arrives after the end of this part belongs among the rows of the next.
        done = len(rows.arrival) if end == duration_s else _count_before(rows, end)
        late = [rows.take(slice(done, None))]
        yield rows.take(slice(done)), 1 / count


def _by_arrival(parts: Sequence[Rows]) -> Rows:
    arrival = np.concatenate([part.arrival for part in parts])
    order = np.argsort(arrival, kind="stable")
    return Rows(
        arrival=arrival[order],
        timestamp=np.concatenate([part.timestamp for part in parts])[order],
        variable=np.concatenate([part.variable for part in parts])[order],
        value=np.concatenate([part.value for part in parts])[order],
    )


def _count_before(rows: Rows, end_s: float) -> int:
    # Jitter moves the first rows of the next part up to a millisecond before its start.
    return int(np.searchsorted(rows.arrival, round(end_s * 1e6) - 1000))
