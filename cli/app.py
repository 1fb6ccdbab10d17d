"""The main group and the table of all commands.

A command's module is imported when the command runs or shows its own help, never for
``tensorlite --help``.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click
from click.shell_completion import CompletionItem

from tensorlite import __version__
from tensorlite.cli.options import common_options, named_plugins, with_common_options

# Section -> command -> (module in tensorlite.cli, one line). The module's attribute has the
# command's name, with _ for -.
TABLE = {
    "Train and use": {
        "train": ("train", "Train a model and keep everything in a run folder."),
        "resume": ("resume", "Go on with a training after Ctrl-C, a crash, or for more."),
        "fine-tune": ("fine_tune", "Let a trained model learn other pictures."),
        "evaluate": ("evaluate", "Measure a trained model on held-out data."),
        "predict": ("predict", "Say what is on a picture."),
        "runs": ("runs", "List, show, compare, tag or delete the run folders."),
        "report": ("report", "Write the report of a run again."),
    },
    "Find settings": {
        "lr-find": ("lr_find", "Suggest a learning rate from one short test."),
        "sweep": ("sweep", "Try many settings, and say which were best."),
    },
    "Look things up": {
        "models": ("models", "The models, their recipes and cards."),
        "summary": ("summary", "A model's layers with shapes, parameters and multiply-adds."),
        "layers": ("listing", "The layers that a model can be made of."),
        "functions": ("listing", "The differentiable functions."),
        "losses": ("listing", "The losses."),
        "optimizers": ("listing", "The optimizers."),
        "schedules": ("listing", "The learning-rate schedules."),
        "augmentations": ("listing", "The augmentations of training pictures."),
        "metrics": ("listing", "The metrics."),
        "callbacks": ("listing", "The callbacks that training can call."),
        "readers": ("listing", "The readers of data files and folders."),
        "data": ("data", "The data sets, and what is in a file or folder of data."),
    },
    "Look after it": {
        "plugins": ("plugins", "The plugins, what they bring and which of them failed."),
        "completion": ("completion", "Let the shell complete commands, options and runs."),
        "doctor": ("doctor", "Check this machine: versions, processor, kernels, plugins."),
        "bench": ("bench", "Measure this machine: each way to compute a convolution."),
    },
}
LINES = {name: line for section in TABLE.values() for name, line in section.items()}


class PipeClosed(Exception):
    """The reader of standard output has left; Click would report it as a bug of ours."""


class LazyGroup(click.Group):
    """A group that knows its commands from a table and imports one when it is used.

    Commands of plugins come from the metadata of what is installed, and are imported when they run.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Names and help for Click's listings and suggestions; get_command gives the real ones.
        for name, (_, line) in LINES.items():
            self.commands[name] = click.Command(name, short_help=line)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, imported now."""
        if cmd_name not in LINES:
            return self.commands.get(cmd_name)
        module = importlib.import_module(f"tensorlite.cli.{LINES[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return with_common_options(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of a line, asking the plugins about a name that is not ours."""
        name = args[0]
        strange = name not in self.commands and not name.startswith("-")
        if strange and not ctx.resilient_parsing and not self._ask_metadata(name):
            self._ask_plugins(args)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections of the table, and the plugins' commands; nothing is imported."""
        from tensorlite.plugins.commands import usable

        sections = {
            title: [(name, line) for name, (_, line) in section.items()]
            for title, section in TABLE.items()
        }
        sections["From plugins"] = [(name, each.line) for name, each in usable(LINES).items()]
        for title, lines in sections.items():
            if lines:
                with formatter.section(title):
                    formatter.write_dl(lines)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command; nothing is imported for it."""
        from tensorlite.plugins.commands import usable

        lines = {name: line for name, (_, line) in LINES.items()}
        lines |= {name: command.line for name, command in usable(LINES).items()}
        found = [CompletionItem(n, help=h) for n, h in lines.items() if n.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command of the line."""
        from tensorlite import plugins
        from tensorlite.registry import commands

        commands.reserved = frozenset(LINES)  # our names stay ours, whatever a plugin registers
        if sys.stdin and sys.stdin.isatty() and sys.stderr.isatty():
            plugins.ask = lambda question: click.confirm(question, err=True)
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise PipeClosed from error

    def _ask_metadata(self, name: str) -> bool:
        """Find the command among those that installed plugins offer, and import only that."""
        from tensorlite.plugins.commands import find

        found = find(name)
        if found:
            self.commands[name] = with_common_options(found.load())
        return found is not None

    def _ask_plugins(self, args: list[str]) -> None:
        from tensorlite.plugins import request
        from tensorlite.registry import commands

        for source in named_plugins(args):
            request(source)
        for name, entry in commands.items():
            self.commands.setdefault(name, with_common_options(entry.object))
        if any(entry.name == args[0] for entry in commands):
            commands.info(args[0])  # raises if two plugins claim it


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    params=common_options(),
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each command has --help with examples. Start with: tensorlite train lenet5",
)
@click.version_option(__version__, prog_name="tensorlite", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Build and train convolutional networks on your own machine."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
