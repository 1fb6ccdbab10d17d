"""Whether a command of a plugin behaves like one of ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tensorlite.calling import one_line
from tensorlite.testing.failure import Claims

HELP = "Show this message and exit."


def check_command(command: Any, *runs: Sequence[str]) -> None:
    """Check a Click command: its help, its errors, and that it works.

    It needs help with an example, words for every option, and exit code 2 for an option that there
    is not. Each run must end with exit code 0; with ``--json`` its standard output must be JSON and
    nothing else.

    Args:
        command: What is registered.
        *runs: Lists of arguments that it should work with.

    Raises:
        CheckFailure: At the first thing that is wrong.

    Example:
        >>> import click
        >>> @click.command()
        ... def hello():
        ...     '''Say hello.
        ...
        ...     Example: tensorlite hello
        ...     '''
        ...     click.echo("hello")
        >>> check_command(hello, [])
    """
    import click

    claims = Claims("command", getattr(command, "name", None) or command)
    kind = type(command).__name__
    claims.that(isinstance(command, click.Command), f"expected a Click command, got {kind}.")
    check = _Check(claims, command)
    check.has_help()
    check.refuses_what_is_not_there()
    for arguments in runs:
        check.works(list(arguments))


class _Check:
    def __init__(self, claims: Claims, command: Any) -> None:
        self.claims, self.command = claims, command

    def run(self, arguments: list[str]) -> Any:
        """The result of a run in this process, without a terminal."""
        from click.testing import CliRunner

        return CliRunner().invoke(self.command, arguments)

    def has_help(self) -> None:
        import click

        result = self.run(["--help"])
        self.claims.that(result.exit_code == 0, f"expected --help to work, got {_why(result)}.")
        text = self.command.help or ""
        hint = "Write a docstring: one line, then an example."
        self.claims.that(text.strip(), "expected help, got none.", hint)
        self.claims.that("xample" in text, "expected an example in its help, got none.", hint)
        for parameter in self.command.params:
            if isinstance(parameter, click.Option):
                message = f"expected help for {parameter.opts[-1]}, got none."
                self.claims.that(parameter.help, message)

    def refuses_what_is_not_there(self) -> None:
        result = self.run(["--no-such-option"])
        message = "expected exit code 2 for an option that there is not, got {}."
        self.claims.that(result.exit_code == 2, message.format(_why(result)))

    def works(self, arguments: list[str]) -> None:
        result = self.run(arguments)
        line = " ".join([self.command.name or "", *arguments])
        self.claims.that(result.exit_code == 0, f"expected {line!r} to work, got {_why(result)}.")
        self.claims.that(result.output.strip(), f"expected {line!r} to say something, got nothing.")
        marks = "\x1b" in result.output or "\r" in result.output
        self.claims.that(not marks, "expected plain text in a pipe, got control characters.")
        if "--json" in arguments:
            try:
                json.loads(result.stdout)
            except ValueError:
                message = f"expected JSON and nothing else, got {result.stdout[:40]!r}."
                self.claims.that(False, message)


def _why(result: Any) -> str:
    error = result.exception
    if error is not None and not isinstance(error, SystemExit):
        return one_line(error)
    last = (result.output.strip().splitlines() or [""])[-1]
    return f"exit code {result.exit_code} ({last})" if last else f"exit code {result.exit_code}"
