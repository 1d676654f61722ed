"""What `make demo` and `make serve` do: a data server, logs on it, and a client that plots one.

    python examples/demo.py             three sample runs
    python examples/demo.py --log FILE  your own log instead
    python examples/demo.py --serve     leave the server running

Everything happens in .demo/ (or --dir) and through the same commands that a person would
type; each is shown before it runs.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import itertools
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARKER = "made-by-make-demo"
PERDA = Path(sys.executable).with_name("perda")
READY = "perda is ready at "
STOP_TIMEOUT_S = 15
FAVOURITES = ("ams.pack.voltage", "ams.pack.current")


@dataclass(frozen=True)
class Upload:
    """A log and what is known about it."""

    file: Path
    key: str
    options: tuple[str, ...]


def main() -> None:
    arguments = parse_arguments()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is not signal.SIG_IGN:  # nohup
            signal.signal(ending, signal.default_int_handler)  # as Ctrl-C: the server goes too
    try:
        demonstrate(arguments)
    except KeyboardInterrupt:
        say("Stopped; nothing is left running.")
        sys.exit(0 if arguments.serve else 130)


def demonstrate(arguments: argparse.Namespace) -> None:
    started = time.monotonic()
    home: Path = arguments.dir.resolve()
    variables = variables_to_plot(arguments.log) if arguments.log else FAVOURITES
    environment = fresh_home(home)
    with running_server(home, environment) as url:
        uploads = [own_log(arguments.log)] if arguments.log else sample_runs(home, environment)
        say("Logging in as admin and uploading")
        run("login", url, "--password-stdin", env=environment, text=environment["ADMIN"])
        for upload in uploads:
            run("push", str(upload.file), upload.key, *upload.options, env=environment)
        if arguments.serve:
            wait_for_ctrl_c(url, environment)
            return
        show_one(url, uploads[0], variables, home, environment)
    say(f"Done in {time.monotonic() - started:.0f} s; server stopped. Figures and data: {home}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="perda from upload to plot, on this machine.")
    parser.add_argument("--log", type=Path, help="use this log instead of sample runs")
    parser.add_argument("--dir", type=Path, default=ROOT / ".demo", help="where; emptied first")
    parser.add_argument("--serve", action="store_true", help="leave the server running")
    arguments = parser.parse_args()
    if arguments.log:
        arguments.log = arguments.log.expanduser()
        if not arguments.log.is_file():
            sys.exit(f"There is no file {arguments.log}")
    return arguments


def fresh_home(home: Path) -> dict[str, str]:
    """Empty the demo's directory and return the environment in which everything runs."""
    if home.exists():
        if not (home / MARKER).exists():
            sys.exit(f"{home} was not made by the demo; move it away and run again.")
        if server_runs_in(home):
            sys.exit(f"A data server is running in {home}; stop it (Ctrl-C where it was started).")
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / MARKER).touch()
    admin, viewer = secrets.token_urlsafe(12), secrets.token_urlsafe(12)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PERDA_")},
        "PERDA_CONFIG_DIR": str(home / "config"),
        "PERDA_CACHE_DIR": str(home / "cache"),
        "PERDA_ADMIN_PASSWORD": admin,
        "PERDA_VIEWER_PASSWORD": viewer,
        "ADMIN": admin,
        "VIEWER": viewer,
    }


def server_runs_in(home: Path) -> bool:
    """Say whether some server, such as that of `make serve`, uses the directory."""
    lock = home / "server" / "lock"
    if not lock.exists():
        return False
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextlib.contextmanager
def running_server(home: Path, environment: dict[str, str]) -> Iterator[str]:
    """Start the data server on a free port, yield its address, stop it."""
    say(f"Starting a data server (database, S3 object store, HTTP) in {home}/server")
    command = [str(PERDA), "serve", "--data-dir", str(home / "server"), "--port", "0"]
    show(command)
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        yield address_of(server)
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            server.kill()
        server.communicate()


def address_of(server: subprocess.Popen[str]) -> str:
    for line in server.stdout or ():
        print(f"  | {line}", end="", flush=True)
        if line.startswith(READY):
            return line.removeprefix(READY).strip()
    sys.exit("The server did not start; its last lines above say why.")


def sample_runs(home: Path, environment: dict[str, str]) -> list[Upload]:
    """Make three short runs of a simulated car."""
    say("Simulating three short runs of an electric race car")
    runs = [
        ("REV 11/2026-04-01/endurance.csv", "2", "1", "Endurance, first stint", "dry"),
        ("REV 11/2026-04-01/shakedown.csv", "0.5", "2", "Shakedown after motor swap", "shakedown"),
        ("REV 11/2026-04-02/autocross.csv", "1", "3", "Autocross, second driver", "dry"),
    ]
    uploads = []
    for key, minutes, seed, title, tag in runs:
        file = home / Path(key).name
        run("sample", str(file), "--minutes", minutes, "--seed", seed, env=environment)
        details = ("--title", title, "--tag", tag, "--tag", "sample")
        fields = ("--meta", "driver=Ada", "--meta", f"duration_min={minutes}")
        uploads.append(Upload(file, key, details + fields))
    return uploads


def own_log(log: Path) -> Upload:
    return Upload(log, f"REV 11/2026-04-01/{log.name}", ("--title", f"My own log {log.stem}"))


def show_one(
    url: str, upload: Upload, variables: Sequence[str], home: Path, environment: dict[str, str]
) -> None:
    """Do what the README's example does."""
    say("Loading one of them back through the client, as in examples/quickstart.py")
    script = [sys.executable, str(ROOT / "examples" / "quickstart.py"), url, upload.key]
    command = [*script, *variables, "--out", str(home)]
    show(command)
    viewer = {**environment, "PERDA_PASSWORD": environment["VIEWER"]}
    if subprocess.run(command, env=viewer, check=False).returncode:
        sys.exit("examples/quickstart.py failed; its message is above.")


def variables_to_plot(log: Path) -> Sequence[str]:
    """Choose pack voltage and current, else the two liveliest variables of different units."""
    from perda.analyzer import Analyzer
    from perda.errors import PerdaError

    try:
        data = Analyzer(log, verbose=0, cache=False).data
    except PerdaError as error:
        sys.exit(str(error))
    if all(name in data for name in FAVOURITES):
        return FAVOURITES
    liveliest = sorted(data, key=lambda name: -len(set(data[name].value_np)))
    others = (name for name in liveliest if data[name].unit != data[liveliest[0]].unit)
    return [liveliest[0], *itertools.islice(others, 1)]


def wait_for_ctrl_c(url: str, environment: dict[str, str]) -> None:
    say(f"The server is yours: {url}  (Ctrl-C stops it)")
    print(f"  admin password:  {environment['ADMIN']}")
    print(f"  viewer password: {environment['VIEWER']}", flush=True)
    while True:
        signal.pause()


def run(*arguments: str, env: dict[str, str], text: str | None = None) -> None:
    """Run a perda command, shown first; stop the demo if it fails."""
    command = [str(PERDA), *arguments]
    show(command)
    done = subprocess.run(command, env=env, input=text, text=True, check=False)
    if done.returncode:
        sys.exit(f"'perda {arguments[0]}' failed; its message is above.")


def show(command: list[str]) -> None:
    shown = [Path(command[0]).name, *command[1:]]
    print(f"  $ {shlex.join(shown)}", flush=True)


def say(what: str) -> None:
    print(f"\n==> {what}", flush=True)


if __name__ == "__main__":
    main()
