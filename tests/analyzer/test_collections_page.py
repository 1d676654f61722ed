from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "collections.md"


def test_the_examples_of_the_page_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}

    for match in re.finditer(r"```python\n(.*?)```", text := PAGE.read_text(), re.DOTALL):
        # Empty lines in front make a failure point at the line of the page.
        lines_before = text[: match.start(1)].count("\n")
        exec(compile("\n" * lines_before + match[1], str(PAGE), "exec"), names)

    assert "[0] 2026-04-01 09:12:00  drive0.csv" in capsys.readouterr().out
    assert names["named"].filenames == ["drive1.csv"]
    assert names["table"]["max"].null_count() == 0
    assert names["above"].columns == ["run", "len"]
