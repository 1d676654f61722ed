"""Computation on series and runs. Names load on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perda._lazy import lazy_names

if TYPE_CHECKING:
    from perda.units import (
        Timescale,
        convert_time,
        from_seconds,
        in_to_m,
        mph_to_m_per_s,
        to_seconds,
    )
    from perda.utils.data_summary import (
        DataInstanceSummary,
        data_instance_summary,
        single_run_summary,
    )

__all__ = [
    "DataInstanceSummary",
    "Timescale",
    "convert_time",
    "data_instance_summary",
    "from_seconds",
    "in_to_m",
    "mph_to_m_per_s",
    "single_run_summary",
    "to_seconds",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "perda.units": [
            "Timescale",
            "convert_time",
            "from_seconds",
            "in_to_m",
            "mph_to_m_per_s",
            "to_seconds",
        ],
        "perda.utils.data_summary": [
            "DataInstanceSummary",
            "data_instance_summary",
            "single_run_summary",
        ],
    },
)
