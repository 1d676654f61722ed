"""The running car: ``from perda.live import LiveAnalyzer``. Names load on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perda._lazy import lazy_names

if TYPE_CHECKING:
    from perda.live.analyzer import LiveAnalyzer
    from perda.live.client import CDPClient, get_range_value, get_value, set_value
    from perda.live.codes import ResponseStatus, ValueType
    from perda.live.errors import (
        CDPConnectionError,
        CDPException,
        CDPProtocolError,
        CDPRequestError,
        CDPServerError,
        CDPTimeoutError,
        ShortHistoryWarning,
    )

__all__ = [
    "CDPClient",
    "CDPConnectionError",
    "CDPException",
    "CDPProtocolError",
    "CDPRequestError",
    "CDPServerError",
    "CDPTimeoutError",
    "LiveAnalyzer",
    "ResponseStatus",
    "ShortHistoryWarning",
    "ValueType",
    "get_range_value",
    "get_value",
    "set_value",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "perda.live.analyzer": ["LiveAnalyzer"],
        "perda.live.client": ["CDPClient", "get_range_value", "get_value", "set_value"],
        "perda.live.codes": ["ResponseStatus", "ValueType"],
        "perda.live.errors": [
            "CDPConnectionError",
            "CDPException",
            "CDPProtocolError",
            "CDPRequestError",
            "CDPServerError",
            "CDPTimeoutError",
            "ShortHistoryWarning",
        ],
    },
)
