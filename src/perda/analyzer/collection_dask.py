"""Tasks on a Dask cluster (https://distributed.dask.org)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from perda.errors import MissingExtraError, SchedulerError

if TYPE_CHECKING:
    from distributed import Client

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")

_CONNECT_TIMEOUT_S = 10


def run_on_dask(
    function: Callable[[Task], Outcome],
    tasks: Sequence[Task],
    lost: Callable[[BaseException], Outcome],
    scheduler: str | Client,
) -> Iterator[tuple[int, Outcome]]:
    """Run tasks on a cluster; perda must be installed on its workers.

    Parameters
    ----------
    function, tasks, lost
        As in :func:`.collection_local.run_locally`.
    scheduler : str or distributed.Client
        Address, such as ``tcp://10.0.0.5:8786``, or a client that is connected.

    Yields
    ------
    tuple of int and outcome
        Index of a task and what came of it, as they are done.

    Raises
    ------
    MissingExtraError
        If ``perda[dask]`` is not installed.
    SchedulerError
        If the scheduler cannot be reached.
    """
    try:
        from distributed import as_completed
    except ImportError as error:
        raise MissingExtraError(
            "A Dask scheduler needs an extra part: pip install 'perda[dask]'"
        ) from error
    with ExitStack() as stack:
        client = (
            stack.enter_context(_connected(scheduler)) if isinstance(scheduler, str) else scheduler
        )
        # pure=False: a log may have changed since the same task was done.
        futures = client.map(function, list(tasks), pure=False)
        stack.callback(client.cancel, futures)
        indices = {future.key: index for index, future in enumerate(futures)}
        for future in as_completed(futures):
            reason = future.exception()
            yield indices[future.key], future.result() if reason is None else lost(reason)


def _connected(address: str) -> Client:
    from distributed import Client

    try:
        return Client(address, timeout=_CONNECT_TIMEOUT_S)
    except (OSError, ValueError) as error:
        raise SchedulerError(f"There is no Dask scheduler at {address}: {error}") from error
