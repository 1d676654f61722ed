"""``perda convert``: a log, or a part of it, in another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perda.cli._progress import progress_bar
from perda.errors import LocalFileError, PerdaError, TableTooLargeError

if TYPE_CHECKING:
    from perda.core_data_structures.single_run_data import SingleRunData

_FORMATS = ["text", "columnar", "wide-csv", "wide-parquet", "mat"]
_METHODS = ["linear", "zoh", "nearest", "cubic"]

_EPILOG = """\b
Examples:
  perda convert run.csv run.perda.parquet          opens in milliseconds
  perda convert run.perda.parquet run.csv          the car's text log again
  perda convert run.csv lap.csv --start 60 --end 95.5
  perda convert run.csv pack.csv --to wide-csv --variable "ams.pack.*"
  perda convert run.csv grid.parquet --freq 100 --variable ams.pack.voltage
  perda convert run.csv run.mat                    for MATLAB
  perda convert "REV 11/2026-04-01/run.csv" run.mat
                                (a key on the server you are logged in to)
"""


@click.command(epilog=_EPILOG)
@click.argument("file_or_key", metavar="IN")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--to",
    type=click.Choice(_FORMATS),
    help="Format, where the name leaves a choice: .csv is a text log unless it is wide-csv.",
)
@click.option("--start", type=float, help="From this time on, in seconds of the log's clock.")
@click.option("--end", type=float, help="Up to this time, in seconds of the log's clock.")
@click.option(
    "--variable",
    "--variables",
    "variables",
    multiple=True,
    metavar="NAME",
    help="Only this variable (name, id, or pattern with *); give it once for each.",
)
@click.option(
    "--freq", type=float, metavar="HZ", help="Wide tables: rows per second, evenly spaced."
)
@click.option(
    "--method",
    type=click.Choice(_METHODS),
    help="Wide tables: how a value between two samples is found (with --freq: linear).",
)
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
def convert(
    file_or_key: str,
    out: Path,
    to: str | None,
    start: float | None,
    end: float | None,
    variables: tuple[str, ...],
    freq: float | None,
    method: str | None,
    force: bool,
) -> None:
    """Write the log IN, or a part of it, to the file OUT in another format.

    IN is a text or columnar log on this machine, or else the key of a log on the data server.
    The ending of OUT says the format: .csv a text log (every sample kept, to the last bit),
    .perda.parquet a columnar log, .parquet a table with one column per variable, .mat a MATLAB
    file. IN is never changed.
    """
    if out.exists() and not force:
        raise click.ClickException(f"{out} exists; choose another name or add --force.")
    part = {"start_s": start, "end_s": end, "variables": [_key(name) for name in variables]}
    how = {"freq_hz": freq, "method": method, "overwrite": force}
    try:
        if Path(file_or_key).is_file():
            run = _convert_file(file_or_key, out, to, part, how)
        else:
            run = _convert_key(file_or_key, out, to, part, how)
    except TableTooLargeError as error:
        raise TableTooLargeError(f"{error} Here: --variable, --start, --end, --freq.") from error
    if run.report is not None and not run.report.is_clean:
        click.echo(f"{file_or_key}: {run.report.summary()}", err=True)
    click.echo(
        f"Wrote {out}: {run.total_data_points:,} samples of {len(run):,} variables, "
        f"{out.stat().st_size / 1e6:,.1f} MB"
    )


# Any: keywords, checked where they arrive.
def _convert_file(
    path: str, out: Path, to: str | None, part: dict[str, Any], how: dict[str, Any]
) -> SingleRunData:
    from perda.formats.convert import convert_log

    try:
        # However many lines are bad: the user is told, and the log itself stays as it is.
        return convert_log(
            path, out, to=to, **part, **how, parsing_errors_limit=-1, progress=progress_bar
        )
    except PerdaError:
        raise
    except OSError as error:
        raise LocalFileError(f"Cannot read {path}: {error.strerror or error}.") from error


def _convert_key(
    key: str, out: Path, to: str | None, part: dict[str, Any], how: dict[str, Any]
) -> SingleRunData:
    from perda.cli._session import open_log
    from perda.formats.convert import target_format, write_run
    from perda.formats.selection import select

    target = target_format(out, to, freq_hz=how["freq_hz"], method=how["method"])
    run = select(open_log(key).data, **part)
    write_run(run, out, target, **how, progress=progress_bar)
    return run


def _key(name: str) -> str | int:
    return int(name) if name.lstrip("-").isdigit() else name
