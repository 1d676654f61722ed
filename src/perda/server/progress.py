"""Progress of transfers: anything with ``update`` and ``close`` is a bar; tqdm's is the default."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol


class ProgressBar(Protocol):
    """What a transfer tells about itself."""

    def update(self, n: float, /) -> object:
        """Count ``n`` more."""

    def close(self) -> object:
        """End the bar."""


# (total, unit, description) -> bar
ProgressFactory = Callable[[float, str, str], ProgressBar]


class _Silent:
    def update(self, n: float, /) -> None:
        pass

    def close(self) -> None:
        pass


def no_progress(_total: float, _unit: str, _description: str) -> ProgressBar:
    """Return a bar that shows nothing."""
    return _Silent()


def tqdm_progress(total: float, unit: str, description: str) -> ProgressBar:
    """Return tqdm's bar: a widget in a notebook, a line on standard error elsewhere."""
    from tqdm.auto import tqdm

    return tqdm(total=total, unit=unit, unit_scale=unit == "B", unit_divisor=1024, desc=description)


def choose_progress(progress: bool | ProgressFactory) -> ProgressFactory:
    """Return the factory that a ``progress`` setting means.

    Parameters
    ----------
    progress : bool or callable
        True: tqdm's bar, unless the environment variable ``PERDA_PROGRESS`` is ``0``.
        False: nothing. A callable ``(total, unit, description)`` returns a bar of its own.
    """
    if callable(progress):
        return progress
    if not progress or os.environ.get("PERDA_PROGRESS") == "0":
        return no_progress
    return tqdm_progress
