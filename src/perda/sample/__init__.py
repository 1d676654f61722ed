"""Sample logs: a simulated electric Formula car, for those who have no log at hand."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perda.sample.catalogue import sample_names
    from perda.sample.writer import SampleSummary, write_sample_log

__all__ = ["SampleSummary", "sample_names", "write_sample_log"]

_HOMES = {
    "SampleSummary": "perda.sample.writer",
    "sample_names": "perda.sample.catalogue",
    "write_sample_log": "perda.sample.writer",
}


def __getattr__(name: str) -> object:
    # Loaded when first used: the writer needs polars, the names need nothing.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
