"""Training scripts that say ``import torch`` run with tensorlite under that name, and agree."""

from __future__ import annotations

import importlib
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings("ignore")]
SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.py"))
PARTS = """
    amp autograd autograd.functional backends cuda nn nn.functional nn.init nn.utils nn.utils.rnn
    optim optim.lr_scheduler utils utils.checkpoint utils.data
""".split()


@contextmanager
def tensorlite_as_torch() -> Iterator[None]:
    """Whoever imports torch gets tensorlite."""
    real = {name: m for name, m in sys.modules.items() if name.partition(".")[0] == "torch"}
    for name in real:
        del sys.modules[name]
    sys.modules["torch"] = importlib.import_module("tensorlite")
    for part in PARTS:
        try:
            sys.modules[f"torch.{part}"] = importlib.import_module(f"tensorlite.{part}")
        except ImportError:
            continue  # the script that needs it will say so
    amp = importlib.import_module("tensorlite.amp")
    sys.modules["torch.cuda.amp"] = amp
    try:
        yield
    finally:
        for name in [n for n in sys.modules if n.partition(".")[0] == "torch"]:
            del sys.modules[name]
        sys.modules.update(real)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_gives_the_same_losses(script: Path) -> None:
    theirs = runpy.run_path(str(script))["main"]()
    with tensorlite_as_torch():
        ours = runpy.run_path(str(script))["main"]()
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
