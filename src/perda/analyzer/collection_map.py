"""Running a function on every run of a collection, in other processes or on a Dask cluster."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from perda.analyzer.analyzer import Analyzer
from perda.analyzer.analyzer_factory import from_single_run_data
from perda.analyzer.collection_local import run_locally
from perda.errors import FunctionNotPortableError
from perda.formats.cached_log import wait_for_copies

if TYPE_CHECKING:
    from distributed import Client

Result = TypeVar("Result")
Function = Callable[[Analyzer], Result]
Names = str | Sequence[str] | None


@dataclass(frozen=True)
class RunError:
    """Why a function gave no result for a run.

    Attributes
    ----------
    kind : str
        Name of the exception's class.
    message : str
        Its text.
    traceback : str
        Where it was raised, in the process that ran the function.
    """

    kind: str
    message: str
    traceback: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


class RunResults(dict[str, Result]):
    """What a function returned, by the name of the run, in the collection's order.

    Attributes
    ----------
    errors : dict of str to RunError
        Runs for which it raised, or that could not be read.
    skipped : list of str
        Runs that lack a variable it needs.
    """

    def __init__(self) -> None:
        super().__init__()
        self.errors: dict[str, RunError] = {}
        self.skipped: list[str] = []


@dataclass(frozen=True)
class Task:
    """One run to do, as it is sent to another process."""

    function: bytes
    path: str
    names: tuple[str, ...] | None


@dataclass(frozen=True)
class Outcome:
    """What came of a task; without result and error the run was skipped."""

    result: bytes | None = None
    error: RunError | None = None


def map_runs(
    function: Function[Result],
    runs: Sequence[tuple[str, Path]],
    names: Names,
    scheduler: str | Client | None,
    workers: int | None,
    progress: bool,
) -> RunResults[Result]:
    """Run a function on every run (see ``RunCollection.map``)."""
    packed = _packed(function)
    wanted = (names,) if isinstance(names, str) else None if names is None else tuple(names)
    tasks = [Task(packed, str(path), wanted) for _, path in runs]
    if scheduler is None:
        outcomes = run_locally(run_task, tasks, _lost, workers)
    else:
        from perda.analyzer.collection_dask import run_on_dask

        outcomes = run_on_dask(run_task, tasks, _lost, scheduler)
    return _collected([name for name, _ in runs], outcomes, progress)


def run_task(task: Task) -> Outcome:
    """Do one run; called in another process, so whatever goes wrong is returned, not raised."""
    import cloudpickle

    try:
        function = pickle.loads(task.function)  # noqa: S301  # the user's own function
        run = Analyzer(task.path, verbose=0)
        if task.names is not None:
            if any(name not in run.data for name in task.names):
                return Outcome()
            run = _only(run, task.names)
        return Outcome(result=cloudpickle.dumps(function(run)))
    except Exception as error:
        return Outcome(error=_described(error))
    finally:
        wait_for_copies()  # else logs pile up in memory faster than their copies are written


def _packed(function: Function[Result]) -> bytes:
    import cloudpickle

    try:
        # Plain pickle would send no lambda, and nothing that was defined in a notebook.
        packed: bytes = cloudpickle.dumps(function)
    except Exception as error:
        raise FunctionNotPortableError(
            f"{getattr(function, '__name__', function)!r} cannot be sent to other processes: "
            f"{error}. Have it make what it needs (open files, locks, connections) itself."
        ) from error
    return packed


def _only(run: Analyzer, names: Iterable[str]) -> Analyzer:
    data = run.data
    ids = {data.cpp_name_to_id[name]: name for name in names}
    instances = {var_id: data.id_to_instance[var_id] for var_id in ids}
    return from_single_run_data(
        data.model_copy(
            update={
                "id_to_instance": instances,
                "cpp_name_to_id": {name: var_id for var_id, name in ids.items()},
                "id_to_cpp_name": ids,
                "id_to_descript": {i: data.id_to_descript.get(i, "") for i in ids},
                "total_data_points": sum(map(len, instances.values())),
            }
        )
    )


def _described(error: Exception) -> RunError:
    return RunError(type(error).__name__, str(error), traceback.format_exc())


def _lost(reason: BaseException) -> Outcome:
    """Return the outcome of a task whose process ended without one."""
    what = str(reason).partition("\n")[0]
    return Outcome(error=RunError(type(reason).__name__, f"The process ended: {what}"))


def _collected(
    names: Sequence[str], outcomes: Iterator[tuple[int, Outcome]], progress: bool
) -> RunResults[Result]:
    from tqdm.auto import tqdm

    done: dict[int, Outcome] = {}
    shown = tqdm(outcomes, total=len(names), desc="Runs", unit="run", disable=not progress)
    with closing(shown):
        done.update(shown)
    results: RunResults[Result] = RunResults()
    for index, name in enumerate(names):
        _take(results, name, done[index])
    return results


def _take(results: RunResults[Result], name: str, outcome: Outcome) -> None:
    if outcome.error is not None:
        results.errors[name] = outcome.error
    elif outcome.result is None:
        results.skipped.append(name)
    else:
        try:
            results[name] = pickle.loads(outcome.result)  # noqa: S301  # from our own worker
        except Exception as error:
            results.errors[name] = _described(error)
