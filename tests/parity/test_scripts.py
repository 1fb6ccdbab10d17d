"""Training scripts that say ``import torch`` run with tensorlite under that name, and agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.aliasing import run, tensorlite_as_torch  # noqa: E402

pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings("ignore")]
SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_gives_the_same_losses(script: Path) -> None:
    theirs = run(script)["main"]()
    with tensorlite_as_torch():
        ours = run(script)["main"]()
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
