"""The command line as people run it: the installed program, in a folder of its own, in a pipe."""

import os
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def interrupts():
    """Ctrl-C reaches the programs also where the tests run in the background and ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def program():
    """The words that start tensorlite: the installed script, or the module in a bare checkout."""
    script = Path(sysconfig.get_path("scripts")) / "tensorlite"
    return [str(script)] if script.is_file() else [sys.executable, "-m", "tensorlite.cli"]


@pytest.fixture
def environment(tmp_path):
    """The variables of the process, without those that would change what is printed."""
    names = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONPATH")
    switches = ("TENSORLITE_PLUGINS", "TENSORLITE_DISABLE", "TENSORLITE_STRICT_PLUGINS")
    kept = {name: value for name, value in os.environ.items() if name not in names + switches}
    kept["TENSORLITE_CONFIG_DIR"] = str(tmp_path / "config")
    return {**kept, "PYTHONIOENCODING": "utf-8", "TERM": "xterm-256color"}


@pytest.fixture
def tensorlite(program, environment, tmp_path):
    """Run a command line in an empty folder; gives returncode, stdout and stderr."""

    def run(*args, **variables):
        return subprocess.run(
            [*program, *map(str, args)],
            cwd=tmp_path,
            env={**environment, **variables},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return run


@pytest.fixture
def swish(tmp_path):
    """A plugin file in the folder where the commands run."""
    source = '''\
from tensorlite import nn
from tensorlite.plugins import hookimpl

class Swish(nn.Module):
    """x * sigmoid(x) (Ramachandran et al. 2017)."""

    def __init__(self, beta: float = 1.0) -> None: ...

    def forward(self, x): ...


@hookimpl
def register_layers(register):
    register("swish", Swish)
'''
    path = tmp_path / "swish.py"
    path.write_text(source)
    return path


@pytest.fixture
def install(tmp_path):
    """Put a distribution with one module and one entry point into a folder for PYTHONPATH."""
    site = tmp_path / "site"

    def install(distribution, module, source, *, name=None, group="tensorlite"):
        site.mkdir(exist_ok=True)
        (site / f"{module}.py").write_text(source)
        metadata = site / f"{distribution.replace('-', '_')}-1.2.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n"
        )
        (metadata / "entry_points.txt").write_text(f"[{group}]\n{name or module} = {module}\n")
        return {"PYTHONPATH": str(site)}

    return install
