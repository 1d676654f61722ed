"""``perda sample``: write a realistic log of a simulated car."""

from __future__ import annotations

from pathlib import Path

import click

from perda.cli._progress import progress_bar

_MOST_VARIABLES = 100_000  # far above any car's; a million takes minutes and much memory

_EPILOG = """\b
Examples:
  perda sample run.csv
  perda sample endurance.csv --minutes 30 --seed 7
"""


@click.command(epilog=_EPILOG)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--minutes", default=5.0, show_default=True, help="Length, at most 240.")
@click.option("--seed", default=1, show_default=True, help="The same seed writes the same bytes.")
@click.option(
    "--variables",
    default=832,
    show_default=True,
    type=click.IntRange(min=1, max=_MOST_VARIABLES),
    help="How many; the most important come first.",
)
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
def sample(out: Path, minutes: float, seed: int, variables: int, force: bool) -> None:
    """Write a log of an electric Formula car driving laps to the file OUT.

    The car is a point mass with limited grip and power, so that speed, wheel speeds, GPS,
    accelerations, torque, pack voltage, current and temperatures agree with each other.
    30 minutes with 832 variables give some 17 million samples (about 350 MB).
    """
    from perda.sample import write_sample_log

    if out.exists() and not force:
        raise click.ClickException(f"{out} exists; choose another name or add --force.")
    with progress_bar(total=100, unit="%", description=f"Writing {out.name}") as bar:
        summary = write_sample_log(
            out, minutes=minutes, seed=seed, variables=variables, progress=bar
        )
    click.echo(
        f"{out}: {summary.samples:,} samples of {summary.variables} variables, "
        f"{summary.duration_s / 60:g} min"
    )
