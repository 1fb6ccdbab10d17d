"""The README's programs run as printed, and its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str, containing: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return next(text for text in blocks if containing in text)


def run(*line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *line], cwd=folder, capture_output=True, text=True)


def test_the_model_writers_program_learns(tmp_path: Path) -> None:
    program = block("python", "class Net") + "\nprint(loss.item())\n"
    (tmp_path / "net.py").write_text(program)
    result = run("net.py", folder=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert float(result.stdout) < 1


def test_the_plugin_authors_file_is_the_example_and_its_layer_is_listed(tmp_path: Path) -> None:
    text = block("python", "# swish.py").removeprefix("# swish.py\n")
    assert text == (ROOT / "examples" / "swish.py").read_text()
    (tmp_path / "swish.py").write_text(text)
    listing = run("-m", "tensorlite", "layers", "--plugin", "swish.py", folder=tmp_path)
    assert re.search(
        r"^swish +swish\.py:5 +x \* sigmoid\(x\) \(Ramachandran et al\. 2017\)\.$",
        listing.stdout,
        re.MULTILINE,
    )


def test_every_command_of_the_readme_has_a_help(tmp_path: Path) -> None:
    for command in set(re.findall(r"^\$ tensorlite (\w+)", README, re.MULTILINE)):
        assert run("-m", "tensorlite", command, "--help", folder=tmp_path).returncode == 0


def test_every_link_of_the_readme_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target
