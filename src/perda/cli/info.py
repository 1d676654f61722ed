"""``perda info``: what is in a log."""

from __future__ import annotations

import click

from perda.cli._complete import complete_file
from perda.core_data_structures.instance_map import unit_of
from perda.core_data_structures.single_run_data import SingleRunData
from perda.units import to_seconds

_EPILOG = """\b
Examples:
  perda info run.csv
  perda info run.csv --filter pack
  perda info "REV 11/2026-04-01/run.csv"     (a key on the server you are logged in to)
"""


@click.command(epilog=_EPILOG)
@click.argument("file_or_key", shell_complete=complete_file)
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
    start = to_seconds(run.data_start_time, run.timestamp_unit)
    end = to_seconds(run.data_end_time, run.timestamp_unit)
    empty = sum(run.statistics(var_id).count == 0 for var_id in run.id_to_instance)
    span = f"{start:.3f} s to {end:.3f} s, in {run.timestamp_unit.value}"
    rows = [
        ("Header", run.header or "(none)"),
        ("Recorded", recorded),
        ("Duration", f"{_clock(end - start)} ({span})"),
        ("Samples", f"{run.total_data_points:,}"),
        ("Variables", f"{len(run):,} ({empty} empty)"),
    ]
    if run.report is not None:
        rows.append(("Bad lines", f"{run.report.reported:,}"))
    text = "\n".join(f"{name + ':':11} {value}" for name, value in rows)
    return text if run.report is None else f"{text}\n\n{run.report}"


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.3f} s"
    minutes, tenths = divmod(round(seconds * 10), 600)
    return f"{minutes} min {tenths / 10:.1f} s"


def _table(run: SingleRunData, text: str) -> str:
    wanted = [i for i in run.id_to_instance if _matches(run, i, text.lower())]
    if not wanted:
        return f"No variable has {text!r} in its name or description."
    width = max(len(run.id_to_cpp_name[i]) for i in wanted)
    head = f"{'id':>6}  {'variable':{width}}  {'samples':>10}  {'min':>12}  {'max':>12}  unit"
    return "\n".join([head, "-" * len(head), *(_row(run, i, width) for i in wanted)])


def _matches(run: SingleRunData, var_id: int, text: str) -> bool:
    known = (run.id_to_cpp_name[var_id], run.id_to_descript.get(var_id, ""))
    return any(text in words.lower() for words in known)


def _row(run: SingleRunData, var_id: int, width: int) -> str:
    # Statistics stand in a columnar copy's footer: 800 variables are shown without reading one.
    known = run.statistics(var_id)
    low, high = ("-" if v is None else f"{v:.6g}" for v in (known.min, known.max))
    unit = unit_of(run.id_to_descript.get(var_id, "")) or ""
    name = run.id_to_cpp_name[var_id]
    row = f"{var_id:>6}  {name:{width}}  {known.count:>10,}  {low:>12}  {high:>12}  {unit}"
    return row.rstrip()
