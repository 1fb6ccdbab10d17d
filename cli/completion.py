"""``tensorlite completion``: words that the shell fills in after Tab."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from tensorlite.cli.output import note
from tensorlite.errors import ConfigError

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_TENSORLITE_COMPLETE"
_INTO = {
    "bash": "tensorlite completion bash > ~/.local/share/bash-completion/completions/tensorlite",
    "zsh": "tensorlite completion zsh > ~/.zfunc/_tensorlite   (with ~/.zfunc in fpath)",
    "fish": "tensorlite completion fish > ~/.config/fish/completions/tensorlite.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), required=False)
def completion(shell: str | None) -> None:
    """Print the script that lets SHELL complete commands, options and the names of runs.

    \b
    Examples:
      tensorlite completion bash > ~/.local/share/bash-completion/completions/tensorlite
      tensorlite completion zsh > ~/.zfunc/_tensorlite
      tensorlite completion fish > ~/.config/fish/completions/tensorlite.fish
    """
    from click.shell_completion import get_completion_class

    from tensorlite.cli.app import cli

    shell = shell or _own_shell()
    kind: Any = get_completion_class(shell)
    click.echo(kind(cli, {}, "tensorlite", _VARIABLE).source())
    note(f"put it where {shell} looks: {_INTO[shell]}")


def complete_runs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the runs whose name begins like a word; only folders are looked at."""
    root = Path(ctx.params.get("out") or "runs")
    folders = root.iterdir() if root.is_dir() else ()
    names = ["latest", *sorted(path.name for path in folders if (path / "STATUS").is_file())]
    return [name for name in names if name.startswith(incomplete)]


def _own_shell() -> str:
    """The shell that the command was typed into, as far as the system tells."""
    name = Path(os.environ.get("SHELL", "")).name
    if name in SHELLS:
        return name
    got = f"'{name}'" if name else "none"
    wanted = f"one of {', '.join(SHELLS)}"
    raise ConfigError(
        f"expected {wanted}, got {got} from $SHELL.", where="completion", hint="completion bash"
    )
