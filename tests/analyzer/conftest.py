"""Builders of seasons: many small logs in one directory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from perda.analyzer.run_collection import RunCollection
from perda.analyzer.run_collection_factory import from_directory
from perda.formats import cached_log

MakeRun = Callable[..., Path]
START = datetime(2026, 4, 1, 9)


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PERDA_CACHE_DIR", str(tmp_path / "cache"))
    yield
    cached_log.wait_for_copies()


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Return a builder of the log of a day: `volts` at 10 ms steps, from an odd start."""

    def build(
        day: int = 0,
        volts: tuple[object, ...] = (400.0, 390.0),
        *,
        name: str | None = None,
        variable: str = "Pack voltage [V] (volts)",
        version: str = "v2.0",
        start: int = 5_000_000,
    ) -> Path:
        step = 10_000 if version == "v2.0" else 10
        date = (START + timedelta(days=day)).strftime("%a %b %d %H:%M:%S %Y")
        lines = [f"PER Log: {date} {version}", f"Value {variable}: 7", "Value same: 8"]
        lines += [f"{start + i * step},7,{value}" for i, value in enumerate(volts)]
        lines += [f"{start + i * step},8,1" for i in range(100)]
        path = tmp_path / "logs" / (name or f"day{day}.csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
        return path

    return build


@pytest.fixture
def season(make_run: MakeRun, tmp_path: Path) -> RunCollection:
    """Give three runs on three days; the last has no voltage."""
    make_run(2, variable="Pack current [A] (amps)")
    make_run(0)
    make_run(1, (380.0, 395.0, 385.0))
    return from_directory(tmp_path / "logs")
