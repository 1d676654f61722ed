"""Run the notebooks and write them, with what they print and draw, as pages of the documentation.

    python docs/notebooks_build.py

Each becomes docs/notebooks/NAME.md, its figures PNGs beside it. They run in a directory of their
own, on a simulated run that they write themselves.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nbformat
import plotly.graph_objects as go
from nbclient import NotebookClient
from nbformat import NotebookNode

from perda.plotting import write_figure

DOCS = Path(__file__).resolve().parent
PAGES = DOCS / "notebooks"
PLOTLY = "application/vnd.plotly.v1+json"
CELL_TIMEOUT_S = 120
FIGURE_WIDTH, FIGURE_HEIGHT = 1000, 560


def main() -> None:
    PAGES.mkdir(exist_ok=True)
    for path in sorted((DOCS.parent / "notebooks").glob("*.ipynb")):
        notebook = executed(path)
        (PAGES / f"{path.stem}.md").write_text(page(notebook, path.stem), encoding="utf-8")
        print(f"docs/notebooks/{path.stem}.md")


def executed(path: Path) -> NotebookNode:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PERDA_CACHE_DIR"] = str(Path(folder) / "cache")
        notebook = nbformat.read(path, as_version=4)
        resources = {"metadata": {"path": folder}}
        return NotebookClient(notebook, timeout=CELL_TIMEOUT_S, resources=resources).execute()


def page(notebook: NotebookNode, name: str) -> str:
    parts = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        elif cell.source.strip():
            parts.append(f"```python\n{cell.source}\n```")
            shown = (shown_output(output, f"{name}-{number}") for output in cell.outputs)
            parts += [text for text in shown if text]
    return "\n\n".join(parts) + "\n"


def shown_output(output: NotebookNode, name: str) -> str:
    if output.output_type == "stream":
        return f"```text\n{output.text.rstrip()}\n```" if output.name == "stdout" else ""
    data = output.get("data", {})
    if PLOTLY in data:
        figure = go.Figure({key: data[PLOTLY][key] for key in ("data", "layout")})
        figure.update_layout(width=FIGURE_WIDTH, height=FIGURE_HEIGHT)
        write_figure(figure, PAGES / f"{name}.png", scale=1.5)
        return f"![figure]({name}.png)"
    if "text/html" in data:
        return f"```{{raw}} html\n{data['text/html']}\n```"
    return f"```text\n{data['text/plain']}\n```" if "text/plain" in data else ""


if __name__ == "__main__":
    main()
