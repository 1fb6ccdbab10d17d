"""What ``tensorlite plugins doctor`` runs in a process of its own, one for each plugin.

A plugin that hangs, kills its process or eats the memory then harms nobody: the findings are
written line by line, and whatever was found until the end is kept.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tensorlite.plugins.discovery import Plugin
from tensorlite.plugins.distributions import EntryPoint

_PROGRAM = "import sys; from tensorlite.plugins.examine import main; main(*sys.argv[1:])"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Args:
        plugin: The plugin's name.
        what: ``"loading"``, or kind and name of what it registered.
        result: ``"ok"``, ``"failed"`` or ``"skipped"``.
        text: Why, or what else there is to say.
    """

    plugin: str
    what: str
    result: str
    text: str = ""


def examine(plugin: Plugin, seconds: float) -> list[Finding]:
    """Load a plugin in a process of its own and check whatever it registers.

    Args:
        plugin: As it was found.
        seconds: When the process is ended.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "findings"
        end = _run(plugin, output, seconds)
        lines = output.read_text("utf-8").splitlines() if output.exists() else []
        found = [Finding(**json.loads(line)) for line in lines]
    return [*found, Finding(plugin.name, "process", "failed", end)] if end else found


def main(output: str, name: str, source: str = "") -> None:
    """Examine the plugin of a name, or a requested one, and write a line for each finding."""
    with open(output, "w", encoding="utf-8") as file:
        for finding in _findings(name, source):
            file.write(json.dumps(asdict(finding)) + "\n")
            file.flush()


def _run(plugin: Plugin, output: Path, seconds: float) -> str:
    """Run the process; how it ended, if that was not as it should be."""
    source = [plugin.source] if plugin.origin in ("file", "module") else []
    arguments = [str(output), plugin.name, *source]
    skipped = ("TENSORLITE_PLUGINS", "TENSORLITE_DISABLE", "TENSORLITE_STRICT_PLUGINS")
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _PROGRAM, *arguments],
        env={k: v for k, v in os.environ.items() if k not in skipped}
        | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        return f"it took longer than {seconds:g} s and was ended (see --budget)"
    except BaseException:
        _kill(process)
        raise
    last = said.strip().rpartition("\n")[2]
    return f"it ended its process with code {process.returncode}: {last}" * bool(process.returncode)


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process and those that it started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.communicate()


def _findings(name: str, source: str) -> Iterator[Finding]:
    from tensorlite.plugins import get_manager

    manager = get_manager()
    manager.only(name)
    if source:
        manager.request(source)
    for plugin in manager.named(name):
        if plugin.status == "failed":
            yield Finding(name, "loading", "failed", plugin.reason)
            continue
        api = f", API {plugin.info.api}" if plugin.info else ""
        yield Finding(name, "loading", "ok", f"{plugin.seconds:.2f} s{api}")
        for command in plugin.commands:
            yield from _command_faults(plugin, command)
        for entry in _entries(plugin):
            yield _checked(name, entry)


def _command_faults(plugin: Plugin, command: EntryPoint) -> Iterator[Finding]:
    """Import a command; one that fails is a finding and not checked further."""
    from tensorlite.plugins.manager import explain
    from tensorlite.registry import commands, transaction

    try:
        with transaction(plugin.owner):
            commands.register(command.name, command.load())
    except (Exception, SystemExit) as error:
        plugin.provides.remove(("command", command.name))
        yield Finding(plugin.name, f"command {command.name}", "failed", explain(error))


def _entries(plugin: Plugin) -> Iterator[Any]:
    """Everything that it registered, and its commands."""
    from tensorlite.registry import REGISTRIES

    by_kind = {registry.kind: registry for registry in REGISTRIES.values()}
    for kind, name in plugin.provides:
        yield by_kind[kind].info(f"{plugin.owner.name}:{name}")


def _checked(plugin: str, entry: Any) -> Finding:
    from tensorlite.testing import check_entry

    what = f"{entry.kind} {entry.name}"
    try:
        skipped = check_entry(entry)
    except Exception as error:
        return Finding(plugin, what, "failed", " ".join(str(error).split()))
    return Finding(plugin, what, "skipped" if skipped else "ok", skipped)
