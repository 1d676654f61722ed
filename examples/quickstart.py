"""The README's example: log in, look around, load a log from the data server, plot it.

    python examples/quickstart.py URL KEY VARIABLE [VARIABLE] [--out DIR]

The password comes from the environment variable PERDA_PASSWORD, or is asked for.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from perda.errors import PerdaError
from perda.plotting.export import write_figure
from perda.server import ServerClient


def main() -> None:
    parser = argparse.ArgumentParser(description="Load a log from a data server and plot it.")
    parser.add_argument("url", help="for example http://127.0.0.1:8000")
    parser.add_argument("key", help="for example 'REV 11/2026-04-01/endurance.csv'")
    parser.add_argument("variable", help="drawn on the left axis")
    parser.add_argument("variable_2", nargs="?", help="drawn on the right axis")
    parser.add_argument("--out", type=Path, default=Path(), help="where the figure goes")
    arguments = parser.parse_args()

    client = ServerClient(arguments.url, cache_dir=arguments.out / "cache")
    client.login(os.environ.get("PERDA_PASSWORD") or getpass.getpass("Password: "))

    folder = arguments.key.rpartition("/")[0]
    client.print_logs(folder)

    run = client.load(arguments.key)
    print(run)

    figure = run.plot(
        arguments.variable, arguments.variable_2, title=f"{Path(arguments.key).name}, as logged"
    )
    for name in ("figure.html", "figure.png"):
        print(f"Figure: {write_figure(figure, arguments.out / name)}")


if __name__ == "__main__":
    try:
        main()
    except PerdaError as error:
        sys.exit(str(error))
