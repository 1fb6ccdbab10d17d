import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]


def folder_of(package):
    """The folder of a package in the repository, as ``package-dir`` maps it."""
    mapped = SETUPTOOLS["package-dir"]
    parts = package.split(".")
    longest = max(n for n in range(1, len(parts) + 1) if ".".join(parts[:n]) in mapped)
    return ROOT.joinpath(mapped[".".join(parts[:longest])], *parts[longest:])


def test_the_package_list_is_the_folders_with_an_init():
    found = set()
    for top in ("tensorlite", "zoo", "plugins", "cli"):
        prefix = "" if top == "tensorlite" else "tensorlite."
        for init in (ROOT / top).rglob("__init__.py"):
            found.add(prefix + ".".join(init.parent.relative_to(ROOT).parts))
    assert sorted(found) == SETUPTOOLS["packages"]


def test_every_mapped_folder_is_there():
    for package in SETUPTOOLS["packages"]:
        assert (folder_of(package) / "__init__.py").is_file()


def test_every_file_that_is_no_python_is_on_the_list_of_package_data():
    data = SETUPTOOLS["package-data"]
    for package in SETUPTOOLS["packages"]:
        folder = folder_of(package)
        listed = {path for pattern in data.get(package, ()) for path in folder.glob(pattern)}
        # setuptools takes stubs along by itself, since version 69.
        files = {path for path in folder.iterdir() if path.is_file()}
        others = {path for path in files if path.suffix not in (".py", ".pyi", ".pyc")}
        assert others <= listed, f"{package} leaves out {others - listed}"


@pytest.mark.parametrize("name", ["cli", "zoo", "plugins"])
def test_only_the_long_name_is_importable_away_from_the_repository(name, tmp_path):
    short, long = (
        subprocess.run(
            [sys.executable, "-P", "-c", f"import {module}"],
            cwd=tmp_path,
            env={},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        for module in (name, f"tensorlite.{name}")
    )
    assert f"No module named '{name}'" in short.stderr
    assert long.stderr == ""
