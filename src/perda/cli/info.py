"""``perda info``: what is in a log."""

from __future__ import annotations

import click
import numpy as np

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.single_run_data import SingleRunData
from perda.units import to_seconds

_EPILOG = """\b
Examples:
  perda info run.csv
  perda info run.csv --filter pack
  perda info "REV 11/2026-04-01/run.csv"     (a key on the server you are logged in to)
"""


@click.command(epilog=_EPILOG)
@click.argument("file_or_key")
@click.option(
    "--filter", "text", default="", help="Only variables whose name or description has it."
)
def info(file_or_key: str, text: str) -> None:
    """Show what FILE_OR_KEY holds: recording, duration, bad lines, variables.

    FILE_OR_KEY is a log on this machine, or else the key of a log on the data server.
    """
    from perda.cli._session import open_log

    run = open_log(file_or_key).data
    click.echo(_overview(run))
    click.echo()
    click.echo(_table(run, text))


def _overview(run: SingleRunData) -> str:
    recorded = run.creation_time.isoformat(sep=" ") if run.creation_time else "not in the header"
    start, end = (
        to_seconds(t, run.timestamp_unit) for t in (run.data_start_time, run.data_end_time)
    )
    rows = [
        ("Header", run.header or "(none)"),
        ("Recorded", recorded),
        (
            "Duration",
            f"{_clock(end - start)} ({start:.3f} s to {end:.3f} s, in {run.timestamp_unit.value})",
        ),
        ("Samples", f"{run.total_data_points:,}"),
        (
            "Variables",
            f"{len(run):,} ({sum(len(d) == 0 for d in run.id_to_instance.values())} empty)",
        ),
    ]
    if run.report is not None:
        rows.append(("Bad lines", f"{run.report.reported:,}"))
    text = "\n".join(f"{name + ':':11} {value}" for name, value in rows)
    if run.report is not None and not run.report.is_clean:
        text += f"\n\n{run.report}"
    return text


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)} min {rest:.1f} s" if minutes else f"{rest:.3f} s"


def _table(run: SingleRunData, text: str) -> str:
    wanted = [d for d in run.id_to_instance.values() if _matches(run, d, text.lower())]
    if not wanted:
        return f"No variable has {text!r} in its name or description."
    width = max(len(_name(d)) for d in wanted)
    head = f"{'id':>6}  {'variable':{width}}  {'samples':>10}  {'min':>12}  {'max':>12}  unit"
    return "\n".join([head, "-" * len(head), *(_row(d, width) for d in wanted)])


def _matches(run: SingleRunData, series: DataInstance, text: str) -> bool:
    description = run.id_to_descript.get(series.var_id, "") if series.var_id is not None else ""
    return text in _name(series).lower() or text in description.lower()


def _name(series: DataInstance) -> str:
    return series.cpp_name or ""


def _row(series: DataInstance, width: int) -> str:
    low, high = _range(series)
    return (
        f"{series.var_id:>6}  {_name(series):{width}}  {len(series):>10,}  {low:>12}  {high:>12}"
        f"  {series.unit or ''}"
    ).rstrip()


def _range(series: DataInstance) -> tuple[str, str]:
    values = series.value_np[~np.isnan(series.value_np)]
    if len(values) == 0:
        return "-", "-"
    return f"{values.min():.6g}", f"{values.max():.6g}"
