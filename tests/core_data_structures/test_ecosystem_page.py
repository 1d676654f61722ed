from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "ecosystem.md"


def test_the_examples_of_the_page_run(tmp_path, monkeypatch, capsys):
    pytest.importorskip("pandas")
    pytest.importorskip("xarray")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}

    for match in re.finditer(r"```python\n(.*?)```", text := PAGE.read_text(), re.DOTALL):
        # Empty lines in front make a failure point at the line of the page.
        lines_before = text[: match.start(1)].count("\n")
        exec(compile("\n" * lines_before + match[1], str(PAGE), "exec"), names)

    assert "more than 200,000,000 cells" in capsys.readouterr().out
    assert names["data"].sizes["time_s"] == len(names["even"])
