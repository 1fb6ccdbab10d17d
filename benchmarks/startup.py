"""How long ``tensorlite --help`` takes with fifty slow plugins installed, and without them.

Each of them sleeps for a second when it is imported, and offers a command. They are metadata and
modules in a temporary folder on ``PYTHONPATH``. Exits with 1 if it is too slow::

    python benchmarks/startup.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COUNT = 50
REPEATS = 15
BOUND = 1.3  # times as long with plugins as without
SOURCE = "import time\ntime.sleep(1)\n"
ENTRY_POINTS = "[tensorlite]\n{name} = {name}\n[tensorlite.commands]\n{name}-do = {name}:do\n"
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nSummary: Sleeps.\n"


def main() -> int:
    """Measure and compare; 0 if all is well."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        install(site)
        with_plugins = environment(folder, site)
        without = environment(folder)
        # In turns, so that a busy moment of the machine meets both.
        times = [
            (seconds(["--help"], without), seconds(["--help"], with_plugins))
            for _ in range(REPEATS)
        ]
        alone, slowed = map(min, zip(*times, strict=True))
        off = seconds(["plugins", "disable", "slow07"], with_plugins)
        listed = run(["--help"], with_plugins)
    ratio = slowed / alone
    print(f"--help alone         {1000 * alone:6.0f} ms")
    print(f"with {COUNT} plugins      {1000 * slowed:6.0f} ms, {ratio:.2f} times as long")
    print(f"plugins disable      {1000 * off:6.0f} ms")
    print(f"commands in --help   {listed.count('Sleeps. (slow')} of {COUNT - 1}")
    good = ratio <= BOUND and off < 1 and listed.count("Sleeps. (slow") == COUNT - 1
    return 0 if good else 1


def install(site: Path) -> None:
    """Put the plugins into a folder."""
    for number in range(COUNT):
        name = f"slow{number:02}"
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{name}.py").write_text(SOURCE)
        (info / "METADATA").write_text(METADATA.format(name=name))
        (info / "entry_points.txt").write_text(ENTRY_POINTS.format(name=name))


def environment(folder: str, *site: Path) -> dict[str, str]:
    """The variables of a process that sees this checkout, and those plugins."""
    path = os.pathsep.join([*map(str, site), str(Path(__file__).resolve().parents[1])])
    return {**os.environ, "PYTHONPATH": path, "TENSORLITE_CONFIG_DIR": folder}


def seconds(arguments: list[str], variables: dict[str, str]) -> float:
    """How long a command takes."""
    began = time.perf_counter()
    run(arguments, variables)
    return time.perf_counter() - began


def run(arguments: list[str], variables: dict[str, str]) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "tensorlite.cli", *arguments]
    done = subprocess.run(command, env=variables, capture_output=True, encoding="utf-8", check=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
