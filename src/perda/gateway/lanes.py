"""Threads in lanes: however much slow work of one kind there is, the other kinds go on.

Everything else runs in the web framework's own pool of 40 threads. Were these kinds of work
there too, forty large uploads, or a store that hangs, would keep everyone from logging in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

P = ParamSpec("P")
T = TypeVar("T")


class Lane:
    """At most so many threads at a time for one kind of work; who comes first goes first."""

    def __init__(self, threads: int) -> None:
        self._limiter = CapacityLimiter(threads)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what ``work`` returns, done in a thread; waits for a free one."""
        return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._limiter)


class Lanes:
    """The lanes of one server.

    Attributes
    ----------
    sessions : Lane
        Looking up who calls; needs the database alone.
    passwords : Lane
        Checking passwords: 64 MiB each, so more at a time would serve attackers only.
    receiving : Lane
        Hashing and writing the bodies of uploads, a megabyte at a time.
    storing : Lane
        Taking whole uploads into the store: 32 MiB each.
    health : Lane
        Answering whether all is well, which anyone may ask.
    """

    def __init__(self) -> None:
        self.sessions = Lane(8)
        self.passwords = Lane(2)
        self.receiving = Lane(4)
        self.storing = Lane(4)
        self.health = Lane(2)
