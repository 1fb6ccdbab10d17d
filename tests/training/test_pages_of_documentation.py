"""The programs on the pages about fine-tuning and localization run."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        ("fine-tuning.md", "[['features.0'], ['features.3']]\n1 2572\n3 156\n5 0\n"),
        ("localization.md", "mean IoU "),
    ],
)
def test_the_program_of_the_page_runs(page, printed, capsys):
    (program,) = re.findall(
        r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL
    )
    exec(compile(program, page, "exec"), {})
    assert capsys.readouterr().out.startswith(printed)
