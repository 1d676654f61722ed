"""``perda plot``: variables of a log to a page or a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from perda.cli._complete import complete_file
from perda.units import to_seconds

if TYPE_CHECKING:
    from perda.core_data_structures.single_run_data import SingleRunData

_DOWNSAMPLE_ABOVE = 100_000

_EPILOG = """\b
Examples:
  perda plot run.csv ams.pack.voltage
  perda plot run.csv ams.pack.voltage --right ams.pack.current -o pack.png
  perda plot run.csv pcm.wheelSpeeds.frontLeft pcm.wheelSpeeds.frontRight --start 60 --end 90
"""


@click.command(epilog=_EPILOG)
@click.argument("file_or_key", shell_complete=complete_file)
@click.argument("variables", nargs=-1, required=True, metavar="VARIABLE...")
@click.option("-r", "--right", multiple=True, metavar="VARIABLE", help="On the right axis, dashed.")
@click.option(
    "-o",
    "--output",
    default="plot.html",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Name ending in .html (opens anywhere, zooms) or .png.",
)
@click.option("--start", type=float, help="From this time on, in seconds.")
@click.option("--end", type=float, help="Up to this time, in seconds.")
@click.option("--title", help="Title; by default the log's name.")
@click.option("--max-points", type=click.IntRange(min=1), help="Every n-th sample only.")
def plot(
    file_or_key: str,
    variables: tuple[str, ...],
    right: tuple[str, ...],
    output: Path,
    start: float | None,
    end: float | None,
    title: str | None,
    max_points: int | None,
) -> None:
    """Plot one or more VARIABLEs (names or ids) of the log FILE_OR_KEY over time."""
    if output.suffix.lower() not in {".html", ".png"}:
        raise click.BadParameter(f"{output} must end in .html or .png.", param_hint="--output")
    if not output.parent.is_dir():
        raise click.BadParameter(f"there is no directory {output.parent}.", param_hint="--output")
    from perda.cli._session import open_log

    run = open_log(file_or_key)
    names = [_key(name) for name in variables + right]
    figure = run.plot(
        names[: len(variables)],
        names[len(variables) :] or None,
        ts_start=start,
        ts_end=end,
        title=title or Path(file_or_key).name,
        max_points=max_points,
        downsample=None if max_points else _downsampling(run.data, names),
    )
    if not figure.data:
        raise click.ClickException(
            f"There is nothing to plot: {_why_nothing(run.data, start, end)}"
        )
    from perda.plotting.export import write_figure

    click.echo(f"Wrote {write_figure(figure, output)}")


def _why_nothing(run: SingleRunData, start: float | None, end: float | None) -> str:
    if start is None and end is None:
        return "the log has no sample of that."
    first, last = (
        to_seconds(t, run.timestamp_unit) for t in (run.data_start_time, run.data_end_time)
    )
    return (
        f"no sample of that between --start and --end; the log runs from {first:g} to {last:g} s."
    )


def _downsampling(data: SingleRunData, names: Sequence[str | int]) -> str | None:
    """Keep a page of long series light; peaks are never lost, and the hover box says so."""
    samples = sum(data.statistics(name).count for name in names)
    return "minmaxlttb" if samples > _DOWNSAMPLE_ABOVE else None


def _key(name: str) -> str | int:
    return int(name) if name.lstrip("-").isdigit() else name
