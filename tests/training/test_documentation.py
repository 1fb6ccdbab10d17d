import re
from pathlib import Path

from tensorlite.training.config import DEFAULTS, FIELDS

TEXT = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_that_of_the_code():
    table = TEXT.partition("| setting | default | is |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", table, re.MULTILINE)
    assert [name for name, _, _ in rows] == list(FIELDS)
    for name, default, text in rows:
        value = getattr(DEFAULTS, name)
        shown = f'"{value}"' if isinstance(value, str) else str(value)
        assert default == (f"`{shown}`" if value != "" else ""), name
        assert text.startswith(FIELDS[name].metadata["help"]), name
