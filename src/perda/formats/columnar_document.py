"""The JSON document in the footer of a columnar log (see docs/columnar-format.md)."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from perda.core_data_structures.parse_report import ParseReport
from perda.core_data_structures.single_run_data import SingleRunData
from perda.core_data_structures.statistics import VariableStatistics
from perda.errors import LogFormatError
from perda.units import Timescale

FOOTER_KEY = b"perda"
VERSION = 1

# Any below: JSON's own types.
Json = dict[str, Any]

_RUN_FIELDS = ("header", "total_data_points", "data_start_time", "data_end_time")


@dataclass(frozen=True)
class SourceInfo:
    """What file a columnar log was made from.

    Attributes
    ----------
    sha256 : str
        Of its bytes, in hex.
    size : int
        In bytes.
    """

    sha256: str
    size: int


@dataclass(frozen=True)
class StoredVariable:
    """One variable of a columnar log.

    Attributes
    ----------
    var_id : int
    name, description : str
    statistics : VariableStatistics
    first_row_group, row_groups : int
        Where its samples are.
    """

    var_id: int
    name: str
    description: str
    statistics: VariableStatistics
    first_row_group: int
    row_groups: int


def encode_document(
    run: SingleRunData, variables: list[StoredVariable], source: SourceInfo | None
) -> bytes:
    """Return the document for a run whose samples were just written."""
    document: Json = {"version": VERSION}
    document |= {name: getattr(run, name) for name in _RUN_FIELDS}
    document["timestamp_unit"] = run.timestamp_unit.value
    document["creation_time"] = run.creation_time.isoformat() if run.creation_time else None
    document["creation_timestamp"] = run.creation_timestamp
    document["concat_boundaries"] = run.concat_boundaries
    document["names"] = run.cpp_name_to_id
    document["report"] = run.report.model_dump(mode="json") if run.report else None
    document["source"] = {"sha256": source.sha256, "size": source.size} if source else None
    document["variables"] = [_encode_variable(variable) for variable in variables]
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def decode_document(raw: bytes | None, where: object) -> Json:
    """Return the document of a columnar log.

    Raises
    ------
    LogFormatError
        If there is none, or its version is not the one this perda writes.
    """
    if raw is None:
        raise LogFormatError(
            f"{where} is a Parquet file, but no columnar log: its footer has no {FOOTER_KEY!r}."
        )
    try:
        document: Json = json.loads(raw)
        version = document["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise LogFormatError(f"{where} has a damaged footer document: {error}.") from error
    if version != VERSION:
        raise LogFormatError(
            f"{where} is a columnar log of version {version}; this perda reads version {VERSION}. "
            "Convert it anew from its text log with 'perda convert', or update perda."
        )
    return document


def decode_variables(document: Json) -> list[StoredVariable]:
    """Return the variables that a document lists, in its order."""
    return [_decode_variable(entry) for entry in document["variables"]]


def decode_run_fields(document: Json) -> Json:
    """Return the keywords of SingleRunData that stand in the document as such."""
    created, report = document["creation_time"], document["report"]
    return {name: document[name] for name in _RUN_FIELDS} | {
        "timestamp_unit": Timescale(document["timestamp_unit"]),
        "creation_time": datetime.fromisoformat(created) if created else None,
        "creation_timestamp": document["creation_timestamp"],
        "concat_boundaries": document["concat_boundaries"],
        "cpp_name_to_id": document["names"],
        "report": ParseReport.model_validate(report) if report else None,
    }


def _encode_variable(variable: StoredVariable) -> Json:
    statistics = variable.statistics
    return {
        "id": variable.var_id,
        "name": variable.name,
        "description": variable.description,
        "count": statistics.count,
        "first": statistics.first_timestamp,
        "last": statistics.last_timestamp,
        "min": _encode_float(statistics.min),
        "max": _encode_float(statistics.max),
        "mean": _encode_float(statistics.mean),
        "row_groups": [variable.first_row_group, variable.row_groups],
    }


def _decode_variable(entry: Json) -> StoredVariable:
    return StoredVariable(
        var_id=entry["id"],
        name=entry["name"],
        description=entry["description"],
        statistics=VariableStatistics(
            count=entry["count"],
            first_timestamp=entry["first"],
            last_timestamp=entry["last"],
            min=_decode_float(entry["min"]),
            max=_decode_float(entry["max"]),
            mean=_decode_float(entry["mean"]),
        ),
        first_row_group=entry["row_groups"][0],
        row_groups=entry["row_groups"][1],
    )


def _encode_float(value: float | None) -> float | str | None:
    # JSON has no infinities.
    return value if value is None or math.isfinite(value) else str(value)


def _decode_float(value: float | str | None) -> float | None:
    return None if value is None else float(value)
