from __future__ import annotations

import subprocess
import sys


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(result.stdout.splitlines())


def test_the_gateway_never_loads_what_draws() -> None:
    loaded = loaded_by("import perda.gateway.launch, perda.gateway.check")
    assert not {"plotly", "perda.plotting", "scipy"} & loaded


def test_the_package_itself_loads_nothing() -> None:
    loaded = loaded_by("import perda.gateway, perda.cli.serve, perda.cli.admin")
    assert not {"fastapi", "sqlalchemy", "boto3", "uvicorn", "pydantic"} & loaded
