"""Where compiled kernels are kept, and what happens when that place is damaged or missing.

Numba notices a change of the file that defines a function, but not of the files that it uses. So
the folder's name holds a hash of everything that matters: all sources of ``kernels/``, the versions
of Numba and LLVM, and the processor with its features. It lies in the user's own cache folder,
which nobody else may write to, because Numba's cache files are pickles.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np


def jit_enabled() -> bool:
    """Whether Numba compiles; ``NUMBA_DISABLE_JIT=1`` runs the loops as plain Python."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")


@functools.cache
def cache_folder() -> Path:
    """The folder of the compiled kernels of this version on this machine.

    It lies in the user's cache folder; the environment variable ``TENSORLITE_CACHE_DIR`` names
    another place.
    """
    from importlib.metadata import version

    import platformdirs
    from llvmlite import binding

    digest = hashlib.sha256()
    here = Path(__file__).parent
    for source in sorted(here.rglob("*.py")):
        digest.update(source.relative_to(here).as_posix().encode() + b"\0" + source.read_bytes())
    for package in ("numba", "llvmlite", "numpy"):
        digest.update(f"{package} {version(package)}\n".encode())
    simd = os.environ.get("TENSORLITE_SIMD", "")  # what compiled/simd.py may use
    digest.update(f"{sys.version} {binding.get_host_cpu_name()} {simd}".encode())
    digest.update(binding.get_host_cpu_features().flatten().encode())
    base = os.environ.get("TENSORLITE_CACHE_DIR") or platformdirs.user_cache_dir("tensorlite")
    return Path(base) / "kernels" / digest.hexdigest()[:16]


@functools.cache
def usable() -> bool:
    """Whether the folder can be written to; says so once if it cannot."""
    folder = cache_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        import tempfile

        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError as error:
        _say(f"kernels are compiled anew each time: {folder} cannot be written ({error.strerror}).")
        return False


@contextlib.contextmanager
def caching() -> Iterator[bool]:
    """Point Numba at the folder while a kernel is defined; yields whether it may cache."""
    if not jit_enabled() or not usable():
        yield False
        return
    import numba

    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())
    try:
        yield True
    finally:
        config.CACHE_DIR = before


def run(kernel: Callable[..., Any], *inputs: Any) -> Any:
    """Call a kernel; a damaged cache is thrown away once and the kernel compiled again."""
    try:
        return kernel(*inputs)
    except Exception as error:
        # Numba reads the cache before it runs anything, so the inputs are untouched if there is
        # no compiled form yet.
        ours = type(error).__module__.startswith("numba")  # a mistake in the kernel itself
        if ours or not jit_enabled() or getattr(kernel, "signatures", None) or not usable():
            raise
        _say("the cache of compiled kernels is damaged and is built again.")
        import shutil

        shutil.rmtree(cache_folder(), ignore_errors=True)
        cache_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        return kernel(*inputs)


def needs_warm() -> bool:
    """Whether the float32 kernels still have to be compiled for this machine."""
    return jit_enabled() and not (cache_folder() / "warm").is_file()


def announce(what: str, quiet: bool = False) -> None:
    """Say, once on this machine, that something is compiled that takes a while."""
    marker = cache_folder() / what.replace(" ", "-")
    if not jit_enabled() or marker.is_file():
        return
    if not quiet:
        _say(f"the kernels for {what} are compiled, once on this machine: some ten seconds.")
    if usable():
        marker.touch()


def warm(progress: Callable[[int, int], None] | None = None, everything: bool = False) -> int:
    """Compile the float32 kernels that every network needs, or load them from the cache.

    Args:
        progress: Called with the number of kernels done and the number of all.
        everything: Those for Winograd's convolution too, which wait for the first use otherwise.

    Returns:
        The number of kernels.
    """
    calls = _one_call_of_each() + (_one_call_of_each_block() if everything else [])
    for done, call in enumerate(calls):
        if progress is not None:
            progress(done, len(calls))
        call()
    if progress is not None:
        progress(len(calls), len(calls))
    if jit_enabled() and usable():
        (cache_folder() / "warm").touch()
    return len(calls)


