"""Builders and fixtures that many tests share."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perda.core_data_structures import DataInstance

HEADER = "PER Log: Thu Jun 11 17:06:37 2026 v2.0"

MakeLog = Callable[..., Path]
MakeSeries = Callable[..., DataInstance]


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test its own home, so that none reads or leaves settings, sessions or caches."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in (
        "PERDA_CONFIG_DIR",
        "PERDA_CACHE_DIR",
        "PERDA_DATA_DIR",
        "PERDA_S3_PUBLIC_URL",
        "PERDA_CACHE",
        "PERDA_MAX_DECOMPRESSED_BYTES",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def make_log(tmp_path: Path) -> MakeLog:
    """Return a builder that writes a log and gives its path."""

    def build(
        samples: Iterable[tuple[object, object, object]] = ((72, 1, 400.5), (114, 1, 399.5)),
        *,
        variables: Mapping[int, str] | None = None,
        header: str | None = HEADER,
        name: str = "run.csv",
        end: str = "\n",
    ) -> Path:
        declared = {1: "Pack voltage [V] (ams.pack.voltage)"} if variables is None else variables
        lines = [header] if header is not None else []
        lines += [f"Value {text}: {var_id}" for var_id, text in declared.items()]
        lines += [",".join(str(field) for field in sample) for sample in samples]
        path = tmp_path / name
        path.write_bytes("".join(line + end for line in lines).encode())
        return path

    return build


@pytest.fixture
def make_series() -> MakeSeries:
    """Return a builder of a series from lists of times and values."""

    def build(
        times: Iterable[int] = (0, 10, 20),
        values: Iterable[float] = (1.0, 2.0, 3.0),
        **metadata: Any,
    ) -> DataInstance:
        return DataInstance(
            timestamp_np=np.array(list(times), dtype=np.int64),
            value_np=np.array(list(values), dtype=np.float64),
            **({"label": "Power", "var_id": 7, "cpp_name": "a.power"} | metadata),
        )

    return build


class Recording:
    """A real recording: its log, unpacked, and the facts other software found in it."""

    def __init__(self, path: Path, truth: dict[str, Any]) -> None:
        self.path = path
        self.truth = truth


@pytest.fixture(scope="session", params=["aim_watkins_glen_981gt4", "comma2k19_rav4"])
def recording(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Recording:
    """Give each of the real recordings; skip where they are not at hand."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    packed = folder / f"{request.param}.csv.gz"
    if not packed.exists():
        pytest.skip(f"no recordings in {folder.name}/ beside the project")
    path = tmp_path_factory.mktemp("recording") / f"{request.param}.csv"
    with gzip.open(packed) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    return Recording(path, json.loads((folder / f"{request.param}.truth.json").read_text()))
