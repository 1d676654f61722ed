"""Tab completion, as the shell's own script asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PERDA = Path(sys.executable).with_name("perda")


def completed(*words: str) -> list[str]:
    """Return what bash is answered when the last of these words is completed."""
    asked = {
        "_PERDA_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["perda", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run([PERDA], env={**os.environ, **asked}, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("pl",), "plain,plot"),
        (("plot", "--max"), "plain,--max-points"),
        (("admin", "set-password", "v"), "plain,viewer"),
        (("info", "ru"), "file,ru"),
        (("plot", "ru"), "file,ru"),
        (("push", "ru"), "file,ru"),
    ],
)
def test_commands_options_and_files_are_completed(words, answer):
    assert completed(*words) == [answer]
