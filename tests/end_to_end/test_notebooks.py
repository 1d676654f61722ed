"""The tutorials run from top to bottom, on a small sample log and in a directory of their own."""

from __future__ import annotations

from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from perda.sample import write_sample_log

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CELL_TIMEOUT_S = 60


@pytest.fixture
def run_notebook(tmp_path, monkeypatch):
    """Return a function that executes a notebook and gives it back with its outputs."""
    before = set(psutil.Process().children(recursive=True))  # other tests' helpers may linger
    for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))

    def execute(name: str) -> NotebookNode:
        write_sample_log(tmp_path / "run.csv", minutes=0.5, seed=1)
        notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
        client = NotebookClient(
            notebook, timeout=CELL_TIMEOUT_S, resources={"metadata": {"path": tmp_path}}
        )
        return client.execute()

    yield execute
    left = [p for p in psutil.Process().children(recursive=True) if p not in before]
    for process in left:
        process.kill()
    assert left == []


def printed(notebook: NotebookNode) -> str:
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return "".join(output.get("text", "") for output in outputs)


def figures(notebook: NotebookNode) -> int:
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return sum("application/vnd.plotly.v1+json" in output.get("data", {}) for output in outputs)


def test_first_steps(run_notebook):
    notebook = run_notebook("first_steps.ipynb")
    assert "kWh in this run" in printed(notebook)
    assert figures(notebook) == 5


def test_server_client(run_notebook, tmp_path):
    notebook = run_notebook("server_client.ipynb")
    text = printed(notebook)
    assert 'title: "First run of the season"' in text
    assert "nothing.csv" in text
    assert "The server has stopped with code 0" in text
    assert figures(notebook) == 1


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell for cell in code if cell.outputs or cell.execution_count is not None] == []


def test_advanced(run_notebook):
    notebook = run_notebook("advanced.ipynb")
    text = printed(notebook)
    assert "of the samples are cornering" in text
    assert "Accel at" in text
    assert "base only: 101" in text
    assert figures(notebook) == 6
