"""What ``plugins new`` writes: packages that install without a network and pass their own tests."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tensorlite.errors import ConfigError, DataError
from tensorlite.plugins import discovery, distributions, scaffold

ROOT = Path(__file__).resolve().parents[2]


def build(folder, what, out):
    """Have the package built in its own folder, as an installer does."""
    program = f"import make_wheel, sys; print(make_wheel.build_{what}(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", program, str(out)], cwd=folder, capture_output=True, check=True
    )
    return out / done.stdout.decode().strip()


SLOW = [pytest.param(kind, marks=pytest.mark.slow) for kind in list(scaffold.KINDS)[1:]]


@pytest.mark.parametrize("kind", ["layer", *SLOW])
def test_a_new_package_builds_and_its_own_tests_pass(kind, tmp_path):
    scaffold.create(f"tensorlite-my-{kind}", kind, tmp_path)
    folder, site = tmp_path / f"tensorlite-my-{kind}", tmp_path / "site"
    with zipfile.ZipFile(build(folder, "wheel", tmp_path)) as wheel:
        wheel.extractall(site)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(site), str(ROOT)))},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"[23] passed", done.stdout)


@pytest.fixture
def package(tmp_path):
    scaffold.create("tensorlite-soft-clip", "layer", tmp_path)
    return tmp_path / "tensorlite-soft-clip"


def test_its_wheel_holds_the_plugin_and_all_that_an_installer_reads(package, tmp_path, monkeypatch):
    with zipfile.ZipFile(build(package, "wheel", tmp_path)) as wheel:
        names = wheel.namelist()
        record = wheel.read("tensorlite_soft_clip-0.1.0.dist-info/RECORD").decode()
        wheel.extractall(tmp_path / "site")
    assert sorted(line.partition(",")[0] for line in record.splitlines()) == sorted(names)
    assert "tensorlite_soft_clip/__init__.py" in names
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])
    (found,) = distributions.distributions()
    assert (found.name, found.version) == ("tensorlite-soft-clip", "0.1.0")
    assert found.summary == "A layer with a learned parameter."
    assert [plugin.name for plugin in discovery.installed()] == ["soft_clip"]


def test_its_editable_wheel_puts_the_sources_on_the_path(package, tmp_path):
    with zipfile.ZipFile(build(package, "editable", tmp_path)) as wheel:
        assert wheel.read("tensorlite_soft_clip-0.1.0.pth").decode() == str(package / "src")


def test_its_source_distribution_is_whole(package, tmp_path):
    import tarfile

    with tarfile.open(build(package, "sdist", tmp_path)) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    for name in ("pyproject.toml", "PKG-INFO", "src/tensorlite_soft_clip/__init__.py"):
        assert name in names
    assert not (tmp_path / "PKG-INFO").exists()


def test_its_project_file_is_toml_with_the_entry_point(package):
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    assert project["entry-points"] == {"tensorlite": {"soft_clip": "tensorlite_soft_clip"}}


@pytest.mark.parametrize(
    "name", ["", "Swish", "json", "tensorlite", "a b", "../a", "tensorlite-2d"]
)
def test_a_name_that_would_not_work_is_refused_with_one_that_would(name, tmp_path):
    with pytest.raises(ConfigError, match="expected a free name") as caught:
        scaffold.create(name, "layer", tmp_path)
    other = re.fullmatch("tensorlite plugins new (.*) --kind layer", caught.value.hint)[1]
    assert scaffold.create(other, "layer", tmp_path)


def test_nothing_is_written_over(package, tmp_path):
    with pytest.raises(DataError, match="nothing was written"):
        scaffold.create("tensorlite-soft-clip", "loss", tmp_path)
