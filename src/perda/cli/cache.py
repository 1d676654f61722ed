"""``perda cache``: the columnar copies of logs that were opened."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import click

from perda.formats import run_cache

_EPILOG = """\b
Examples:
  perda cache list
  perda cache limit 10GB
  perda cache clear

PERDA_CACHE=off turns the cache off; PERDA_CACHE_DIR moves it.
"""

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


@click.group(epilog=_EPILOG)
def cache() -> None:
    """Show and clear the copies that make a log open at once the second time."""


@cache.command()
def path() -> None:
    """Print the directory the copies are in."""
    click.echo(run_cache.directory())


@cache.command("list")
def list_() -> None:
    """List the copies, the one used last first."""
    entries = run_cache.entries()
    for entry in entries:
        used = datetime.fromtimestamp(entry.last_used).strftime("%Y-%m-%d %H:%M")
        gone = "" if Path(entry.source).exists() else "  (the log is gone)"
        click.echo(f"{shown(entry.size):>9}  {used}  {entry.source}{gone}")
    click.echo(f"{len(entries)} copies, {shown(run_cache.total_size())}")


@cache.command()
def size() -> None:
    """Print how much the copies take, and how much they may."""
    click.echo(f"{shown(run_cache.total_size())} of {shown(run_cache.limit())}")


@cache.command()
def clear() -> None:
    """Remove all copies; logs are never touched."""
    click.echo(f"Removed {shown(run_cache.clear())}")


@cache.command()
@click.argument("size", required=False)
def limit(size: str | None) -> None:
    """Show how much the copies may take, or set it: perda cache limit 10GB."""
    if size is not None:
        run_cache.set_limit(parse_size(size))
    click.echo(shown(run_cache.limit()))


def parse_size(text: str) -> int:
    """Return the bytes of a size such as ``10GB`` or ``500 MB``."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?B?)", text.strip().upper())
    unit = found[2] if found else ""
    unit = unit if not unit or unit.endswith("B") else unit + "B"
    if not found:
        raise click.BadParameter(f"{text!r} is no size; expected something like 500MB or 10GB.")
    return int(float(found[1]) * _UNITS[unit])


def shown(size: float) -> str:
    """Return a number of bytes for people."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
