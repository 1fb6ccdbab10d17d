"""What the page about fine-tuning says that it gains comes from a log."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "fine-tuning.md"
LOG = json.loads((ROOT / "zoo" / "logs" / "transfer.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("number", range(len(LOG)))
def test_the_page_has_a_row_for_each_item_of_the_log(number: int) -> None:
    row = runpy.run_path(str(ROOT / "examples" / "transfer.py"))["row"]
    assert row(LOG[number]) in PAGE.read_text(encoding="utf-8")
