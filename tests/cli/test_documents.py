"""The commands that the pages about runs and sweeps show exist, and their programs run."""

import re
import shlex
from pathlib import Path

import click
import pytest

from tensorlite.cli.app import cli

DOCS = Path(__file__).parents[2] / "docs"
TEXTS = {name: (DOCS / f"{name}.md").read_text("utf-8") for name in ("runs", "sweeps")}
LINES = [
    line
    for text in TEXTS.values()
    for line in re.findall(r"^\$ tensorlite (.*?)(?: +#.*)?$", text, re.MULTILINE)
]


def command_of(words):
    """The command of a line, and the words after it."""
    found = cli
    while isinstance(found, click.Group):
        context = click.Context(found)
        known = found.get_command(context, words[0]) if words else None
        if known is None:  # `runs` lists, `sweep MODEL` runs
            known = found.get_command(context, "run" if words else "list")
            return known, words
        found, words = known, words[1:]
    return found, words


@pytest.mark.parametrize("line", LINES)
def test_every_command_of_the_pages_takes_the_options_it_is_shown_with(line):
    words = shlex.split(re.sub(r" (2?>|\|).*", "", line))
    command, rest = command_of(words)
    known = {option for param in command.params for option in param.opts}
    assert {word for word in rest if word.startswith("--")} <= known, command.name


@pytest.mark.parametrize("name", TEXTS)
def test_the_programs_of_the_pages_run(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(r"```python\n(.*?)```", TEXTS[name], re.DOTALL)
    exec(compile(program, f"{name}.md", "exec"), {})
    assert "lr" in capsys.readouterr().out
