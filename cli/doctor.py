"""``tensorlite doctor``: what is installed on this machine and whether it works."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any

import click

from tensorlite.cli.output import fields, note, print_json


@click.command()
@click.option("--warm", is_flag=True, help="Compile the kernels now instead of at the first run.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(warm: bool, as_json: bool) -> None:
    """Check this machine: versions, processor, threads, kernels, plugins, terminal.

    \b
    Examples:
      tensorlite doctor
      tensorlite doctor --warm
      tensorlite doctor --json > machine.json
    """
    if warm:
        _warm()
    found = examine()
    if as_json:
        print_json(found)
    else:
        _print(found)


def examine() -> dict[str, Any]:
    """Everything that the command prints, as plain values."""
    from tensorlite.training.environment import environment, use_threads

    machine = environment(use_threads())
    del machine["command"], machine["plugins"]
    parts = {"kernels": _kernels(), "pictures": _pictures()}
    return {**machine, **parts, "plugins": _plugins(), "terminal": _terminal()}


def _kernels() -> dict[str, Any]:
    from tensorlite import kernels

    folder = kernels.cache_folder()
    parent = next(path for path in (folder, *folder.parents) if path.exists())
    return {
        "cache": str(folder),
        "writable": os.access(parent, os.W_OK),
        "compiled": not kernels.needs_warm(),
        "files": sum(1 for path in folder.rglob("*.nbc")) if folder.is_dir() else 0,
    }


def _pictures() -> dict[str, Any]:
    from tensorlite.data import cache

    found = cache.usage()
    sizes = {"files": found.files, "bytes": found.bytes, "limit": found.limit}
    return {"cache": str(found.folder), **sizes}


def _plugins() -> dict[str, Any]:
    from tensorlite.cli.plugins import loaded_plugins

    found = loaded_plugins()
    failed = {plugin.name: plugin.reason for plugin in found if plugin.status == "failed"}
    return {"ok": [plugin.name for plugin in found if plugin.status == "ok"], "failed": failed}


def _terminal() -> dict[str, Any]:
    return {
        "interactive": sys.stdout.isatty(),
        "columns": shutil.get_terminal_size().columns,
        "encoding": sys.stdout.encoding,
        "colour": sys.stdout.isatty() and not os.environ.get("NO_COLOR"),
    }


def _print(found: dict[str, Any]) -> None:
    kernels, plugins, terminal = found["kernels"], found["plugins"], found["terminal"]
    packages = (f"{name} {version}" for name, version in found["packages"].items())
    compiled = "compiled" if kernels["compiled"] else "not compiled (tensorlite doctor --warm)"
    writable = "" if kernels["writable"] else " · cannot be written, compiled anew each time"
    interactive = f"{terminal['columns']} columns" if terminal["interactive"] else "a pipe"
    fields(
        [
            ("tensorlite", f"{found['tensorlite']} · python {found['python']}"),
            ("packages", " · ".join(packages)),
            ("platform", found["platform"]),
            ("cpu", f"{found['cpu']} · {found['cores']} cores · {found['threads']} threads"),
            ("blas", " · ".join(found["blas"])),
            ("kernels", compiled),
            ("cache", kernels["cache"] + writable),
            ("pictures", _decoded(found["pictures"])),
            ("plugins", f"{len(plugins['ok'])} ok: {', '.join(plugins['ok'])}"),
            *(("failed", f"{name}: {reason}") for name, reason in plugins["failed"].items()),
            ("terminal", f"{interactive} · {terminal['encoding']}"),
        ]
    )


def _decoded(pictures: dict[str, Any]) -> str:
    size = f"{pictures['bytes'] / 1e6:,.0f} MB of at most {pictures['limit'] / 1e6:,.0f}"
    return f"{pictures['cache']} · {pictures['files']} files, {size}"


def _warm() -> None:
    """Compile the kernels, with a bar in a terminal and one line in a pipe."""
    from tensorlite import kernels

    if not sys.stderr.isatty():
        note(f"compiled {kernels.warm(everything=True)} kernels")
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("compile")

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        count = kernels.warm(progress, everything=True)
    note(f"compiled {count} kernels")
