"""The page for authors is followed step by step, without a network."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tensorlite.nn.toml import TomlModel

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "authors.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
UPLOAD = "python -m twine upload dist/*"  # the one step that needs the network


@pytest.fixture
def author(tmp_path):
    """Somebody with a shell in an empty folder, and a folder of installed packages."""
    site, tools = tmp_path / "site", tmp_path / "tools"
    tools.mkdir()
    modules = {"tensorlite": "tensorlite.cli", "pip": "pip", "pytest": "pytest"}
    for name, module in modules.items():
        script = tools / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n', "utf-8")
        script.chmod(0o755)
    sources = tmp_path / "tensorlite-glow" / "src"
    plugin = "-p tensorlite.testing.fixtures"  # an installed tensorlite brings it
    variables = {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(map(str, [site, sources, ROOT])),
        "PYTEST_ADDOPTS": plugin,
        **{"PIP_TARGET": str(site), "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"},
    }

    def type_in(line, folder):
        done = subprocess.run(
            line, shell=True, cwd=folder, env={**os.environ, **variables},
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return type_in


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
def test_every_step_of_the_page_works(author, tmp_path):
    folder, skipped = tmp_path, []
    places = iter(["src/tensorlite_glow/__init__.py", "tests/test_glow.py"])
    for kind, text in BLOCKS:
        if kind == "python":
            place = folder / next(places)
            for old in place.parent.glob("test_*.py"):
                old.unlink()
            place.write_text(text, "utf-8")
        elif kind == "toml":
            (folder / "net.toml").write_text(text, "utf-8")
        else:
            for line in re.findall(r"^\$ (.*)", text, re.MULTILINE):
                if line == UPLOAD:
                    skipped.append(line)
                elif line.startswith("cd "):
                    folder /= line.removeprefix("cd ")
                else:
                    author(line, folder)
    assert skipped == [UPLOAD] and list(folder.glob("dist/*.whl"))


TOML = (ROOT / "docs" / "toml-models.md").read_text("utf-8")


@pytest.mark.parametrize("text", re.findall(r"```toml\n(.*?)```", TOML, re.DOTALL))
def test_every_model_of_the_page_about_toml_is_built(text, tmp_path):
    (tmp_path / "net.toml").write_text(text, "utf-8")
    model = TomlModel(tmp_path / "net.toml")(num_classes=3, image_size=(12, 12))
    assert list(model.parameters())[-1].shape == (3,)


def test_the_table_of_checks_is_complete():
    import tensorlite.testing

    checks = {name for name in tensorlite.testing.__all__ if name.startswith("check_")}
    assert checks - set(re.findall(r"`(check_\w+)`", PAGE)) == {"check_entry"}
