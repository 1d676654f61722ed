from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from perda.errors import MissingExtraError
from perda.gateway import extra

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_the_packages_looked_for_are_those_of_the_extra() -> None:
    wanted = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]["server"]
    names = {re.split(r"[^\w.-]", requirement)[0] for requirement in wanted}
    assert set(extra._PACKAGES) == names


def test_what_is_missing_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extra, "_PACKAGES", ("fastapi", "no-such-package"))
    with pytest.raises(MissingExtraError, match=r"needs no-such-package, .*perda\[server\]"):
        extra.require_server_extra()
