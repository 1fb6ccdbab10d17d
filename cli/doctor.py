"""``tensorlite doctor``: what is installed on this machine and whether it works."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from tensorlite.cli.output import fields, note, print_json

EXTRAS = ("optuna", "pooch", "tensorboard", "onnx", "torch")
TOLERANCE = 1e-2  # far above what any precision switch gives


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
    found = {
        **machine,
        "features": _features(),
        "extras": _extras(),
        "kernels": _kernels(),
        "pictures": _pictures(),
        "free_bytes": shutil.disk_usage(Path.cwd()).free,
        "plugins": _plugins(),
        "terminal": _terminal(),
    }
    return {**found, "problems": list(_problems(found))}


def _features() -> list[str]:
    """Which of the processor's instructions matter to the kernels."""
    from llvmlite.binding import get_host_cpu_features

    own = get_host_cpu_features()
    return [name for name in ("avx2", "fma", "avx512f", "neon") if own.get(name)]


def _extras() -> dict[str, str | None]:
    """Versions of what some commands use and none needs."""
    found: dict[str, str | None] = {}
    for name in EXTRAS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def _problems(found: dict[str, Any]) -> Iterator[str]:
    """What somebody should do something about, one sentence each."""
    kernels, terminal = found["kernels"], found["terminal"]
    if not kernels["writable"]:
        yield f"{kernels['cache']} cannot be written: set TENSORLITE_CACHE_DIR to another folder."
    if kernels["error"] is not None and kernels["error"] > TOLERANCE:
        yield "the kernels give wrong results here: delete the cache, then tensorlite doctor --warm"
    if found["free_bytes"] < 1e9:
        yield f"only {found['free_bytes'] / 1e6:,.0f} MB are free in this folder."
    if not str(terminal["encoding"]).lower().startswith("utf"):
        yield f"the output is {terminal['encoding']}: set PYTHONIOENCODING=utf-8."
    for name, reason in found["plugins"]["failed"].items():
        yield f"plugin {name} failed: {reason}"


def _kernel_error() -> float:
    """How far a convolution on this machine is from the same in plain NumPy."""
    import numpy as np

    from tensorlite import kernels
    from tensorlite.kernels import reference

    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 8, 12, 12), np.float32)
    w = rng.standard_normal((8, 8, 3, 3), np.float32)
    geometry = (1, 1), (1, 1), (1, 1), 1
    ours, plain = kernels.conv2d(x, w, *geometry), reference.conv2d(x, w, *geometry)
    return float(np.abs(ours - plain).max() / np.abs(plain).max())


def _kernels() -> dict[str, Any]:
    from tensorlite import kernels

    folder = kernels.cache_folder()
    parent = next(path for path in (folder, *folder.parents) if path.exists())
    compiled = not kernels.needs_warm()
    return {
        "cache": str(folder),
        "writable": os.access(parent, os.W_OK),
        "compiled": compiled,
        "error": _kernel_error() if compiled else None,
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
    compiled = "not compiled (tensorlite doctor --warm)"
    if kernels["compiled"]:
        compiled = f"compiled · within {kernels['error']:.0e} of NumPy"
    extras = (f"{name} {version or 'absent'}" for name, version in found["extras"].items())
    features = " ".join([*found["features"], ""])
    writable = "" if kernels["writable"] else " · cannot be written, compiled anew each time"
    threads = f"{found['threads']} threads"
    interactive = f"{terminal['columns']} columns" if terminal["interactive"] else "a pipe"
    fields(
        [
            ("tensorlite", f"{found['tensorlite']} · python {found['python']}"),
            ("packages", " · ".join(packages)),
            ("platform", found["platform"]),
            ("extras", " · ".join(extras)),
            ("cpu", f"{found['cpu']} · {features}· {found['cores']} cores · {threads}"),
            ("blas", " · ".join(found["blas"])),
            ("kernels", compiled),
            ("cache", kernels["cache"] + writable),
            ("pictures", _decoded(found["pictures"])),
            ("plugins", f"{len(plugins['ok'])} ok: {', '.join(plugins['ok'])}"),
            ("disk", f"{found['free_bytes'] / 1e9:,.1f} GB free here"),
            ("terminal", f"{interactive} · {terminal['encoding']}"),
            *(("problem", text) for text in found["problems"]),
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
