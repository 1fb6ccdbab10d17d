"""The compiled loops: importing a module of this folder imports Numba.

Everything here is plain Python as well: with ``NUMBA_DISABLE_JIT=1`` the same loops run
uncompiled, on arrays where the compiled ones work on addresses.

``jit`` compiles a function that other loops call. ``region`` makes a kernel that is called from
outside and whose work is split among threads; all of them have the same four parameters:

    part, parts   which share of the work to do, of how many; each share is done exactly once
    thread        which thread does it, to find scratch memory of its own
    args, one     the arguments, and a number 1 whose type is that of the arrays' elements

``floats(args, i, one)`` and ``whole(args, i)`` are arguments that are arrays, ``args[i]`` numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensorlite.kernels.cache import caching, jit_enabled, run
from tensorlite.kernels.threads import launch
from tensorlite.room import COMPILER, require

COMPILED = jit_enabled()


def jit(function: Callable[..., Any]) -> Any:
    """Compile a function that kernels call, into each of them."""
    import numba

    return numba.njit(nogil=True, error_model="numpy", inline="always")(function)


def apart(function: Callable[..., Any]) -> Any:
    """Compile a function that is called seldom enough to stay one, which compiles faster."""
    import numba

    return numba.njit(nogil=True, error_model="numpy")(function)


def loose(function: Callable[..., Any]) -> Any:
    """Compile a sum, or a maximum, whose order the compiler may choose: the same one every time."""
    import numba

    return numba.njit(
        nogil=True, error_model="numpy", forceinline=True, fastmath={"reassoc", "nsz", "nnan"}
    )(function)


class Region:
    """A kernel for threads; compiled on its first call for float32, and once more for float64."""

    def __init__(self, body: Callable[..., None]) -> None:
        self.body = body
        self.compiled: dict[Any, Any] = {}

    def address(self, dtype: Any) -> int:
        """Where the machine code for this element type lies."""
        if dtype not in self.compiled:
            require(COMPILER, "compiling a kernel")  # LLVM would end the process
            self.compiled[dtype] = run(lambda: self._compile(dtype))
        return int(self.compiled[dtype].address)

    def _compile(self, dtype: Any) -> Any:
        import numba
        from numba import types

        number = types.float32 if dtype == np.float32 else types.float64
        integer = types.int64
        signature = types.void(integer, integer, integer, types.CPointer(integer), number)
        with caching() as cache:
            return numba.cfunc(signature, cache=cache, error_model="numpy")(self.body)

    @property
    def cache_hits(self) -> int:
        """How many of the compiled forms came from the cache."""
        return sum(found.cache_hits for found in self.compiled.values())

    def __call__(self, parts: int, dtype: Any, args: list[Any]) -> None:
        """Do all parts of the work; ``args`` are arrays that own their memory, and integers."""
        if COMPILED:
            launch(self.address(dtype), parts, args, dtype)
            return
        flat = [x if isinstance(x, int) else _flat(x) for x in args]
        for part in range(parts):
            self.body(part, parts, 0, flat, dtype.type(1))


def region(body: Callable[..., None]) -> Region:
    """Make a kernel of a function ``(part, parts, thread, args, one)``."""
    return Region(body)


def _flat(x: Any) -> Any:
    """The memory of an array from its first element on, as a kernel sees it."""
    last = sum((n - 1) * step for n, step in zip(x.shape, x.strides, strict=True)) // x.itemsize
    return np.lib.stride_tricks.as_strided(x, (last + 1 if x.size else 0,), (x.itemsize,))
