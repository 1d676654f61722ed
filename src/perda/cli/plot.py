"""``perda plot``: variables of a log to a page or a picture."""

from __future__ import annotations

from pathlib import Path

import click

_EPILOG = """\b
Examples:
  perda plot run.csv ams.pack.voltage
  perda plot run.csv ams.pack.voltage --right ams.pack.current -o pack.png
  perda plot run.csv pcm.wheelSpeeds.frontLeft pcm.wheelSpeeds.frontRight --start 60 --end 90
"""


@click.command(epilog=_EPILOG)
@click.argument("file_or_key")
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
    from perda.cli._session import open_log

    run = open_log(file_or_key)
    figure = run.plot(
        [_key(name) for name in variables],
        [_key(name) for name in right] or None,
        ts_start=start,
        ts_end=end,
        title=title or Path(file_or_key).name,
        max_points=max_points,
    )
    if not figure.data:
        raise click.ClickException("There is nothing to plot: no sample in that range.")
    from perda.plotting.export import write_figure

    click.echo(f"Wrote {write_figure(figure, output)}")


def _key(name: str) -> str | int:
    return int(name) if name.lstrip("-").isdigit() else name
