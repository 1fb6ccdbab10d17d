"""The same results on lesser processors, which this one stands in for, and without a compiler."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tensorlite
from tensorlite.kernels.cache import jit_enabled

ROOT = Path(tensorlite.__file__).parents[1]
AGREE = """
import numpy as np
from tensorlite import kernels
from tensorlite.kernels import product, reference
rng = np.random.default_rng(0)
steps = (2, 1), (1, 2), (1, 2), 2
product.TINY = 1
for n, c, k in ((2, 6, 74), (37, 2, 6)):
    for dtype in (np.float32, np.float64):
        x, w = rng.standard_normal((n, c, 9, 8)), rng.standard_normal((k, c // 2, 3, 2))
        x, w = x.astype(dtype), w.astype(dtype)
        y = reference.conv2d(x, w, *steps)
        pairs = [
            (kernels.conv2d(x, w, *steps), y),
            (kernels.conv2d_input_grad(y, w, (9, 8), *steps),
             reference.conv2d_input_grad(y, w, (9, 8), *steps)),
            (kernels.conv2d_weight_grad(x, y, (3, 2), *steps),
             reference.conv2d_weight_grad(x, y, (3, 2), *steps)),
            (kernels.matmul(x.reshape(n, -1), x.reshape(n, -1).T),
             x.reshape(n, -1) @ x.reshape(n, -1).T),
        ]
        for found, right in pairs:
            np.testing.assert_allclose(found, right, rtol=1e-3, atol=1e-4 * np.abs(right).max())
from tensorlite.kernels.compiled.processor import VECTOR_BYTES
print(VECTOR_BYTES)
"""


def run(code: str, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not jit_enabled(), reason="nothing is compiled")
@pytest.mark.parametrize(("processor", "largest"), [("avx2", 32), ("plain", 16)])
def test_kernels_agree_with_their_twins_without_the_widest_vectors(
    processor: str, largest: int
) -> None:
    done = run(AGREE, TENSORLITE_SIMD=processor)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= largest


def test_kernels_agree_with_their_twins_without_a_compiler() -> None:
    done = run(AGREE, NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0, done.stderr


def test_an_unknown_kind_of_processor_is_named() -> None:
    done = run("import tensorlite.kernels.compiled.simd", TENSORLITE_SIMD="abacus")
    assert "expected avx512, avx2 or plain, got 'abacus'" in done.stderr
