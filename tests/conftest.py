"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import tensorlite as tl

os.environ.setdefault("TENSORLITE_CACHE_GB", "0")  # pictures of tests are not worth keeping
os.environ["TENSORLITE_CONFIG_DIR"] = os.devnull  # what somebody switched on here is not ours


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Every test starts from the same random numbers."""
    tl.manual_seed(0)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets beside the checkout."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the real data sets in ../shared/data")
    return folder
