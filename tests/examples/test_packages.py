"""The packages in ``examples/`` are installed, tested, found and used as their readers would."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tensorlite.testing import Isolated, check_entry

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted((ROOT / "examples").glob("tensorlite-*"))
SOURCES = [package / "src" for package in PACKAGES]


def project(package):
    return tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"]


def plugin(package):
    (target,) = next(iter(project(package)["entry-points"].values())).values()
    return target.partition(":")[0]


@pytest.fixture
def on_the_path(monkeypatch):
    for source in SOURCES:
        monkeypatch.syspath_prepend(source)


@pytest.fixture
def site(tmp_path):
    """A folder with what pip would write about the packages: names, versions, entry points."""
    folder = tmp_path / "site"
    for package in PACKAGES:
        about = project(package)
        info = folder / f"{about['name'].replace('-', '_')}-{about['version']}.dist-info"
        info.mkdir(parents=True)
        info.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.4\nName: {about['name']}\nVersion: {about['version']}\n"
        )
        lines = [
            f"[{group}]\n" + "\n".join(f"{key} = {value}" for key, value in points.items())
            for group, points in about["entry-points"].items()
        ]
        info.joinpath("entry_points.txt").write_text("\n".join(lines) + "\n")
    return {"PYTHONPATH": os.pathsep.join(map(str, [folder, *SOURCES, ROOT]))}


def test_there_are_eight_packages_of_eight_kinds(on_the_path):
    kinds = []
    for package in PACKAGES:
        if "tensorlite.commands" in project(package)["entry-points"]:
            kinds.append("commands")
        else:
            kinds += Isolated().load(plugin(package)).names()
    assert sorted(kinds) == sorted(
        "augmentations callbacks commands layers losses models optimizers readers".split()
    )


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_what_a_package_registers_passes_the_checks_of_doctor(package, on_the_path):
    plugins = Isolated()
    if "tensorlite.commands" not in project(package)["entry-points"]:
        plugins.load(plugin(package))
    assert plugins.warnings == []
    skipped = [check_entry(entry) for registry in plugins.registries.values() for entry in registry]
    allowed = {"", "no inputs were registered for its check"}  # a reader needs a file
    assert set(skipped) <= allowed


def test_the_tests_of_the_packages_pass(tmp_path):
    """Each as its author runs them, but all in one process."""
    paths = os.pathsep.join(map(str, [*SOURCES, ROOT]))
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", tmp_path]
    options = ["-p", "tensorlite.testing.fixtures", "--import-mode=importlib"]
    tests = [package / "tests" for package in PACKAGES]
    done = run([*command, *options, *tests], tmp_path, PYTHONPATH=paths)
    assert done.returncode == 0, done.stdout


def test_one_training_uses_them_together(site, tmp_path):
    lines = [f"{i % 2} {1 + i % 2}:1 {3 + i // 8}:1 784:0.5" for i in range(64)]
    (tmp_path / "dots.svm").write_text("\n".join(lines), "utf-8")
    (tmp_path / "net.toml").write_text(
        '[model]\nlayers = ["conv2d(4, 5, stride=4)", "learned_swish", "flatten", '
        '"linear(num_classes)"]\n',
        "utf-8",
    )
    words = "train net.toml --data dots.svm --epochs 1 --optimizer adabelief --set loss=poly_loss"
    command = [sys.executable, "-m", "tensorlite.cli", *words.split()]
    done = run([*command, "--augment", "quarter_turn"], tmp_path, **site)
    assert done.returncode == 0, done.stderr
    weights = next(tmp_path.glob("runs/*/best.safetensors"))
    done = run([*command[:3], "weigh", weights], tmp_path, **site)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^1\.slope +[+-]\d", done.stdout, re.MULTILINE)


@pytest.mark.slow
def test_pip_installs_a_package_and_the_command_line_finds_it(tmp_path):
    pytest.importorskip("setuptools")
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps"]
    where = ["--no-build-isolation", "--target", tmp_path / "site", PACKAGES[0]]
    done = run([*pip, *where], tmp_path)
    assert done.returncode == 0, done.stderr
    paths = os.pathsep.join(map(str, [tmp_path / "site", ROOT]))
    listing = [sys.executable, "-m", "tensorlite.cli", "optimizers"]
    assert "adabelief" in run(listing, tmp_path, PYTHONPATH=paths).stdout


def run(command, folder, **variables):
    return subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
