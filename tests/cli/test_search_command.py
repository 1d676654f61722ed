from __future__ import annotations

from click.testing import CliRunner

from perda.cli import main


def test_variables_are_found_by_words_with_typing_errors(make_log):
    log = make_log(variables={1: "Pack voltage [V] (ams.pack.voltage)", 2: "Fan (pcm.fan)"})

    result = CliRunner().invoke(main, ["search", str(log), "pakc", "volt", "--top", "1"])

    assert result.exit_code == 0
    assert "ams.pack.voltage" in result.output
    assert "pcm.fan" not in result.output


def test_a_query_without_letters_is_refused(make_log):
    result = CliRunner().invoke(main, ["search", str(make_log()), "!?"])

    assert result.exit_code == 2
    assert "'!?' has no letter or digit" in result.output
