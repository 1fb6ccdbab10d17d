"""The compiled loops: importing a module of this folder imports Numba.

Everything here works on arrays of float32 or float64 in C order and is plain Python as well:
with ``NUMBA_DISABLE_JIT=1`` the same loops run uncompiled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensorlite.kernels.cache import caching


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function on its first call, and keep the machine code in the cache folder."""
    import numba

    with caching() as cache:
        return numba.njit(cache=cache, nogil=True, error_model="numpy")(function)