def _one_call_of_each() -> list[Callable[[], Any]]:
    """Small calls that together reach every kernel, for float32."""
    from tensorlite.kernels import (
        choice,
        conv,
        conv_grad,
        maps,
        norm,
        passes,
        pool,
        product,
        resampling,
    )  # fmt: skip

    x, few = np.zeros((1, 1, 2, 2), np.float32), np.zeros((32, 1, 2, 2), np.float32)
    one, none = (1, 1), (0, 0)
    index = np.zeros((1, 1, 2, 2), np.int32)
    flat, square = np.zeros(1 << 13, np.float32), np.zeros((16, 16), np.float32)
    large, long = np.zeros((64, 64), np.float32), np.zeros((64, 4096), np.float32)
    line, count = np.zeros(2, np.float32), np.zeros(2, np.int64)
    pictures = np.zeros((2, 2, 2, 2), np.float32)
    pair, same = np.zeros((2, 1, 1, 1), np.float32), np.eye(3)[None]

    def spread() -> None:
        with choice.only("spread"):
            conv.conv2d_input_grad(x, x[..., :1, :1], (2, 2), one, none, one, 1)

    return [
        lambda: product.matmul(large, large),
        lambda: product.matmul(large.reshape(1, -1), long.T),
        lambda: conv.conv2d(x, x, one, none, one, 1),
        lambda: conv.conv2d(few, x, one, none, one, 1),
        lambda: conv_grad.conv2d_weight_grad(x, x, one, one, none, one, 1),
        lambda: conv_grad.conv2d_weight_grad(few, few, one, one, none, one, 1),
        lambda: conv.conv2d(pictures, pair, one, none, one, 2),
        lambda: conv_grad.conv2d_weight_grad(pictures, pictures, one, one, none, one, 2),
        spread,
        lambda: pool.max_pool2d(x, one, one, none, one, False),
        lambda: pool.max_pool2d_grad(x, index, (2, 2)),
        lambda: pool.max_pool2d_pick(x, index),
        lambda: pool.avg_pool2d(x, one, one, none, False, True),
        lambda: norm.batch_norm(pictures, line, line, 1e-5),
        lambda: norm.batch_norm_grad(pictures, pictures, line, line, line, line, 1e-5, relu=True),
        lambda: passes.add(long, long),
        lambda: passes.relu(flat),
        lambda: passes.relu_grad(flat, flat),
        lambda: passes.cross_entropy(square[:2], count),
        lambda: passes.sgd([line], [line], [line], 0.1, 0.9, 0.0, 1.0, False),
        lambda: passes.adam([line], [line], [line], [line], [0.9, 0.9, 0, 1, 0.1, 1, 1]),
        lambda: passes.rmsprop([line], [line], [line], [0.9, 0.0, 0.1, 1.0]),
        lambda: maps.each("exp", flat),
        lambda: maps.each_with_slope("gelu", flat),
        lambda: maps.bend(flat, flat, 0.1),
        lambda: maps.sum_rows(square),
        lambda: maps.softmax_grad(square, maps.softmax(square)),
        lambda: resampling.warp(x, same, (2, 2)),
        lambda: resampling.nearest(same, (2, 2), (2, 2)),
        lambda: resampling.weighted_rows(x, np.ones((1, 2, 1)), np.zeros((1, 2))),
    ]


def _one_call_of_each_block() -> list[Callable[[], Any]]:
    """The same for Winograd's blocks, in ``fast`` precision."""
    from tensorlite.kernels import winograd

    x = np.zeros((1, 1, 2, 2), np.float32)
    for _, r in winograd.COMPILED:
        announce(f"{r}x{r} windows", quiet=True)  # whoever warms up shows progress

    def results(m: int, r: int) -> None:
        winograd.conv2d(x, np.zeros((1, 1, r, r), np.float32), (2, 2), m, (r // 2, r // 2))

    def weights(m: int, r: int) -> None:
        for images in (1, 1024):  # many have sums of each thread's own
            given = np.zeros((images, 1, 2, 2), np.float32)
            winograd.conv2d_weight_grad(given, given, m, r, (r // 2, r // 2))

    return [partial(f, m, r) for m, r in winograd.COMPILED if m == 4 for f in (results, weights)]


def _say(sentence: str) -> None:
    print(f"tensorlite: {sentence}", file=sys.stderr)
