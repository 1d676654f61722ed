"""The progress bar of the command line: on standard error, and only on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Never

if TYPE_CHECKING:
    from tqdm import tqdm


# tqdm is generic over what it iterates; ours is updated by hand, so over nothing.
def progress_bar(total: float, unit: str, description: str) -> tqdm[Never]:
    """Return a bar (anything with ``update`` and ``close``); silent when nobody is watching."""
    from tqdm import tqdm

    return tqdm(
        total=total,
        unit=unit,
        unit_scale=unit == "B",
        unit_divisor=1024,
        desc=description,
        disable=not sys.stderr.isatty(),
        leave=False,
    )
