"""The command line: one file per command, each of which parses, calls and prints.

To add a command, write ``cli/<name>.py`` with a Click command of that name and put one line into
the table of ``cli/app.py``; the file is imported only when the command is run.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence

import click

from tensorlite.errors import PluginError, TensorliteError, Terminated
from tensorlite.printable import printable

INTERRUPTED = 130
TERMINATED = 143
PIPE_CLOSED = 141


def main() -> None:
    """Run the command of ``sys.argv`` and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without the letter still gets a line
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader left, as in `tensorlite layers | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = PIPE_CLOSED
    sys.exit(code)


def run(args: Sequence[str]) -> int:
    """Run one command line and return its exit code; errors become one sentence.

    Args:
        args: The words after ``tensorlite``.
    """
    from tensorlite.cli.app import PipeClosed, cli

    try:
        code = cli.main(list(args), prog_name="tensorlite", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except PipeClosed as closed:
        raise BrokenPipeError from closed
    except (click.Abort, KeyboardInterrupt) as error:
        terminated = isinstance(error.__cause__ or error, Terminated)
        click.echo("terminated" if terminated else "interrupted", err=True)
        return TERMINATED if terminated else INTERRUPTED
    except Exception as error:
        if "--traceback" in args or _is_for_its_author(error):
            traceback.print_exception(error)
        return _explain(error)


def _explain(error: Exception) -> int:
    """Print the error, and a line with what to try, on standard error; return the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    if isinstance(error, click.ClickException):
        _say(f"Error: {error.format_message()}", _usage(error))
        return error.exit_code
    if isinstance(error, TensorliteError):
        _say(f"error: {error.sentence}", error.hint)
        return error.exit_code
    if _is_lack_of_memory(error):
        text = " ".join(str(error).split()).rstrip(".")
        _say(f"error: the memory is not enough{f' ({text})' * bool(text)}.", "--batch-size 16")
        return 3
    if isinstance(error, OSError) and error.strerror:
        _say(f"error: {error.filename or 'the output'}: {error.strerror}.", None)
        return 3
    text = " ".join(f"{type(error).__name__}: {error}".split())
    _say(f"error: this is a bug, sorry: {text} (add --traceback to see where)", None)
    return 1


def _is_lack_of_memory(error: Exception) -> bool:
    """Whether there is too little memory, also where a library says it in its own way."""
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return True
    signs = "can't start new thread", "Cannot allocate memory", "failed to map segment"
    return any(sign in str(error) for sign in signs)


def _is_for_its_author(error: Exception) -> bool:
    """Whether a plugin failed whose author wants to see everything."""
    if not isinstance(error, PluginError):
        return False
    from tensorlite.plugins.choices import strict

    return strict()


def _usage(error: click.ClickException) -> str | None:
    """Where to look after a wrong use, unless the message names what was meant."""
    if isinstance(error, click.UsageError) and error.ctx and not getattr(error, "possibilities", 0):
        return f"{error.ctx.command_path} --help"
    return None


def _say(sentence: str, hint: str | None) -> None:
    click.echo(printable(sentence), err=True)
    if hint:
        click.echo(printable(f"  try: {hint}"), err=True)
