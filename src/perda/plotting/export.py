"""Figures to files: an HTML page that needs no network, or a PNG that needs no browser."""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import plotly
import plotly.graph_objects as go

from perda._files import whole_file
from perda.errors import MissingExtraError, PerdaError

_CHROMIUM_FLAGS = (
    "--disable-gpu",
    "--allow-file-access-from-files",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    "--no-sandbox",
)
_RENDER_TIMEOUT_S = 40
_TRIES = 3


def write_figure(figure: go.Figure, path: str | os.PathLike[str], scale: float = 2.0) -> Path:
    """Write a figure to an ``.html`` or ``.png`` file.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Figure.
    path : str or path-like
        Target; its ending says the format.
    scale : float
        Pixels of a PNG per pixel of the figure's own size.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If the ending is another one.
    MissingExtraError
        If a PNG is asked for and its renderer is not installed.
    LocalFileError
        If the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() == ".html":
        # The script travels inside the page: it must open at a track without internet.
        content = figure.to_html(include_plotlyjs=True).encode()
    elif target.suffix.lower() == ".png":
        content = figure_to_png(figure, scale)
    else:
        raise ValueError(f"Cannot write {target}: expected a name ending in .html or .png.")
    with whole_file(target) as file:
        file.write(content)
    return target


def figure_to_png(figure: go.Figure, scale: float = 2.0) -> bytes:
    """Render a figure as a PNG, without a browser and without network.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Figure.
    scale : float
        Pixels per pixel of the figure's own size.

    Returns
    -------
    bytes

    Raises
    ------
    MissingExtraError
        If the renderer is not installed.
    PerdaError
        If it fails; the message has its reason.
    """
    plain = json.loads(figure.to_json())
    for trace in plain["data"]:
        # Without a graphics card WebGL is drawn in software: ten times slower, and blurred.
        trace["type"] = trace["type"].removesuffix("gl")
    request = {
        "data": plain,
        "format": "png",
        "width": figure.layout.width or 1200,
        "height": figure.layout.height or 700,
        "scale": scale,
    }
    answer = _render(json.dumps(request).encode() + b"\n")
    if answer.get("code") != 0:
        raise PerdaError(f"The PNG renderer failed: {answer.get('message')}")
    return base64.b64decode(answer["result"])


# kaleido's own Python side is passed over: it starts the renderer through a shell script that
# fails when the path has a blank, leaves it running, and calls a method Python means to remove.
def _render(request: bytes) -> dict[str, Any]:
    """Send one request to the renderer and return its answer, a JSON object."""
    home = _renderer_home()
    with tempfile.TemporaryDirectory() as scratch:
        # The renderer splits its arguments at blanks: a copy has a path without any.
        script = Path(scratch) / "plotly.min.js"
        shutil.copyfile(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", script)
        done = _run([*_executable(home), "plotly", f"--plotlyjs={script}"], home, request)
    answers = done.stdout.splitlines()
    if not answers:
        reason = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        raise PerdaError(f"The PNG renderer did not start: {reason[-500:]}")
    answer: dict[str, Any] = json.loads(answers[-1])
    return answer


def _run(command: list[str], home: Path, request: bytes) -> subprocess.CompletedProcess[bytes]:
    for _ in range(_TRIES):
        # Once in some hundred figures on a busy machine the renderer hangs at its start.
        with contextlib.suppress(subprocess.TimeoutExpired):
            return subprocess.run(  # noqa: S603  # the package's own executable, no shell
                [*command, *_CHROMIUM_FLAGS],
                cwd=home,
                env={**os.environ, **_renderer_environment(home)},
                input=request,
                capture_output=True,
                timeout=_RENDER_TIMEOUT_S,
                check=False,
            )
    raise PerdaError(
        f"The PNG renderer gave no answer in {_TRIES} tries of {_RENDER_TIMEOUT_S} s. "
        "Try again, or write an .html file."
    )


def _renderer_home() -> Path:
    found = importlib.util.find_spec("kaleido")
    home = Path(found.origin).parent / "executable" if found and found.origin else None
    if home is None or not home.is_dir():
        raise MissingExtraError(
            "Writing a PNG needs the renderer of kaleido 0.2.1: "
            'pip install "perda[png]". An .html file needs nothing.'
        )
    return home


def _executable(home: Path) -> list[str]:
    binary = home / "bin" / "kaleido"
    wrapper = home / ("kaleido.cmd" if sys.platform == "win32" else "kaleido")
    return [str(binary if binary.exists() else wrapper)]


def _renderer_environment(home: Path) -> dict[str, str]:
    return {
        "LD_LIBRARY_PATH": str(home / "lib"),
        "FONTCONFIG_PATH": str(home / "etc" / "fonts"),
        "XDG_DATA_HOME": str(home / "xdg"),
        "LD_PRELOAD": "",
    }
