"""What this processor has: how wide its vectors are, and which tile fills its registers.

The environment variable ``TENSORLITE_SIMD`` (``avx512``, ``avx2`` or ``plain``) asks for less than
there is, to test what other processors run.
"""

from __future__ import annotations

import os

from llvmlite import binding


def _processor():
    """Bytes per vector, rows of a tile, and whether one instruction multiplies and adds."""
    features = binding.get_host_cpu_features()
    arm = "aarch64" in binding.get_default_triple() or "arm64" in binding.get_default_triple()
    wanted = os.environ.get("TENSORLITE_SIMD", "avx512")
    if wanted not in ("avx512", "avx2", "plain"):
        raise ValueError(f"TENSORLITE_SIMD: expected avx512, avx2 or plain, got {wanted!r}.")
    if wanted == "avx512" and features.get("avx512f"):
        return 64, 8, True  # 32 registers: 16 for the tile, 2 for B, 1 for A
    if wanted != "plain" and features.get("avx2") and features.get("fma"):
        return 32, 6, True  # 16 registers: 12 for the tile
    return 16, 6, arm


VECTOR_BYTES, ROWS, FUSED = _processor()
SHORT = min(6, ROWS)  # of a tile for few filters, which wastes less on six
VECS = 2
SLIM = ROWS * VECS  # rows of a tile one vector wide, for filters that fill no more
DOTS = (6, 4) if VECTOR_BYTES == 64 else (3, 4)  # a tile of inner products reads both sides
