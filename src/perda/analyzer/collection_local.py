"""Tasks in processes of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from loky import ProcessPoolExecutor

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


def run_locally(
    function: Callable[[Task], Outcome],
    tasks: Sequence[Task],
    lost: Callable[[BaseException], Outcome],
    workers: int | None = None,
) -> Iterator[tuple[int, Outcome]]:
    """Run tasks in a pool of processes.

    Parameters
    ----------
    function : callable
        Of one task; must be importable, and return errors instead of raising them.
    tasks : sequence
        Each must be picklable.
    lost : callable
        Makes the outcome of a task whose process was killed.
    workers : int, optional
        How many processes; None: one per processor.

    Yields
    ------
    tuple of int and outcome
        Index of a task and what came of it, as they are done.
    """
    from loky import cpu_count
    from loky.process_executor import BrokenProcessPool

    left = dict(enumerate(tasks))
    if not left:
        return
    try:
        for index, outcome in _pooled(function, left, min(workers or cpu_count(), len(left))):
            del left[index]
            yield index, outcome
    except BrokenProcessPool:
        # One task took its process down, and with it the pool; one by one they show which.
        yield from _one_by_one(function, left, lost)


def _pooled(
    function: Callable[[Task], Outcome], tasks: dict[int, Task], workers: int
) -> Iterator[tuple[int, Outcome]]:
    with _pool(workers) as pool:
        futures: dict[Future[Outcome], int] = {
            pool.submit(function, task): index for index, task in tuple(tasks.items())
        }
        for future in as_completed(futures):
            yield futures.pop(future), future.result()


def _one_by_one(
    function: Callable[[Task], Outcome],
    tasks: dict[int, Task],
    lost: Callable[[BaseException], Outcome],
) -> Iterator[tuple[int, Outcome]]:
    from loky.process_executor import BrokenProcessPool

    while tasks:
        with _pool(1) as pool:
            for index in tuple(tasks):
                try:
                    yield index, pool.submit(function, tasks.pop(index)).result()
                except BrokenProcessPool as error:
                    yield index, lost(error)
                    break  # the next one needs a new pool


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    from loky import ProcessPoolExecutor

    # loky starts fresh processes (never forks: polars' threads would hang), and unlike the
    # standard library's pool it does not run a script without a `__main__` guard again in each.
    pool = ProcessPoolExecutor(max_workers=workers)
    finished = False
    try:
        yield pool
        finished = True
    finally:
        pool.shutdown(wait=True, kill_workers=not finished)
