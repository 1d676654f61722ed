"""What may import what, and how light the way in stays."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "perda"
HEAVY = {"plotly", "scipy", "boto3", "botocore", "sqlalchemy", "fastapi", "polars", "pandas"}

SHOW_HELP = """
from click.testing import CliRunner
from perda.cli import main
assert "serve" in CliRunner().invoke(main, ["--help"]).output
"""

# Which layers a layer may import, besides itself.
BASE = {
    "errors",
    "units",
    "constants",
    "_lazy",
    "_keys",
    "_wire",
    "_files",
    "_digest",
    "_addresses",
    "_s3_client",
}
ALLOWED = {
    "core_data_structures": BASE,
    "plotting": BASE | {"core_data_structures"},
    "utils": BASE | {"core_data_structures", "plotting"},
    "formats": BASE | {"core_data_structures"},
    "analyzer": BASE | {"core_data_structures", "plotting", "utils", "formats"},
    "live": BASE | {"core_data_structures", "plotting", "utils"},
    "server": BASE | {"analyzer", "core_data_structures"},
    "gateway": BASE | {"formats", "core_data_structures"},
    "sample": BASE,
}


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    "code",
    [
        "import perda",
        "from perda.cli import main",
        SHOW_HELP,
        "import perda.gateway",
        "from perda.live import CDPClient, LiveAnalyzer",
        "import perda.plotting",
        "import perda.server",
        "import perda.utils",
    ],
)
def test_the_way_in_is_light(code):
    assert not loaded_by(code) & HEAVY


def test_an_analyzer_needs_no_figures_before_it_plots():
    assert not loaded_by("from perda.analyzer import Analyzer") & {"plotly", "scipy", "boto3"}


@pytest.mark.parametrize("layer", ALLOWED)
def test_imports_point_downward(layer):
    wrong = [
        f"{path.relative_to(PACKAGE)} imports perda.{target}"
        for path in (PACKAGE / layer).rglob("*.py")
        for target in imported_layers(path)
        if target != layer and target not in ALLOWED[layer]
    ]
    assert wrong == []


def imported_layers(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    inside = (name.split(".") for name in names if name.startswith("perda."))
    return {parts[1] for parts in inside}
