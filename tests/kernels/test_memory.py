"""What the process holds, as far as the C library and the system tell."""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import kernels
from tensorlite.kernels.cache import jit_enabled

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells")
SIZE = 32_000_000


@linux
def test_an_array_counts_while_it_lives() -> None:
    tl.memory_stats()  # whose first call leaves something behind
    gc.collect()
    before = tl.memory_stats()["allocated"]
    array = np.ones(SIZE // 8)
    held = tl.memory_stats()["allocated"]
    del array
    freed = tl.memory_stats()["allocated"]
    assert held - before >= SIZE
    assert held - freed >= SIZE


@linux
def test_the_peak_stays_until_it_is_reset() -> None:
    array = np.ones(SIZE)
    del array
    stats = tl.memory_stats()
    assert stats["peak"] >= stats["resident"]
    assert stats["peak"] >= 8 * SIZE
    if not tl.reset_peak_memory_stats():
        pytest.skip("this system does not let a process reset it")
    stats = tl.memory_stats()
    assert stats["peak"] - stats["resident"] < 4 * SIZE


@linux
def test_fresh_pages_are_counted() -> None:
    before = tl.memory_stats()["faults"]
    array = np.ones(SIZE)
    assert tl.memory_stats()["faults"] > before
    del array


@pytest.mark.skipif(not jit_enabled(), reason="nothing is compiled")
def test_the_working_memory_of_kernels_is_counted() -> None:
    x, w = np.ones((4, 16, 9, 9), np.float32), np.ones((16, 16, 3, 3), np.float32)
    kernels.conv2d(x, w, (1, 1), (1, 1), (1, 1), 1)
    assert tl.memory_stats()["scratch"] > 0


def test_where_nothing_tells_there_is_still_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from tensorlite.kernels import memory

    monkeypatch.setattr(memory, "_from_library", dict)
    monkeypatch.setattr(memory, "_from_system", dict)
    assert set(tl.memory_stats()) == {"scratch"}
