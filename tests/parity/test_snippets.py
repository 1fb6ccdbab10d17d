"""Pieces of programs that are written around networks compute the same with tensorlite."""

from __future__ import annotations

import numbers
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings("ignore")]

from tests.parity.aliasing import run, run_with_tensorlite  # noqa: E402

PATHS = sorted((Path(__file__).parent / "snippets").glob("*.py"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_program_computes_the_same(path: Path) -> None:
    theirs, ours = run(path)["RESULT"], run_with_tensorlite(path)["RESULT"]
    assert len(ours) == len(theirs)
    for i, (mine, expected) in enumerate(zip(ours, theirs, strict=True)):
        if isinstance(expected, (np.ndarray, numbers.Real)):
            assert np.asarray(mine).dtype == np.asarray(expected).dtype, f"result {i}"
            close = {"rtol": 1e-4, "atol": 1e-5}
            np.testing.assert_allclose(mine, expected, **close, err_msg=f"result {i}")
        else:
            assert mine == expected, f"result {i}"
