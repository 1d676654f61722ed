"""What long work reports to: anything with ``update`` and ``close``, such as a tqdm bar."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A progress bar."""

    def update(self, n: float = 1) -> object:
        """Say that ``n`` more units are done."""

    def close(self) -> object:
        """Say that the work is over."""
