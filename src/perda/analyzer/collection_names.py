"""What the runs of a collection are called: by file name, and more where that is not enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path


def run_names(paths: Sequence[Path]) -> list[str]:
    """Return a name for each log: its file name, with as many folders as tell it apart.

    Parameters
    ----------
    paths : sequence of Path
        Logs.

    Returns
    -------
    list of str
        One per path, with forward slashes. Only a path given twice has a name twice.
    """
    names = [path.name for path in paths]
    deepest = max((len(path.parts) for path in paths), default=0)
    for depth in range(2, deepest + 1):
        counts = Counter(names)
        if max(counts.values()) == 1:
            break
        names = [
            "/".join(path.parts[-depth:]).replace("//", "/") if counts[name] > 1 else name
            for path, name in zip(paths, names, strict=True)
        ]
    return names
