import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "plugins.md").read_text("utf-8")


def test_the_first_file_of_the_page_is_the_example_and_runs_as_printed(tmp_path):
    (source,) = re.findall(r"```python\n(import.*?)```", PAGE, re.DOTALL)
    assert source == (ROOT / "examples" / "swish.py").read_text("utf-8")
    (tmp_path / "swish.py").write_text(source, "utf-8")
    command = [sys.executable, "-m", "tensorlite.cli", "layers", "--plugin", "swish.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ, capture_output=True, encoding="utf-8", check=False
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("swish")]
    assert line.split(maxsplit=2)[1] == "swish.py:5"
    assert line.endswith("  x * sigmoid(x) (Ramachandran et al. 2017).")


def test_the_page_names_every_hook():
    from tensorlite.plugins import hookspecs

    hooks = {name for name in vars(hookspecs) if name.startswith("register_")}
    assert set(re.findall(r"^\| `(register_\w+)`", PAGE, re.MULTILINE)) == hooks
